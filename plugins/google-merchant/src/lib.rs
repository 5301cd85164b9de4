//! Google Merchant Center through the Merchant API, `products/v1` and `inventories/v1`.
//!
//! | operation | request |
//! |---|---|
//! | upsert | `POST /products/v1/accounts/A/productInputs:insert?dataSource=...` with the whole product input |
//! | price | `PATCH /products/v1/accounts/A/productInputs/N?updateMask=...` with `price` and `salePrice` |
//! | stock | the same with `availability` |
//! | upsert, stock | then, for each store, `POST /inventories/v1/accounts/A/products/N/localInventories:insert` |
//! | delete | `DELETE /products/v1/accounts/A/productInputs/N?dataSource=...` |
//! | probe | `GET /datasources/v1/accounts/A/dataSources/D` |
//! | stream `listings` | `GET /products/v1/accounts/A/products?pageSize=...&pageToken=...` |
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
//! - `local_inventory`: what each store has, told after the product.
//! - `pull`, `issue`: what Google shows, and what it found wrong with it.

mod answer;
mod fields;
mod issue;
mod local_inventory;
mod losses;
mod name;
mod probe;
mod product_input;
mod pull;
mod settings;

use wharf_sdk::{
    Action, Answer, AuthScheme, Budget, ChangeDetection, Connector, Context, Description, Endpoint, Exchange,
    Fetch, ItemPublisher, Method, Operation, Outcome, Page, Position, Problem, Publishing, PullStream,
    Puller, Request, Response, Settlement, StreamKind, Verdict,
};

use crate::{
    local_inventory::{Round, Stores},
    losses::Memo,
    name::Name,
    settings::Settings,
};

/// OAuth 2 scope of every method used here.
const SCOPE: &str = "https://www.googleapis.com/auth/content";

/// Position in the description's endpoints.
const API: u32 = 0;

/// Paths of the three services that are used.
const PRODUCTS: &str = "/products/v1/accounts/";
const INVENTORIES: &str = "/inventories/v1/accounts/";
const DATA_SOURCES: &str = "/datasources/v1/accounts/";

/// The connector.
#[derive(Debug)]
pub struct GoogleMerchant;

wharf_sdk::connector!(GoogleMerchant: Publisher, Puller);

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
        .endpoint(api.json().path(PRODUCTS).path(INVENTORIES).path(DATA_SOURCES))
        .budget(updates_per_day())
        .publishing(Publishing::new(500).stock_alone().price_alone())
        .stream(listings())
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

/// Google has no filter by time of change, and its judgement of a product comes minutes to
/// [days](https://support.google.com/merchants/answer/2948694) after the input.
fn listings() -> PullStream {
    PullStream::new("listings", StreamKind::Listings, 60 * 60).by(ChangeDetection::Full)
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
        let stores = match operation.action {
            Action::Upsert | Action::Keep | Action::Stock => Round::of(settings, item),
            Action::Price | Action::Delete => Round::default(),
        };
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
        Ok(Exchange::from(request).memo(stores.memo(memo)))
    }

    fn settle_one(_: &Context, settings: &Settings, answer: &Answer) -> Settlement {
        let memo = Memo::from_bytes(&answer.memo);
        let round = match Stores::from_bytes(&answer.memo) {
            Stores::None => return answer::outcome(settings, memo, &answer.response).into(),
            Stores::Told(round) => return round.settle(settings, memo, &answer.response),
            Stores::Unreadable => return answer::unreadable().into(),
            Stores::Waiting(round) => round,
        };
        let mut outcome = answer::outcome(settings, memo, &answer.response);
        match (&outcome.verdict, outcome.remote_id.take()) {
            (Verdict::Accepted(_), Some(product)) => round.begin(settings, memo, product),
            (_, remote_id) => Outcome { remote_id, ..outcome }.into(),
        }
    }
}

impl Puller for GoogleMerchant {
    fn request(context: &Context, _: u32, _: &Position) -> Fetch {
        // Settings that cannot be read are told when the answer is: it cannot be done without an answer.
        pull::request(&context.settings::<Settings>().unwrap_or_default(), "")
    }

    fn digest(context: &Context, _: u32, memo: &[u8], response: &Response) -> Page {
        match context.settings::<Settings>() {
            Ok(settings) => pull::digest(context, &settings, memo, response),
            Err(problem) => pull::unsettled(problem),
        }
    }
}
