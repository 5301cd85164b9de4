//! The rules of a connector that publishes.

use std::collections::BTreeMap;

use wharf_catalog::{Action, Operation};

use super::{
    Finding, Rule, Subject,
    difference::same,
    responses::{NONSENSE as RESPONSES, Nonsense},
    samples::Sample,
};
use crate::exchange::{Answer, Exchange, Preparation, Request, Settlement};

pub(super) const UPSERTS: Rule = Rule {
    name: "upserts-are-prepared",
    why: "an item on which the connector fails never gets listed, and no one but its author can put it right",
    check: |subject| subject.prepares_each(Action::Upsert),
};

pub(super) const PRICES: Rule = Rule {
    name: "prices-are-prepared-alone",
    why: "it declares that it takes prices alone, so that is how they come",
    check: |subject| subject.prepares_each(Action::Price),
};

pub(super) const STOCKS: Rule = Rule {
    name: "stocks-are-prepared-alone",
    why: "it declares that it takes stock alone, so that is how it comes",
    check: |subject| subject.prepares_each(Action::Stock),
};

pub(super) const DELETIONS: Rule = Rule {
    name: "deletions-are-prepared",
    why: "what cannot be deleted stays for sale",
    check: |subject| subject.prepares_each(Action::Delete),
};

pub(super) const BATCHES: Rule = Rule {
    name: "a-batch-is-prepared",
    why: "the host hands in many operations at once, of every kind",
    check: |subject| subject.prepare_all("all operations in one batch", &subject.operations()).map(drop),
};

pub(super) const REPEATS: Rule = Rule {
    name: "preparing-repeats",
    why: "a dry run shows what will be sent, and a repeat after a crash is harmless, only if the same bytes come again",
    check: |subject| {
        let prepare = || subject.prepare_all("one batch twice", &subject.operations());
        same("one batch twice", &prepare()?, &prepare()?)
    },
};

pub(super) const ORDER: Rule = Rule {
    name: "order-does-not-matter",
    why: "which items share a batch is chance; a request for one item that depends on it cannot be repeated",
    check: |subject| {
        const TRIED: &str = "one batch forwards and backwards";
        let forwards = subject.operations();
        let backwards: Vec<_> = forwards.iter().rev().cloned().collect();
        let one = subject.prepare_all(TRIED, &forwards)?;
        let other = subject.prepare_all(TRIED, &backwards)?;
        match (requests(&one, &forwards), requests(&other, &backwards)) {
            (Some(one), Some(other)) => same(TRIED, &one, &other),
            // A request for many items is the batch's, not an item's.
            _ => Ok(()),
        }
    },
};

pub(super) const NONSENSE: Rule = Rule {
    name: "nonsense-is-settled",
    why: "channels answer with error pages and half an answer; the items must end as something an operator can see",
    check: |subject| {
        for (exchange, action) in subject.exchanges()? {
            for response in RESPONSES {
                subject.settle(&format!("{} to {action:?}", response.name), &[response.to(&exchange)])?;
            }
        }
        Ok(())
    },
};

pub(super) const SETTLING_REPEATS: Rule = Rule {
    name: "settling-repeats",
    why: "a recorded answer that is replayed has to mean what it meant, whatever else is settled with it",
    check: |subject| {
        const TRIED: &str = "every answer alone and all together";
        let Some((exchange, _)) = subject.exchanges()?.into_iter().next() else { return Ok(()) };
        let answers: Vec<_> = RESPONSES.iter().map(|response| response.to(&exchange)).collect();
        let mut alone = Vec::with_capacity(answers.len());
        for answer in &answers {
            alone.extend(subject.settle(TRIED, std::slice::from_ref(answer))?);
        }
        same(TRIED, &alone, &subject.settle(TRIED, &answers)?)
    },
};

impl Subject {
    fn prepares_each(&self, action: Action) -> Result<(), Finding> {
        let of_action = |sample: &&Sample| sample.operation.action == action;
        self.published().iter().filter(of_action).try_for_each(|sample| {
            let tried = format!("{action:?} of {}", sample.about);
            self.prepare_all(&tried, std::slice::from_ref(&sample.operation)).map(drop)
        })
    }

    pub(super) fn prepare_all(&self, tried: &str, operations: &[Operation]) -> Result<Preparation, Finding> {
        if operations.is_empty() {
            return Ok(Preparation::default());
        }
        let prepared = self.connector.prepare(&self.samples.context, operations);
        let mut prepared = prepared.map_err(|error| Finding::new(tried, error))?;
        match prepared.faults.is_empty() {
            true => Ok(prepared),
            false => Err(Finding::new(tried, prepared.faults.swap_remove(0).error)),
        }
    }

    pub(super) fn settle(&self, tried: &str, answers: &[Answer]) -> Result<Vec<Settlement>, Finding> {
        let failed = |error| Finding::new(tried, error);
        let settled = self.connector.settle(&self.samples.context, answers).map_err(failed)?;
        settled.into_iter().collect::<Result<_, _>>().map_err(failed)
    }

    /// The samples, if the connector publishes.
    fn published(&self) -> &[Sample] {
        if self.connector.abilities().publisher { &self.samples.operations } else { &[] }
    }

    pub(super) fn operations(&self) -> Vec<Operation> {
        self.published().iter().map(|sample| sample.operation.clone()).collect()
    }

    /// An exchange for each kind of operation that has one, among those of a batch.
    pub(super) fn exchanges(&self) -> Result<Vec<(Exchange, Action)>, Finding> {
        let operations = self.operations();
        let mut found: Vec<(Exchange, Action)> = Vec::new();
        for exchange in self.prepare_all("a batch, for its exchanges", &operations)?.exchanges {
            let first = exchange.covers.first().and_then(|index| operations.get(*index as usize));
            if let Some(action) = first.map(|operation| operation.action)
                && found.iter().all(|(_, known)| *known != action)
            {
                found.push((exchange, action));
            }
        }
        Ok(found)
    }
}

/// The request for each SKU; none if one request is for several.
fn requests<'a>(
    prepared: &'a Preparation,
    operations: &'a [Operation],
) -> Option<BTreeMap<&'a str, &'a Request>> {
    let one = |exchange: &'a Exchange| match exchange.covers[..] {
        [index] => Some((operations.get(index as usize)?.item.sku.as_str(), &exchange.request)),
        _ => None,
    };
    prepared.exchanges.iter().map(one).collect()
}

impl Nonsense {
    pub(super) fn to(&self, exchange: &Exchange) -> Answer {
        let covers = u32::try_from(exchange.covers.len()).unwrap_or(u32::MAX);
        Answer { memo: exchange.memo.clone(), covers, response: self.response() }
    }
}
