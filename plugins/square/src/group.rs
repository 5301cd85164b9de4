//! Operations by item: what the host hands over together belongs to one object of Square's item library.
//!
//! Stock and prices travel by variation. Content travels by item, so a group with content has to be whole: what is
//! left out of an item, Square removes from it.

use wharf_sdk::{Action, Operation, Operations, Preparation, Problem, Reason, Rejection};

use crate::{
    catalog::{delete, price, upsert},
    inventory,
    note::Note,
    settings::Settings,
};

/// One operation, where it stands in the call, and what is known of its listing.
#[derive(Debug, Clone)]
pub(crate) struct Member<'a> {
    pub(crate) index: u32,
    pub(crate) operation: Operation<'a>,
    pub(crate) note: Option<Note>,
}

impl<'a> Member<'a> {
    fn new(index: u32, operation: Operation<'a>) -> Self {
        Self { index, operation, note: operation.note.and_then(Note::parse) }
    }

    pub(crate) fn sku(&self) -> &'a str {
        self.operation.item.sku()
    }

    pub(crate) fn is(&self, action: Action) -> bool {
        self.operation.action == action
    }

    /// Square's id of the variation, if it is known where it is.
    pub(crate) fn id(&self) -> Option<&'a str> {
        self.note.as_ref().and(self.operation.remote_id)
    }

    pub(crate) fn reject(&self, problem: Problem) -> Rejection {
        Rejection { index: self.index, problems: vec![problem] }
    }
}

/// Whether any of them was tried before, so that it has to travel alone: then there is no doubt whose error it is.
pub(crate) fn tried_before(members: &[Member<'_>]) -> bool {
    members.iter().any(|member| member.operation.attempt > 0)
}

/// The operations of a call by the way they travel.
#[derive(Debug, Default)]
struct Work<'a> {
    /// By item.
    upserts: Vec<Vec<Member<'a>>>,
    deletions: Vec<Vec<Member<'a>>>,
    prices: Vec<Member<'a>>,
    stocks: Vec<Member<'a>>,
    done: Preparation,
}

pub(crate) fn prepare(settings: &Settings, operations: Operations<'_>) -> Preparation {
    let mut work = Work::default();
    for members in operations.groups() {
        work.sort(members.into_iter().map(|(index, operation)| Member::new(index, operation)).collect());
    }
    let Work { upserts, deletions, prices, stocks, mut done } = work;
    upsert::prepare(settings, upserts, &mut done);
    price::prepare(prices, &mut done);
    inventory::prepare(settings, stocks, &mut done);
    delete::prepare(deletions, &mut done);
    done
}

impl<'a> Work<'a> {
    fn sort(&mut self, members: Vec<Member<'a>>) {
        let (parts, mut whole): (Vec<_>, Vec<_>) =
            members.into_iter().partition(|member| member.is(Action::Stock) || member.is(Action::Price));
        let has = |whole: &[Member<'_>], action| whole.iter().any(|member| member.is(action));
        if has(&whole, Action::Upsert) && !parts.is_empty() {
            whole = self.refuse_part(whole);
        }
        if has(&whole, Action::Delete) && !has(&whole, Action::Upsert) {
            self.deletions.push(whole);
        } else if has(&whole, Action::Upsert) || parts.is_empty() {
            self.upserts.extend((!whole.is_empty()).then_some(whole));
        } else if parts.iter().any(|member| member.is(Action::Price)) {
            self.prices.extend(whole);
        } else {
            self.stocks.extend(whole);
        }
        let (prices, stocks): (Vec<_>, Vec<_>) =
            parts.into_iter().partition(|member| member.is(Action::Price));
        self.prices.extend(prices);
        self.stocks.extend(stocks);
    }

    /// Content of a group of which some items came without theirs. To write it would remove those.
    fn refuse_part(&mut self, whole: Vec<Member<'a>>) -> Vec<Member<'a>> {
        let (deletions, content): (Vec<_>, Vec<_>) =
            whole.into_iter().partition(|member| member.is(Action::Delete));
        let message = "Only a part of the product's variants came; Square would remove the others.";
        let problem = Problem::error("group-not-whole", message).reason(Reason::Contract);
        self.done.rejections.extend(content.iter().map(|member| member.reject(problem.clone())));
        deletions
    }
}
