//! Shopify through its GraphQL Admin API, version 2026-10.
//!
//! All requests are `POST /admin/api/2026-10/graphql.json`.
//!
//! | operation | request |
//! |---|---|
//! | upsert, keep | `productSet` with the product and all variants, one for each group; past 100 variants in the background, and `productOperation` until it is done; `publishablePublish` where the settings name publications; `inventorySetQuantities` for variants that are listed already and whose stock changed |
//! | price | `productVariantsBulkUpdate` with `price` and `compareAtPrice`, one for each product |
//! | stock | `inventorySetQuantities @idempotent` with `changeFromQuantity`, up to 100 quantities at once; where Shopify holds others, they are read and the operation is prepared again |
//! | delete | `productSet` without the variant while others of its group stay; else `productVariantsBulkDelete`, and `productDelete` for the last one |
//! | price, stock or delete of which nothing is noted | `productVariants` by SKU first |
//! | parcels | `fulfillmentOrders` of the order, `fulfillmentOrderSplit` where the parcel is a part of one, `fulfillmentCreate` over whole ones |
//! | orders | `orders` by time of change, `order` for those with many lines |
//! | stock levels | `location.inventoryLevels` by time of change |
//! | listings | `productVariants`, all of them |
//! | probe | `shop` and `currentAppInstallation` |
//!
//! `productSet` deletes the variants that it leaves out, so the connector asks for whole groups. Rules and names are
//! those of the [API reference](https://shopify.dev/docs/api/admin-graphql/2026-10), of whose schema
//! `tests/contract.rs` is the proof.
//!
//! - `fields`: what is sent. `documents`: the GraphQL. `graphql`, `user_error`: envelope and errors of answers.
//! - `plan`: which operations share a request.
//! - `product`, `selection`, `media`, `money`, `product_set`: a group as one product. `set_answer`: what became of it.
//! - `prices`, `stock`, `stock_answer`, `deletion`, `find`: the other operations, with their answers.
//! - `note`, `memo`, `ids`: what is remembered of a listing, and of an exchange.
//! - `fulfilment`: parcels that left.
//! - `orders`, `order`, `levels`, `listings`: what is pulled. `webhook`, `webhook_order`: what Shopify calls with.
//! - `address`: where an order goes, for both.

mod address;
mod deletion;
mod documents;
mod fields;
mod find;
mod fulfilment;
mod graphql;
mod ids;
mod levels;
mod listings;
mod media;
mod memo;
mod money;
mod note;
mod order;
mod orders;
mod plan;
mod prices;
mod probe;
mod product;
mod product_set;
mod selection;
mod set_answer;
mod settings;
mod stock;
mod stock_answer;
mod user_error;
mod webhook;
mod webhook_order;

use wharf_sdk::{
    Answer, AuthScheme, Budget, ChangeDetection, Connector, Context, Delivery, Description, Endpoint, Fetch,
    Fulfiller, Idempotency, Method, Operations, Page, Placement, Position, Preparation, Problem, Publisher,
    Publishing, PullStream, Puller, Receipt, Receiver, Receiving, Request, Response, Settlement, Shipment,
    StreamKind, Variants, Verdict,
};

use crate::{
    graphql::{Refusal, Reply},
    memo::Memo,
    settings::Settings,
};

/// Position in the description's endpoints.
const API: u32 = 0;

/// Position in the description's budgets.
const POINTS: u32 = 0;

/// Positions in the description's streams.
const ORDERS: u32 = 0;
const STOCK: u32 = 1;
const LISTINGS: u32 = 2;

/// The connector.
#[derive(Debug)]
pub struct Shopify;

wharf_sdk::connector!(Shopify: Publisher, Puller, Receiver, Fulfiller);

impl Connector for Shopify {
    fn describe() -> Description {
        let api = Endpoint::named("admin", "https://*.myshopify.com", &[Method::Post]);
        Description::new(
            "shopify",
            env!("CARGO_PKG_VERSION"),
            "Lists products in a Shopify shop, reads its orders, and confirms parcels.",
        )
        .fields(fields::fields())
        .variants(Variants::new(3, selection::MAXIMUM_VARIANTS).axes(&fields::OPTIONS))
        .settings_schema(include_str!("../settings.schema.json"))
        .auth(AuthScheme::Header("x-shopify-access-token".to_owned()))
        .endpoint(api.json().path(graphql::PATH))
        .budget(points())
        .publishing(publishing())
        .stream(orders_stream())
        .stream(stock_stream())
        .stream(PullStream::new("listings", StreamKind::Listings, 24 * 60 * 60).by(ChangeDetection::Full))
        .receiving(Receiving::new().delivery_id(Placement::header(webhook::DELIVERY)))
        .reads_header(webhook::SIGNATURE)
        .reads_header(webhook::TOPIC)
    }

    fn probe(_: &Context) -> Option<Request> {
        Some(probe::request())
    }

    fn probed(context: &Context, response: &Response) -> Vec<Problem> {
        probe::problems(context, response)
    }
}

/// The smallest plan's [points](https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits): 100 a second in a
/// bucket that holds one query of the largest cost, 1,000. Every answer says what the bucket really holds.
fn points() -> Budget {
    Budget::new("query points", 100, 1).burst(1_000)
}

