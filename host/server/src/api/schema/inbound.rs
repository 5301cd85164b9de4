//! What comes back from channels, in the words of OpenAPI.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// How a channel's orders, counts and streams are taken in.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(in crate::api) struct Inbound {
    /// The locations that orders are taken from, the first one first. Left out: those of the scope.
    #[schema(required = false, nullable = false)]
    orders_from: Option<Vec<String>>,
    /// Orders placed earlier take no stock. Left out: those from before the channel was set up.
    #[schema(required = false, nullable = false, value_type = String, format = DateTime)]
    orders_since: Option<String>,
    /// The places whose stock the channel counts and is believed: its own name of each, and the location's name here.
    #[schema(required = false)]
    counts: BTreeMap<String, String>,
    /// By stream name, where it is not to be read as the connector suggests.
    #[schema(required = false)]
    streams: BTreeMap<String, StreamSettings>,
    /// The address at which the channel calls the webhook, as the channel knows it.
    #[schema(required = false, nullable = false)]
    webhook_address: Option<String>,
}

#[derive(ToSchema)]
pub(in crate::api) struct StreamSettings {
    /// Whether the stream is read by itself.
    #[schema(required = false, default = true)]
    enabled: bool,
    /// ISO 8601 duration, or such as `5m`.
    #[schema(required = false, nullable = false, example = "PT5M")]
    every: Option<String>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(crate) enum OrderState {
    Open,
    Paid,
    Shipped,
    Completed,
    Cancelled,
    Returned,
}

/// How far the telling of a shipment is.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(crate) enum ShipmentState {
    /// The channel is to be told.
    Due,
    /// A request is under way, or still to follow.
    InFlight,
    /// The channel has it.
    Accepted,
    /// The channel will not take it; its units may go into another parcel.
    Rejected,
    /// To be told again later.
    Retry,
    /// Tried too often.
    Dead,
    /// Recorded here only.
    NotCarried,
}

/// An exact amount of one currency.
#[derive(ToSchema)]
pub(crate) struct Money {
    #[schema(example = "19.99")]
    amount: String,
    /// ISO 4217.
    currency: String,
}

/// Who ordered.
#[derive(ToSchema)]
pub(crate) struct Buyer {
    name: Option<String>,
    email: Option<String>,
    phone: Option<String>,
}

/// Where an order goes.
#[derive(ToSchema)]
pub(crate) struct Address {
    name: String,
    lines: Vec<String>,
    postal_code: String,
    city: String,
    region: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
}

/// What the channel says it shows.
#[derive(ToSchema)]
pub(in crate::api) struct Shown {
    #[schema(inline)]
    state: RemoteState,
    /// Where the shopper sees it.
    #[schema(required = false, nullable = false)]
    url: Option<String>,
    #[schema(required = false, nullable = false)]
    price: Option<Money>,
    #[schema(required = false, nullable = false)]
    quantity: Option<i64>,
    #[schema(required = false)]
    problems: Vec<super::ListingProblem>,
    /// Unix milliseconds.
    seen_at: i64,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(in crate::api) enum RemoteState {
    Draft,
    Submitted,
    Live,
    /// The channel took it and does not show it.
    Suppressed,
    Ended,
}
