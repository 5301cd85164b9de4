//! That every operation is answered, on its own and once: points 21 to 24.

use wharf_catalog::Operation;

use super::{
    Held, Question, failed, held,
    identity::{
        keys_follow_the_operation, no_two_skus_are_one, repeats_are_harmless, unkeyed_writes_are_read_back,
    },
    reactions::replied,
    shipping,
    trial::{Trial, upsert},
};
use crate::conformance::{Finding, difference::same, feeding, publishing};

pub(super) const POINTS: &[Question] = &[
    Question {
        number: 21,
        name: "every-operation-is-answered-once",
        why: "what nobody answers for is never sent again and never missed",
        without: "it takes no items and tells of no shipments",
        parts: &[every_operation, every_covered_operation, every_row, shipping::every_shipment],
    },
    Question {
        number: 22,
        name: "one-bad-item-does-not-spoil-the-others",
        why: "one wrong product must not keep a catalog off the channel",
        without: "it takes no items and tells of no shipments",
        parts: &[siblings_go_on, rows_go_on, shipping::siblings_go_on],
    },
    Question {
        number: 23,
        name: "no-two-skus-are-one",
        why: "two articles that become one at the channel overwrite each other's price and stock",
        without: "it takes no items",
        parts: &[no_two_skus_are_one],
    },
    Question {
        number: 24,
        name: "repeats-are-harmless",
        why: "after a crash the same request is sent again, and must not list, sell or count twice",
        without: "it neither publishes nor tells of shipments",
        parts: &[
            repeats_are_harmless,
            keys_follow_the_operation,
            unkeyed_writes_are_read_back,
            shipping::parcels_are_told_apart,
        ],
    },
];

fn every_operation(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.publishes() {
        return Ok(None);
    }
    let rules = [
        publishing::UPSERTS,
        publishing::PRICES,
        publishing::STOCKS,
        publishing::DELETIONS,
        publishing::BATCHES,
    ];
    rules.iter().try_for_each(|rule| rule.ask(&trial.subject))?;
    let count = trial.subject.operations().len();
    held(format!("{count} operations one by one and together"), "each is covered once or rejected once")
}

/// Operations that one answer may be for.
const COVERED: usize = 60;

fn every_covered_operation(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let tried = format!("answers for {COVERED} upserts");
    if !trial.publishes() {
        return Ok(None);
    }
    let operations: Vec<_> = trial.items(COVERED).into_iter().map(upsert).collect();
    let prepared = trial.subject.prepare_all(&tried, &operations)?;
    let bodies: [&[u8]; 4] =
        [b"{}", b"[]", b"{\"results\":[{\"index\":0,\"status\":\"ok\"}]}", b"[{\"ok\":true},{\"ok\":false}]"];
    let mut answers = 0;
    for exchange in prepared.exchanges.iter().take(2) {
        for body in bodies {
            for status in [200, 207, 400] {
                let reaction = replied("an answer", status, body);
                trial.subject.settle(&tried, &[super::reactions::answer(exchange, reaction.response)])?;
                answers += 1;
            }
        }
    }
    held(format!("{answers} {tried}"), "each operation has one outcome, or one further exchange")
}

fn every_row(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.feeds() {
        return Ok(None);
    }
    feeding::ROWS.ask(&trial.subject)?;
    held("the rows of all samples one by one", "each has a row or a reason")
}

fn siblings_go_on(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "three good items, and the same with bad ones between them";
    if !trial.publishes() {
        return Ok(None);
    }
    let good: Vec<Operation> = trial.items(3).into_iter().map(upsert).collect();
    let mut mixed = Vec::new();
    for (operation, bad) in good.iter().zip(trial.bad_items()) {
        mixed.extend([operation.clone(), upsert(bad)]);
    }
    let alone = trial.fates(TRIED, &good)?;
    let together = trial.fates(TRIED, &mixed)?;
    for (sku, fate) in &alone {
        let beside = &together[sku];
        same(TRIED, &fate.beside(beside), &beside.beside(fate))?;
    }
    held(TRIED, "the same for the good ones")
}

fn rows_go_on(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "the rows of good items, and the same with bad ones between them";
    if !trial.feeds() {
        return Ok(None);
    }
    let good = trial.items(3);
    let mixed: Vec<_> =
        good.iter().cloned().zip(trial.bad_items()).flat_map(|(good, bad)| [good, bad]).collect();
    let rows = trial.subject.rows(TRIED, &mixed)?;
    for item in &good {
        let row = trial.subject.rows(TRIED, std::slice::from_ref(item))?.content;
        if !row.is_empty() && !rows.content.windows(row.len()).any(|window| window == row) {
            return failed(TRIED, format!("the row of {} is another, or gone", item.sku));
        }
    }
    held(TRIED, "the same rows for the good ones")
}

impl Trial<'_> {
    /// Items that lack what the channel requires, and one with nasty values.
    fn bad_items(&self) -> Vec<wharf_catalog::Item> {
        let empty = |sku: &str| wharf_catalog::Item { sku: sku.into(), ..wharf_catalog::Item::default() };
        let nasty = self.subject.samples.items.last().map(|(_, item)| item.clone());
        [Some(empty("BAD-1")), nasty, Some(empty("BAD \"2\""))].into_iter().flatten().collect()
    }
}
