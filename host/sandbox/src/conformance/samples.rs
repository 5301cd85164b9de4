//! What a connector is tried with: items that only its own description gives rise to, and what may happen to them.

use wharf_catalog::{Action, Context, Description, Field, FieldValue, Item, Lane, Operation};

use super::{
    settings::plausible,
    values::{Style, content},
};

/// Everything that the points hand in.
pub(super) struct Samples {
    pub(super) context: Context,
    pub(super) items: Vec<(&'static str, Item)>,
    pub(super) operations: Vec<Sample>,
}

/// One operation, and what is special about it.
pub(super) struct Sample {
    pub(super) about: &'static str,
    pub(super) operation: Operation,
}

/// An item in the making: what is special about it, its SKU, which fields it has, and what is in them.
struct Kind {
    about: &'static str,
    sku: &'static str,
    group: Option<&'static str>,
    has: fn(&Field) -> bool,
    style: Style,
}

const KINDS: [Kind; 5] = [
    Kind {
        about: "an item with every field",
        sku: "WHARF-1-M",
        group: Some("WHARF-1"),
        has: |_| true,
        style: Style::Plain,
    },
    Kind {
        about: "an item with only the required fields",
        sku: "WHARF-2",
        group: None,
        has: |field| field.required,
        style: Style::Plain,
    },
    nasty("an item with nasty values (1)", "Ä 1/2 \"x\" <b>&?#%", 0),
    nasty("an item with nasty values (2)", "../..//\\;'=1+1", 1),
    nasty("an item with nasty values (3)", "\u{1f6d2}\u{202e}نعل", 2),
];

const fn nasty(about: &'static str, sku: &'static str, turn: usize) -> Kind {
    Kind { about, sku, group: Some(sku), has: |_| true, style: Style::Nasty(turn) }
}

impl Samples {
    pub(super) fn of(description: &Description) -> Self {
        let item = |kind: &Kind, has: &dyn Fn(&Field) -> bool| Item {
            sku: kind.sku.into(),
            group: kind.group.map(Into::into),
            values: values(&description.fields, kind.style, has),
        };
        let items = KINDS.iter().map(|kind| (kind.about, item(kind, &kind.has))).collect();
        let mut operations = Vec::new();
        for action in actions(description) {
            for kind in &KINDS {
                let has = |field: &Field| carries(action, field) && (kind.has)(field);
                operations.push(sample(kind.about, action, item(kind, &has)));
            }
        }
        Self { context: context(description), items, operations }
    }
}

/// The actions that a channel may be asked for, by what the connector declares.
fn actions(description: &Description) -> Vec<Action> {
    let terms = description.publishing.as_ref();
    let mut actions = vec![Action::Upsert];
    actions.extend(terms.is_some_and(|terms| terms.price_alone).then_some(Action::Price));
    actions.extend(terms.is_some_and(|terms| terms.stock_alone).then_some(Action::Stock));
    actions.push(Action::Delete);
    actions
}

/// Whether an operation brings the field along.
pub(super) fn carries(action: Action, field: &Field) -> bool {
    match action {
        Action::Upsert | Action::Keep => true,
        Action::Price => field.lane == Lane::Price,
        Action::Stock => field.lane == Lane::Stock,
        Action::Delete => false,
    }
}

/// The SKU tells the action too: a batch never holds one SKU twice.
fn sample(about: &'static str, action: Action, mut item: Item) -> Sample {
    item.sku = match action {
        Action::Upsert => item.sku,
        _ => format!("{} {action:?}", item.sku),
    };
    let remote_id = (action != Action::Upsert).then(|| format!("remote/{}", item.sku));
    Sample { about, operation: operation(action, item, remote_id) }
}

pub(super) fn operation(action: Action, item: Item, remote_id: Option<String>) -> Operation {
    Operation { action, item, remote_id, note: None, revision: 7, attempt: 0, as_of: 1_767_225_600_000 }
}

/// An ordinary item with the fields that it shall have.
pub(super) fn plain_item(sku: &str, fields: &[Field], has: &dyn Fn(&Field) -> bool) -> Item {
    Item { sku: sku.into(), group: None, values: values(fields, Style::Plain, has) }
}

fn values(fields: &[Field], style: Style, has: &dyn Fn(&Field) -> bool) -> Vec<FieldValue> {
    let numbered = (0..).zip(fields).filter(|(_, field)| has(field));
    numbered
        .map(|(index, field)| FieldValue { field: index, content: content(field, index as usize, style) })
        .collect()
}

fn context(description: &Description) -> Context {
    Context {
        settings: plausible(&description.settings_schema).to_string(),
        locale: "de-DE".into(),
        country: "DE".into(),
        currency: "EUR".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::contract::sample::{field, publisher};

    fn description(stock_alone: bool) -> Description {
        let mut description = publisher();
        description.fields.push(Field { lane: Lane::Stock, required: false, ..field("quantity") });
        description.publishing.as_mut().unwrap().stock_alone = stock_alone;
        description
    }

    #[test]
    fn no_sku_comes_twice_in_a_batch() {
        let operations = Samples::of(&description(true)).operations;
        let skus: HashSet<_> = operations.iter().map(|sample| &sample.operation.item.sku).collect();
        assert_eq!((skus.len(), operations.len()), (15, 15));
    }

    #[test]
    fn an_operation_brings_only_the_fields_of_its_lane() {
        let fields = |action| -> HashSet<Vec<u32>> {
            let operations = Samples::of(&description(true)).operations;
            let of_action = operations.iter().map(|it| &it.operation).filter(|it| it.action == action);
            of_action.map(|it| it.item.values.iter().map(|value| value.field).collect()).collect()
        };
        assert_eq!(fields(Action::Upsert), HashSet::from([vec![0, 1], vec![0]]));
        assert_eq!(fields(Action::Stock), HashSet::from([vec![1], vec![]]));
        assert_eq!(fields(Action::Delete), HashSet::from([vec![]]));
    }

    #[test]
    fn what_is_not_declared_is_not_asked_for() {
        let operations = Samples::of(&description(false)).operations;
        assert!(operations.iter().all(|sample| sample.operation.action != Action::Stock));
    }
}
