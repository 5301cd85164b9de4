//! The catalog's and the reconciler's types in the words of OpenAPI.
//!
//! Those crates know nothing of HTTP, so their shapes are described here, for the document alone; their own serde
//! code reads and writes them. A test holds the answers to these descriptions.

#![expect(dead_code, reason = "these types are only described, never made")]

pub(crate) mod inbound;

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// One node of the product tree.
#[derive(ToSchema)]
pub(super) struct Product {
    /// The brand's own key: 1 to 100 characters, no control characters, no outer blanks.
    sku: String,
    /// The model this is a variant (or a sub-model) of.
    #[schema(required = false, nullable = false)]
    parent: Option<String>,
    /// A model is never listed itself; its variants are.
    #[schema(required = false)]
    model: bool,
    status: Status,
    #[schema(required = false, nullable = false)]
    family: Option<String>,
    #[schema(required = false)]
    categories: Vec<String>,
    /// By key: `code` or `code@locale`.
    attributes: BTreeMap<String, Value>,
    #[schema(required = false)]
    prices: Vec<Price>,
    #[schema(required = false)]
    images: Vec<Picture>,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) enum Status {
    Active,
    /// Kept, but on no channel.
    Disabled,
}

/// A typed attribute value.
#[derive(ToSchema)]
#[serde(untagged)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
    List(Vec<String>),
    Number(Number),
    Measure(Measure),
}

/// An exact number. A bare JSON number is read as well while it has at most 15 digits.
#[derive(ToSchema)]
pub(super) struct Number {
    #[schema(example = "12.5")]
    number: String,
}

#[derive(ToSchema)]
pub(super) struct Measure {
    #[schema(example = "1.5")]
    amount: String,
    #[schema(example = "kg")]
    unit: String,
}

/// The price of one list in one currency.
#[derive(ToSchema)]
pub(super) struct Price {
    /// `base` when left out of a request.
    list: String,
    /// ISO 4217.
    currency: String,
    /// An exact decimal number.
    #[schema(example = "19.99")]
    amount: String,
}

#[derive(ToSchema)]
pub(super) struct Picture {
    url: String,
    #[schema(required = false, nullable = false)]
    alt: Option<String>,
}

/// A change to one product (RFC 7396 merge patch): an absent member stays, `null` clears, anything else is set.
/// Attributes and prices merge by key; categories and images are replaced whole.
#[derive(ToSchema)]
pub(super) struct Patch {
    parent: Option<String>,
    #[schema(required = false)]
    model: bool,
    #[schema(required = false, inline)]
    status: Status,
    family: Option<String>,
    categories: Option<Vec<String>>,
    #[schema(required = false)]
    attributes: BTreeMap<String, Option<Value>>,
    #[schema(required = false)]
    prices: Vec<PricePatch>,
    images: Option<Vec<Picture>>,
}

/// Sets one price, or clears it when the amount is `null`.
#[derive(ToSchema)]
pub(super) struct PricePatch {
    #[schema(required = false, default = "base")]
    list: String,
    currency: String,
    #[schema(example = "19.99")]
    amount: Option<String>,
}

/// A patch with the SKU it is for.
#[derive(ToSchema)]
pub(super) struct ProductLine {
    sku: String,
    /// Units by location; locations that are not named stay as they are.
    #[schema(required = false)]
    stock: BTreeMap<String, i64>,
    #[serde(flatten)]
    patch: Patch,
}

/// What there is to sell of one SKU at one location, in whole units.
#[derive(ToSchema)]
pub(super) struct StockLevel {
    sku: String,
    location: String,
    quantity: i64,
}

/// A connector put to work for one market.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) struct ChannelConfiguration {
    /// Name of a connector.
    connector: String,
    /// Which of its releases: a range of versions, or `sha256:DIGEST`. Left out, the one that serves.
    #[schema(required = false, nullable = false, example = "^1.2")]
    version: Option<String>,
    /// Settings under the connector's own schema.
    #[schema(required = false)]
    settings: BTreeMap<String, serde_json::Value>,
    scope: Scope,
    /// Rules by field name: a source, or an object with one of `from`, `template` and `value`.
    #[schema(required = false)]
    mapping: BTreeMap<String, serde_json::Value>,
    #[schema(required = false, inline)]
    schedule: Schedule,
    /// Addresses used instead of the connector's own, by endpoint name.
    #[schema(required = false)]
    endpoints: BTreeMap<String, String>,
    /// The hosts that the channel may reach.
    #[schema(required = false)]
    grants: Vec<Grant>,
    #[schema(required = false, nullable = false)]
    credentials: Option<Credentials>,
    /// How orders, counts and streams are taken in.
    #[schema(required = false, inline)]
    inbound: inbound::Inbound,
}

/// Which part of the catalog the channel sees, and in which language, currency and places.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) struct Scope {
    /// BCP 47 tag.
    locale: String,
    #[schema(required = false)]
    fallback_locales: Vec<String>,
    /// ISO 3166-1 alpha-2.
    country: String,
    /// ISO 4217.
    currency: String,
    #[schema(required = false, default = "base")]
    price_list: String,
    /// Locations whose stock may be sold; empty means all.
    #[schema(required = false)]
    locations: Vec<String>,
    /// Units held back.
    #[schema(required = false)]
    stock_buffer: i64,
    /// The most units the channel is told.
    #[schema(required = false, nullable = false)]
    stock_maximum: Option<i64>,
    #[schema(required = false, inline)]
    selection: Selection,
}

