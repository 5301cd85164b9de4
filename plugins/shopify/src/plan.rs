//! Which operations share a request.
//!
//! A product is set whole, with all variants, so everything that concerns a group's content is one request. Prices
//! go together by product, stock by the hundred.

use std::collections::{BTreeMap, BTreeSet};

use wharf_sdk::{Action, Operation, Operations, Preparation, Problem, Reason, Rejection};

use crate::{deletion, find, note::Note, prices, product::Product, settings::Settings, stock};

/// An operation and its position in what was handed in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbered<'a> {
    pub(crate) index: u32,
    pub(crate) operation: Operation<'a>,
}

impl Numbered<'_> {
    pub(crate) fn rejected(&self, problems: Vec<Problem>) -> Rejection {
        Rejection { index: self.index, problems }
    }
}

/// A group by its name, or an item that has none by its SKU.
type GroupName<'a> = (bool, &'a str);

#[derive(Default)]
struct Plan<'a> {
    products: BTreeMap<GroupName<'a>, Vec<Numbered<'a>>>,
    /// Groups of which an item came without its content.
    partial: BTreeSet<GroupName<'a>>,
    prices: Vec<Numbered<'a>>,
    stocks: Vec<Numbered<'a>>,
}

pub(crate) fn prepare(settings: &Settings, operations: Operations<'_>) -> Preparation {
    let mut preparation = Preparation { exchanges: Vec::new(), rejections: Vec::new() };
    let plan = Plan::of(operations);
    for (name, group) in plan.products {
        if plan.partial.contains(&name) {
            preparation.rejections.extend(group.iter().map(|it| it.rejected(vec![incomplete(name.1)])));
        } else {
            prepare_group(settings, group, &mut preparation);
        }
    }
    let (prices, unknown) = known(plan.prices);
    prices::prepare(prices, &mut preparation);
    preparation.exchanges.extend(unknown.into_iter().map(find::exchange));
    let (stocks, unknown) = known(plan.stocks);
    stock::prepare(settings, stocks, &mut preparation);
    preparation.exchanges.extend(unknown.into_iter().map(find::exchange));
    preparation
}

impl<'a> Plan<'a> {
    fn of(operations: Operations<'a>) -> Self {
        let mut plan = Self::default();
        for (index, operation) in (0..).zip(operations) {
            let (item, numbered) = (operation.item, Numbered { index, operation });
            let name = (item.group().is_some(), item.group().unwrap_or(item.sku()));
            match operation.action {
                Action::Upsert | Action::Keep | Action::Delete => {
                    plan.products.entry(name).or_default().push(numbered);
                }
                Action::Price => plan.prices.push(numbered),
                Action::Stock => plan.stocks.push(numbered),
            }
            if matches!(operation.action, Action::Price | Action::Stock) {
                plan.partial.insert(name);
            }
        }
        plan
    }
}

fn prepare_group<'a>(settings: &Settings, mut group: Vec<Numbered<'a>>, preparation: &mut Preparation) {
    group.sort_by_key(|numbered| numbered.operation.item.sku());
    if group.iter().all(|numbered| numbered.operation.action == Action::Delete) {
        deletion::prepare(group, preparation);
        return;
    }
    if let Some(product) = Product::of(settings, group, &mut preparation.rejections) {
        preparation.exchanges.push(product.exchange());
    }
}

/// Whether `productSet` would delete an item depends on its content being there; without, nothing is sent.
fn incomplete(group: &str) -> Problem {
    let message = format!(
        "Shopify replaces a product whole, but not all variants of `{group}` came with their content; nothing was sent."
    );
    Problem::error("group-incomplete", message).reason(Reason::Contract)
}

/// Operations on listings of which ids are noted, and the others.
fn known(operations: Vec<Numbered<'_>>) -> (Vec<(Numbered<'_>, Note)>, Vec<Numbered<'_>>) {
    let mut known = Vec::with_capacity(operations.len());
    let mut unknown = Vec::new();
    for numbered in operations {
        match Note::of(&numbered.operation) {
            Some(note) => known.push((numbered, note)),
            None => unknown.push(numbered),
        }
    }
    (known, unknown)
}
