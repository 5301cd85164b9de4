//! Square, a till: its item library, stock counts by location, and orders, over the Square API.
//!
//! | operation | request |
//! |---|---|
//! | upsert, and the items kept beside it | `POST /v2/catalog/batch-upsert`: one batch for each group, an item with its variations |
//! | upsert of a SKU that was never sent | before that, `POST /v2/catalog/search` by SKU, so that nothing is listed twice |
//! | stock, and after an upsert | `POST /v2/inventory/changes/batch-create`: a physical count for each location |
//! | pictures, after an upsert | `POST /v2/catalog/images` for each that is new, then `POST /v2/catalog/batch-retrieve` |
//! | price | `POST /v2/catalog/batch-retrieve`, then `batch-upsert` of the same variations with the new price |
//! | delete | `POST /v2/catalog/batch-retrieve`, then `POST /v2/catalog/batch-delete` of variations, or of an emptied item |
//! | a version was overtaken | `POST /v2/catalog/batch-retrieve`, which brings the new one for the next try |
//! | stream `stock` | `POST /v2/inventory/counts/batch-retrieve` |
//! | stream `orders` | `POST /v2/orders/search` |
//! | webhooks | `inventory.count.updated` brings stock; `order.created` and `order.updated` call for the stream |
//! | probe | `GET /v2/locations` |
//!
//! An upsert replaces an item whole and clears what it leaves out
//! ([docs](https://developer.squareup.com/docs/catalog-api/update-catalog-objects)), variations too. So groups come
//! whole, and what is not ours (taxes, modifiers, pictures, prices by location) waits in the listing's note to be
//! sent back as it was. Square refuses a write that does not name the object's latest version, so a change made at the
//! till is never overwritten unseen: it is read, noted, and merged on the next try.
//!
//! Square takes a batch whole or not at all and does not always say which one it refused; whatever was not clear is
//! tried again with one group a request, which leaves no doubt.
//!
//! Pictures are uploaded and attached to the item when all else is written, each once.
//!
//! - `fields`, `settings`: what is sent, and which of Square's locations is which.
//! - `group`: operations by item.
//! - `note`, `memo`, `key`: what is remembered of a listing, of a request under way, and what makes it the same again.
//! - `catalog`: upserts, prices and deletions. `inventory`: counts. `answer`: what Square's errors mean.
//! - `pull`, `orders`, `webhook`, `probe`: what comes back.

mod answer;
mod catalog;
mod fields;
mod group;
mod inventory;
mod key;
mod memo;
mod note;
mod orders;
mod probe;
mod pull;
mod settings;
mod webhook;

use wharf_sdk::{
    Answer, AuthScheme, Budget, ChangeDetection, Connector, Context, Delivery, Description, DigestAlgorithm,
    Endpoint, Fetch, Idempotency, Method, Operations, Page, Placement, Position, Preparation, Problem,
    Publisher, Publishing, PullStream, Puller, Receipt, Receiver, Receiving, Request, Response, Settlement,
    Signature, SignedPart, StreamKind, TextEncoding, TokenGrant, Variants,
};

use crate::{memo::Memo, settings::Settings};

/// Position in the description's endpoints.
const API: u32 = 0;

/// The version of the API that the requests are written for
/// ([docs](https://developer.squareup.com/docs/build-basics/versioning-overview)).
const VERSION: &str = "2025-08-20";

/// The settings property that holds the webhooks' key.
const SIGNATURE_KEY: &str = "webhook_signature_key";

/// Positions in the description's streams.
const STOCK: u32 = 0;
const ORDERS: u32 = 1;

/// Variations of one item
/// ([CatalogItemVariation](https://developer.squareup.com/reference/square/objects/CatalogItemVariation)).
const VARIATIONS: u32 = 250;

/// Operations of one `prepare`: four items with all variations.
const OPERATIONS: u32 = 4 * VARIATIONS;

/// The connector.
#[derive(Debug)]
pub struct Square;

wharf_sdk::connector!(Square: Publisher, Puller, Receiver);

impl Connector for Square {
    fn describe() -> Description {
        let publishing = Publishing::new(OPERATIONS).stock_alone().price_alone().whole_groups();
        Description::new(
            "square",
            env!("CARGO_PKG_VERSION"),
            "Brings products, prices and stock to Square's tills.",
        )
        .fields(fields::fields())
        .variants(Variants::new(fields::AXES, VARIATIONS))
        .settings_schema(include_str!("../settings.schema.json"))
        .auth(AuthScheme::Bearer)
        .auth(AuthScheme::RefreshToken(refresh()))
        .endpoint(endpoint())
        .budget(one_at_a_time("catalog updates", catalog::UPSERT))
        .budget(one_at_a_time("catalog deletions", catalog::DELETE))
        .publishing(publishing.idempotency(Idempotency::Keyed))
        .stream(stock_stream())
        .stream(orders_stream())
        .receiving(Receiving::new().signed(SIGNATURE_KEY, webhook_signature()))
    }

