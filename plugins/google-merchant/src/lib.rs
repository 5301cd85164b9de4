//! Google Merchant Center through the Merchant API, `products/v1`.
//!
//! | operation | request |
//! |---|---|
//! | upsert | `POST /products/v1/accounts/A/productInputs:insert?dataSource=...` with the whole product input |
//! | price | `PATCH /products/v1/accounts/A/productInputs/N?updateMask=...` with `price` and `salePrice` |
//! | stock | the same with `availability` |
//! | delete | `DELETE /products/v1/accounts/A/productInputs/N?dataSource=...` |
//! | probe | `GET /datasources/v1/accounts/A/dataSources/D` |
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
//! - `probe`: whether account, data source and credentials fit together.
//! - `losses`: what was left out of a listing, remembered until the listing is taken.

mod answer;
mod fields;
mod losses;
mod name;
mod probe;
mod product_input;
mod settings;

use wharf_sdk::{
    Action, Answer, AuthScheme, Budget, Connector, Context, Description, Endpoint, Exchange, ItemPublisher,
    Method, Operation, Problem, Publishing, Request, Response, Settlement,
};

use crate::{losses::Memo, name::Name, settings::Settings};

/// OAuth 2 scope of every method used here.
const SCOPE: &str = "https://www.googleapis.com/auth/content";

/// Position in the description's endpoints.
const API: u32 = 0;

/// Paths of the two services that are used.
const PRODUCTS: &str = "/products/v1/accounts/";
const DATA_SOURCES: &str = "/datasources/v1/accounts/";

/// The connector.
#[derive(Debug)]
pub struct GoogleMerchant;

wharf_sdk::connector!(GoogleMerchant: Publisher);

impl Connector for GoogleMerchant {
    fn describe() -> Description {
        let api = Endpoint::new(
            "api",
            "https://merchantapi.googleapis.com",
            &[Method::Get, Method::Post, Method::Patch, Method::Delete],
        );
        Description::new(
            "google-merchant",
            env!("CARGO_PKG_VERSION"),
            "Lists products in Google Merchant Center.",
        )
        .fields(fields::fields())
        .settings_schema(include_str!("../settings.schema.json"))
        .auth(AuthScheme::ServiceAccount(vec![SCOPE.to_owned()]))
        .endpoint(api.json().path(PRODUCTS).path(DATA_SOURCES))
        .budget(updates_per_day())
        .publishing(Publishing::new(500).stock_alone().price_alone())
    }

    fn probe(context: &Context) -> Option<Request> {
        // Settings that cannot be read are told by the first `prepare`.
        let settings = context.settings::<Settings>().ok()?;
        Some(probe::request(&settings))
    }

    fn probed(_: &Context, response: &Response) -> Vec<Problem> {
        probe::problem(response).into_iter().collect()
    }
}

/// Google's [update policy](https://developers.google.com/merchant/api/guides/quotas-limits) lets a product be
/// updated twice a day. It is counted for whole products only: a price or stock that waits for tomorrow would sell
/// what is gone. Quotas by the minute grow with the account and are nowhere published, so none is declared; past
/// them Google answers 429.
fn updates_per_day() -> Budget {
    const DAY: u32 = 24 * 60 * 60;
    let inserts = Budget::new("product inserts per day", 2, DAY).per_listing().burst(2);
    inserts.counting(API, &[Method::Post], PRODUCTS)
}

impl ItemPublisher for GoogleMerchant {
    type Settings = Settings;

    fn prepare_one(
        context: &Context,
        settings: &Settings,
        operation: Operation<'_>,
    ) -> Result<Exchange, Vec<Problem>> {
        let Operation { item, remote_id, .. } = operation;
        let name = Name::new(context, settings, item.sku());
        let mut memo = Memo::new(operation.action);
        let request = match operation.action {
            Action::Upsert | Action::Keep => {
                let version = settings.versioned.then_some(operation.revision);
                let body = product_input::whole(&name, item, version, &mut memo)?;
                Request::post(API, name::insert_target(settings)).json(body)
            }
            Action::Price => {
                let target = name.patch_target(settings, remote_id, &["price", "salePrice"]);
                Request::patch(API, target).json(product_input::price(item)?)
            }
            Action::Stock => {
                let target = name.patch_target(settings, remote_id, &["availability"]);
                Request::patch(API, target).json(product_input::availability(item)?)
            }
            Action::Delete => Request::delete(API, name.delete_target(settings, remote_id)),
        };
        Ok(Exchange::from(request).memo(memo.to_bytes()))
    }

    fn settle_one(_: &Context, settings: &Settings, answer: &Answer) -> Settlement {
        answer::outcome(settings, Memo::from_bytes(&answer.memo), &answer.response).into()
    }
}
