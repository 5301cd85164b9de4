//! Tries a connector out before it is trusted with a channel: what the contract asks for and no type can hold.
//!
//! The quick run is for admission: it calls the connector with items, settings and responses made up from its own
//! description, and takes milliseconds. Whatever the connector makes of them is fine, rejecting all of them too,
//! as long as it answers, and answers the same again. It is a list of [`Rule`]s, each a function with a
//! name and a reason; `samples` makes what they hand in.
//!
//! The full run is for the connector's author, who gets a [`Report`] on forty points and may add [`Material`] of the
//! channel's own. It takes up to a few seconds and also judges what the connector makes of what it is handed.

mod difference;
mod feeding;
mod full;
mod material;
mod publishing;
mod report;
mod responses;
mod samples;
mod settings;
mod shipping;
mod values;

pub use material::{Call, File, Material, Reaction};
pub use report::{Point, Report, Status, Step};

use crate::{connector::Connector, error::CallError};
use samples::Samples;

/// The rules of the quick run, the cheapest first: a run ends with the first breach.
pub const QUICK: &[Rule] = &[
    publishing::UPSERTS,
    publishing::PRICES,
    publishing::STOCKS,
    publishing::DELETIONS,
    publishing::BATCHES,
    publishing::REPEATS,
    publishing::ORDER,
    publishing::NONSENSE,
    publishing::SETTLING_REPEATS,
    feeding::OPENING,
    feeding::ROWS,
    feeding::REPEATS,
    feeding::SLICES,
    feeding::ENDING,
    shipping::SHIPMENTS,
    shipping::REPEATS,
    shipping::NONSENSE,
    shipping::SETTLING_REPEATS,
];

/// One thing that a connector has to hold to.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Kebab-case and stable.
    pub name: &'static str,
    /// What would go wrong on a channel without it.
    pub why: &'static str,
    check: fn(&Subject) -> Result<(), Finding>,
}

/// A rule that a connector does not hold to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it does not hold to `{point}` ({why}): {tried}: {seen}")]
pub struct Breach {
    /// The name of the rule.
    pub point: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What the connector was asked, in words.
    pub tried: String,
    pub seen: Seen,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Seen {
    /// The call failed; the error names the limit, or the trap and the connector's own functions.
    #[error(transparent)]
    Failure(Box<CallError>),
    /// The call worked and should have given something else.
    #[error("{0}")]
    Difference(String),
}

impl From<CallError> for Seen {
    fn from(error: CallError) -> Self {
        match error {
            CallError::GivenUp { last, .. } => Self::Failure(last),
            error => Self::Failure(Box::new(error)),
        }
    }
}

/// Runs the quick rules over every ability that the connector has. Blocks for as long as the connector computes.
///
/// # Errors
/// The first breach.
pub fn quick(connector: &Connector) -> Result<(), Breach> {
    let subject = Subject { connector: connector.strict(), samples: Samples::of(connector.description()) };
    QUICK.iter().try_for_each(|rule| rule.check(&subject))
}

/// Runs all forty points, with settings and samples made up from the connector's own description. Blocks for as long as
/// the connector computes, which should be less than a few seconds.
pub fn full(connector: &Connector) -> Report {
    full_with(connector, &Material::default())
}

/// Runs all forty points, and what its author knows of the channel with them.
pub fn full_with(connector: &Connector, material: &Material) -> Report {
    full::run(connector, material)
}

impl Rule {
    /// Without the name and the reason, for points that have their own.
    fn ask(&self, subject: &Subject) -> Result<(), Finding> {
        (self.check)(subject)
    }

    fn check(&self, subject: &Subject) -> Result<(), Breach> {
        let Self { name: point, why, check } = *self;
        check(subject).map_err(|Finding { tried, seen }| Breach { point, why, tried, seen })
    }
}

/// The connector and what it is tried with.
struct Subject {
    /// Fails whole: what saves the rest of a batch in earnest would hide here that the batch failed.
    connector: Connector,
    samples: Samples,
}

/// What was found wrong.
struct Finding {
    tried: String,
    seen: Seen,
}

impl Finding {
    fn new(tried: impl Into<String>, seen: impl Into<Seen>) -> Self {
        Self { tried: tried.into(), seen: seen.into() }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own() {
        let names: HashSet<_> = QUICK.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), QUICK.len());
    }
}
