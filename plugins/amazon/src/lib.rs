//! Amazon through the Selling Partner API.
//!
//! | operation | request |
//! |---|---|
//! | upsert | `PUT /listings/2021-08-01/items/S/SKU` with all attributes; `PATCH` with texts and pictures where the offer travels apart |
//! | price | `PATCH /listings/2021-08-01/items/S/SKU` on `/attributes/purchasable_offer` |
//! | stock | the same on `/attributes/fulfillment_availability` |
//! | delete | `DELETE /listings/2021-08-01/items/S/SKU` |
//! | any of them, many | `POST /feeds/2021-06-30/documents`, `PUT` of the document, `POST /feeds/2021-06-30/feeds`, `GET .../feeds/F`, `GET .../documents/D`, `GET` of the report |
//! | preview | `PUT` or `PATCH` with `mode=VALIDATION_PREVIEW` |
//! | orders | `GET /orders/2026-01-01/orders?lastUpdatedAfter=...` |
//! | parcels | `POST /orders/v0/orders/O/shipmentConfirmation` |
//! | stock | `GET /fba/inventory/v1/summaries` |
//! | product types | `GET /definitions/2020-09-01/productTypes` |
//! | probe | `GET /sellers/v1/marketplaceParticipations` |
//!
//! A channel grants `api.amazon.com` for tokens, its region's `sellingpartnerapi-*.amazon.com`, and the hosts of documents,
//! see `documents`. Its credentials are the application's client id and secret and the seller's refresh token.
//!
//! Every request names the SKU and its whole new state, so repeating any of them changes nothing. Rules and names are
//! those of Amazon's [models](https://github.com/amzn/selling-partner-api-models), its
//! [listings items guide](https://developer-docs.amazon.com/sp-api/docs/listings-items-api-v2021-08-01-use-case-guide)
//! and [feeds guide](https://developer-docs.amazon.com/sp-api/docs/feeds-api-v2021-06-30-use-case-guide).
//!
//! - `fields`: what an item may hold, with Amazon's limits. `attributes`: Amazon's attributes and the form of each.
//! - `listing`, `offer`: an item's values in these forms. `change`: an operation as a feed's message or a request's body.
//! - `prepare`: which operations go alone and which as a feed. `losses`: what was left out.
//! - `memo`: what an answer has to remember. `feed`: the five steps. `report`: how they end. `documents`: their hosts.
//! - `answer`: what answers to single requests mean. `issues`: Amazon's words for what is wrong.
//! - `orders`, `order`, `stock`, `product_types`: what comes back. `pull`: what all of them share.
//! - `shipments`: parcels that left, with `carriers` by Amazon's codes.
//! - `probe`: whether seller, region and marketplaces fit together. `budgets`: Amazon's usage plans.

mod answer;
mod attributes;
mod budgets;
mod carriers;
mod change;
mod documents;
mod feed;
mod fields;
mod issues;
mod listing;
mod losses;
mod memo;
mod offer;
mod order;
mod orders;
mod prepare;
mod probe;
mod product_types;
mod pull;
mod report;
mod settings;
mod shipments;
mod stock;

use wharf_sdk::{
    Answer, AuthScheme, ChangeDetection, Connector, Context, Description, Endpoint, Fetch, Fulfiller, Method,
    Operations, Page, Position, Preparation, Problem, Publisher, Publishing, PullStream, Puller, Request,
    Response, Settlement, Shipment, StreamKind, TokenGrant, Verdict,
};

use crate::{
    memo::{Memo, Step},
    settings::Market,
};

/// Where Login with Amazon issues access tokens
/// ([connecting to the Selling Partner API](https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api)).
const TOKENS: &str = "https://api.amazon.com/auth/o2/token";

/// Europe; the operator points it at `sellingpartnerapi-na` or `-fe` for the others
/// ([endpoints](https://developer-docs.amazon.com/sp-api/docs/sp-api-endpoints)).
const HOST: &str = "https://sellingpartnerapi-eu.amazon.com";

/// Position in the description's endpoints; those of documents follow.
const API: u32 = 0;

const LISTINGS_PATH: &str = "/listings/2021-08-01/items";
const FEEDS_PATH: &str = "/feeds/2021-06-30/feeds";
const DOCUMENTS_PATH: &str = "/feeds/2021-06-30/documents";
const ORDERS_PATH: &str = "/orders/2026-01-01/orders";
/// `/{orderId}/shipmentConfirmation` follows.
const SHIPMENTS_PATH: &str = "/orders/v0/orders/";
const INVENTORY_PATH: &str = "/fba/inventory/v1/summaries";
const PRODUCT_TYPES_PATH: &str = "/definitions/2020-09-01/productTypes";
const PARTICIPATIONS_PATH: &str = "/sellers/v1/marketplaceParticipations";

/// Operations in one batch. A feed takes 25,000 messages and 10 MiB; items of 2 KiB fill it before, and the note of a
/// feed has to fit the 64 KiB that hosts keep.
const MAXIMUM_OPERATIONS: u32 = 5_000;

/// Positions in the description's streams.
const ORDERS: u32 = 0;
const STOCK: u32 = 1;

