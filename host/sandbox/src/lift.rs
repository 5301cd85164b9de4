//! What a connector handed back, checked against the contract and moved into the host's own words.
//!
//! Texts and bodies are moved, not copied. The first breach ends it, in one sentence.

use std::time::Duration;

use wharf_catalog::{Description, Problem, Severity};

use crate::{
    bindings::{
        exports::wharf::connector::{feed, publisher},
        wharf::connector::types,
    },
    contract::{Coverage, check_opening, check_rejected, check_remote_id, check_request, check_warnings},
    describe::method,
    exchange::{Body, Exchange, Opening, Outcome, Rejection, Request, Rows, Settlement, Verdict},
    limits::Limits,
};

/// The terms under which one connector's results are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lift<'a> {
    pub(crate) description: &'a Description,
    pub(crate) limits: &'a Limits,
}

/// What one call of `prepare` gave for its part of the operations.
pub(crate) type Prepared = (Vec<Exchange>, Vec<Rejection>);

impl Lift<'_> {
    /// Positions count from `first`, that of the first of the `count` operations in the whole list.
    pub(crate) fn preparation(
        &self,
        raw: publisher::Preparation,
        first: usize,
        count: usize,
    ) -> Result<Prepared, String> {
        let mut coverage = Coverage::of("operation", count);
        let exchange = |raw: publisher::Exchange| {
            coverage.cover(&raw.covers)?;
            let mut exchange = self.exchange(raw)?;
            exchange.covers.iter_mut().for_each(|index| *index = shifted(*index, first));
            Ok(exchange)
        };
        let exchanges = raw.exchanges.into_iter().map(exchange).collect::<Result<_, String>>()?;
        let rejections = self.rejections(raw.rejections, first, &mut coverage)?;
        coverage.complete()?;
        Ok((exchanges, rejections))
    }

    pub(crate) fn settlements(
        &self,
        raw: Vec<publisher::Settlement>,
        covers: &[u32],
    ) -> Result<Vec<Settlement>, String> {
        if raw.len() != covers.len() {
            return Err(format!("it gives {} settlements for {} answers", raw.len(), covers.len()));
        }
        raw.into_iter().zip(covers).map(|(raw, covers)| self.settlement(raw, *covers)).collect()
    }

    fn settlement(&self, raw: publisher::Settlement, covers: u32) -> Result<Settlement, String> {
        let mut coverage = Coverage::of("operation", covers as usize);
        let outcome = |raw: publisher::Outcome| {
            coverage.answer(raw.index)?;
            Ok(Outcome { index: raw.index, verdict: self.verdict(raw.index, raw.verdict)? })
        };
        let outcomes = raw.outcomes.into_iter().map(outcome).collect::<Result<_, String>>()?;
        let further = |raw: publisher::Exchange| {
            coverage.cover(&raw.covers)?;
            self.exchange(raw)
        };
        let further = raw.further.into_iter().map(further).collect::<Result<_, String>>()?;
        coverage.complete()?;
        Ok(Settlement { outcomes, further })
    }

    fn verdict(&self, index: u32, raw: publisher::Verdict) -> Result<Verdict, String> {
        match raw {
            publisher::Verdict::Accepted(publisher::Acceptance { remote_id, problems }) => {
                let problems = self.problems(problems)?;
                check_warnings(index, &problems)?;
                remote_id.iter().try_for_each(|id| check_remote_id(index, id))?;
                Ok(Verdict::Accepted { remote_id, problems })
            }
            publisher::Verdict::Rejected(problems) => {
                let problems = self.problems(problems)?;
                check_rejected(index, &problems)?;
                Ok(Verdict::Rejected(problems))
            }
            publisher::Verdict::Retry(publisher::Postponement { after_ms, problem }) => Ok(Verdict::Retry {
                after: after_ms.map(|after| self.delay(after)).transpose()?,
                problem: self.problem(problem)?,
            }),
        }
    }

    fn exchange(&self, raw: publisher::Exchange) -> Result<Exchange, String> {
        let publisher::Request { method: verb, endpoint, target, headers, body } = raw.request;
        let method = method(verb);
        check_request(self.description, method, endpoint, &target, &headers)?;
        let body = match body {
            publisher::Body::None => Body::None,
            publisher::Body::Text(text) => Body::Text(text),
            publisher::Body::Bytes(bytes) => Body::Bytes(bytes),
        };
        if raw.memo.len() > self.limits.memo_bytes {
            let (bytes, allowed) = (raw.memo.len(), self.limits.memo_bytes);
            return Err(format!(
                "a memo has {bytes} bytes; the sandbox setting `memo-bytes` allows {allowed}"
            ));
        }
        Ok(Exchange {
            request: Request { method, endpoint, target, headers, body },
            covers: raw.covers,
            memo: raw.memo,
            delay: self.delay(raw.delay_ms)?,
        })
    }

    fn delay(&self, milliseconds: u64) -> Result<Duration, String> {
        let allowed = self.limits.delay_ms;
        if milliseconds > allowed {
            return Err(format!(
                "it asks to wait {milliseconds} ms; the sandbox setting `delay-ms` allows {allowed}"
            ));
        }
        Ok(Duration::from_millis(milliseconds))
    }

    /// Positions count from `first`, that of the first of the `count` items in the whole list.
    pub(crate) fn rows(&self, raw: feed::RowsWritten, first: usize, count: usize) -> Result<Rows, String> {
        let mut coverage = Coverage::of("item", count);
        let rejections = self.rejections(raw.rejections, first, &mut coverage)?;
        Ok(Rows { content: raw.content, rejections, faults: Vec::new() })
    }

    fn rejections(
        &self,
        raw: Vec<types::Rejection>,
        first: usize,
        coverage: &mut Coverage,
    ) -> Result<Vec<Rejection>, String> {
        let rejection = |raw: types::Rejection| {
            coverage.answer(raw.index)?;
            let problems = self.problems(raw.problems)?;
            check_rejected(raw.index, &problems)?;
            Ok(Rejection { index: shifted(raw.index, first), problems })
        };
        raw.into_iter().map(rejection).collect()
    }

    fn problems(&self, raw: Vec<types::Problem>) -> Result<Vec<Problem>, String> {
        raw.into_iter().map(|problem| self.problem(problem)).collect()
    }

    fn problem(&self, raw: types::Problem) -> Result<Problem, String> {
        let name = |index: u32| match self.description.fields.get(index as usize) {
            Some(field) => Ok(field.name.clone()),
            None => {
                let count = self.description.fields.len();
                Err(format!("a problem names field {index}, but {count} are described"))
            }
        };
        Ok(Problem {
            code: self.cut(raw.code),
            severity: match raw.severity {
                types::Severity::Error => Severity::Error,
                types::Severity::Warning => Severity::Warning,
            },
            field: raw.field.map(name).transpose()?,
            message: self.cut(raw.message),
        })
    }

    fn cut(&self, mut text: String) -> String {
        text.truncate(text.floor_char_boundary(self.limits.problem_bytes));
        text
    }
}

