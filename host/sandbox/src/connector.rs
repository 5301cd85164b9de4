//! A loaded connector: its description, and its functions with every answer checked.

use std::{fmt, ops::Range, sync::Arc};

use serde::Serialize;
use wharf_catalog::{Context, Description, Item, Operation};

use crate::{
    error::CallError,
    exchange::{Answer, Fault, Opening, Preparation, Rejection, Rows, Settlement},
    guest::Guest,
    isolate::{Isolated, isolate},
    lift::{self, Lift},
    lower,
};

/// A component that was accepted, ready for calls from any thread. Cheap to clone.
///
/// Every function blocks: it computes for as long as the deadline allows, and waits for its turn before.
#[derive(Clone)]
pub struct Connector(Arc<Loaded>);

struct Loaded {
    guest: Guest,
    name: Arc<str>,
    digest: String,
    description: Description,
}

/// What a connector can do, by the interfaces it exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Abilities {
    pub publisher: bool,
    pub feed: bool,
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").field("name", &self.name()).field("digest", &self.digest()).finish()
    }
}

impl Connector {
    pub(crate) fn new(guest: Guest, digest: String, description: Description) -> Self {
        let name = description.name.as_str().into();
        Self(Arc::new(Loaded { guest, name, digest, description }))
    }

    /// The name from the description, unique among connectors by convention only.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// SHA-256 of the component file, in lower-case hexadecimal.
    pub fn digest(&self) -> &str {
        &self.0.digest
    }

    pub fn description(&self) -> &Description {
        &self.0.description
    }

    pub fn abilities(&self) -> Abilities {
        Abilities { publisher: self.0.guest.publisher.is_some(), feed: self.0.guest.feed.is_some() }
    }

    /// The most bytes of WebAssembly memory that one call has used since the connector was loaded.
    pub fn peak_memory(&self) -> usize {
        self.0.guest.peak_memory()
    }

    /// Turns operations into exchanges. Every operation is covered by one exchange, rejected once, or at fault
    /// once: a list on which the connector fails is halved until the guilty operation is alone.
    ///
    /// # Errors
    /// Only when the connector does not publish; all other failures are faults of single operations.
    pub fn prepare(&self, context: &Context, operations: &[Operation]) -> Result<Preparation, CallError> {
        const FUNCTION: &str = "publisher.prepare";
        let publisher = self.0.guest.publisher.as_ref().ok_or_else(|| self.lacks("publisher"))?;
        let mut rejections =
            lower::unfit(operations.iter().map(|operation| &operation.item), self.description());
        let most =
            self.description().publishing.as_ref().map_or(1, |terms| terms.maximum_operations as usize);
        let Isolated { parts, faults } = self.isolate(runs(operations.len(), &rejections, most), |range| {
            let raw = lower::with_operations(&operations[range.clone()], |operations| {
                self.0.guest.call(&self.0.name, FUNCTION, |store, instance| {
                    let publisher = publisher.load(&mut *store, instance)?;
                    publisher.call_prepare(store, lower::context(context), operations)
                })
            })?;
            let prepared = self.lift().preparation(raw, range.start, range.len());
            prepared.map_err(|what| self.breach(FUNCTION, what))
        });
        let mut exchanges = Vec::new();
        for (_, (more_exchanges, more_rejections)) in parts {
            exchanges.extend(more_exchanges);
            rejections.extend(more_rejections);
        }
        rejections.sort_unstable_by_key(|rejection| rejection.index);
        Ok(Preparation { exchanges, rejections, faults: numbered(faults) })
    }

    /// Reads the channel's answers: one settlement for each, in the same order. Answers on which the connector
    /// fails do not spoil the others.
    ///
    /// # Errors
    /// Only when the connector does not publish.
    pub fn settle(
        &self,
        context: &Context,
        answers: &[Answer],
    ) -> Result<Vec<Result<Settlement, CallError>>, CallError> {
        const FUNCTION: &str = "publisher.settle";
        let publisher = self.0.guest.publisher.as_ref().ok_or_else(|| self.lacks("publisher"))?;
        let terms = self.description().publishing.as_ref();
        let reads_headers = terms.map_or(&[][..], |terms| &terms.reads_headers);
        let covers: Vec<_> = answers.iter().map(|answer| answer.covers).collect();
        let Isolated { parts, faults } = self.isolate(runs(answers.len(), &[], usize::MAX), |range| {
            let raw = lower::with_answers(&answers[range.clone()], reads_headers, |answers| {
                self.0.guest.call(&self.0.name, FUNCTION, |store, instance| {
                    let publisher = publisher.load(&mut *store, instance)?;
                    publisher.call_settle(store, lower::context(context), answers)
                })
            })?;
            let settlements = self.lift().settlements(raw, &covers[range]);
            settlements.map_err(|what| self.breach(FUNCTION, what))
        });
        let settled =
            parts.into_iter().flat_map(|(range, settlements)| range.zip(settlements.into_iter().map(Ok)));
        let mut all: Vec<_> =
            settled.chain(faults.into_iter().map(|(position, error)| (position, Err(error)))).collect();
        all.sort_unstable_by_key(|(position, _)| *position);
        Ok(all.into_iter().map(|(_, settlement)| settlement).collect())
    }

