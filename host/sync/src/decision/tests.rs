//! Which lanes go by themselves, told with a channel that takes stock and prices beside an upload.

use rust_decimal::Decimal;
use wharf_catalog::{
    Description, Field, FieldKind,
    declaration::Idempotency,
    item::{Content, FieldValue, Money},
    mapping::Mapping,
};

use super::*;

const NOW: i64 = 1_000;

/// Stock, price and title.
type Offer = (i64, i64, &'static str);

const LAMP: Offer = (5, 10, "Lamp");

fn projector(is_apart: bool) -> Projector {
    let field = |name: &str, kind, lane| Field { lane, source: Some(name.into()), ..Field::new(name, kind) };
    let terms = Publishing {
        stock_alone: true,
        price_alone: true,
        maximum_operations: 100,
        maximum_request_bytes: None,
        idempotency: Idempotency::NaturalKey,
        whole_groups: false,
        stock_apart: is_apart,
        price_apart: is_apart,
    };
    let description = Description {
        fields: vec![
            field("stock", FieldKind::Quantity, Lane::Stock),
            field("price", FieldKind::Money, Lane::Price),
            field("title", FieldKind::Text, Lane::Content),
        ],
        publishing: Some(terms),
        ..Description::new("shop", "1.0.0", "A shop")
    };
    let scope = serde_json::from_str(r#"{"locale": "de-DE", "country": "DE", "currency": "EUR"}"#).unwrap();
    Projector::new(description, &Mapping::default(), scope).unwrap()
}

fn item((stock, price, title): Offer) -> Item {
    let money = Money { amount: Decimal::new(price, 2), currency: "EUR".into() };
    let contents = [Content::Quantity(stock), Content::Money(money), Content::Text(title.into())];
    let values = (0..).zip(contents).map(|(field, content)| FieldValue { field, content });
    Item { sku: "A".into(), group: None, values: values.collect() }
}

/// What is decided when the channel shows one offer, should show another, and something is under way.
fn decided(is_apart: bool, shown: Option<Offer>, desired: Offer, under_way: &[Lane]) -> Decision {
    let projector = projector(is_apart);
    let seed = Seed::new(["shop"]);
    let fields = &projector.description().fields;
    let known = Known {
        sku: "A",
        group: None,
        state: ListingState::Due,
        under_way: under_way.iter().copied().collect(),
        delivered: shown.map(|shown| Fingerprint::new(&seed, &item(shown), fields)),
        remote_id: None,
        note: None,
        attempts: 0,
        held_until: None,
        read_at: NOW,
        revision: 1,
        deleted: false,
    };
    let desired = Projection::Listed { item: item(desired), warnings: Vec::new() };
    decide(&projector, &seed, desired, &known, Company::Alone)
}

/// Action, lanes, number of fields that travel, and what is left.
type Sent = (Action, Lanes, usize, Option<Lane>);

#[track_caller]
fn sent(decision: Decision) -> Sent {
    match decision {
        Decision::Send { operation, lanes, rest, .. } => {
            (operation.action, lanes, operation.item.values.len(), rest.map(|(lane, _)| lane))
        }
        other => panic!("expected an operation, got {other:?}"),
    }
}

#[test]
fn the_first_upsert_has_everything_and_later_ones_leave_apart_what_travels_apart() {
    let renamed = (5, 10, "Light");
    assert_eq!(sent(decided(true, None, LAMP, &[])), (Action::Upsert, Lanes::ALL, 3, None));
    assert_eq!(sent(decided(false, Some(LAMP), renamed, &[])), (Action::Upsert, Lanes::ALL, 3, None));
    let content = Lanes::from(Lane::Content);
    assert_eq!(sent(decided(true, Some(LAMP), renamed, &[])), (Action::Upsert, content, 1, None));
}

#[test]
fn what_travels_apart_goes_before_the_rest() {
    let changed = (4, 9, "Light");
    let stock = (Action::Stock, Lane::Stock.into(), 1, Some(Lane::Price));
    assert_eq!(sent(decided(true, Some(LAMP), changed, &[])), stock);
    let price = (Action::Price, Lane::Price.into(), 1, Some(Lane::Content));
    assert_eq!(sent(decided(true, Some((4, 10, "Lamp")), changed, &[])), price);
    assert_eq!(sent(decided(false, Some(LAMP), changed, &[])), (Action::Upsert, Lanes::ALL, 3, None));
}

#[test]
fn stock_overtakes_an_upload_but_not_itself_and_nothing_else_overtakes() {
    let sold = (4, 10, "Lamp");
    let stock = (Action::Stock, Lane::Stock.into(), 1, Some(Lane::Content));
    assert_eq!(sent(decided(true, Some(LAMP), sold, &[Lane::Content])), stock);
    let waits = |decision| assert!(matches!(decision, Decision::Later), "{decision:?}");
    waits(decided(true, Some(LAMP), sold, &[Lane::Content, Lane::Stock]));
    waits(decided(true, Some(LAMP), (5, 10, "Light"), &[Lane::Content]));
    waits(decided(true, Some(LAMP), LAMP, &[Lane::Content]));
    waits(decided(true, None, LAMP, &[Lane::Content]));
    waits(decided(false, Some(LAMP), sold, &Lane::ALL));
}
