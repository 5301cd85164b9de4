//! Operations by product: what the host hands over together.

use std::collections::BTreeMap;

use wharf_sdk::{Action, Exchange, Operation, Operations, Preparation, Problem, Rejection};

use crate::{delete, price, product, settings::Settings, stock};

/// One operation, and where it stands in the call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'a> {
    pub(crate) index: u32,
    pub(crate) operation: Operation<'a>,
}

impl<'a> Member<'a> {
    pub(crate) fn sku(&self) -> &'a str {
        self.operation.item.sku()
    }

    pub(crate) fn is(&self, action: Action) -> bool {
        self.operation.action == action
    }

    /// Vendure's id of the product; the note of a listing that is gone is empty.
    pub(crate) fn product(&self) -> Option<&'a str> {
        self.operation.note.filter(|note| !note.is_empty())
    }

    /// Vendure's id of the variant, if it is known where it is.
    pub(crate) fn id(&self) -> Option<&'a str> {
        self.product().and(self.operation.remote_id)
    }

    pub(crate) fn tried_before(&self) -> bool {
        self.operation.attempt > 0
    }

    pub(crate) fn reject(&self, problem: Problem) -> Rejection {
        Rejection { index: self.index, problems: vec![problem] }
    }
}

/// What was prepared.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) exchanges: Vec<Exchange>,
    pub(crate) rejections: Vec<Rejection>,
}

pub(crate) fn prepare(settings: &Settings, operations: Operations<'_>) -> Preparation {
    let mut done = Done::default();
    let mut prices = Vec::new();
    let mut stocks = Vec::new();
    for members in groups(operations) {
        let (alone, whole): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|member| member.is(Action::Price) || member.is(Action::Stock));
        let (of_price, of_stock): (Vec<_>, Vec<_>) =
            alone.into_iter().partition(|member| member.is(Action::Price));
        prices.extend(of_price);
        stocks.extend(of_stock);
        let has = |action| whole.iter().any(|member| member.is(action));
        if has(Action::Delete) && !has(Action::Upsert) {
            delete::prepare(settings, &whole, &mut done);
        } else if !whole.is_empty() {
            product::prepare(settings, whole, &mut done);
        }
    }
    price::prepare(settings, prices, &mut done);
    stock::prepare(settings, stocks, &mut done);
    Preparation { exchanges: done.exchanges, rejections: done.rejections }
}

/// In the order of their names, and within a group of SKUs, whatever the host's order.
fn groups(operations: Operations<'_>) -> impl Iterator<Item = Vec<Member<'_>>> {
    let mut groups: BTreeMap<(bool, &str), Vec<Member<'_>>> = BTreeMap::new();
    for (index, operation) in (0..).zip(operations) {
        let group = operation.item.group();
        let key = (group.is_some(), group.unwrap_or(operation.item.sku()));
        groups.entry(key).or_default().push(Member { index, operation });
    }
    groups.into_values().map(|mut members| {
        members.sort_by_key(Member::sku);
        members
    })
}
