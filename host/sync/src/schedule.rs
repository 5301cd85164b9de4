//! When a channel syncs by itself: at an interval or by cron, in the channel's own time zone.

use std::str::FromStr;

use croner::Cron;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// A channel's schedule as the operator writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Schedule {
    /// Sync the moment something changes. Default: true.
    pub on_change: bool,
    /// An interval, such as `15m` or `1h30m`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<SignedDuration>,
    /// A cron pattern of five fields (or six, with seconds), such as `0 6 * * MON-FRI`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// IANA name of the zone that `cron` is meant in. Default: `UTC`.
    pub time_zone: String,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { on_change: true, every: None, cron: None, time_zone: "UTC".into() }
    }
}

/// Why a schedule cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    #[error("the schedule has both `every` and `cron`: keep one")]
    Both,
    #[error("`every` must be at least one second")]
    TooShort,
    #[error("`{zone}` is not a time zone: use an IANA name such as Europe/Berlin")]
    TimeZone { zone: String },
    #[error("`{pattern}` is not a cron pattern: {reason}")]
    Cron { pattern: String, reason: String },
}

/// A schedule that was checked.
#[derive(Debug, Clone)]
pub struct Timetable {
    rhythm: Rhythm,
    zone: TimeZone,
    on_change: bool,
}

#[derive(Debug, Clone)]
enum Rhythm {
    OnlyOnChange,
    Every(SignedDuration),
    Cron(Box<Cron>),
}

impl Timetable {
    pub fn new(schedule: &Schedule) -> Result<Self, ScheduleError> {
        let zone = TimeZone::get(&schedule.time_zone)
            .map_err(|_| ScheduleError::TimeZone { zone: schedule.time_zone.clone() })?;
        let rhythm = match (&schedule.every, &schedule.cron) {
            (Some(_), Some(_)) => return Err(ScheduleError::Both),
            (Some(every), None) if *every < SignedDuration::from_secs(1) => {
                return Err(ScheduleError::TooShort);
            }
            (Some(every), None) => Rhythm::Every(*every),
            (None, Some(pattern)) => Rhythm::Cron(Box::new(Cron::from_str(pattern).map_err(|error| {
                ScheduleError::Cron { pattern: pattern.clone(), reason: error.to_string() }
            })?)),
            (None, None) => Rhythm::OnlyOnChange,
        };
        Ok(Self { rhythm, zone, on_change: schedule.on_change })
    }

    /// Whether a change is to travel at once instead of waiting for the next turn.
    pub fn on_change(&self) -> bool {
        self.on_change
    }

    /// The first turn after `after`, unless the channel has none.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        match &self.rhythm {
            Rhythm::OnlyOnChange => None,
            Rhythm::Every(every) => after.checked_add(*every).ok(),
            Rhythm::Cron(cron) => {
                let local = after.to_zoned(self.zone.clone());
                cron.find_next_occurrence(&local, false).ok().map(|next| next.timestamp())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timetable(json: &str) -> Result<Timetable, ScheduleError> {
        Timetable::new(&serde_json::from_str(json).unwrap())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn cron_is_meant_in_the_channels_own_time_zone_across_daylight_saving() {
        let daily = timetable(r#"{"cron": "0 6 * * *", "time-zone": "Europe/Berlin"}"#).unwrap();
        assert_eq!(daily.next(at("2026-03-27T12:00:00Z")), Some(at("2026-03-28T05:00:00Z")));
        assert_eq!(daily.next(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T04:00:00Z")));
    }

    #[test]
    fn an_interval_counts_from_the_last_turn() {
        let quarterly = timetable(r#"{"every": "15m"}"#).unwrap();
        assert_eq!(quarterly.next(at("2026-01-01T00:00:00Z")), Some(at("2026-01-01T00:15:00Z")));
    }

    #[test]
    fn without_a_rhythm_only_changes_wake_the_channel() {
        let timetable = timetable("{}").unwrap();
        assert!(timetable.on_change());
        assert_eq!(timetable.next(at("2026-01-01T00:00:00Z")), None);
    }

    #[test]
    fn what_cannot_be_kept_is_refused_with_the_reason() {
        let refused = |json| timetable(json).unwrap_err().to_string();
        assert!(refused(r#"{"cron": "61 * * * *"}"#).starts_with("`61 * * * *` is not a cron pattern"));
        assert!(refused(r#"{"time-zone": "Berlin"}"#).contains("IANA"));
        assert!(refused(r#"{"every": "1h", "cron": "0 * * * *"}"#).contains("both"));
        assert!(refused(r#"{"every": "10ms"}"#).contains("one second"));
    }
}
