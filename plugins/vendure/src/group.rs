//! Operations by product: what the host hands over together.

use wharf_sdk::{Action, Operation, Operations, Preparation, Problem, Rejection};

use crate::{delete, media::note, price, product, settings::Settings, stock};

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
        self.operation.note.and_then(note::product)
    }

    /// Digests of pictures' addresses, and Vendure's ids of the assets.
    pub(crate) fn assets(&self) -> impl Iterator<Item = (u64, &'a str)> + use<'a> {
        self.operation.note.into_iter().flat_map(note::assets)
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

pub(crate) fn prepare(settings: &Settings, operations: Operations<'_>) -> Preparation {
    let mut done = Preparation::default();
    let mut prices = Vec::new();
    let mut stocks = Vec::new();
    for members in operations.groups() {
        let members = members.into_iter().map(|(index, operation)| Member { index, operation });
        let (alone, whole): (Vec<_>, Vec<_>) =
            members.partition(|member| member.is(Action::Price) || member.is(Action::Stock));
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
    done
}
