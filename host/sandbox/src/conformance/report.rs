//! What a full run found, point by point: for a person as text, for a machine as JSON.

use std::fmt;

use serde::Serialize;

/// What became of every point of a full run, in the order of their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The connector's own name.
    pub connector: String,
    pub version: String,
    /// SHA-256 of the component, in lower-case hexadecimal.
    pub digest: String,
    pub points: Vec<Point>,
}

/// One point, and how the connector stood it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Point {
    /// From 1 to 40.
    pub number: u8,
    /// Kebab-case and stable.
    pub name: &'static str,
    pub status: Status,
    /// One thing after the other; of a failed point the last one is what failed, a skipped one has none.
    pub steps: Vec<Step>,
    /// What would go wrong on a channel otherwise, in one sentence.
    pub why: &'static str,
    /// Why the point was skipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What the connector was asked, in words.
    pub tried: String,
    /// What it did.
    pub seen: String,
}

/// How a point ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    Passed,
    Failed,
    /// The point says nothing about this connector; [`Point::reason`] says why.
    Skipped,
}

impl Report {
    /// Whether no point failed.
    pub fn passed(&self) -> bool {
        self.failed().next().is_none()
    }

    /// The points that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Point> {
        self.points.iter().filter(|point| point.status == Status::Failed)
    }

    /// How many points ended so.
    pub fn count(&self, status: Status) -> usize {
        self.points.iter().filter(|point| point.status == status).count()
    }
}

/// Every point with what was tried and seen, and of those that failed why it matters.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {} (sha256:{:.12})", self.connector, self.version, self.digest)?;
        self.points.iter().try_for_each(|point| write!(f, "{point}"))?;
        let count = |status| self.count(status);
        let (passed, failed) = (count(Status::Passed), count(Status::Failed));
        writeln!(f, "{passed} passed, {failed} failed, {} skipped", count(Status::Skipped))
    }
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, name, status, steps, why, reason } = self;
        match (status, steps.split_last()) {
            (Status::Failed, Some((Step { tried, seen }, _))) => {
                writeln!(f, "  {number:>2} FAILED   {name}")?;
                writeln!(f, "       tried  {tried}")?;
                writeln!(f, "       seen   {seen}")?;
                writeln!(f, "       why    {why}")
            }
            (Status::Skipped, _) => {
                writeln!(f, "  {number:>2} skipped  {name}: {}", reason.as_deref().unwrap_or_default())
            }
            _ => {
                writeln!(f, "  {number:>2} passed   {name}")?;
                steps.iter().try_for_each(|Step { tried, seen }| writeln!(f, "       {tried}: {seen}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(number: u8, status: Status) -> Point {
        let reason = (status == Status::Skipped).then(|| "has no puller".to_owned());
        let step = Step { tried: "one batch twice".into(), seen: "the same bytes".into() };
        let steps = if reason.is_none() { vec![step] } else { Vec::new() };
        Point { number, name: "a-name", status, steps, why: "bytes are money", reason }
    }

    fn report(statuses: &[Status]) -> Report {
        let points = (1..).zip(statuses).map(|(number, status)| point(number, *status)).collect();
        Report { connector: "shop".into(), version: "1.0.0".into(), digest: "ab".repeat(32), points }
    }

    #[test]
    fn a_skipped_point_says_why_and_does_not_count_against_the_connector() {
        let report = report(&[Status::Passed, Status::Skipped]);
        assert!(report.passed());
        assert!(report.to_string().contains("2 skipped  a-name: has no puller"), "{report}");
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(
            (&json["points"][1]["status"], &json["points"][1]["reason"]),
            (&"skipped".into(), &"has no puller".into())
        );
    }

    #[test]
    fn a_failed_point_says_what_was_tried_seen_and_why_it_matters() {
        let report = report(&[Status::Passed, Status::Failed]);
        assert!(!report.passed());
        let text = report.to_string();
        for part in ["one batch twice", "the same bytes", "bytes are money", "1 passed, 1 failed, 0 skipped"]
        {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
