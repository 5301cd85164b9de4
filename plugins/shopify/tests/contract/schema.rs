//! Shopify's schema, made of the introspection result that Shopify ships with its tools.

use std::{fmt::Write as _, io::Read as _, path::PathBuf, sync::LazyLock};

use apollo_compiler::{ExecutableDocument, request::coerce_variable_values, validation::Valid};
use serde_json::Value as Json;

pub(crate) struct Schema(Valid<apollo_compiler::Schema>);

static SHARED: LazyLock<Option<Schema>> = LazyLock::new(|| {
    let folder = std::env::var_os("WHARF_SHARED").map(PathBuf::from)?;
    let path = folder.join("contracts/shopify/admin_2026-10.json.gz");
    let file = std::fs::File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let introspected: Json = serde_json::from_str(&text).unwrap();
    let language = definitions(&introspected["data"]["__schema"]);
    let schema = apollo_compiler::Schema::parse(language, "admin.graphql").unwrap();
    // Shopify's own schema breaks rules of the specification here and there.
    Some(Schema(Valid::assume_valid(schema)))
});

impl Schema {
    /// The schema, if the environment says where it is.
    #[expect(clippy::print_stderr, reason = "a test that proves nothing has to say so")]
    pub(crate) fn shared() -> Option<&'static Self> {
        if SHARED.is_none() {
            eprintln!("WHARF_SHARED is not set: nothing was held against Shopify's schema");
        }
        SHARED.as_ref()
    }

    /// Whether the request's document fits the schema, and its variables the document.
    pub(crate) fn check(&self, request: &Json) -> Result<(), String> {
        let query = request["query"].as_str().ok_or("no query")?;
        let document = ExecutableDocument::parse_and_validate(&self.0, query, "request.graphql")
            .map_err(|error| error.to_string())?;
        let operation = document.operations.get(None).map_err(|error| format!("{error:?}"))?;
        let text = request["variables"].to_string();
        let variables = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        coerce_variable_values(&self.0, operation, &variables)
            .map(drop)
            .map_err(|error| error.message().to_string())
    }
}

/// The schema in GraphQL's schema definition language, without descriptions.
fn definitions(schema: &Json) -> String {
    let mut out = String::new();
    let root = |kind: &str| schema[kind]["name"].as_str().unwrap();
    writeln!(out, "schema {{ query: {} mutation: {} }}", root("queryType"), root("mutationType")).unwrap();
    for directive in list(&schema["directives"]) {
        if !matches!(name(directive), "include" | "skip" | "deprecated" | "specifiedBy" | "oneOf") {
            let places: Vec<_> =
                list(&directive["locations"]).iter().map(|it| it.as_str().unwrap()).collect();
            let arguments = arguments(directive);
            writeln!(out, "directive @{}{arguments} on {}", name(directive), places.join(" | ")).unwrap();
        }
    }
    let built_in = ["Int", "Float", "String", "Boolean", "ID"];
    let types = list(&schema["types"]).iter();
    for kind in types.filter(|kind| !name(kind).starts_with("__") && !built_in.contains(&name(kind))) {
        write_type(kind, &mut out);
    }
    out
}

fn write_type(kind: &Json, out: &mut String) {
    let names =
        |key: &str, between: &str| list(&kind[key]).iter().map(name).collect::<Vec<_>>().join(between);
    let implements = match names("interfaces", " & ") {
        none if none.is_empty() => String::new(),
        all => format!(" implements {all}"),
    };
    let name = name(kind);
    match kind["kind"].as_str().unwrap() {
        "SCALAR" => writeln!(out, "scalar {name}"),
        "ENUM" => writeln!(out, "enum {name} {{ {} }}", names("enumValues", " ")),
        "UNION" => writeln!(out, "union {name} = {}", names("possibleTypes", " | ")),
        "INPUT_OBJECT" => writeln!(out, "input {name} {{ {} }}", values(&kind["inputFields"])),
        "INTERFACE" => writeln!(out, "interface {name}{implements} {{ {} }}", members(kind)),
        _ => writeln!(out, "type {name}{implements} {{ {} }}", members(kind)),
    }
    .unwrap();
}

fn members(kind: &Json) -> String {
    let member = |field: &Json| format!("{}{}: {}", name(field), arguments(field), reference(&field["type"]));
    list(&kind["fields"]).iter().map(member).collect::<Vec<_>>().join(" ")
}

fn arguments(of: &Json) -> String {
    match values(&of["args"]) {
        none if none.is_empty() => none,
        all => format!("({all})"),
    }
}

/// Arguments or members of inputs, with their defaults.
fn values(all: &Json) -> String {
    let value = |value: &Json| {
        let default =
            value["defaultValue"].as_str().map(|default| format!(" = {default}")).unwrap_or_default();
        format!("{}: {}{default}", name(value), reference(&value["type"]))
    };
    list(all).iter().map(value).collect::<Vec<_>>().join(" ")
}

fn reference(kind: &Json) -> String {
    match kind["kind"].as_str().unwrap() {
        "NON_NULL" => format!("{}!", reference(&kind["ofType"])),
        "LIST" => format!("[{}]", reference(&kind["ofType"])),
        _ => name(kind).to_owned(),
    }
}

fn name(of: &Json) -> &str {
    of["name"].as_str().unwrap()
}

fn list(of: &Json) -> &[Json] {
    of.as_array().map_or(&[], Vec::as_slice)
}
