//! A GraphQL schema's own words, made of the introspection result that Shopify ships with its tools.

use std::fmt::Write as _;

use serde_json::Value;

/// Directives and scalars that every schema has.
const DIRECTIVES: [&str; 5] = ["include", "skip", "deprecated", "specifiedBy", "oneOf"];
const SCALARS: [&str; 5] = ["Int", "Float", "String", "Boolean", "ID"];

/// The schema in GraphQL's schema definition language, without descriptions.
pub(crate) fn definitions(schema: &Value) -> String {
    let root = |kind: &str| name(&schema[kind]);
    let mut out = format!("schema {{ query: {} mutation: {} }}\n", root("queryType"), root("mutationType"));
    let directives = list(&schema["directives"]).iter().map(directive);
    let types = list(&schema["types"]).iter().map(definition);
    directives.chain(types).for_each(|text| out.push_str(&text));
    out
}

fn directive(directive: &Value) -> String {
    if DIRECTIVES.contains(&name(directive)) {
        return String::new();
    }
    let places: Vec<_> = list(&directive["locations"]).iter().filter_map(Value::as_str).collect();
    format!("directive @{}{} on {}\n", name(directive), arguments(directive), places.join(" | "))
}

fn definition(kind: &Value) -> String {
    let name = name(kind);
    if name.starts_with("__") || SCALARS.contains(&name) {
        return String::new();
    }
    let names =
        |key: &str, between: &str| list(&kind[key]).iter().map(self::name).collect::<Vec<_>>().join(between);
    let implements = match names("interfaces", " & ") {
        none if none.is_empty() => String::new(),
        all => format!(" implements {all}"),
    };
    match kind["kind"].as_str().unwrap_or_default() {
        "SCALAR" => format!("scalar {name}\n"),
        "ENUM" => format!("enum {name} {{ {} }}\n", names("enumValues", " ")),
        "UNION" => format!("union {name} = {}\n", names("possibleTypes", " | ")),
        "INPUT_OBJECT" => format!("input {name} {{ {} }}\n", values(&kind["inputFields"])),
        "INTERFACE" => format!("interface {name}{implements} {{ {} }}\n", members(kind)),
        _ => format!("type {name}{implements} {{ {} }}\n", members(kind)),
    }
}

fn members(kind: &Value) -> String {
    let member =
        |field: &Value| format!("{}{}: {}", name(field), arguments(field), reference(&field["type"]));
    list(&kind["fields"]).iter().map(member).collect::<Vec<_>>().join(" ")
}

fn arguments(of: &Value) -> String {
    match values(&of["args"]) {
        none if none.is_empty() => none,
        all => format!("({all})"),
    }
}

/// Arguments or members of inputs, with their defaults.
fn values(all: &Value) -> String {
    let mut out = String::new();
    for value in list(all) {
        let default = value["defaultValue"].as_str().map(|default| format!(" = {default}"));
        // Writing into a text cannot fail.
        let _ = write!(out, "{}: {}{} ", name(value), reference(&value["type"]), default.unwrap_or_default());
    }
    out
}

fn reference(kind: &Value) -> String {
    match kind["kind"].as_str().unwrap_or_default() {
        "NON_NULL" => format!("{}!", reference(&kind["ofType"])),
        "LIST" => format!("[{}]", reference(&kind["ofType"])),
        _ => name(kind).to_owned(),
    }
}

fn name(of: &Value) -> &str {
    of["name"].as_str().unwrap_or_default()
}

fn list(of: &Value) -> &[Value] {
    of.as_array().map_or(&[], Vec::as_slice)
}
