//! A corner shop's connector with every ability, that does one thing wrong when its settings say so: what the
//! conformance kit has to catch.
//!
//! Without a [`Defect`] it holds to all forty points. The shop is invented. `PUT` and `DELETE /items/SKU` take one item,
//! `POST /batch` several, `GET /stock` and `GET /orders` give pages; a webhook brings one stock level, and a price list
//! in CSV brings products. `POST /parcels` takes one parcel.

mod answer;
mod defect;
mod feed;
mod intake;
mod item;
mod publish;
mod pull;
mod receive;
mod settings;
mod ship;

use wharf_sdk::{
    AuthScheme, Budget, ChangeDetection, Connector, Context, Decimal, Description, Element, Endpoint, Field,
    FileIntake, Grammar, Idempotency, Lane, Method, Problem, Publishing, PullStream, Receiving, Request,
    Response, StreamKind, Variants, probe_failure,
};

pub use defect::Defect;
use settings::Settings;

wharf_sdk::fields! {
    TITLE = Field::text("title").about("What the shopper reads first.").required().source("name").characters(60);
    DESCRIPTION = Field::html("description").about("Paragraphs.").source("description").grammar(grammar());
    PRICE = Field::money("price").about("For one unit, with tax.").required().source("price").lane(Lane::Price);
    QUANTITY = Field::quantity("quantity").about("What may be sold.").source("stock").lane(Lane::Stock);
    GTIN = Field::gtin("gtin").about("The number under the barcode.").source("gtin");
    TAGS = Field::texts("tags").about("Words by which shoppers search.").source("tags");
    IMAGES = Field::images("images").about("The main picture first.").source("images");
    SIZE = Field::text("size").about("In which variants differ.").source("size").characters(20);
    DEPTH = Field::number("depth").about("In centimetres.").minimum(Decimal::new(0, 0)).source("depth");
}

/// The connector.
#[derive(Debug)]
pub struct CornerShop;

wharf_sdk::connector!(CornerShop: Publisher, Feed, Puller, Receiver, Intake, Fulfiller);

fn grammar() -> Grammar {
    Grammar::new(vec![Element::new("p")])
}

/// Variants of one product that the shop takes with one request.
const MOST_VARIANTS: usize = 5;

impl Connector for CornerShop {
    fn describe() -> Description {
        let methods = [Method::Get, Method::Put, Method::Post, Method::Delete];
        let api = Endpoint::new("api", "https://corner.example", &methods).json();
        let paths = ["/items/", "/batch", "/jobs/", "/stock", "/orders", "/shops/", "/parcels"];
        let api = paths.iter().fold(api, |api, path| api.path(path));
        Description::new("conformance-shop", env!("CARGO_PKG_VERSION"), "Tries the conformance kit.")
            .fields(fields())
            .variants(Variants::new(2, 5).axes(&[SIZE]))
            .settings_schema(include_str!("../settings.schema.json"))
            .auth(AuthScheme::Bearer)
            .endpoint(api)
            .budget(Budget::new("requests per minute", 600, 60))
            .reads_header("retry-after")
            .reads_header("x-signature")
            .publishing(Publishing::new(100).price_alone().stock_alone().idempotency(Idempotency::Keyed))
            .stream(PullStream::new("stock", StreamKind::Stock, 900).by(ChangeDetection::Cursor))
            .stream(PullStream::new("orders", StreamKind::Orders, 300).by(ChangeDetection::ModifiedSince(60)))
            .receiving(Receiving::new())
            .intake(FileIntake::new(&["text/csv"]))
    }

    fn probe(context: &Context) -> Option<Request> {
        let settings = Settings::of(context).ok()?;
        let target = format!("/shops/{}", settings.shop);
        Some(match settings.defect {
            Defect::ProbeDeletes => Request::delete(0, target),
            _ => Request::get(0, target),
        })
    }

    fn probed(_: &Context, response: &Response) -> Vec<Problem> {
        probe_failure(response.status).into_iter().collect()
    }
}
