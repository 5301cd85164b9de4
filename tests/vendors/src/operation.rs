//! One operation of a vendor's HTTP interface: its address, its parameters and its body.

use std::{collections::BTreeMap, sync::OnceLock};

use jsonschema::{Draft, Validator};
use serde_json::{Value, json};

use crate::{
    request::{Refusal, Sent},
    schema,
};

/// A parameter of the query.
struct Parameter {
    required: bool,
    schema: Value,
    /// Compiled when the first request arrives.
    validator: OnceLock<Validator>,
}

pub(crate) struct Operation {
    pub(crate) name: String,
    method: String,
    /// Segments of the path; none where any text stands.
    path: Vec<Option<String>>,
    query: BTreeMap<String, Parameter>,
    /// Of the body, if there may be one.
    body: Option<Body>,
}

struct Body {
    schema: Value,
    required: bool,
    /// Compiled when the first request arrives.
    validator: OnceLock<Validator>,
}

impl Operation {
    pub(crate) fn new(method: &str, path: &str, definition: &Value, shared: &[Value]) -> Self {
        let name =
            definition["operationId"].as_str().map_or_else(|| format!("{method} {path}"), str::to_owned);
        let mut operation = Self {
            name,
            method: method.to_ascii_uppercase(),
            path: path.split('/').skip(1).map(fixed).collect(),
            query: BTreeMap::new(),
            body: body(&definition["requestBody"]),
        };
        let own = definition["parameters"].as_array().into_iter().flatten();
        own.chain(shared).for_each(|parameter| operation.add(parameter));
        operation
    }

    fn add(&mut self, parameter: &Value) {
        let required = parameter["required"] == true;
        // Swagger writes a parameter's schema beside its name, OpenAPI below it.
        let schema = parameter.get("schema").unwrap_or(parameter).clone();
        match parameter["in"].as_str() {
            Some("body") => self.body = Some(Body { schema, required, validator: OnceLock::new() }),
            Some("query") => {
                let mut schema = schema;
                if let Some(members) = schema.as_object_mut() {
                    members.retain(|name, _| !matches!(name.as_str(), "required" | "name" | "in"));
                }
                let name = parameter["name"].as_str().unwrap_or_default().to_owned();
                self.query.insert(name, Parameter { required, schema, validator: OnceLock::new() });
            }
            _ => {}
        }
    }

    /// How many segments of the path are named, if the request calls this operation.
    pub(crate) fn fits(&self, method: &str, segments: &[String]) -> Option<usize> {
        let fits = self.method == method
            && self.path.len() == segments.len()
            && self.path.iter().zip(segments).all(|(wanted, given)| match wanted {
                Some(wanted) => wanted == given,
                None => !given.is_empty(),
            });
        fits.then(|| self.path.iter().flatten().count())
    }

    pub(crate) fn judge(&self, sent: &Sent, shared: &[(&str, &Value)], draft: Draft) -> Result<(), Refusal> {
        self.judge_query(sent, shared, draft)?;
        let Some(body) = &self.body else {
            let empty = sent.body.is_empty();
            return if empty { Ok(()) } else { Err(self.refusal("body", "there is to be none")) };
        };
        if sent.body.is_empty() && !body.required {
            return Ok(());
        }
        let content = serde_json::from_slice(&sent.body)
            .map_err(|error| self.refusal("body", &format!("it is no JSON: {error}")))?;
        let validator = self.compiled(&body.validator, &body.schema, shared, draft)?;
        schema::check(validator, &self.name, &content)
    }

    fn compiled<'a>(
        &self,
        cell: &'a OnceLock<Validator>,
        schema: &Value,
        shared: &[(&str, &Value)],
        draft: Draft,
    ) -> Result<&'a Validator, Refusal> {
        if let Some(validator) = cell.get() {
            return Ok(validator);
        }
        let compiled = schema::compile(schema, shared, draft)
            .map_err(|error| self.refusal("contract", &format!("its schema cannot be used: {error}")))?;
        Ok(cell.get_or_init(|| compiled))
    }

    fn judge_query(&self, sent: &Sent, shared: &[(&str, &Value)], draft: Draft) -> Result<(), Refusal> {
        let given: BTreeMap<_, _> = sent.query().collect();
        for (name, value) in &given {
            let Some(parameter) = self.query.get(name.as_ref()) else {
                return Err(self.refusal(&format!("query {name}"), "there is no such parameter"));
            };
            let validator = self.compiled(&parameter.validator, &parameter.schema, shared, draft)?;
            if let Some(error) = validator.iter_errors(&read(&parameter.schema, value)).next() {
                return Err(self.refusal(&format!("query {name}"), &error.to_string()));
            }
        }
        let missing = |(name, parameter): &(&String, &Parameter)| {
            parameter.required && !given.contains_key(name.as_str())
        };
        match self.query.iter().find(missing) {
            Some((name, _)) => Err(self.refusal(&format!("query {name}"), "it is required")),
            None => Ok(()),
        }
    }

    fn refusal(&self, place: &str, message: &str) -> Refusal {
        Refusal::new(&self.name, place, message)
    }
}

fn fixed(segment: &str) -> Option<String> {
    (!segment.starts_with('{')).then(|| segment.to_owned())
}

fn body(definition: &Value) -> Option<Body> {
    let schema = definition["content"]["application/json"].get("schema")?.clone();
    Some(Body { schema, required: definition["required"] == true, validator: OnceLock::new() })
}

/// A parameter's text as the JSON that its schema speaks of.
fn read(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("array") => text.split(',').map(|entry| read(&schema["items"], entry)).collect(),
        Some("integer" | "number") => serde_json::from_str(text).unwrap_or_else(|_| json!(text)),
        Some("boolean") => text.parse().map_or_else(|_| json!(text), Value::Bool),
        _ => json!(text),
    }
}
