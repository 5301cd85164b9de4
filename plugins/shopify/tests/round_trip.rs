//! What is sent to Shopify and read back is equal, up to the losses that were told.
//!
//! Stock by location, and of each listing its price, state and units, come back by the connector's own streams. It has
//! none of products, so titles and descriptions are read off the shop.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;
use shopify::Shopify;
use wharf_sdk::{
    Action, Context, Decimal, Outcome, Request, Response,
    inbound::{Entry, ListingState},
    testing::{self, Item, Operation, Value, context, euros, levels, published, pulled, remembered, warned},
};
use wharf_vendors::keeping::{Article, PLACES, catalog, shopify::Shop, shown};

/// Streams, as the description counts them.
const STOCK: u32 = 1;
const LISTINGS: u32 = 2;

/// 2026-01-31T12:00:00Z
const NOON: i64 = 1_769_860_800_000;

fn channel() -> Context {
    context(json!({"locations": {"berlin": "70", "hamburg": "71"}}))
}

fn field(name: &str) -> u32 {
    testing::field::<Shopify>(name)
}

fn item(article: &Article, status: &str) -> Item {
    let item = Item::new(&article.sku)
        .with(field("title"), Value::text(&article.name))
        .with(field("option1"), Value::text(&article.sku))
        .with(field("status"), Value::text(status))
        .with(field("price"), euros(article.cents))
        .with(field("inventoryQuantities"), levels(&article.levels()));
    let item = Item { group: article.group.clone(), ..item };
    let item = match article.sale_cents {
        Some(cents) => item.with(field("salePrice"), euros(cents)),
        None => item,
    };
    match &article.description {
        Some(html) => item.with(field("descriptionHtml"), Value::text(html)),
        None => item,
    }
}

fn operation(article: &Article, status: &str, action: Action, before: Option<&Outcome>) -> Operation {
    Operation {
        remote_id: before.and_then(|outcome| outcome.remote_id.clone()),
        note: before.and_then(|outcome| outcome.note.clone()),
        ..Operation::new(action, item(article, status))
    }
}

fn played(shop: &mut Shop) -> impl FnMut(&Request, &[u8]) -> Response {
    |_, body| testing::response(200, shop.answer(&serde_json::from_slice(body).unwrap()).to_string())
}

/// What a shopper pays.
fn lowest(article: &Article) -> Decimal {
    Decimal::new(article.sale_cents.unwrap_or(article.cents).min(article.cents), -2)
}

fn check_texts(catalog: &[Article], outcomes: &[Outcome], shop: &Shop) -> Result<(), TestCaseError> {
    for (article, outcome) in catalog.iter().zip(outcomes) {
        let (told, first) = (warned(outcome), shown(catalog, article));
        let (title, description) = shop.shown(outcome.remote_id.as_deref().unwrap()).unwrap();
        // What is no longer there was cleared.
        let description = description.filter(|html| !html.is_empty());
        prop_assert_eq!((title, description), (first.name.as_str(), first.description.as_deref()));
        let differs = (&article.name, &article.description) != (&first.name, &first.description);
        prop_assert_eq!(differs, told.contains(&"shared-text"));
        prop_assert_eq!(article.elsewhere.is_some(), told.contains(&"unknown-location"));
    }
    Ok(())
}

fn check_stock(catalog: &[Article], shop: &mut Shop) -> Result<(), TestCaseError> {
    let level = |entry| match entry {
        Entry::Stock(level) => ((level.key.sku.unwrap(), level.location), level.quantity),
        other => panic!("no count: {other:?}"),
    };
    let held = pulled::<Shopify>(&channel(), STOCK, NOON, played(shop));
    let held: BTreeMap<(String, String), i64> = held.into_iter().map(level).collect();
    let of_article = |it: &Article| {
        let sku = it.sku.clone();
        PLACES.into_iter().zip(it.stock).map(move |(place, units)| ((sku.clone(), place.to_owned()), units))
    };
    prop_assert_eq!(held, catalog.iter().flat_map(of_article).collect());
    Ok(())
}

fn check_listings(
    catalog: &[Article],
    outcomes: &[Outcome],
    state: ListingState,
    shop: &mut Shop,
) -> Result<(), TestCaseError> {
    let listing = |entry| match entry {
        Entry::Listing(it) => {
            let price = it.price.unwrap();
            ((it.key.sku, it.key.remote_id), (it.state, price.amount, price.currency, it.quantity))
        }
        other => panic!("no listing: {other:?}"),
    };
    let mut all: Vec<_> =
        pulled::<Shopify>(&channel(), LISTINGS, NOON, played(shop)).into_iter().map(listing).collect();
    let of_article = |(it, outcome): (&Article, &Outcome)| {
        let sold = (state, lowest(it), "EUR".to_owned(), Some(it.stock.iter().sum()));
        ((Some(it.sku.clone()), outcome.remote_id.clone()), sold)
    };
    let mut expected: Vec<_> = catalog.iter().zip(outcomes).map(of_article).collect();
    all.sort_by(|one, other| one.0.cmp(&other.0));
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    prop_assert_eq!(all, expected);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_catalog_comes_back_as_it_was_sent(catalog in catalog(), changed in catalog()) {
        let (mut catalog, mut shop) = (catalog, Shop::default());
        let upserts: Vec<_> = catalog.iter().map(|it| operation(it, "ACTIVE", Action::Upsert, None)).collect();
        let mut outcomes = published::<Shopify>(&channel(), &upserts, played(&mut shop));
        check_texts(&catalog, &outcomes, &shop)?;
        check_stock(&catalog, &mut shop)?;
        check_listings(&catalog, &outcomes, ListingState::Live, &mut shop)?;

        // Stock and prices by themselves, of the same articles.
        for (article, change) in catalog.iter_mut().zip(changed.iter().cycle()) {
            (article.cents, article.sale_cents, article.stock) = (change.cents, change.sale_cents, change.stock);
        }
        for action in [Action::Price, Action::Stock] {
            let listed = catalog.iter().zip(&outcomes);
            let operations: Vec<_> = listed.map(|(it, before)| operation(it, "ACTIVE", action, Some(before))).collect();
            let now = published::<Shopify>(&channel(), &operations, played(&mut shop));
            outcomes = outcomes.iter().zip(now).map(|(before, now)| remembered(before, now)).collect();
        }
        check_stock(&catalog, &mut shop)?;
        check_listings(&catalog, &outcomes, ListingState::Live, &mut shop)?;

        // Whole again, onto what is there, with other texts and hidden: nothing is listed twice.
        for (article, change) in catalog.iter_mut().zip(changed.iter().cycle()) {
            (article.description, article.stock) = (change.description.clone(), [1, 2]);
        }
        let listed = catalog.iter().zip(&outcomes);
        let upserts: Vec<_> = listed.map(|(it, before)| operation(it, "DRAFT", Action::Upsert, Some(before))).collect();
        let now = published::<Shopify>(&channel(), &upserts, played(&mut shop));
        check_texts(&catalog, &now, &shop)?;
        check_stock(&catalog, &mut shop)?;
        check_listings(&catalog, &now, ListingState::Draft, &mut shop)?;
    }
}
