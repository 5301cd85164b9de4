//! What the abilities that send have in common, be it items or shipments: lists that are prepared part by part, and
//! answers that are read part by part, so that whatever the connector fails on costs only itself.

use std::ops::Range;

use wasmtime::{Store, component::Instance};

use crate::{
    bindings::{exports::wharf::connector::publisher, wharf::connector::exchanges},
    connector::Connector,
    error::CallError,
    exchange::{Answer, Fault, Settlement},
    exports::Exports,
    isolate::Isolated,
    lift::Prepared,
    runtime::Call,
    units::runs,
};

/// One function of an ability that sends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sending {
    /// Such as `publisher.prepare`.
    pub(crate) function: &'static str,
    /// What its lists are made of, such as `operation`.
    pub(crate) noun: &'static str,
}

impl Connector {
    /// Lets the connector prepare a part of a list of `count`.
    pub(crate) fn prepare_part(
        &self,
        sending: Sending,
        part: &Range<usize>,
        count: usize,
        prepare: impl FnOnce(&Exports, &mut Store<Call>, &Instance) -> wasmtime::Result<exchanges::Preparation>,
    ) -> Result<Prepared, CallError> {
        let Sending { function, noun } = sending;
        let limits = self.limits().for_part(part.len(), count);
        let (raw, forms) = self.composing_within(&limits, function, prepare)?;
        let prepared = self.lift().of(noun).composed(&forms).preparation(raw, part.start, part.len());
        prepared.map_err(|what| self.breach(function, what))
    }

    /// Lets the connector read answers: one settlement for each, in the same order.
    pub(crate) fn settle_parts(
        &self,
        sending: Sending,
        answers: &[Answer],
        settle: impl Fn(
            &Exports,
            &mut Store<Call>,
            &Instance,
            &[Answer],
        ) -> wasmtime::Result<Vec<publisher::Settlement>>,
    ) -> Vec<Result<Settlement, CallError>> {
        let Sending { function, noun } = sending;
        let covers: Vec<_> = answers.iter().map(|answer| answer.covers).collect();
        let Isolated { parts, faults } = self.isolate(runs(answers.len(), &[], usize::MAX), |part| {
            let limits = self.limits().for_part(part.len(), answers.len());
            let (raw, forms) = self.composing_within(&limits, function, |exports, store, instance| {
                settle(exports, store, instance, &answers[part.clone()])
            })?;
            let settlements = self.lift().of(noun).composed(&forms).settlements(raw, &covers[part]);
            settlements.map_err(|what| self.breach(function, what))
        });
        let settled =
            parts.into_iter().flat_map(|(part, settlements)| part.zip(settlements.into_iter().map(Ok)));
        let mut all: Vec<_> =
            settled.chain(faults.into_iter().map(|(position, error)| (position, Err(error)))).collect();
        all.sort_unstable_by_key(|(position, _)| *position);
        all.into_iter().map(|(_, settlement)| settlement).collect()
    }
}

/// What the parts of a list came to, as one.
pub(crate) fn joined(parts: Vec<(Range<usize>, Prepared)>) -> Prepared {
    let (mut exchanges, mut rejections) = Prepared::default();
    for (_, (more_exchanges, more_rejections)) in parts {
        exchanges.extend(more_exchanges);
        rejections.extend(more_rejections);
    }
    rejections.sort_unstable_by_key(|rejection| rejection.index);
    (exchanges, rejections)
}

pub(crate) fn numbered(faults: Vec<(usize, CallError)>) -> Vec<Fault> {
    let fault = |(position, error)| Fault { index: u32::try_from(position).unwrap_or(u32::MAX), error };
    faults.into_iter().map(fault).collect()
}
