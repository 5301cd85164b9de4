//! Vendure, a commerce platform, through its [Admin API](https://docs.vendure.io/reference/graphql-api/admin/queries/).
//!
//! Every request is a GraphQL document, sent with `POST /admin-api`.
//!
//! | operation | documents, one after the other |
//! |---|---|
//! | upsert, and the items kept beside it | by product: `find` if it was never sent; `createProduct` or `updateProduct`; options that are missing; then its variants, updated and deleted in one, and created in the next; pictures that are missing, and what is shown |
//! | price | `updateProductVariants` with prices alone |
//! | stock | `productVariants` for what is allocated, then `updateProductVariants` with stock levels |
//! | delete | `product`, then `deleteProductVariants`, or `deleteProduct` with the last one |
//! | stream `orders` | `orders` by time of change |
//! | stream `stock` | `productVariants` with their stock levels |
//! | probe | `activeChannel` and `stockLocations` |
//!
//! A product has one name and one description for all variants, and they have to differ in their options, so groups come
//! whole. Ids are found anew by SKU and slug before a product is created, so nothing is listed twice.
//!
//! Vendure sells `stockOnHand - stockAllocated`, where allocated is what its own open orders wait for. A level of ours
//! says what may be sold, so what is allocated is added on the way out and taken off on the way back: an order whose
//! units Wharf has taken is not subtracted twice, and a parcel, which lowers both of Vendure's numbers, changes nothing.
//! Between an order and the pull that brings it, a level that is written offers the order's units once more, as nothing
//! here knows of it yet; the first level that is written after the pull puts that right. So orders are read every minute.
//!
//! Whoever calls needs the permissions to create, read, update and delete the catalog, and to read orders and stock
//! locations.
//!
//! Who calls is shown by the session token that `login` gives in the header `vendure-auth-token`
//! ([docs](https://docs.vendure.io/guides/developer-guide/auth/)), which lasts for a year after its last use unless
//! Vendure is set otherwise, or by an API key. Vendure 3.7.3 hashes a key anew for every request, which costs it a third
//! of a second of its processor: a token is some thirty times as fast.
//!
//! Pictures are uploaded with `createAssets`, each once, after everything else of the product is written.
//!
//! - `fields`, `settings`: what is sent, and where to.
//! - `graphql`, `documents`: the envelope of requests and answers, and all documents.
//! - `group`, `memo`: operations by product, and what is remembered of a request under way.
//! - `product`: the chain of an upsert. `media`: its pictures. `price`, `stock`, `delete`: the others.
//! - `pull`, `orders`, `probe`: what comes back.

mod content;
mod delete;
mod documents;
mod fields;
mod graphql;
mod group;
mod media;
mod memo;
mod orders;
mod price;
mod probe;
mod product;
mod pull;
mod settings;
mod slug;
mod stock;

use wharf_sdk::{
    Answer, AuthScheme, ChangeDetection, Connector, Context, Description, Endpoint, Fetch, Method,
    Operations, Page, Position, Preparation, Problem, Publisher, Publishing, PullStream, Puller, Request,
    Response, Settlement, StreamKind, Variants,
};

use crate::{memo::Memo, settings::Settings};

/// Position in the description's endpoints.
const API: u32 = 0;

/// Positions in the description's streams.
const ORDERS: u32 = 0;

/// Operations of one `prepare`.
const OPERATIONS: u32 = 500;

/// Bytes of one request: the default of the JSON parser under Vendure
/// ([docs](https://expressjs.com/en/resources/middleware/body-parser.html)).
const REQUEST_BYTES: u64 = 100 * 1_024;

/// Variants of one product. Vendure sets no limit; the chain of an upsert remembers them all, at up to 200 bytes each.
const VARIANTS: u32 = 200;

/// The connector.
#[derive(Debug)]
pub struct Vendure;

wharf_sdk::connector!(Vendure: Publisher, Puller);

