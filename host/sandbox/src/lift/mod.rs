//! What a connector handed back, checked against the contract and moved into the host's own words.
//!
//! Texts and bodies are moved, not copied. The first breach ends it, in one sentence.

mod inbound;

use std::time::Duration;

use rust_decimal::Decimal;
use wharf_catalog::{Description, Problem, Reason, Severity};

use crate::{
    bindings::{
        exports::wharf::connector::{feed, publisher},
        wharf::connector::{exchanges, http, types},
    },
    contract::{Coverage, check_opening, check_rejected, check_remote_id, check_request, check_warnings},
    describe::method,
    exchange::{
        Allowance, Body, Exchange, Form, Opening, Outcome, Rejection, Request, Rows, Settlement, Verdict,
    },
    forms::{self, Forms},
    limits::Limits,
};

/// The terms under which one connector's results are read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lift<'a> {
    pub(crate) description: &'a Description,
    pub(crate) limits: &'a Limits,
    /// What the call composed, for its requests to name.
    pub(crate) forms: Option<&'a Forms>,
    /// What its lists are made of, such as `operation`.
    pub(crate) noun: &'static str,
}

/// What one call of `prepare` gave for its part of the operations.
pub(crate) type Prepared = (Vec<Exchange>, Vec<Rejection>);

impl<'a> Lift<'a> {
    /// For a result whose requests may name these forms.
    pub(crate) fn composed(self, forms: &'a Forms) -> Self {
        Self { forms: Some(forms), ..self }
    }

    /// For a result that speaks of other things than operations.
    pub(crate) fn of(self, noun: &'static str) -> Self {
        Self { noun, ..self }
    }
}

