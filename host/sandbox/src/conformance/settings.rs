//! Settings that a JSON Schema would plausibly let through: what its author most likely meant, without proof.
//!
//! The schema is a stranger's, so everything that comes of it is bounded.

use std::collections::HashSet;

use serde_json::{Map, Value, json};

/// Bytes of a schema that is read at all.
const SCHEMA_BYTES: usize = 1 << 20;

/// Bytes of what may come of it, roughly, however often it refers to itself.
const BYTES: usize = 64 << 10;

/// How deep values may nest.
const DEPTH: u32 = 16;

/// Characters or entries at most, however many a schema asks for at least.
const LEAST: u64 = 1_000;

/// Bytes that any value counts for.
const VALUE_BYTES: usize = 16;

/// An object for this schema. An empty one when it says nothing.
pub(super) fn plausible(schema: &str) -> Value {
    if schema.len() > SCHEMA_BYTES {
        return json!({});
    }
    let Ok(root) = serde_json::from_str::<Value>(schema) else { return json!({}) };
    match (Author { root: &root, left: BYTES, depth: 0 }).value(&root) {
        Value::Object(settings) => Value::Object(settings),
        _ => json!({}),
    }
}

struct Author<'a> {
    root: &'a Value,
    left: usize,
    depth: u32,
}

impl<'a> Author<'a> {
    fn value(&mut self, schema: &'a Value) -> Value {
        if self.left == 0 || self.depth == DEPTH {
            return Value::Null;
        }
        self.depth += 1;
        let value = match given(schema) {
            Some(given) if self.afford(weight(given)) => given.clone(),
            None if self.afford(VALUE_BYTES) => self.invented(schema),
            _ => Value::Null,
        };
        self.depth -= 1;
        value
    }

    /// Takes so many bytes off what is left, if there are so many.
    fn afford(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or(0);
        left.is_some()
    }

    fn invented(&mut self, schema: &'a Value) -> Value {
        if let Some(target) = schema["$ref"].as_str().and_then(|it| it.strip_prefix('#')) {
            return self.root.pointer(target).map_or(Value::Null, |target| self.value(target));
        }
        if let Some(first) = ["oneOf", "anyOf"].iter().find_map(|key| schema[*key].get(0))
            && schema.get("type").is_none()
        {
            return self.value(first);
        }
        match kind(schema) {
            "string" => text(schema).into(),
            "integer" | "number" => number(schema),
            "boolean" => false.into(),
            "array" => self.list(schema),
            "null" => Value::Null,
            _ => self.object(schema),
        }
    }

    /// The required properties, and those with a value that the schema itself gives.
    fn object(&mut self, schema: &'a Value) -> Value {
        let mut object = Map::new();
        let parts = schema["allOf"].as_array().into_iter().flatten();
        for part in parts {
            if let Value::Object(part) = self.value(part) {
                object.extend(part);
            }
        }
        let required: HashSet<_> = strings(&schema["required"]).collect();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            let wanted = required.contains(name.as_str()) || given(property).is_some();
            if wanted && self.afford(name.len()) {
                object.insert(name.clone(), self.value(property));
            }
        }
        Value::Object(object)
    }

    fn list(&mut self, schema: &'a Value) -> Value {
        let count = schema["minItems"].as_u64().unwrap_or(0).min(LEAST);
        let mut list = Vec::new();
        while (list.len() as u64) < count && self.left > 0 {
            list.push(self.value(&schema["items"]));
        }
        list.into()
    }
}

/// The value that the schema itself names.
fn given(schema: &Value) -> Option<&Value> {
    let first = |key: &str| schema[key].get(0);
    schema
        .get("const")
        .or_else(|| schema.get("default"))
        .or_else(|| first("examples"))
        .or_else(|| first("enum"))
}