    /// The feed file's name, media type and first bytes.
    pub fn head(&self, context: &Context) -> Result<Opening, CallError> {
        const FUNCTION: &str = "feed.head";
        let feed = self.0.guest.feed.as_ref().ok_or_else(|| self.lacks("feed"))?;
        let raw = self.0.guest.call(&self.0.name, FUNCTION, |store, instance| {
            feed.load(&mut *store, instance)?.call_head(store, lower::context(context))
        })?;
        lift::opening(raw).map_err(|what| self.breach(FUNCTION, what))
    }

    /// The rows of a slice of items. Every item has a row, is rejected once, or is at fault once.
    ///
    /// # Errors
    /// Only when the connector writes no feed.
    pub fn rows(&self, context: &Context, items: &[Item]) -> Result<Rows, CallError> {
        const FUNCTION: &str = "feed.rows";
        let feed = self.0.guest.feed.as_ref().ok_or_else(|| self.lacks("feed"))?;
        let rejections = lower::unfit(items.iter(), self.description());
        let Isolated { parts, faults } = self.isolate(runs(items.len(), &rejections, usize::MAX), |range| {
            let raw = lower::with_items(&items[range.clone()], |items| {
                self.0.guest.call(&self.0.name, FUNCTION, |store, instance| {
                    feed.load(&mut *store, instance)?.call_rows(store, lower::context(context), items)
                })
            })?;
            self.lift().rows(raw, range.start, range.len()).map_err(|what| self.breach(FUNCTION, what))
        });
        let mut rows = Rows { content: Vec::new(), rejections, faults: numbered(faults) };
        for (_, part) in parts {
            append(&mut rows.content, part.content);
            rows.rejections.extend(part.rejections);
        }
        rows.rejections.sort_unstable_by_key(|rejection| rejection.index);
        Ok(rows)
    }

    /// The feed file's last bytes.
    pub fn tail(&self, context: &Context) -> Result<Vec<u8>, CallError> {
        let feed = self.0.guest.feed.as_ref().ok_or_else(|| self.lacks("feed"))?;
        self.0.guest.call(&self.0.name, "feed.tail", |store, instance| {
            feed.load(&mut *store, instance)?.call_tail(store, lower::context(context))
        })
    }

    fn isolate<T>(
        &self,
        runs: Vec<Range<usize>>,
        call: impl FnMut(Range<usize>) -> Result<T, CallError>,
    ) -> Isolated<T> {
        isolate(runs, self.0.guest.runtime.limits.failed_calls, call)
    }

    fn lift(&self) -> Lift<'_> {
        Lift { description: &self.0.description, limits: &self.0.guest.runtime.limits }
    }

    fn lacks(&self, ability: &'static str) -> CallError {
        CallError::NoAbility { connector: self.0.name.clone(), ability }
    }

    fn breach(&self, function: &'static str, what: String) -> CallError {
        CallError::Contract { connector: self.0.name.clone(), function, what }
    }
}

/// The parts of a list between the rejected positions, none longer than `most`.
fn runs(count: usize, rejected: &[Rejection], most: usize) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    let gaps = rejected.iter().map(|rejection| rejection.index as usize);
    for end in gaps.chain([count]) {
        while start < end {
            let stop = end.min(start.saturating_add(most.max(1)));
            runs.push(start..stop);
            start = stop;
        }
        start = end + 1;
    }
    runs
}

fn numbered(faults: Vec<(usize, CallError)>) -> Vec<Fault> {
    let fault = |(position, error)| Fault { index: u32::try_from(position).unwrap_or(u32::MAX), error };
    faults.into_iter().map(fault).collect()
}

/// Moves the first part instead of copying it: a batch without faults has only one.
fn append(content: &mut Vec<u8>, part: Vec<u8>) {
    if content.is_empty() {
        *content = part;
    } else {
        content.extend_from_slice(&part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_leave_out_the_rejected_and_keep_to_the_maximum() {
        let rejected = |index| Rejection { index, problems: vec![] };
        assert_eq!(runs(7, &[rejected(0), rejected(4)], 2), [1..3, 3..4, 5..7]);
        assert_eq!(runs(4, &[rejected(2)], usize::MAX), [0..2, 3..4]);
        assert!(runs(0, &[], 5).is_empty());
        assert!(runs(1, &[rejected(0)], 5).is_empty());
    }
}