impl Lift<'_> {
    /// Positions count from `first`, that of the first of the `count` operations in the whole list.
    pub(crate) fn preparation(
        &self,
        raw: exchanges::Preparation,
        first: usize,
        count: usize,
    ) -> Result<Prepared, String> {
        within("exchanges", "exchanges", raw.exchanges.len(), self.limits.exchanges as usize)?;
        let mut coverage = Coverage::of(self.noun, count);
        let exchange = |raw: exchanges::Exchange| {
            coverage.cover(&raw.covers)?;
            let mut exchange = self.exchange(raw)?;
            exchange.covers.iter_mut().for_each(|index| *index = shifted(*index, first));
            Ok(exchange)
        };
        let exchanges = raw.exchanges.into_iter().map(exchange).collect::<Result<_, String>>()?;
        let rejection = |raw: exchanges::Rejection| {
            coverage.answer(raw.index)?;
            let problems = self.problems(raw.problems)?;
            check_rejected(raw.index, &problems)?;
            Ok(Rejection { index: shifted(raw.index, first), problems })
        };
        let rejections = raw.rejections.into_iter().map(rejection).collect::<Result<_, String>>()?;
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
        let mut coverage = Coverage::of(self.noun, covers as usize);
        let outcome = |raw: publisher::Outcome| {
            coverage.answer(raw.index)?;
            self.outcome(raw)
        };
        let outcomes = raw.outcomes.into_iter().map(outcome).collect::<Result<_, String>>()?;
        let further = |raw: exchanges::Exchange| {
            coverage.cover(&raw.covers)?;
            self.exchange(raw)
        };
        let further = raw.further.into_iter().map(further).collect::<Result<_, String>>()?;
        coverage.complete()?;
        Ok(Settlement { outcomes, further, allowances: self.allowances(raw.allowances)? })
    }

    fn outcome(&self, raw: publisher::Outcome) -> Result<Outcome, String> {
        let publisher::Outcome { index, verdict, remote_id, note } = raw;
        remote_id.iter().try_for_each(|id| check_remote_id(index, id))?;
        within(
            "bytes in a note",
            "memo-bytes",
            note.as_ref().map_or(0, String::len),
            self.limits.memo_bytes,
        )?;
        Ok(Outcome { index, verdict: self.verdict(index, verdict)?, remote_id, note })
    }

    fn verdict(&self, index: u32, raw: publisher::Verdict) -> Result<Verdict, String> {
        match raw {
            publisher::Verdict::Accepted(problems) => {
                let problems = self.problems(problems)?;
                check_warnings(index, &problems)?;
                Ok(Verdict::Accepted(problems))
            }
            publisher::Verdict::Rejected(problems) => {
                let problems = self.problems(problems)?;
                check_rejected(index, &problems)?;
                Ok(Verdict::Rejected(problems))
            }
            publisher::Verdict::Retry(exchanges::Postponement { after_ms, problem }) => Ok(Verdict::Retry {
                after: after_ms.map(|after| self.delay(after)).transpose()?,
                problem: self.problem(problem)?,
            }),
        }
    }

    fn exchange(&self, raw: exchanges::Exchange) -> Result<Exchange, String> {
        let exchanges::Exchange { request, covers, memo, document, delay_ms } = raw;
        self.memo(&memo)?;
        let delay = self.delay(delay_ms)?;
        Ok(Exchange { request: self.request(request)?, covers, memo, document, delay })
    }

    pub(crate) fn request(&self, raw: http::Request) -> Result<Request, String> {
        let http::Request { method: verb, endpoint, target, headers, body, cost, unpack } = raw;
        let method = method(verb);
        check_request(self.description, method, endpoint, &target, &headers)?;
        let body = match body {
            http::Body::None => Body::None,
            http::Body::Text(text) => Body::Text(text),
            http::Body::Bytes(bytes) => Body::Bytes(bytes),
            http::Body::Document => Body::Document,
            http::Body::Asset(form) if form.starts_with(forms::SCHEME) => Body::Form(self.form(&form)?),
            http::Body::Asset(address) => Body::Asset(address),
        };
        within("bytes in a request's body", "request-bytes", body.length(), self.limits.request_bytes)?;
        self.check_promise(body.length())?;
        Ok(Request { method, endpoint, target, headers, body, cost: cost.unwrap_or(1).max(1), unpack })
    }

    fn form(&self, name: &str) -> Result<Form, String> {
        self.forms.ok_or("a request carries a form where none is taken")?.take(name)
    }

    fn check_promise(&self, bytes: usize) -> Result<(), String> {
        let declared = self.description.publishing.as_ref().and_then(|terms| terms.maximum_request_bytes);
        match declared {
            Some(most) if bytes as u64 > most => Err(format!(
                "a request's body has {bytes} bytes, but it declares that the vendor takes {most}"
            )),
            _ => Ok(()),
        }
    }

    fn memo(&self, memo: &[u8]) -> Result<(), String> {
        within("bytes in a memo", "memo-bytes", memo.len(), self.limits.memo_bytes)
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

    fn allowances(&self, raw: Vec<types::Allowance>) -> Result<Vec<Allowance>, String> {
        let declared = self.description.budgets.len();
        let allowance = |raw: types::Allowance| {
            if raw.budget as usize >= declared {
                return Err(format!("it speaks of budget {}, but {declared} are declared", raw.budget));
            }
            let wait = raw.wait_ms.map(|wait| self.delay(wait)).transpose()?;
            Ok(Allowance { budget: raw.budget, remaining: raw.remaining, wait })
        };
        raw.into_iter().map(allowance).collect()
    }

    /// Positions count from `first`, that of the first of the `count` items in the whole list.
    pub(crate) fn rows(&self, raw: feed::RowsWritten, first: usize, count: usize) -> Result<Rows, String> {
        let mut coverage = Coverage::of("item", count);
        let mut rows = Rows { content: raw.content, ..Rows::default() };
        for feed::Remark { index, problems } in raw.remarks {
            coverage.answer(index)?;
            let problems = self.problems(problems)?;
            let remark = Rejection { index: shifted(index, first), problems };
            if remark.problems.iter().any(Problem::is_error) {
                rows.rejections.push(remark);
            } else {
                rows.warnings.push(remark);
            }
        }
        Ok(rows)
    }

    pub(crate) fn problems(&self, raw: Vec<types::Problem>) -> Result<Vec<Problem>, String> {
        raw.into_iter().map(|problem| self.problem(problem)).collect()
    }

    pub(crate) fn problem(&self, raw: types::Problem) -> Result<Problem, String> {
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
            reason: reason(raw.reason),
            field: raw.field.map(name).transpose()?,
            message: self.cut(raw.message),
        })
    }

    fn cut(&self, mut text: String) -> String {
        text.truncate(text.floor_char_boundary(self.limits.problem_bytes));
        plain(text)
    }
}

/// A text for the operator's screen, without anything that a terminal would obey.
pub(crate) fn plain(text: String) -> String {
    let commands = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if !text.contains(commands) {
        return text;
    }
    text.replace(commands, " ")
}

/// Requires that there is not too much of something.
fn within(what: &str, setting: &str, count: usize, allowed: usize) -> Result<(), String> {
    if count <= allowed {
        return Ok(());
    }
    Err(format!("it gives {count} {what}; the sandbox setting `{setting}` allows {allowed}"))
}

fn reason(raw: types::Reason) -> Reason {
    match raw {
        types::Reason::Data => Reason::Data,
        types::Reason::Settings => Reason::Settings,
        types::Reason::Credentials => Reason::Credentials,
        types::Reason::Permission => Reason::Permission,
        types::Reason::Budget => Reason::Budget,
        types::Reason::Outage => Reason::Outage,
        types::Reason::Conflict => Reason::Conflict,
        types::Reason::Missing => Reason::Missing,
        types::Reason::Policy => Reason::Policy,
        types::Reason::Contract => Reason::Contract,
    }
}

pub(crate) fn opening(raw: feed::Opening) -> Result<Opening, String> {
    let feed::Opening { file_name, content_type, content, between } = raw;
    check_opening(&file_name, &content_type)?;
    Ok(Opening { file_name, content_type, content, between })
}