pub(crate) fn opening(raw: feed::Opening) -> Result<Opening, String> {
    let feed::Opening { file_name, content_type, content } = raw;
    check_opening(&file_name, &content_type)?;
    Ok(Opening { file_name, content_type, content })
}

/// A position within a part of a list, as a position in the whole list. The list was handed in as
/// positions of 32 bits, so the sum fits.
fn shifted(index: u32, first: usize) -> u32 {
    index.saturating_add(u32::try_from(first).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::sample::publisher as description;

    fn exchange(covers: &[u32]) -> publisher::Exchange {
        publisher::Exchange {
            request: publisher::Request {
                method: types::Method::Post,
                endpoint: 0,
                target: "/v1/items".into(),
                headers: vec![],
                body: publisher::Body::Text("{}".into()),
            },
            covers: covers.into(),
            memo: vec![7],
            delay_ms: 5,
        }
    }

    fn problem(severity: types::Severity, field: Option<u32>) -> types::Problem {
        types::Problem { code: "c".into(), severity, field, message: "m".repeat(3_000) }
    }

    fn rejection(index: u32) -> types::Rejection {
        types::Rejection { index, problems: vec![problem(types::Severity::Error, Some(0))] }
    }

    fn with_lift<R>(test: impl FnOnce(Lift<'_>) -> R) -> R {
        test(Lift { description: &description(), limits: &Limits::default() })
    }

    #[test]
    fn positions_of_a_part_become_positions_of_the_whole() {
        let raw =
            publisher::Preparation { exchanges: vec![exchange(&[2, 0])], rejections: vec![rejection(1)] };
        let (exchanges, rejections) = with_lift(|lift| lift.preparation(raw, 50, 3)).unwrap();
        assert_eq!(exchanges[0].covers, [52, 50]);
        assert_eq!(exchanges[0].delay, Duration::from_millis(5));
        assert_eq!(rejections[0].index, 51);
        assert_eq!(rejections[0].problems[0].field.as_deref(), Some("title"));
        assert_eq!(rejections[0].problems[0].message.len(), Limits::default().problem_bytes);
    }

    #[test]
    fn an_operation_both_covered_and_rejected_breaks_the_contract() {
        let raw = publisher::Preparation { exchanges: vec![exchange(&[0])], rejections: vec![rejection(0)] };
        assert!(with_lift(|lift| lift.preparation(raw, 0, 1)).unwrap_err().contains("twice"));
    }

    #[test]
    fn a_settlement_answers_each_covered_operation_once() {
        let accepted = |index| publisher::Outcome {
            index,
            verdict: publisher::Verdict::Accepted(publisher::Acceptance {
                remote_id: None,
                problems: vec![],
            }),
        };
        let settle = |outcomes, further| {
            let raw = vec![publisher::Settlement { outcomes, further }];
            with_lift(|lift| lift.settlements(raw, &[2]))
        };
        assert_eq!(settle(vec![accepted(0)], vec![exchange(&[1])]).unwrap()[0].further[0].covers, [1]);
        assert!(settle(vec![accepted(0)], vec![]).unwrap_err().contains("without an answer"));
        assert!(settle(vec![accepted(0), accepted(1)], vec![exchange(&[1])]).unwrap_err().contains("twice"));
        assert!(settle(vec![accepted(2)], vec![]).unwrap_err().contains("only 2"));
        assert!(with_lift(|lift| lift.settlements(vec![], &[2])).unwrap_err().contains("0 settlements"));
    }

    #[test]
    fn verdicts_that_contradict_themselves_break_the_contract() {
        let verdict = |raw| with_lift(|lift| lift.verdict(0, raw));
        let warning = || vec![problem(types::Severity::Warning, None)];
        assert!(verdict(publisher::Verdict::Rejected(warning())).is_err());
        let retry = |after_ms| {
            let problem = problem(types::Severity::Warning, None);
            publisher::Verdict::Retry(publisher::Postponement { after_ms, problem })
        };
        assert!(verdict(retry(Some(1_000))).is_ok());
        assert!(verdict(retry(Some(u64::MAX))).unwrap_err().contains("`delay-ms`"));
        let foreign = publisher::Verdict::Rejected(vec![problem(types::Severity::Error, Some(1))]);
        assert!(verdict(foreign).unwrap_err().contains("field 1"));
    }

    #[test]
    fn a_memo_the_host_would_not_store_breaks_the_contract() {
        let raw = publisher::Exchange { memo: vec![0; Limits::default().memo_bytes + 1], ..exchange(&[0]) };
        assert!(with_lift(|lift| lift.exchange(raw)).unwrap_err().contains("`memo-bytes`"));
    }
}
