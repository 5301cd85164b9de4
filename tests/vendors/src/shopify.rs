//! Shopify's Admin API of version 2026-10, by its GraphQL schema.

use std::io::Read as _;

use anyhow::Context as _;
use apollo_compiler::{ExecutableDocument, Schema, request::coerce_variable_values, validation::Valid};
use serde_json::Value;

use crate::{
    introspection::definitions,
    request::{Contract, Judged, Refusal, Sent},
    shared,
};

const PATH: &str = "/admin/api/2026-10/graphql.json";

/// Scalars that Shopify writes as text, of which GraphQL itself knows no more than the name.
const TEXTS: [&str; 7] = ["URL", "DateTime", "HTML", "Decimal", "Money", "ARN", "FormattedString"];

/// What Shopify takes.
pub struct Shopify(Valid<Schema>);

impl std::fmt::Debug for Shopify {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shopify").finish_non_exhaustive()
    }
}

impl Shopify {
    /// Nothing, when the contracts are not there.
    pub fn shared() -> anyhow::Result<Option<Self>> {
        let Some(path) = shared::path("contracts/shopify/admin_2026-10.json.gz") else { return Ok(None) };
        let file = std::fs::File::open(&path).with_context(|| path.display().to_string())?;
        let mut text = String::new();
        flate2::read::GzDecoder::new(file).read_to_string(&mut text)?;
        let introspected: Value = serde_json::from_str(&text)?;
        let language = definitions(&introspected["data"]["__schema"]);
        let schema =
            Schema::parse(language, "admin.graphql").map_err(|error| anyhow::anyhow!("{}", error.errors))?;
        // Shopify's own schema breaks rules of the specification here and there.
        Ok(Some(Self(Valid::assume_valid(schema))))
    }

    /// Whether the document fits the schema, and its variables the document. Answers with the operation's name.
    pub fn check(&self, request: &Value) -> Judged {
        let query = request["query"].as_str().unwrap_or_default();
        let named = query.split([' ', '(', '{']).nth(1).unwrap_or_default();
        let refused = |place: &str, message: String| Refusal::new(named, place, message).within(request);
        let document = ExecutableDocument::parse_and_validate(&self.0, query, "request.graphql")
            .map_err(|error| refused("/query", error.to_string()))?;
        let operation =
            document.operations.get(None).map_err(|error| refused("/query", format!("{error:?}")))?;
        let text = request["variables"].to_string();
        let variables =
            serde_json::from_str(&text).map_err(|error| refused("/variables", error.to_string()))?;
        coerce_variable_values(&self.0, operation, &variables).map_err(|error| {
            let message = error.message().to_string();
            refused(&place(&message), message)
        })?;
        for variable in &operation.variables {
            let value = &request["variables"][variable.name.as_str()];
            self.check_texts(variable.ty.inner_named_type(), value, &format!("/variables/{}", variable.name))
                .map_err(|place| refused(&place, "this kind of value is written as text".into()))?;
        }
        Ok(named.to_owned())
    }

    /// Values of Shopify's own scalars; the wrong one's place.
    fn check_texts(&self, kind: &str, value: &Value, place: &str) -> Result<(), String> {
        if let Value::Array(all) = value {
            return all.iter().enumerate().try_for_each(|(position, entry)| {
                self.check_texts(kind, entry, &format!("{place}/{position}"))
            });
        }
        let Some(input) = self.0.get_input_object(kind) else {
            let wrong =
                TEXTS.contains(&kind) && !(value.is_string() || value.is_null() || is_amount(kind, value));
            return if wrong { Err(place.to_owned()) } else { Ok(()) };
        };
        value.as_object().into_iter().flatten().try_for_each(|(name, member)| {
            let field = input.fields.get(name.as_str());
            field.map_or(Ok(()), |field| {
                self.check_texts(field.ty.inner_named_type(), member, &format!("{place}/{name}"))
            })
        })
    }
}

/// Shopify takes numbers for amounts, too.
fn is_amount(kind: &str, value: &Value) -> bool {
    matches!(kind, "Decimal" | "Money") && value.is_number()
}

/// Where in the variables the compiler's message points, as far as it says; such as `$input.variants[0].price`.
fn place(message: &str) -> String {
    let words = message.split([' ', '"', '\'', '`']).find(|word| word.starts_with('$'));
    let path =
        words.unwrap_or_default().trim_matches(|letter: char| !letter.is_alphanumeric() && letter != ']');
    let pointer = path.replace(['.', '['], "/").replace(']', "");
    format!("/variables/{pointer}")
}

impl Contract for Shopify {
    fn judge(&self, sent: &Sent) -> Judged {
        if (sent.method.as_str(), sent.target.as_str()) != ("POST", PATH) {
            return Err(Refusal::new(&sent.method, "path", format!("{} is not {PATH}", sent.target)));
        }
        let request = serde_json::from_slice(&sent.body)
            .map_err(|error| Refusal::new("graphql", "body", error.to_string()))?;
        self.check(&request)
    }
}