impl Connector for Vendure {
    fn describe() -> Description {
        let publishing = Publishing::new(OPERATIONS).stock_alone().price_alone().whole_groups();
        Description::new(
            "vendure",
            env!("CARGO_PKG_VERSION"),
            "Brings products, prices and stock to a Vendure shop.",
        )
        .fields(fields::fields())
        .variants(Variants::new(fields::AXES, VARIANTS))
        .settings_schema(include_str!("../settings.schema.json"))
        .auth(AuthScheme::Bearer)
        .auth(AuthScheme::Header("vendure-api-key".to_owned()))
        .endpoint(endpoint())
        .publishing(publishing.request_bytes(REQUEST_BYTES))
        .stream(orders_stream())
        .stream(PullStream::new("stock", StreamKind::Stock, 60 * 60).by(ChangeDetection::Full))
    }

    fn probe(context: &Context) -> Option<Request> {
        // Settings that cannot be read are told by the first `prepare`.
        let settings = Settings::of(context).ok()?;
        Some(probe::request(&settings))
    }

    fn probed(context: &Context, response: &Response) -> Vec<Problem> {
        match Settings::of(context) {
            Ok(settings) => probe::problems(context, &settings, response),
            Err(problem) => vec![problem],
        }
    }
}

/// Every shop has an address of its own, to which the operator points the endpoint.
fn endpoint() -> Endpoint {
    Endpoint::new("api", "https://vendure.example", &[Method::Post]).json().path(graphql::PATH)
}

/// Two minutes further back, as `updatedAt` is set before the change is committed.
fn orders_stream() -> PullStream {
    PullStream::new("orders", StreamKind::Orders, 60).by(ChangeDetection::ModifiedSince(120))
}

impl Publisher for Vendure {
    fn prepare(context: &Context, operations: Operations<'_>) -> Preparation {
        match Settings::of(context) {
            Ok(settings) => group::prepare(&settings, operations),
            Err(problem) => Preparation::reject_all(operations.len(), &problem),
        }
    }

    fn settle(context: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        match Settings::of(context) {
            Ok(settings) => answers.iter().map(|answer| settled(&settings, answer)).collect(),
            Err(problem) => {
                answers.iter().map(|answer| Settlement::reject_all(answer.covers, &problem)).collect()
            }
        }
    }
}

fn settled(settings: &Settings, answer: &Answer) -> Settlement {
    match Memo::of(answer) {
        Some(Memo::Find(product)) => product::find::settle(settings, product, answer),
        Some(Memo::Product(product)) => product::write::settle(settings, product, answer),
        Some(Memo::Options(product, state)) => product::options::settle(settings, product, state, answer),
        Some(Memo::Variants(product, state)) => {
            let settlement = product::variants::settle(settings, &product, &state, answer);
            media::gallery::follow(settings, product, state.product, settlement)
        }
        Some(Memo::Upload(gallery)) => media::gallery::uploaded(settings, gallery, answer),
        Some(Memo::Shown(gallery)) => media::gallery::shown(settings, gallery, answer),
        Some(Memo::VariantsShown(gallery)) => media::gallery::variants_shown(&gallery, answer),
        Some(Memo::Prices(prices)) => price::settle(&prices, answer),
        Some(Memo::Allocated(stocks)) => stock::read(settings, stocks, answer),
        Some(Memo::Stocks(stocks)) => stock::settle(&stocks, answer),
        Some(Memo::Doomed(deletion)) => delete::read(settings, deletion, answer),
        Some(Memo::Deleted(deletion)) => delete::settle(&deletion, answer),
        None => Settlement::all(answer.covers, &graphql::unreadable()),
    }
}

impl Puller for Vendure {
    fn request(context: &Context, stream: u32, position: &Position) -> Fetch {
        pull::request(context, stream, position)
    }

    fn digest(context: &Context, stream: u32, memo: &[u8], response: &Response) -> Page {
        pull::digest(context, stream, memo, response)
    }
}
