//! Where a connector sends, how much, and how the vendor is shown who calls.

use serde::{Deserialize, Serialize};

/// An address the connector sends to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Endpoint {
    pub name: String,
    pub url: String,
    pub reach: Reach,
    pub methods: Vec<Method>,
    /// Allowed path prefixes; empty means any path.
    pub paths: Vec<String>,
    /// Sent with every request, unless the request brings its own; lower-case names.
    pub headers: Vec<(String, String)>,
}

/// What the targets of an endpoint are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Paths below one address.
    Fixed,
    /// The same, but only the operator knows the host, which has to fit the pattern.
    Named,
    /// Whole addresses that the channel hands out and that fit a pattern; no credentials go there.
    Open,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

/// How much the vendor lets through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Budget {
    pub name: String,
    pub scope: BudgetScope,
    /// Requests, or the vendor's own points.
    pub units: u32,
    pub per_seconds: u32,
    /// Units that may go at once after a pause.
    pub burst: Option<u32>,
    /// Requests under way at one time.
    pub concurrent: Option<u32>,
    /// Empty: every request counts.
    pub counts: Vec<BudgetRule>,
}

/// What shares a budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BudgetScope {
    Account,
    Channel,
    Listing,
}

/// Requests that a budget counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRule {
    pub endpoint: u32,
    /// Empty: all.
    pub methods: Vec<Method>,
    /// Empty: any path.
    pub path: String,
}

/// How the vendor wants to be shown who calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthScheme {
    Bearer,
    /// The header's name.
    Header(String),
    Basic,
    ClientCredentials(TokenGrant),
    RefreshToken(TokenGrant),
    /// OAuth 2 scopes.
    ServiceAccount(Vec<String>),
    Signature(Signature),
}

impl AuthScheme {
    /// As the operator writes it to choose among several.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Bearer => "bearer",
            Self::Header(_) => "header",
            Self::Basic => "basic",
            Self::ClientCredentials(_) => "client-credentials",
            Self::RefreshToken(_) => "refresh-token",
            Self::ServiceAccount(_) => "service-account",
            Self::Signature(_) => "signature",
        }
    }
}

/// How an access token is fetched and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TokenGrant {
    pub token_url: String,
    pub scopes: Vec<String>,
    pub client_in_body: bool,
    /// The header that carries the bare token; otherwise `authorization: Bearer TOKEN`.
    pub presented_in: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DigestAlgorithm {
    HmacSha1,
    HmacSha256,
    HmacSha512,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextEncoding {
    HexLower,
    HexUpper,
    Base64,
}

/// A part of what is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignedPart {
    Secret,
    /// Another member of the stored secret.
    Member(String),
    Method,
    Path,
    /// Without that of the endpoint's address.
    PathBelowBase,
    Address,
    SortedQuery(QueryText),
    Body,
    BodyDigest,
    Timestamp,
    Header(String),
    Literal(String),
}

/// How query parameters are written one after another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct QueryText {
    pub after_name: String,
    pub between_pairs: String,
    pub except: Vec<String>,
}

/// Where a value stands in a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Placement {
    Header(String),
    Query(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TimestampUnit {
    Seconds,
    Milliseconds,
}

/// How requests are signed, or webhooks checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Signature {
    pub algorithm: DigestAlgorithm,
    /// Joined with nothing between.
    pub over: Vec<SignedPart>,
    pub encoding: TextEncoding,
    /// Stands before the encoded code.
    pub prefix: String,
    pub placed: Placement,
    pub timestamp: Option<(Placement, TimestampUnit)>,
    /// Members of the stored secret that travel with every request.
    pub presents: Vec<(String, Placement)>,
}
