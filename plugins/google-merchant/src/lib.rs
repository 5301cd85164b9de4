//! Google Merchant Center through the Merchant API, `products/v1`.
//!
//! | operation | request |
//! |---|---|
//! | upsert | `POST /products/v1/accounts/A/productInputs:insert?dataSource=...` with the whole product input |
//! | price | `PATCH /products/v1/accounts/A/productInputs/N?updateMask=...` with `price` and `salePrice` |
//! | stock | the same with `availability` |
//! | delete | `DELETE /products/v1/accounts/A/productInputs/N?dataSource=...` |
//!
//! The API has no batch call, so every operation is one request. Inserting replaces the whole input and all
//! requests name the product, so repeating any of them changes nothing. Rules and names are those of Google's
//! [API reference](https://developers.google.com/merchant/api/reference/rest/products_v1/accounts.productInputs)
//! and its [product data specification](https://support.google.com/merchants/answer/7052112).
//!
//! - `fields`: the attributes that are sent, with Google's limits.
//! - `product_input`: an item as a product input, and its price and availability alone.
//! - `name`: how Google names a product, and the paths that carry the name.
//! - `answer`: what Google's responses mean.
//! - `losses`: what was left out of a listing, remembered until the listing is taken.

mod answer;
mod fields;
mod losses;
mod name;
mod product_input;
mod settings;

use wharf_sdk::{
    Action, Answer, AuthScheme, Connector, Context, Description, Endpoint, Exchange, ItemPublisher, Method,
    Operation, Problem, Publishing, Request, Settlement,
};

use crate::{losses::Memo, name::Name, settings::Settings};

/// OAuth 2 scope of every method used here.
const SCOPE: &str = "https://www.googleapis.com/auth/content";

/// Position in the description's endpoints.
const API: u32 = 0;

/// The connector.
#[derive(Debug)]
pub struct GoogleMerchant;

wharf_sdk::connector!(GoogleMerchant: Publisher);

impl Connector for GoogleMerchant {
    fn describe() -> Description {
        let api = Endpoint::new(
            "api",
            "https://merchantapi.googleapis.com",
            &[Method::Post, Method::Patch, Method::Delete],
        );
        Description::new(
            "google-merchant",
            env!("CARGO_PKG_VERSION"),
            "Lists products in Google Merchant Center.",
        )
        .fields(fields::fields())
        .settings_schema(include_str!("../settings.schema.json"))
        .auth(AuthScheme::ServiceAccount(vec![SCOPE.to_owned()]))
        .endpoint(api.path("/products/v1/accounts/"))
        .publishing(Publishing::new(500).stock_alone().price_alone())
    }
}

impl ItemPublisher for GoogleMerchant {
    type Settings = Settings;

    fn prepare_one(
        context: &Context,
        settings: &Settings,
        operation: &Operation,
    ) -> Result<Exchange, Vec<Problem>> {
        let name = Name::new(context, settings, &operation.item.sku);
        let mut memo = Memo::new(operation.action);
        let request = match operation.action {
            Action::Upsert => {
                let version = settings.versioned.then_some(operation.revision);
                let body = product_input::whole(&name, &operation.item, version, &mut memo)?;
                Request::post(API, name::insert_target(settings)).json(body)
            }
            Action::Price => {
                let target =
                    name.patch_target(settings, operation.remote_id.as_deref(), &["price", "salePrice"]);
                Request::patch(API, target).json(product_input::price(&operation.item)?)
            }
            Action::Stock => {
                let target = name.patch_target(settings, operation.remote_id.as_deref(), &["availability"]);
                Request::patch(API, target).json(product_input::availability(&operation.item)?)
            }
            Action::Delete => {
                Request::delete(API, name.delete_target(settings, operation.remote_id.as_deref()))
            }
        };
        Ok(Exchange::from(request).memo(memo.to_bytes()))
    }

    fn settle_one(_: &Context, settings: &Settings, answer: &Answer) -> Settlement {
        answer::verdict(settings, Memo::from_bytes(&answer.memo), &answer.response).into()
    }
}
