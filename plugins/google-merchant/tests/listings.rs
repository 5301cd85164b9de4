//! What Google shows, read back.

use google_merchant::GoogleMerchant;
use serde_json::{Value as Json, json};
use wharf_sdk::{
    ChangeDetection, Connector, Context, Decimal, Fetch, Page, Pass, Position, Puller, Reason, Rest,
    Severity, StreamKind,
    inbound::{Entry, Listing, ListingState, Money},
    testing::{self, field, only, response},
};

fn context() -> Context {
    testing::context(json!({"account": "123", "data_source": "456"}))
}

fn first() -> Fetch {
    GoogleMerchant::request(&context(), 0, &Position { cursor: None, since: None, until: 0 })
}

fn digested(memo: &[u8], status: u16, body: &str) -> Page {
    GoogleMerchant::digest(&context(), 0, memo, &response(status, body))
}

/// A product of the channel, with this status.
fn product(status: &Json) -> Json {
    json!({
        "name": "accounts/123/products/de~DE~OAK", "offerId": "OAK", "contentLanguage": "de", "feedLabel": "DE",
        "dataSource": "accounts/123/dataSources/456", "productStatus": status,
        "productAttributes": {"price": {"amountMicros": "129900000", "currencyCode": "EUR"}},
    })
}

fn listings(products: &[Json]) -> Vec<Listing> {
    let page = digested(&[], 200, &json!({ "products": products }).to_string());
    assert_eq!(page.problems, []);
    let listing = |entry| match entry {
        Entry::Listing(listing) => listing,
        other => panic!("no listing: {other:?}"),
    };
    page.entries.into_iter().map(listing).collect()
}

fn destination(approved: &[&str], pending: &[&str], disapproved: &[&str]) -> Json {
    json!({
        "reportingContext": "FREE_LISTINGS", "approvedCountries": approved, "pendingCountries": pending,
        "disapprovedCountries": disapproved,
    })
}

fn issue(code: &str, severity: &str, attribute: &str, countries: &[&str]) -> Json {
    json!({
        "code": code, "severity": severity, "attribute": attribute, "resolution": "merchant_action",
        "reportingContext": "SHOPPING_ADS", "description": "Too small", "detail": "Use a larger image",
        "documentation": "https://support.google.com/merchants/answer/6098289", "applicableCountries": countries,
    })
}

