//! Brings items to a shop with a small JSON API. The API is made up: put your channel's own in its place.
//!
//! | operation | request |
//! |---|---|
//! | upsert | `PUT /shops/SHOP/items/SKU` with the whole item |
//! | stock | `PATCH /shops/SHOP/items/SKU` with `quantity` |
//! | delete | `DELETE /shops/SHOP/items/SKU` |
//! | probe | `GET /shops/SHOP` |
//!
//! - `fields`: what the shop takes, with its limits.
//! - `answer`: what the shop's responses mean.

mod answer;
mod fields;

use serde::Deserialize;
use wharf_sdk::{
    Action, Answer, AuthScheme, Budget, Connector, Context, Description, Endpoint, Exchange, Item,
    ItemPublisher, Json, Method, Operation, Problem, Publishing, Request, Settlement,
    percent_encoded,
};

use crate::fields::{DESCRIPTION, PICTURES, PRICE, QUANTITY, TITLE};

/// Position in the description's endpoints.
const API: u32 = 0;

/// The connector.
#[derive(Debug)]
pub struct Shop;

wharf_sdk::connector!(Shop: Publisher);

/// What the operator sets for one channel; `settings.schema.json` says the same to the console.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    shop: String,
}

impl Connector for Shop {
    fn describe() -> Description {
        let methods = [Method::Get, Method::Put, Method::Patch, Method::Delete];
        let api = Endpoint::new("api", "https://api.shop.example", &methods);
        Description::new(
            env!("CARGO_PKG_NAME"),
            env!("CARGO_PKG_VERSION"),
            "Brings items to the shop.",
        )
        .fields(fields::fields())
        .settings_schema(include_str!("../settings.schema.json"))
        .auth(AuthScheme::Bearer)
        .endpoint(api.json().path("/shops/"))
        .budget(Budget::new("requests per minute", 600, 60))
        .publishing(Publishing::new(200).stock_alone())
    }

    fn probe(context: &Context) -> Option<Request> {
        // Settings that cannot be read are told by the first `prepare`.
        let settings = context.settings::<Settings>().ok()?;
        Some(Request::get(API, format!("/shops/{}", settings.shop)))
    }
}

impl ItemPublisher for Shop {
    type Settings = Settings;

    fn prepare_one(
        _: &Context,
        settings: &Settings,
        operation: Operation<'_>,
    ) -> Result<Exchange, Vec<Problem>> {
        let Operation { action, item, .. } = operation;
        let target = format!("/shops/{}/items/{}", settings.shop, percent_encoded(item.sku()));
        let request = match action {
            Action::Upsert | Action::Price | Action::Keep => {
                Request::put(API, target).json(whole(item)?)
            }
            Action::Stock => Request::patch(API, target).json(stock(item)),
            Action::Delete => Request::delete(API, target),
        };
        Ok(Exchange::from(request).memo(answer::memo(action)))
    }

    fn settle_one(_: &Context, _: &Settings, answer: &Answer) -> Settlement {
        answer::outcome(&answer.memo, &answer.response).into()
    }
}

fn whole(item: Item<'_>) -> Result<Json, Vec<Problem>> {
    let price = item.money(PRICE).ok_or_else(|| {
        vec![
            Problem::error("no-price", "The shop takes no item without a price; give it one.")
                .at(PRICE),
        ]
    })?;
    let mut json = Json::with_capacity(128 + item.expected_length());
    json.begin_object().member("title", item.text(TITLE).unwrap_or_default());
    if let Some(description) = item.text(DESCRIPTION) {
        json.member("description", description);
    }
    json.key("price").begin_object();
    json.key("amount").decimal_text(price.amount);
    json.member("currency", price.currency).end_object();
    json.key("quantity").integer(item.quantity(QUANTITY).unwrap_or_default());
    json.texts("pictures", item.images(PICTURES).map(|picture| picture.url)).end_object();
    Ok(json)
}

fn stock(item: Item<'_>) -> Json {
    let mut json = Json::with_capacity(32);
    json.begin_object()
        .key("quantity")
        .integer(item.quantity(QUANTITY).unwrap_or_default())
        .end_object();
    json
}
