//! Bulk calls: every line has its own outcome, and a bad line costs itself only.

use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use wharf_store::{Applied, Effect, Refusal};

use super::problem::{Kind, Problem, Violation};

/// What became of a bulk request. The status is 200 even when lines were refused: look at `refused`.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct BulkAnswer {
    created: u64,
    updated: u64,
    unchanged: u64,
    refused: u64,
    /// One for each line, in order.
    lines: Vec<LineOutcome>,
}

#[derive(Debug, Serialize, ToSchema)]
struct LineOutcome {
    /// Position in the request, from 0.
    line: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<String>,
    outcome: Outcome,
    /// The product's revision now.
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<i64>,
    /// Why the line was refused; pointers lead into the line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Violation>,
}

/// What a change came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Outcome {
    Created,
    Updated,
    Unchanged,
    Refused,
}

impl From<Effect> for Outcome {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Created => Self::Created,
            Effect::Updated => Self::Updated,
            Effect::Unchanged => Self::Unchanged,
        }
    }
}

/// A line that cannot be read as what it should be.
pub(super) struct Rejected {
    pub(super) sku: Option<String>,
    pub(super) violation: Violation,
}

/// The lines of a request: those to be stored, and for every line its SKU or why it is not among them.
pub(super) struct Lines<T> {
    accepted: Vec<T>,
    verdicts: Vec<Result<String, Rejected>>,
}

impl<T> Lines<T> {
    /// Reads each line on its own; `parse` gives the SKU with the value.
    pub(super) fn read(
        lines: &[Box<RawValue>],
        maximum: usize,
        parse: impl Fn(&RawValue) -> Result<(String, T), Rejected>,
    ) -> Result<Self, Problem> {
        if lines.len() > maximum {
            return Err(Problem::new(
                Kind::TooLarge,
                format!(
                    "the request has {} lines; the setting `server.bulk-lines` allows {maximum}",
                    lines.len()
                ),
            ));
        }
        let mut accepted = Vec::with_capacity(lines.len());
        let verdicts = lines
            .iter()
            .map(|line| {
                parse(line).map(|(sku, value)| {
                    accepted.push(value);
                    sku
                })
            })
            .collect();
        Ok(Self { accepted, verdicts })
    }

    /// Takes the lines that are to be stored.
    pub(super) fn take(&mut self) -> Vec<T> {
        std::mem::take(&mut self.accepted)
    }

    /// Joins every line with what the store made of the accepted ones, in order.
    pub(super) fn answer(self, results: Vec<Result<Applied, Refusal>>) -> BulkAnswer {
        let mut answer = BulkAnswer::default();
        let mut results = results.into_iter();
        for (line, verdict) in self.verdicts.into_iter().enumerate() {
            let outcome = match verdict {
                Err(rejected) => refused(line, rejected.sku, rejected.violation),
                Ok(sku) => match results.next() {
                    Some(result) => stored(line, sku, result),
                    None => continue,
                },
            };
            answer.push(outcome);
        }
        answer
    }
}

impl BulkAnswer {
    fn push(&mut self, line: LineOutcome) {
        match line.outcome {
            Outcome::Created => self.created += 1,
            Outcome::Updated => self.updated += 1,
            Outcome::Unchanged => self.unchanged += 1,
            Outcome::Refused => self.refused += 1,
        }
        self.lines.push(line);
    }

    /// Whether anything was written.
    pub(super) fn has_changed(&self) -> bool {
        self.created + self.updated > 0
    }
}

fn stored(line: usize, sku: String, result: Result<Applied, Refusal>) -> LineOutcome {
    match result {
        Ok(applied) => LineOutcome {
            line,
            sku: Some(sku),
            outcome: applied.effect.into(),
            revision: Some(applied.revision),
            errors: Vec::new(),
        },
        Err(refusal) => {
            let violation = Violation { pointer: place(&refusal).into(), detail: refusal.to_string() };
            refused(line, Some(sku), violation)
        }
    }
}

fn refused(line: usize, sku: Option<String>, violation: Violation) -> LineOutcome {
    LineOutcome { line, sku, outcome: Outcome::Refused, revision: None, errors: vec![violation] }
}

/// The member that a refusal is about.
pub(super) fn place(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Unknown(_) | Refusal::Exists(_) => "/sku",
        Refusal::Cycle { .. } => "/parent",
        Refusal::Location(_) => "/stock",
        _ => "",
    }
}