#[test]
fn the_stream_lists_everything_page_by_page() {
    let stream = only(GoogleMerchant::describe().streams);
    assert_eq!((stream.name.as_str(), stream.kind), ("listings", StreamKind::Listings));
    assert_eq!(stream.changes, [ChangeDetection::Full]);

    let fetch = first();
    assert!(
        fetch
            .request
            .target
            .starts_with("/products/v1/accounts/123/products?pageSize=500&fields=nextPageToken")
    );
    let page = digested(&fetch.memo, 200, &json!({"products": [], "nextPageToken": "a/b="}).to_string());
    let Rest::More(next) = page.rest else { panic!("{page:?}") };
    assert_eq!(next.request.target, format!("{}&pageToken=a%2Fb%3D", fetch.request.target));
    let last = digested(&next.memo, 200, r#"{"products": []}"#);
    assert_eq!(last.rest, Rest::End(Pass { cursor: None, complete: true }));
    // Google leaves empty lists out.
    assert_eq!(digested(&[], 200, "{}").rest, Rest::End(Pass { cursor: None, complete: true }));
}

#[test]
fn a_listing_is_in_the_state_that_its_country_sees() {
    let state = |status: Json| only(listings(&[product(&status)])).state;
    let of = |destinations: &[Json]| state(json!({ "destinationStatuses": destinations }));
    let refused = destination(&[], &[], &["DE"]);
    assert_eq!(of(&[refused.clone(), destination(&["AT", "DE"], &[], &[])]), ListingState::Live);
    assert_eq!(of(&[refused.clone(), destination(&[], &["DE"], &[])]), ListingState::Submitted);
    assert_eq!(of(&[refused, destination(&["AT"], &[], &[])]), ListingState::Suppressed);
    assert_eq!(of(&[]), ListingState::Submitted, "Google has not processed it");
    let mut archived = product(&json!({ "destinationStatuses": [destination(&["DE"], &[], &[])] }));
    archived["archived"] = true.into();
    assert_eq!(only(listings(&[archived])).state, ListingState::Ended);
}

#[test]
fn a_listing_says_what_google_found() {
    let status = json!({
        "lastUpdateDate": "2026-01-31T12:00:00Z",
        "itemLevelIssues": [
            issue("image_too_small", "NOT_IMPACTED", "image link", &["DE"]),
            issue("image_too_small", "DISAPPROVED", "image link", &["DE"]),
            issue("image_too_small", "DEMOTED", "image link", &[]),
            issue("missing_shipping", "DISAPPROVED", "shipping", &["FR"]),
            issue("policy_enforcement_account_disapproval", "DEMOTED", "", &[]),
        ],
    });
    let listing = only(listings(&[product(&status)]));
    assert_eq!(listing.key.sku.as_deref(), Some("OAK"));
    assert_eq!(listing.price, Some(Money::new(Decimal::new(129_900_000, -6), "EUR")));
    assert_eq!(listing.observed_at, Some(1_769_860_800_000));
    let told: Vec<_> = listing
        .problems
        .iter()
        .map(|problem| (problem.code.as_str(), problem.severity, problem.reason, problem.field))
        .collect();
    let images = Some(field::<GoogleMerchant>("imageLinks"));
    let expected = [
        ("image_too_small", Severity::Error, Reason::Data, images),
        ("policy_enforcement_account_disapproval", Severity::Warning, Reason::Policy, None),
    ];
    assert_eq!(told, expected);
    let message = "Too small. Use a larger image. https://support.google.com/merchants/answer/6098289";
    assert_eq!(listing.problems[0].message, message);
}

#[test]
fn products_of_other_channels_are_left_to_them() {
    let other = |member: &str, value: &str| {
        let mut product = product(&json!({}));
        product[member] = value.into();
        product
    };
    let others = [
        other("feedLabel", "AT"),
        other("contentLanguage", "en"),
        other("dataSource", "accounts/123/dataSources/9"),
    ];
    assert_eq!(listings(&others), []);
    assert_eq!(listings(&[other("offerId", "ELM")]).len(), 1);
}

#[test]
fn a_product_that_cannot_be_read_costs_itself_and_the_certainty_of_having_seen_all() {
    let body = json!({"products": [{"offerId": 7}, product(&json!({}))]});
    let page = digested(&[], 200, &body.to_string());
    assert_eq!((page.entries.len(), only(page.problems).code.as_str()), (1, "unreadable-entry"));
    assert_eq!(page.rest, Rest::End(Pass { cursor: None, complete: false }));
}

#[test]
fn what_is_no_list_ends_nothing() {
    for body in ["<html>", "", "[]", r#"{"status": "ok"}"#, r#"{"products": {}}"#] {
        let Rest::Failed(problem) = digested(&[], 200, body).rest else { panic!("{body}") };
        assert_eq!(problem.reason, Reason::Contract, "{body}");
    }
    let itself = digested(b"t", 200, r#"{"nextPageToken": "t"}"#);
    assert!(matches!(itself.rest, Rest::Failed(_)), "{itself:?}");
    assert!(matches!(digested(&[], 503, "").rest, Rest::Retry(_)));
    assert!(matches!(digested(&[], 403, "").rest, Rest::Failed(_)));
    assert!(
        matches!(digested(&[], 400, "{}").rest, Rest::Failed(_)),
        "the first page has no token to forget"
    );
    assert!(matches!(digested(b"t", 400, "{}").rest, Rest::Restart(_)), "a token lives for a while");
}
