//! The full run: forty points, each a question to whatever the connector can do.
//!
//! Their numbers and order are those of the field's pitfalls: what it says of itself (1 to 5), checks (6 to 9), what it
//! makes of items (10 to 20), publishing (21 to 33), reading (30, 34 to 40). A point consists of parts, one for each
//! ability; a part has nothing to say to a connector without that ability.

mod checking;
mod covering;
mod describing;
mod failures;
mod form;
mod grouping;
mod identity;
mod intake;
mod losses;
mod markup;
mod money;
mod output;
mod projecting;
mod pulling;
mod reactions;
mod receiving;
mod settling;
mod shipping;
mod state;
mod texts;
mod token;
mod trial;

use super::{Connector, Finding, Material, Point, Report, Seen, Status, Step};
use failures::Failures;
use trial::Trial;

/// All points, in the order of their numbers.
const POINTS: [&[Question]; 8] = [
    describing::POINTS,
    checking::POINTS,
    projecting::POINTS,
    texts::POINTS,
    covering::POINTS,
    settling::POINTS,
    pulling::POINTS,
    receiving::POINTS,
];

/// One point, before it is asked.
struct Question {
    number: u8,
    name: &'static str,
    why: &'static str,
    /// Why it is skipped when no part has anything to try.
    without: &'static str,
    parts: &'static [Part],
}

/// Tries one thing: what was tried and seen when it held; nothing when the connector gives nothing to try it on.
type Part = fn(&Trial<'_>) -> Result<Option<Held>, Finding>;

/// Something that was tried and found in order.
type Held = Step;

/// The answer of a part that held.
fn held(tried: impl Into<String>, seen: impl Into<String>) -> Result<Option<Held>, Finding> {
    Ok(Some(Step { tried: tried.into(), seen: seen.into() }))
}

/// The answer of a part that did not.
fn failed<T>(tried: impl Into<String>, seen: impl Into<String>) -> Result<T, Finding> {
    Err(Finding::new(tried, Seen::Difference(seen.into())))
}

/// Points without which most others have nothing to work with: they are asked first, in this order.
const FUNDAMENTAL: [u8; 3] = [6, 21, 33];

/// Points about what becomes of items, which show nothing once none goes out.
const ABOUT_ITEMS: [std::ops::RangeInclusive<u8>; 2] = [10..=29, 31..=33];

pub(super) fn run(connector: &Connector, material: &Material) -> Report {
    let trial = Trial::new(connector, material);
    let mut questions: Vec<&Question> = POINTS.into_iter().flatten().collect();
    let rank = |number| FUNDAMENTAL.iter().position(|it| *it == number).unwrap_or(FUNDAMENTAL.len());
    questions.sort_by_key(|question| rank(question.number));
    let mut failures = Failures::default();
    let mut points: Vec<Point> = questions.into_iter().map(|it| it.ask(&trial, &mut failures)).collect();
    points.sort_by_key(|point| point.number);
    let description = connector.description();
    let (connector, version) = (description.name.clone(), description.version.clone());
    Report { connector, version, digest: trial.connector().digest().to_owned(), points }
}

impl Question {
    fn ask(&self, trial: &Trial<'_>, failures: &mut Failures) -> Point {
        if let Some(point) = failures.exhausted {
            return self.skipped(format!("not tried, since a call took too long at point {point}"));
        }
        if failures.nothing_goes_out && ABOUT_ITEMS.iter().any(|numbers| numbers.contains(&self.number)) {
            return self.skipped("not tried, since no sample goes out at point 6".to_owned());
        }
        let mut steps: Vec<Step> = Vec::new();
        for part in self.parts {
            match part(trial) {
                Ok(more) => steps.extend(more),
                Err(Finding { tried, seen }) => {
                    if let Some(point) = failures.met_before(self.number, &seen) {
                        return self
                            .skipped(format!("not tried, since the same call fails at point {point}"));
                    }
                    failures.nothing_goes_out |= self.number == FUNDAMENTAL[0];
                    steps.push(Step { tried, seen: seen.to_string() });
                    return self.point(Status::Failed, steps, None);
                }
            }
        }
        match steps.is_empty() {
            true => self.skipped(self.without.to_owned()),
            false => self.point(Status::Passed, steps, None),
        }
    }

    fn skipped(&self, reason: String) -> Point {
        self.point(Status::Skipped, Vec::new(), Some(reason))
    }

    fn point(&self, status: Status, steps: Vec<Step>, reason: Option<String>) -> Point {
        let Self { number, name, why, .. } = *self;
        Point { number, name, status, steps, why, reason }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn there_are_forty_points_in_order_and_no_name_comes_twice() {
        let questions: Vec<_> = POINTS.into_iter().flatten().collect();
        assert!(questions.iter().map(|question| question.number).eq(1..=40));
        let names: HashSet<_> = questions.iter().map(|question| question.name).collect();
        assert_eq!(names.len(), 40);
    }
}