/// The same number in the host's words.
pub(crate) fn number(raw: types::Decimal) -> Result<Decimal, String> {
    let types::Decimal { coefficient, exponent } = raw;
    let out = || format!("{coefficient}e{exponent} is no number of this contract");
    match exponent {
        -28..=0 => {
            Decimal::try_from_i128_with_scale(coefficient.into(), exponent.unsigned_abs()).map_err(|_| out())
        }
        1..=18 => {
            let scaled =
                10_i128.pow(exponent.unsigned_abs()).checked_mul(coefficient.into()).ok_or_else(out)?;
            Decimal::try_from_i128_with_scale(scaled, 0).map_err(|_| out())
        }
        _ => Err(out()),
    }
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

    fn exchange(covers: &[u32]) -> exchanges::Exchange {
        exchanges::Exchange {
            request: http::Request {
                method: http::Method::Post,
                endpoint: 0,
                target: "/v1/items".into(),
                headers: vec![],
                body: http::Body::Text("{}".into()),
                cost: None,
                unpack: false,
            },
            covers: covers.into(),
            memo: vec![7],
            document: None,
            delay_ms: 5,
        }
    }

    fn problem(severity: types::Severity, field: Option<u32>) -> types::Problem {
        types::Problem {
            code: "c".into(),
            severity,
            reason: types::Reason::Data,
            field,
            message: "m".repeat(3_000),
        }
    }

    fn rejection(index: u32) -> exchanges::Rejection {
        exchanges::Rejection { index, problems: vec![problem(types::Severity::Error, Some(0))] }
    }

    fn with_lift<R>(test: impl FnOnce(Lift<'_>) -> R) -> R {
        test(Lift { description: &description(), limits: &Limits::default(), forms: None, noun: "operation" })
    }

    #[test]
    fn positions_of_a_part_become_positions_of_the_whole() {
        let raw =
            exchanges::Preparation { exchanges: vec![exchange(&[2, 0])], rejections: vec![rejection(1)] };
        let (exchanges, rejections) = with_lift(|lift| lift.preparation(raw, 50, 3)).unwrap();
        assert_eq!(exchanges[0].covers, [52, 50]);
        assert_eq!(exchanges[0].delay, Duration::from_millis(5));
        assert_eq!(rejections[0].index, 51);
        assert_eq!(rejections[0].problems[0].field.as_deref(), Some("title"));
        assert_eq!(rejections[0].problems[0].message.len(), Limits::default().problem_bytes);
    }

    #[test]
    fn an_operation_both_covered_and_rejected_breaks_the_contract() {
        let raw = exchanges::Preparation { exchanges: vec![exchange(&[0])], rejections: vec![rejection(0)] };
        assert!(with_lift(|lift| lift.preparation(raw, 0, 1)).unwrap_err().contains("twice"));
    }

    #[test]
    fn a_settlement_answers_each_covered_operation_once() {
        let accepted = |index| publisher::Outcome {
            index,
            verdict: publisher::Verdict::Accepted(vec![]),
            remote_id: None,
            note: None,
        };
        let settle = |outcomes, further| {
            let raw = vec![publisher::Settlement { outcomes, further, allowances: vec![] }];
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
            publisher::Verdict::Retry(exchanges::Postponement { after_ms, problem })
        };
        assert!(verdict(retry(Some(1_000))).is_ok());
        assert!(verdict(retry(Some(u64::MAX))).unwrap_err().contains("`delay-ms`"));
        let foreign = publisher::Verdict::Rejected(vec![problem(types::Severity::Error, Some(1))]);
        assert!(verdict(foreign).unwrap_err().contains("field 1"));
    }

    #[test]
    fn a_memo_the_host_would_not_store_breaks_the_contract() {
        let raw = exchanges::Exchange { memo: vec![0; Limits::default().memo_bytes + 1], ..exchange(&[0]) };
        assert!(with_lift(|lift| lift.exchange(raw)).unwrap_err().contains("`memo-bytes`"));
    }

    #[test]
    fn a_body_beyond_what_the_vendor_takes_breaks_the_contract() {
        let mut description = description();
        description.publishing.as_mut().unwrap().maximum_request_bytes = Some(1);
        let lift =
            Lift { description: &description, limits: &Limits::default(), forms: None, noun: "operation" };
        assert!(lift.exchange(exchange(&[0])).unwrap_err().contains("takes 1"));
    }

    #[test]
    fn numbers_are_exact_or_refused() {
        let read = |coefficient, exponent| number(types::Decimal { coefficient, exponent });
        assert_eq!(read(1290, -2).unwrap().to_string(), "12.90");
        assert_eq!(read(5, 18).unwrap().to_string(), "5000000000000000000");
        assert_eq!(read(i64::MIN, -28).unwrap().to_string(), "-0.0000000009223372036854775808");
        assert!(read(i64::MAX, 18).is_err() && read(1, 19).is_err() && read(1, -29).is_err());
        assert!(read(1, i32::MIN).is_err());
    }
}