/// Roughly the bytes of a value.
fn weight(value: &Value) -> usize {
    VALUE_BYTES
        + match value {
            Value::String(text) => text.len(),
            Value::Array(entries) => entries.iter().map(weight).sum(),
            Value::Object(members) => members.iter().map(|(name, value)| name.len() + weight(value)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}

fn kind(schema: &Value) -> &str {
    let kind = &schema["type"];
    kind.as_str().or_else(|| kind[0].as_str()).unwrap_or("object")
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn number(schema: &Value) -> Value {
    let above = |bound: &Value| bound.as_i64().map(|bound| bound.saturating_add(1));
    let smallest = schema["minimum"].as_i64().or_else(|| above(&schema["exclusiveMinimum"]));
    let step = schema["multipleOf"].as_i64();
    smallest.or(step).or_else(|| schema["maximum"].as_i64().map(|most| most.min(1))).unwrap_or(1).into()
}

fn text(schema: &Value) -> String {
    let text = match (schema["format"].as_str(), schema["pattern"].as_str()) {
        (Some("uri" | "url" | "uri-reference" | "iri"), _) => "https://shop.example/".into(),
        (Some("email"), _) => "shop@shop.example".into(),
        (Some("hostname"), _) => "shop.example".into(),
        (Some("date"), _) => "2026-01-31".into(),
        (Some("date-time"), _) => "2026-01-31T12:00:00Z".into(),
        (Some("time"), _) => "12:00:00Z".into(),
        (Some("uuid"), _) => "6f1c2c2e-8d5c-4c1e-9d64-3f0d5f0d5f0d".into(),
        (_, Some(pattern)) => matching(pattern),
        _ => "example".into(),
    };
    let shortest = usize::try_from(schema["minLength"].as_u64().unwrap_or(0).min(LEAST)).unwrap_or(0);
    let longest =
        schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(usize::MAX);
    let last = text.chars().last().unwrap_or('x');
    let padded = text.chars().chain(std::iter::repeat(last)).take(text.chars().count().max(shortest));
    padded.take(longest).collect()
}

/// A text for patterns of the usual kind: one class of characters, so many times.
fn matching(pattern: &str) -> String {
    let digits = pattern.contains("0-9") || pattern.contains("\\d");
    let character = match () {
        () if pattern.contains("a-z") => 'a',
        () if pattern.contains("A-Z") => 'A',
        () if digits => '1',
        () => 'a',
    };
    let times = pattern.split_once('{').and_then(|(_, rest)| rest.split([',', '}']).next()?.parse().ok());
    std::iter::repeat_n(character, times.unwrap_or(1).clamp(1, 100)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(schema: &Value) -> Value {
        plausible(&schema.to_string())
    }

    #[test]
    fn required_settings_are_filled_and_given_values_kept() {
        let schema = json!({
            "type": "object",
            "required": ["account", "market", "url", "parts"],
            "properties": {
                "account": { "type": "string", "pattern": "^[0-9]{3,20}$" },
                "market": { "enum": ["DE", "FR"] },
                "url": { "type": "string", "format": "uri" },
                "parts": { "type": "array", "minItems": 2, "items": { "type": "integer", "minimum": 5 } },
                "versioned": { "type": "boolean", "default": true },
                "label": { "type": "string" },
            },
        });
        let expected = json!({
            "account": "111", "market": "DE", "url": "https://shop.example/", "parts": [5, 5], "versioned": true,
        });
        assert_eq!(settings(&schema), expected);
    }

    #[test]
    fn references_and_alternatives_are_followed() {
        let schema = json!({
            "required": ["a", "b"],
            "properties": { "a": { "$ref": "#/$defs/a" }, "b": { "anyOf": [{ "const": 1 }, { "const": 2 }] } },
            "$defs": { "a": { "type": "string", "minLength": 9, "maxLength": 9 } },
        });
        assert_eq!(settings(&schema), json!({ "a": "exampleee", "b": 1 }));
    }

    #[test]
    fn a_schema_that_never_ends_gives_an_end() {
        let both = json!({ "$ref": "#/$defs/a" });
        let schema = json!({
            "$ref": "#/$defs/a",
            "$defs": { "a": { "required": ["x", "y"], "properties": { "x": both, "y": both } } },
        });
        assert!(settings(&schema).is_object());
        let lists = json!({
            "required": ["x"],
            "properties": { "x": { "type": "array", "minItems": u64::MAX, "items": { "$ref": "#/properties/x" } } },
        });
        assert!(settings(&lists).is_object());
    }

    #[test]
    fn a_large_default_is_not_multiplied() {
        let large = json!({ "$ref": "#/$defs/large" });
        let properties: Map<_, _> = (0..500).map(|index| (index.to_string(), large.clone())).collect();
        let required: Vec<_> = properties.keys().cloned().collect();
        let schema = json!({
            "required": required,
            "properties": properties,
            "$defs": { "large": { "default": "x".repeat(10_000) } },
        });
        assert!(settings(&schema).to_string().len() < 2 * BYTES);
    }

    #[test]
    fn what_is_no_schema_gives_no_settings() {
        for schema in ["", "[]", "7", "{}"] {
            assert_eq!(plausible(schema), json!({}), "{schema}");
        }
    }
}