    fn probe(_: &Context) -> Option<Request> {
        Some(probe::request())
    }

    fn probed(context: &Context, response: &Response) -> Vec<Problem> {
        match Settings::of(context) {
            Ok(settings) => probe::problems(&settings, response),
            Err(problem) => vec![problem],
        }
    }
}

fn endpoint() -> Endpoint {
    Endpoint::new("api", "https://connect.squareup.com", &[Method::Get, Method::Post])
        .header("square-version", VERSION)
        .json()
        .path("/v2/catalog/")
        .path("/v2/inventory/")
        .path("/v2/orders/search")
        .path("/v2/locations")
}

/// [OAuth](https://developer.squareup.com/docs/oauth-api/overview), for sellers who let an application in. The
/// simpler way is a personal access token.
fn refresh() -> TokenGrant {
    TokenGrant::new("https://connect.squareup.com/oauth2/token").client_in_body()
}

/// Square takes one update and one deletion at a time for each seller and answers others with 429
/// ([BatchUpsertCatalogObjects](https://developer.squareup.com/reference/square/catalog-api/batch-upsert-catalog-objects)).
/// It publishes no rate; ten a second is what such requests can reach one after the other.
fn one_at_a_time(name: &str, path: &str) -> Budget {
    Budget::new(name, 10, 1).concurrent(1).counting(API, &[Method::Post], path)
}

/// A minute further back, as counts are dated by the server that took them.
fn stock_stream() -> PullStream {
    let stream = PullStream::new("stock", StreamKind::Stock, 15 * 60);
    stream.by(ChangeDetection::Push).by(ChangeDetection::ModifiedSince(60)).by(ChangeDetection::Full)
}

fn orders_stream() -> PullStream {
    let stream = PullStream::new("orders", StreamKind::Orders, 15 * 60);
    stream.by(ChangeDetection::Push).by(ChangeDetection::ModifiedSince(300))
}

/// Over the address that Square calls and the body
/// ([docs](https://developer.squareup.com/docs/webhooks/step3validate)).
fn webhook_signature() -> Signature {
    let parts = [SignedPart::Address, SignedPart::Body];
    let header = Placement::header("x-square-hmacsha256-signature");
    Signature::new(DigestAlgorithm::HmacSha256, &parts, header).encoding(TextEncoding::Base64)
}

impl Publisher for Square {
    fn prepare(context: &Context, operations: Operations<'_>) -> Preparation {
        match Settings::of(context) {
            Ok(settings) => group::prepare(&settings, operations),
            Err(problem) => Preparation::reject_all(operations.len(), &problem),
        }
    }

    fn settle(_: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        answers.iter().map(settled).collect()
    }
}

fn settled(answer: &Answer) -> Settlement {
    match Memo::of(answer) {
        Some(Memo::Search(memo)) => catalog::search::settle(memo, answer),
        Some(Memo::Upsert(memo)) => catalog::upsert::settle(memo, answer),
        Some(Memo::Versions(memo)) => catalog::versions::settle(&memo, answer),
        Some(Memo::Prices(memo)) => catalog::price::read(memo, answer),
        Some(Memo::Priced(memo)) => catalog::price::settle(memo, answer),
        Some(Memo::Doomed(memo)) => catalog::delete::read(&memo, answer),
        Some(Memo::Deleted(memo)) => catalog::delete::settle(&memo, answer),
        Some(Memo::Counts(memo)) => inventory::settle(memo, answer),
        Some(Memo::Image(memo)) => catalog::images::uploaded(memo, answer),
        Some(Memo::Imaged(memo)) => catalog::images::read(memo, answer),
        None => Settlement::all(answer.covers, &answer::unreadable()),
    }
}

impl Puller for Square {
    fn request(context: &Context, stream: u32, position: &Position) -> Fetch {
        pull::request(context, stream, position)
    }

    fn digest(context: &Context, stream: u32, memo: &[u8], response: &Response) -> Page {
        pull::digest(context, stream, memo, response)
    }
}

impl Receiver for Square {
    fn receive(context: &Context, delivery: &Delivery) -> Receipt {
        webhook::receive(context, delivery)
    }
}