/// `productSet` names the product, and setting it again changes nothing; stock is keyed. The weaker of both holds for
/// all. A group travels whole, so a call takes the largest one.
fn publishing() -> Publishing {
    Publishing::new(selection::MAXIMUM_VARIANTS)
        .stock_alone()
        .price_alone()
        .whole_groups()
        .idempotency(Idempotency::Keyed)
}

fn orders_stream() -> PullStream {
    let since = u32::try_from(orders::LOOK_BACK.as_secs()).unwrap_or_default();
    PullStream::new("orders", StreamKind::Orders, 300)
        .by(ChangeDetection::Push)
        .by(ChangeDetection::ModifiedSince(since))
}

fn stock_stream() -> PullStream {
    PullStream::new("stock", StreamKind::Stock, 900)
        .by(ChangeDetection::Push)
        .by(ChangeDetection::ModifiedSince(120))
        .by(ChangeDetection::Full)
}

impl Publisher for Shopify {
    fn prepare(context: &Context, operations: Operations<'_>) -> Preparation {
        match context.settings::<Settings>() {
            Ok(settings) => plan::prepare(&settings, operations),
            Err(problem) => Preparation::reject_all(operations.len(), &problem),
        }
    }

    fn settle(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        match context.settings::<Settings>() {
            Ok(settings) => answers.iter().map(|answer| settled(&settings, answer)).collect(),
            Err(problem) => {
                answers.iter().map(|answer| Settlement::reject_all(answer.covers, &problem)).collect()
            }
        }
    }
}

fn settled(settings: &Settings, answer: &Answer) -> Settlement {
    let Reply { data, allowance } = graphql::read(&answer.response);
    let settlement = match (serde_json::from_slice::<Memo>(&answer.memo), data) {
        (Ok(memo), Ok(data)) => understood(settings, memo, answer.covers, data),
        // What the step before has learnt is not lost.
        (Ok(Memo::Stock(stock)), Err(refusal)) => stock_answer::refused(&stock, &refusal),
        (_, Err(refusal)) => refusal.settlement(answer.covers),
        (Err(_), Ok(_)) => Settlement::all(answer.covers, &Verdict::retry(graphql::unreadable())),
    };
    match allowance {
        Some(allowance) => settlement.allowance(allowance),
        None => settlement,
    }
}

fn understood(
    settings: &Settings,
    memo: Memo,
    covers: u32,
    data: &serde_json::value::RawValue,
) -> Settlement {
    match memo {
        Memo::Set(set) => set_answer::settle(settings, set, data),
        Memo::Prices(variants) => prices::settle(&variants, covers, data),
        Memo::Stock(stock) => stock_answer::settle(stock, data),
        Memo::Held(held) => stock_answer::settle_held(held, data),
        Memo::Find(find) => find::settle(&find, data),
        Memo::DeleteVariants(product) => deletion::settle_variants(product, covers, data),
        Memo::Delete(product) => deletion::settle_product(product, covers, data),
        Memo::Exists(message) => deletion::settle_exists(&message, covers, data),
    }
}

impl Puller for Shopify {
    fn request(context: &Context, stream: u32, position: &Position) -> Fetch {
        match stream {
            ORDERS => orders::first(position),
            // Without a location there is nothing to ask for; the probe's answer then says what is wrong.
            STOCK => context
                .settings::<Settings>()
                .ok()
                .and_then(|settings| levels::first(&settings, position))
                .unwrap_or_else(|| probe::request().into()),
            _ => listings::request(None),
        }
    }

    fn digest(context: &Context, stream: u32, memo: &[u8], response: &Response) -> Page {
        let Reply { data, allowance } = graphql::read(response);
        let page = match data {
            Ok(data) => page(context, stream, memo, data),
            Err(refusal) => refusal.page(),
        };
        match allowance {
            Some(allowance) => page.allowance(allowance),
            None => page,
        }
    }
}

fn page(context: &Context, stream: u32, memo: &[u8], data: &serde_json::value::RawValue) -> Page {
    match (stream, context.settings::<Settings>()) {
        (ORDERS, _) => orders::digest(memo, data),
        (STOCK, Ok(settings)) => levels::digest(&settings, memo, data),
        (STOCK, Err(problem)) => Refusal::Lasting(problem).page(),
        _ => listings::digest(memo, data),
    }
}

impl Receiver for Shopify {
    fn receive(_: &Context, delivery: &Delivery) -> Receipt {
        webhook::receive(delivery)
    }
}

impl Fulfiller for Shopify {
    fn prepare_shipments(context: &Context, shipments: &[Shipment]) -> Preparation {
        match context.settings::<Settings>() {
            Ok(settings) => fulfilment::prepare(&settings, shipments),
            Err(problem) => Preparation::reject_all(shipments.len(), &problem),
        }
    }

    fn settle_shipments(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        match context.settings::<Settings>() {
            Ok(settings) => answers.iter().map(|answer| fulfilment::settle(&settings, answer)).collect(),
            Err(problem) => {
                answers.iter().map(|answer| Settlement::reject_all(answer.covers, &problem)).collect()
            }
        }
    }
}
