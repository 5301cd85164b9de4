//! The stream of listings: every variant that the shop has, which also shows those that are gone.

use serde::Deserialize;
use wharf_sdk::{
    Fetch, Page, Pass,
    inbound::{Entry, Listing, ListingKey, ListingState},
};

use crate::{
    documents,
    graphql::{self, Connection, Refusal},
    ids, money,
};

/// A hundred variants with their products.
const POINTS: u32 = 205;

/// Variants whose number is higher than this one.
pub(crate) fn request(past: Option<u64>) -> Fetch {
    let request = graphql::request(documents::LISTINGS, POINTS, |json| {
        if let Some(past) = past {
            json.member("query", &format!("id:>={}", past.saturating_add(1)));
        }
    });
    Fetch::from(request).memo(past.unwrap_or_default().to_string())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    product_variants: Connection<Variant>,
    shop: Shop,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shop {
    currency_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    id: String,
    sku: Option<String>,
    price: String,
    inventory_quantity: Option<i64>,
    product: Product,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    status: String,
    online_store_url: Option<String>,
}

pub(crate) fn digest(memo: &[u8], data: &serde_json::value::RawValue) -> Page {
    let data = match graphql::shape::<Data>(data) {
        Ok(data) => data,
        Err(refusal) => return refusal.page(),
    };
    let past = str::from_utf8(memo).ok().and_then(|memo| memo.parse::<u64>().ok()).unwrap_or_default();
    let Connection { nodes, page_info } = data.product_variants;
    let highest = nodes.iter().filter_map(|variant| ids::number(&variant.id)).max();
    // A page that does not lead on would be asked for again for ever.
    let next = match (page_info.has_more(), highest.filter(|highest| *highest > past)) {
        (true, None) => return Refusal::Passing(graphql::unreadable()).page(),
        (true, highest) => highest,
        (false, _) => None,
    };
    let currency = data.shop.currency_code;
    let entries = nodes.into_iter().map(|variant| Entry::Listing(variant.read(&currency))).collect();
    match next {
        Some(past) => Page::more(entries, request(Some(past))),
        None => Page::end(entries, Pass { cursor: None, complete: true }),
    }
}

impl Variant {
    fn read(self, currency: &str) -> Listing {
        let state = match self.product.status.as_str() {
            "DRAFT" => ListingState::Draft,
            "ARCHIVED" => ListingState::Ended,
            _ => ListingState::Live,
        };
        let sku = self.sku.filter(|sku| !sku.is_empty());
        Listing {
            url: self.product.online_store_url,
            price: money::read(&self.price, currency),
            quantity: self.inventory_quantity,
            ..Listing::new(ListingKey { sku, remote_id: Some(self.id) }, state)
        }
    }
}