/// The connector.
#[derive(Debug)]
pub struct Amazon;

wharf_sdk::connector!(Amazon: Publisher, Puller, Fulfiller);

impl Connector for Amazon {
    fn describe() -> Description {
        let methods = [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];
        let paths = [
            LISTINGS_PATH,
            FEEDS_PATH,
            DOCUMENTS_PATH,
            ORDERS_PATH,
            SHIPMENTS_PATH,
            INVENTORY_PATH,
            PRODUCT_TYPES_PATH,
            PARTICIPATIONS_PATH,
        ];
        let api = paths.into_iter().fold(Endpoint::new("api", HOST, &methods).json(), Endpoint::path);
        let token = TokenGrant::new(TOKENS).client_in_body().presented_in("x-amz-access-token");
        let description = Description::new(
            "amazon",
            env!("CARGO_PKG_VERSION"),
            "Lists products at Amazon and brings its orders.",
        )
        .fields(fields::fields())
        .categories(fields::categories())
        .settings_schema(include_str!("../settings.schema.json"))
        .auth(AuthScheme::RefreshToken(token))
        .endpoint(api)
        .publishing(publishing());
        let description = documents::endpoints().fold(description, Description::endpoint);
        let description = budgets::budgets().fold(description, Description::budget);
        streams().into_iter().fold(description, Description::stream)
    }

    fn probe(context: &Context) -> Option<Request> {
        // Settings that cannot be read are told by the first `prepare`.
        Market::of(context).ok().map(|_| probe::request())
    }

    fn probed(context: &Context, response: &Response) -> Vec<Problem> {
        match Market::of(context) {
            Ok(market) => probe::problems(&market, response),
            Err(problem) => vec![problem],
        }
    }
}

/// A feed takes up to hours, so stock and prices do not wait for it.
fn publishing() -> Publishing {
    Publishing::new(MAXIMUM_OPERATIONS).stock_alone().price_alone().stock_apart().price_apart()
}

fn streams() -> [PullStream; 3] {
    const SOURCE_LAG: u32 = 300;
    [
        PullStream::new("orders", StreamKind::Orders, 15 * 60)
            .by(ChangeDetection::Cursor)
            .by(ChangeDetection::ModifiedSince(SOURCE_LAG)),
        PullStream::new("stock", StreamKind::Stock, 60 * 60)
            .by(ChangeDetection::ModifiedSince(SOURCE_LAG))
            .by(ChangeDetection::Full),
        PullStream::new("product-types", StreamKind::Categories, 7 * 24 * 60 * 60).by(ChangeDetection::Full),
    ]
}

impl Publisher for Amazon {
    fn prepare(context: &Context, operations: Operations<'_>) -> Preparation {
        match Market::of(context) {
            Ok(market) => prepare::prepare(&market, operations),
            Err(problem) => Preparation::reject_all(operations.len(), &problem),
        }
    }

    fn settle(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        match Market::of(context) {
            Ok(market) => answers.iter().map(|answer| settlement(&market, answer)).collect(),
            // The items are not at fault, and a feed may be under way.
            Err(problem) => answers
                .iter()
                .map(|answer| Settlement::all(answer.covers, &Verdict::retry(problem.clone())))
                .collect(),
        }
    }
}

fn settlement(market: &Market, answer: &Answer) -> Settlement {
    let Some(memo) = Memo::from_bytes(&answer.memo, answer.covers) else {
        return Settlement::all(answer.covers, &Verdict::retry(issues::unreadable()));
    };
    match (memo.step, memo.records.first()) {
        (Step::Listing | Step::Preview, Some(record)) if answer.covers == 1 => {
            answer::outcome(memo.step, *record, &answer.response).into()
        }
        _ => feed::settlement(market, memo, answer),
    }
}

impl Puller for Amazon {
    fn request(context: &Context, stream: u32, position: &Position) -> Fetch {
        let Ok(market) = Market::of(context) else { return unset() };
        match stream {
            ORDERS => orders::request(&market, position),
            STOCK => stock::request(&market, position),
            _ => product_types::request(&market),
        }
    }

    fn digest(context: &Context, stream: u32, memo: &[u8], response: &Response) -> Page {
        let market = match Market::of(context) {
            Ok(market) => market,
            Err(problem) => return pull::stopped(problem),
        };
        match stream {
            ORDERS => orders::digest(&market, memo, response),
            STOCK => stock::digest(&market, memo, response),
            _ => product_types::digest(response),
        }
    }
}

impl Fulfiller for Amazon {
    fn prepare_shipments(context: &Context, shipments: &[Shipment]) -> Preparation {
        match Market::of(context) {
            Ok(market) => shipments::prepare(&market, shipments),
            Err(problem) => Preparation::reject_all(shipments.len(), &problem),
        }
    }

    /// What an answer means depends on no settings.
    fn settle_shipments(_: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        let settled = |answer: &Answer| Settlement::all(answer.covers, &shipments::verdict(&answer.response));
        answers.iter().map(settled).collect()
    }
}

/// A pass has to begin with a request, even where settings cannot be read; its answer then ends the pass with why.
fn unset() -> Fetch {
    probe::request().into()
}