/// Each list that is not empty must name one of the product's own.
#[derive(ToSchema)]
pub(super) struct Selection {
    #[schema(required = false)]
    families: Vec<String>,
    #[schema(required = false)]
    categories: Vec<String>,
}

/// At most one of `every` and `cron`.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) struct Schedule {
    /// Sync the moment something changes.
    #[schema(required = false, default = true)]
    on_change: bool,
    /// ISO 8601 duration, or such as `15m`.
    #[schema(required = false, nullable = false, example = "PT15M")]
    every: Option<String>,
    #[schema(required = false, nullable = false, example = "0 6 * * MON-FRI")]
    cron: Option<String>,
    /// IANA name.
    #[schema(required = false, default = "UTC")]
    time_zone: String,
}

/// A host that a channel may reach.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) struct Grant {
    /// `HOST` or `HOST:PORT`.
    host: String,
    /// The host may be on this machine or a private network.
    #[schema(required = false)]
    allow_private: bool,
}

/// Where the secret is kept: exactly one of `secret`, `env` and `file`.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) struct Credentials {
    /// The name of a stored secret: see `/v1/secrets`.
    #[schema(required = false, nullable = false)]
    secret: Option<String>,
    /// An environment variable of the server.
    #[schema(required = false, nullable = false)]
    env: Option<String>,
    /// A file that the server can read.
    #[schema(required = false, nullable = false)]
    file: Option<String>,
    /// The secret is a plain bearer token, whatever scheme the connector declares.
    #[schema(required = false)]
    bearer: bool,
    #[schema(required = false, nullable = false)]
    token_uri: Option<String>,
}

/// How a listing stands.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) enum ListingState {
    /// Never tried.
    Due,
    /// The channel shows what it was sent.
    Accepted,
    /// The channel will not take it until the product changes.
    Rejected,
    /// Not taken for a reason that passes.
    Retry,
    /// An exchange is still to follow.
    Pending,
    /// The product lacks what the channel requires; nothing was sent.
    Incomplete,
    /// Taken off the channel, or out of its scope.
    Removed,
    /// Tried too often.
    Dead,
}

/// How soon a change travels.
#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) enum Lane {
    Stock,
    Price,
    Content,
}

/// Why a listing is not as it should be.
#[derive(ToSchema)]
pub(crate) struct ListingProblem {
    /// Stable and kebab-case, or the channel's own code.
    code: String,
    #[schema(inline)]
    severity: Severity,
    /// The channel's field, when one is to blame.
    #[schema(required = false, nullable = false)]
    field: Option<String>,
    /// What is wrong, and what would put it right.
    message: String,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) enum Severity {
    /// Keeps the product off the channel.
    Error,
    Warning,
}

/// What a run came to: counters by name, and why it ended early.
#[derive(ToSchema)]
pub(super) struct RunReport {
    considered: u64,
    unchanged: u64,
    incomplete: u64,
    accepted: u64,
    rejected: u64,
    postponed: u64,
    pending: u64,
    upserts: u64,
    prices: u64,
    stocks: u64,
    deletes: u64,
    exchanges: u64,
    written: u64,
    /// The rest stays due.
    #[schema(required = false, nullable = false)]
    halted: Option<String>,
}

/// A release of a connector, or a file of the drop folder that was refused.
#[derive(ToSchema)]
#[serde(untagged)]
pub(super) enum Connector {
    Release(Release),
    Refused(RefusedConnector),
}

/// A connector's component as it was admitted.
#[derive(ToSchema)]
pub(super) struct Release {
    name: String,
    version: String,
    /// SHA-256 of the component.
    digest: String,
    #[schema(inline)]
    state: ReleaseState,
    /// Why it does not serve.
    #[schema(required = false, nullable = false)]
    reason: Option<String>,
    summary: String,
    abilities: Vec<String>,
    /// The file that brought it; it may be gone.
    file: String,
    /// Whose of the listed keys has signed it.
    #[schema(required = false, nullable = false)]
    signer: Option<String>,
    #[schema(format = DateTime)]
    admitted_at: String,
    /// When the state last changed.
    #[schema(format = DateTime)]
    changed_at: String,
}

#[derive(ToSchema)]
#[schema(rename_all = "kebab-case")]
pub(super) enum ReleaseState {
    /// Channels that pin nothing get it.
    Serving,
    /// It may serve, and channels may pin it.
    Previous,
    /// It asks for more than was approved.
    Waiting,
    /// It was rolled back from.
    Held,
    /// It failed too often.
    Quarantined,
}

#[derive(ToSchema)]
pub(super) struct RefusedConnector {
    file: String,
    /// Why, in a sentence.
    refused: String,
}

/// One connector: what it asks for, what was approved, what each channel grants.
#[derive(ToSchema)]
pub(super) struct Comparison {
    name: String,
    releases: Vec<Release>,
    asks: Vec<ConnectorAsk>,
}

/// One thing that at least one release asks for.
#[derive(ToSchema)]
pub(super) struct ConnectorAsk {
    /// By `kind`: an ability, credentials, or an endpoint with its address, method and path.
    ask: BTreeMap<String, String>,
    text: String,
    /// The versions that ask for it, of those that serve, wait, are held back or quarantined.
    asked_by: Vec<String>,
    approved: bool,
    /// By channel; empty where a channel has nothing to grant.
    granted: BTreeMap<String, bool>,
}
