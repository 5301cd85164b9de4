//! When a connector has failed often enough to be taken out of service.
//!
//! What counts are batches of which nothing went through, one after another: a single poisonous item among good ones
//! is that item's problem. One that is alone in its batch and is tried again and again says nothing new, so it counts
//! once. A connector that prepares well and never reads an answer fails as surely as one that does neither, so each
//! kind of call has a streak of its own.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use wharf_sandbox::CallError;

/// What the connector was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    Prepare,
    Settle,
    Feed,
    /// Pulls, webhooks and files.
    Read,
    /// Shipments on their way out, and what channels answer to them.
    PrepareShipments,
    SettleShipments,
}

/// How a batch went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Health {
    /// Something went through.
    Sound,
    /// Nothing went through.
    Failed {
        error: CallError,
        /// The product or shipment, when the batch had only one.
        alone: Option<i64>,
    },
}

impl Health {
    /// Of a batch in which `faults` of `count` failed; nothing if there was nothing to do.
    pub(crate) fn of(
        count: usize,
        faults: usize,
        last: Option<&CallError>,
        alone: Option<i64>,
    ) -> Option<Self> {
        match last {
            _ if count == 0 => None,
            Some(error) if faults == count => Some(Self::Failed { error: error.clone(), alone }),
            _ => Some(Self::Sound),
        }
    }
}

/// Failures in a row, by release and kind of call. Forgotten with the process: what is quarantined is in the store.
#[derive(Debug, Default)]
pub(crate) struct Streaks(Mutex<HashMap<(String, Stage), Streak>>);

#[derive(Debug, Default)]
struct Streak {
    failures: u32,
    /// Products that failed alone.
    alone: Vec<i64>,
}

impl Streaks {
    /// Counts a batch. Answers with the failure that was one too many, and begins anew.
    pub(crate) fn note(&self, digest: &str, stage: Stage, health: Health, limit: u32) -> Option<CallError> {
        let mut streaks = self.lock();
        if health == Health::Sound && streaks.is_empty() {
            return None;
        }
        let key = (digest.to_owned(), stage);
        let Health::Failed { error, alone } = health else {
            streaks.remove(&key);
            return None;
        };
        let streak = streaks.entry(key.clone()).or_default();
        match alone {
            Some(product) if streak.alone.contains(&product) => {}
            _ => {
                streak.failures += 1;
                streak.alone.extend(alone);
            }
        }
        let enough = limit > 0 && streak.failures >= limit;
        if enough {
            streaks.remove(&key);
        }
        enough.then_some(error)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<(String, Stage), Streak>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(alone: Option<i64>) -> Health {
        let error = CallError::Contract {
            connector: "shop".into(),
            function: "publisher.prepare",
            what: "none".into(),
        };
        Health::Failed { error, alone }
    }

    fn after(batches: impl IntoIterator<Item = Health>) -> bool {
        let streaks = Streaks::default();
        batches.into_iter().any(|health| streaks.note("digest", Stage::Settle, health, 3).is_some())
    }

    #[test]
    fn only_failures_in_a_row_count() {
        assert!(after([failed(None), failed(None), failed(None)]));
        assert!(!after([failed(None), failed(None), Health::Sound, failed(None), failed(None)]));
    }

    #[test]
    fn one_listing_that_fails_alone_again_and_again_counts_once() {
        assert!(!after([1, 2, 1, 2, 1, 2].map(|product| failed(Some(product)))));
        assert!(after([failed(Some(1)), failed(Some(2)), failed(Some(3))]));
    }

    #[test]
    fn releases_and_kinds_of_calls_are_counted_apart() {
        let streaks = Streaks::default();
        for (digest, stage) in [("a", Stage::Prepare), ("a", Stage::Settle), ("b", Stage::Prepare)] {
            assert_eq!(streaks.note(digest, stage, failed(None), 2), None);
        }
        assert!(streaks.note("a", Stage::Settle, failed(None), 2).is_some());
        assert_eq!(streaks.note("a", Stage::Settle, failed(None), 2), None, "it begins anew");
    }

    #[test]
    fn a_batch_fails_when_nothing_of_it_went_through() {
        let Health::Failed { error, .. } = failed(None) else { unreachable!() };
        assert_eq!(Health::of(3, 3, Some(&error), None), Some(failed(None)));
        assert_eq!(Health::of(3, 2, Some(&error), None), Some(Health::Sound));
        assert_eq!(Health::of(0, 0, None, None), None);
    }
}
