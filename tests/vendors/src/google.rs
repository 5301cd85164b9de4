//! Google's Merchant API, by its discovery documents.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::{
    discovery::openapi,
    request::{Contract, Judged, Refusal, Sent},
    rest::Rest,
    shared,
};

/// The parts of the Merchant API that are called.
const PARTS: [&str; 3] = ["products", "inventories", "datasources"];

/// What Google takes.
pub struct Google(Vec<Rest>);

impl std::fmt::Debug for Google {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Google").finish_non_exhaustive()
    }
}

fn document(part: &str) -> anyhow::Result<Option<Value>> {
    shared::json(&format!("google/discovery/merchantapi.{part}_v1.json"))
}

impl Google {
    /// Nothing, when the contracts are not there.
    pub fn shared() -> anyhow::Result<Option<Self>> {
        let mut parts = Vec::new();
        for part in PARTS {
            let Some(document) = document(part)? else { return Ok(None) };
            parts.push(Rest::new(openapi(document)));
        }
        Ok(Some(Self(parts)))
    }

    /// The schemas of what a product has, by the attributes' names in the API.
    pub fn attributes() -> anyhow::Result<Option<Value>> {
        let Some(mut document) = document("products")? else { return Ok(None) };
        let attributes = document["schemas"]["ProductAttributes"]["properties"].take();
        anyhow::ensure!(attributes.is_object(), "the discovery document has no ProductAttributes");
        Ok(Some(attributes))
    }
}

impl Contract for Google {
    fn judge(&self, sent: &Sent) -> Judged {
        let judged = self.0.iter().map(|part| part.judge(sent));
        let called = judged.into_iter().reduce(|found, next| match &found {
            Err(refusal) if refusal.place == "path" => next,
            _ => found,
        });
        let judged = called.unwrap_or_else(|| Err(Refusal::new("none", "contract", "it has no parts")));
        judged
            .and_then(|operation| named(sent).map(|()| operation))
            .map_err(|refusal| Refusal { sku: refusal.sku.or_else(|| offer(sent)), ..refusal })
    }
}

/// Beyond what the schema says in its own words: the three parts of a product's name are required, and one that holds
/// other characters than these has to be encoded.
fn named(sent: &Sent) -> Result<(), Refusal> {
    if sent.path().ends_with("productInputs:insert") {
        let body: Value = serde_json::from_slice(&sent.body).unwrap_or_default();
        let lacking =
            ["offerId", "contentLanguage", "feedLabel"].into_iter().find(|name| !body[name].is_string());
        return match lacking {
            Some(name) => Err(Refusal::new(
                "merchantapi.accounts.productInputs.insert",
                &format!("/{name}"),
                "it is required",
            )),
            None => Ok(()),
        };
    }
    // `SERVICE/v1/accounts/ACCOUNT/COLLECTION/NAME`
    let segments = sent.segments();
    match segments.get(5).filter(|name| name.contains('~')) {
        None => Ok(()),
        Some(name) => plain(name).map_err(|message| Refusal::new("merchantapi", "path", message)),
    }
}

fn plain(name: &str) -> Result<(), &'static str> {
    match (name.split('~').count(), name.contains(['/', '%'])) {
        (3, false) => Ok(()),
        (3, true) => Err("a name with these characters has to be encoded"),
        _ => Err("a name has three parts"),
    }
}

/// The SKU in an encoded name, such as `en~US~A-1`.
fn offer(sent: &Sent) -> Option<String> {
    sent.segments().iter().find_map(|segment| {
        let name = String::from_utf8(URL_SAFE_NO_PAD.decode(segment).ok()?).ok()?;
        name.splitn(3, '~').nth(2).map(str::to_owned)
    })
}
