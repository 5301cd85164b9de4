//! What is sent to Square and read back is equal, up to the losses that were told.
//!
//! Counts come back by the connector's own stream. Square has no stream of products here, so names, descriptions and
//! prices are read off the seller's library.

use proptest::prelude::*;
use serde_json::json;
use square::Square;
use wharf_sdk::{
    Action, Context, Outcome, Request, Response,
    inbound::Entry,
    strip_html,
    testing::{self, Item, Operation, Value, context, euros, levels, published, pulled, remembered, warned},
};
use wharf_vendors::keeping::{Article, PLACES, catalog, shown, square::Seller, words};

/// The stream of stock, as the description counts.
const STOCK: u32 = 0;

/// 2026-01-31T12:00:00Z
const NOON: i64 = 1_769_860_800_000;

fn channel() -> Context {
    context(json!({"locations": {"berlin": "LBER", "hamburg": "LHAM"}}))
}

fn field(name: &str) -> u32 {
    testing::field::<Square>(name)
}

fn item(article: &Article) -> Item {
    let item = Item::new(&article.sku)
        .with(field("name"), Value::text(&article.name))
        .with(field("size"), Value::text(&article.sku))
        .with(field("price_money"), euros(article.cents))
        .with(field("inventory"), levels(&article.levels()));
    let item = Item { group: article.group.clone(), ..item };
    match &article.description {
        Some(html) => item.with(field("description_html"), Value::text(html)),
        None => item,
    }
}

fn operation(article: &Article, action: Action, before: Option<&Outcome>) -> Operation {
    Operation {
        remote_id: before.and_then(|outcome| outcome.remote_id.clone()),
        note: before.and_then(|outcome| outcome.note.clone()),
        as_of: NOON,
        ..Operation::new(action, item(article))
    }
}

fn played(seller: &mut Seller) -> impl FnMut(&Request, &[u8]) -> Response {
    |request, body| {
        let (status, answer) = seller.answer(&request.target, &serde_json::from_slice(body).unwrap());
        testing::response(status, answer.to_string())
    }
}

fn read(html: Option<&str>) -> Option<String> {
    html.map(|html| words(&strip_html(html)))
}

/// Everything that the seller holds is the article's, or the operator was told otherwise.
fn check(catalog: &[Article], outcomes: &[Outcome], seller: &mut Seller) -> Result<(), TestCaseError> {
    for (article, outcome) in catalog.iter().zip(outcomes) {
        let told = warned(outcome);
        let (name, description, cents) = seller.shown(outcome.remote_id.as_deref().unwrap()).unwrap();
        prop_assert_eq!(cents, article.cents);
        prop_assert_eq!(name != article.name, told.contains(&"name-differs"));
        let shown = shown(catalog, article);
        prop_assert_eq!((name, read(description)), (shown.name.as_str(), read(shown.description.as_deref())));
        prop_assert_eq!(article.description != shown.description, told.contains(&"description-differs"));
        let marked_up = article.description.as_deref().is_some_and(|html| {
            ["<blink>", "<script>", "onclick"].iter().any(|markup| html.contains(markup))
        });
        prop_assert_eq!(marked_up, told.contains(&"markup-dropped"));
        prop_assert_eq!(article.elsewhere.is_some(), told.contains(&"unknown-location"));
    }
    check_stock(catalog, outcomes, seller)
}

fn check_stock(catalog: &[Article], outcomes: &[Outcome], seller: &mut Seller) -> Result<(), TestCaseError> {
    let mut counted: Vec<(String, String, i64)> = pulled::<Square>(&channel(), STOCK, NOON, played(seller))
        .into_iter()
        .map(|entry| match entry {
            Entry::Stock(level) => (level.key.remote_id.unwrap(), level.location, level.quantity),
            other => panic!("no count: {other:?}"),
        })
        .collect();
    let mut sent: Vec<(String, String, i64)> = Vec::new();
    for (article, outcome) in catalog.iter().zip(outcomes) {
        let id = outcome.remote_id.clone().unwrap();
        let levels = PLACES.into_iter().zip(article.stock);
        sent.extend(levels.map(|(place, units)| (id.clone(), place.to_owned(), units)));
    }
    counted.sort();
    sent.sort();
    prop_assert_eq!(counted, sent);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_catalog_comes_back_as_it_was_sent(catalog in catalog(), changed in catalog()) {
        let mut seller = Seller::default();
        let upserts: Vec<Operation> = catalog.iter().map(|it| operation(it, Action::Upsert, None)).collect();
        let first = published::<Square>(&channel(), &upserts, played(&mut seller));
        check(&catalog, &first, &mut seller)?;

        // Stock and prices by themselves, of the same articles.
        let mut catalog = catalog;
        let changes = changed.iter().cycle();
        for (article, change) in catalog.iter_mut().zip(changes) {
            (article.cents, article.stock) = (change.cents, change.stock);
        }
        let mut outcomes = first.clone();
        for action in [Action::Price, Action::Stock] {
            let listed = catalog.iter().zip(&outcomes);
            let operations: Vec<_> = listed.map(|(it, before)| operation(it, action, Some(before))).collect();
            let now = published::<Square>(&channel(), &operations, played(&mut seller));
            outcomes = outcomes.iter().zip(now).map(|(before, now)| remembered(before, now)).collect();
        }
        check_stock(&catalog, &outcomes, &mut seller)?;
        for (article, outcome) in catalog.iter().zip(&outcomes) {
            let id = outcome.remote_id.as_deref().unwrap();
            prop_assert_eq!(seller.shown(id).map(|(_, _, cents)| cents), Some(article.cents));
        }

        // Whole again, onto what is there: nothing is listed twice.
        let listed = catalog.iter().zip(&outcomes);
        let upserts: Vec<_> = listed.map(|(it, before)| operation(it, Action::Upsert, Some(before))).collect();
        let again = published::<Square>(&channel(), &upserts, played(&mut seller));
        check(&catalog, &again, &mut seller)?;
        prop_assert_eq!(seller.skus().len(), catalog.len());
    }
}
