//! A request as a vendor gets it, and what a contract says of it.

use std::{borrow::Cow, fmt};

use serde_json::Value;

/// Method, path with query, and body, as they were sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// In capitals.
    pub method: String,
    /// Begins with `/`.
    pub target: String,
    /// Empty when there is none.
    pub body: Vec<u8>,
}

/// What one vendor takes.
pub trait Contract: Send + Sync {
    /// The operation that the request calls, by the vendor's name for it, or what is wrong with the request.
    fn judge(&self, sent: &Sent) -> Judged;
}

/// The operation's name, or the first thing that the vendor would refuse.
pub type Judged = Result<String, Refusal>;

/// What a contract holds against a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub operation: String,
    /// JSON pointer into the body, or which part of the request.
    pub place: String,
    /// The product that the place speaks of, as far as the request says.
    pub sku: Option<String>,
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sku = self.sku.as_deref().unwrap_or("no SKU");
        write!(f, "{} at {} ({sku}): {}", self.operation, self.place, self.message)
    }
}

impl Refusal {
    pub(crate) fn new(operation: &str, place: &str, message: impl Into<String>) -> Self {
        Self { operation: operation.to_owned(), place: place.to_owned(), sku: None, message: message.into() }
    }

    /// Names the product that the place in the body is part of.
    pub(crate) fn within(self, body: &Value) -> Self {
        let sku = self.sku.or_else(|| nearest_sku(body, &self.place).map(str::to_owned));
        Self { sku, ..self }
    }
}

impl Sent {
    pub fn new(method: &str, target: &str, body: &[u8]) -> Self {
        Self { method: method.to_ascii_uppercase(), target: target.to_owned(), body: body.to_vec() }
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The parameters of the query, decoded.
    pub fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let query = self.target.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes())
    }

    /// The segments of the path, decoded.
    pub fn segments(&self) -> Vec<String> {
        self.path().split('/').skip(1).map(decoded).collect()
    }
}

/// Percent-decoded; unlike in a query, a plus is a plus.
fn decoded(segment: &str) -> String {
    let plain = segment.replace('+', "%2B");
    url::form_urlencoded::parse(format!("a={plain}").as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// The members in which vendors keep the seller's own number of a product.
const SKUS: [&str; 3] = ["sku", "offerId", "id"];

/// The SKU of the innermost object around the place that has one.
fn nearest_sku<'a>(body: &'a Value, place: &str) -> Option<&'a str> {
    let mut around = Some(place);
    while let Some(pointer) = around {
        let object = body.pointer(pointer).unwrap_or(&Value::Null);
        if let Some(sku) = SKUS.iter().find_map(|name| sku_of(object, name)) {
            return Some(sku);
        }
        around = pointer.rsplit_once('/').map(|(parent, _)| parent);
    }
    None
}

fn sku_of<'a>(object: &'a Value, name: &str) -> Option<&'a str> {
    let data = [object, &object["item_variation_data"]];
    data.iter().find_map(|object| object[name].as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_refusal_names_the_product_around_the_place() {
        let body = json!({"input": {"variants": [{"sku": "A"}, {"sku": "B", "price": {"amount": 1}}]}});
        let at = |place: &str| Refusal::new("set", place, "no").within(&body).sku;
        assert_eq!(at("/input/variants/1/price/amount").as_deref(), Some("B"));
        assert_eq!(at("/input/variants"), None);
    }

    #[test]
    fn paths_are_decoded_segment_by_segment() {
        let sent = Sent::new("get", "/items/A1/S%2F1+x?mode=a%2Cb", b"");
        assert_eq!(sent.segments(), ["items", "A1", "S/1+x"]);
        assert_eq!(sent.query().collect::<Vec<_>>(), [("mode".into(), "a,b".into())]);
    }
}
