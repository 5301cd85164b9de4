//! Every kind of document, with its variables, against Vendure's own schema.
//!
//! `WHARF_VENDURE_SCHEMA` names the folder with the schema's parts: `dist/api/schema` of the npm package
//! `@vendure/core`. What Vendure adds when it starts, the options of lists, is added here.

use std::{collections::HashSet, fs, path::Path};

use apollo_compiler::{ExecutableDocument, Schema, request::coerce_variable_values, validation::Valid};
use serde_json::{Value as Json, json};
use vendure::Vendure;
use wharf_sdk::{Action, Connector, Position, Puller, testing::Item, testing::Operation};

use crate::{pictures, shop::*};

/// After the rules by which Vendure makes them: a filter and a sort parameter for every field of a listed type.
const MADE_AT_START: &str = "
input ProductVariantSortParameter { id: SortOrder }
input OrderSortParameter { id: SortOrder }
input OrderFilterParameter { id: IDOperators orderPlacedAt: DateOperators updatedAt: DateOperators }
input OrderListOptions { skip: Int take: Int sort: OrderSortParameter filter: OrderFilterParameter }
input ProductVariantFilterParameter { id: IDOperators sku: StringOperators }
input ProductVariantListOptions {
  skip: Int take: Int sort: ProductVariantSortParameter filter: ProductVariantFilterParameter
}
input StockLocationListOptions { skip: Int take: Int }
";

#[expect(clippy::print_stdout, reason = "whoever reads the test's output should know that it was skipped")]
fn schema() -> Option<Valid<Schema>> {
    let Ok(folder) = std::env::var("WHARF_VENDURE_SCHEMA") else {
        println!("skipped: WHARF_VENDURE_SCHEMA does not name the folder `dist/api/schema` of @vendure/core");
        return None;
    };
    let mut text = String::new();
    for part in ["common", "admin-api"] {
        read(&Path::new(&folder).join(part), &mut text);
    }
    text.push_str(MADE_AT_START);
    // The parts say some things twice, and leave empty what is filled at the start, such as the ways to log in; what
    // remains is enough to hold documents against.
    let schema = Schema::parse(extended(&text), "vendure.graphql").unwrap_or_else(|broken| broken.partial);
    Some(Valid::assume_valid(schema))
}

/// The parts repeat types instead of extending them.
fn extended(text: &str) -> String {
    let mut seen = HashSet::new();
    let mut extended = String::with_capacity(text.len());
    for line in text.lines() {
        let mut words = line.split([' ', '{']);
        let definition = matches!(words.next(), Some("type" | "input" | "enum"));
        let again = definition && words.next().is_some_and(|name| !seen.insert(name));
        extended.push_str(if again { "extend " } else { "" });
        extended.push_str(line);
        extended.push('\n');
    }
    extended
}

fn read(folder: &Path, text: &mut String) {
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        text.push_str(&fs::read_to_string(file).unwrap());
        text.push('\n');
    }
}

/// What is wrong with a request's document or its variables; empty when the schema takes both.
fn breaches(schema: &Valid<Schema>, body: &Json) -> Vec<String> {
    let document =
        match ExecutableDocument::parse_and_validate(schema, body["query"].as_str().unwrap(), "request") {
            Ok(document) => document,
            Err(error) => return error.errors.iter().map(|error| error.to_string()).collect(),
        };
    let operation = document.operations.get(None).unwrap();
    let variables = serde_json::from_value(body["variables"].clone()).unwrap();
    match coerce_variable_values(schema, operation, &variables) {
        Ok(_) => Vec::new(),
        Err(error) => vec![format!("{error:?}")],
    }
}

/// One request of each kind, by the name of its GraphQL operation.
fn requests() -> Vec<(String, Json)> {
    let new =
        |sku| upsert(shirt(sku).with(field("description"), wharf_sdk::testing::Value::text("<p>Soft</p>")));
    let find = only_exchange(&[new("S"), new("M")]);
    let mut product = further(&find, &nothing());
    product.document = find.document.clone();
    let operations = [
        listed(new("S")),
        Operation { note: Some("9".into()), ..new("XL") },
        listed(operation(Action::Delete, Item::new("M").group("SHIRT"))),
    ];
    let update = only_exchange(&operations);
    let options = further(&update, &json!({"updateProduct": state(&[("S", 1), ("M", 0)])}));
    let mut bare = state(&[("S", 1), ("M", 0)]);
    bare["optionGroups"] = json!([]);
    let groups = further(&update, &json!({"updateProduct": bare}));
    let variants = further(&options, &json!({"o0": {"id": "o-XL"}}));
    let deleted = json!([{"result": "DELETED"}]);
    let updated = json!({"deleteProductVariants": deleted, "updateProductVariants": [written("S", 1_990)]});
    let creation = further(&variants, &updated);
    let made = json!({"g0": {"id": "g", "options": [{"id": "1", "code": "S"}, {"id": "2", "code": "XL"}]}});
    let all = further(&groups, &made);
    let stock = only_exchange(&[listed(operation(Action::Stock, shirt("S")))]);
    let level = json!({"productVariants": {"items": [{"id": "v-S", "stockLevels": []}]}});
    let deletion = only_exchange(&[listed(operation(Action::Delete, Item::new("S")))]);
    let last = json!({"product": {"id": "9", "variants": [{"id": "v-S"}]}});
    let two = json!({"product": {"id": "9", "variants": [{"id": "v-S"}, {"id": "v-M"}]}});
    let exchanges = [
        further(&stock, &level),
        further(&deletion, &last),
        further(&deletion, &two),
        only_exchange(&[listed(operation(Action::Price, shirt("S")))]),
        only_exchange(&[operation(Action::Delete, Item::new("S"))]),
        product,
        options,
        groups,
        variants,
        creation,
        all,
        stock,
        deletion,
        update,
    ];
    // The first request of a chain goes out with its own body, whatever waits for a later one.
    let find = [(name_of(&find), body_of(&find.request, None))];
    let published = exchanges.iter().map(|exchange| (name_of(exchange), json_of(exchange)));
    find.into_iter().chain(published).chain(read_requests()).chain(pictures::requests()).collect()
}

fn read_requests() -> Vec<(String, Json)> {
    let pull = |stream, since| {
        let position = Position { cursor: None, since, until: 2 };
        body_of(&Vendure::request(&context(), stream, &position).request, None)
    };
    let probe = body_of(&Vendure::probe(&context()).unwrap(), None);
    let bodies =
        [("Orders", pull(0, None)), ("Orders", pull(0, Some(1))), ("Stock", pull(1, None)), ("Probe", probe)];
    bodies.map(|(name, body)| (name.to_owned(), body)).to_vec()
}

#[test]
fn vendure_takes_every_request_and_the_wrong_one_is_refused() {
    let Some(schema) = schema() else { return };
    let mut names = HashSet::new();
    for (name, body) in requests() {
        assert_eq!(breaches(&schema, &body), Vec::<String>::new(), "{name}: {body}");
        let mut misspelt = body.clone();
        let query = body["query"]
            .as_str()
            .unwrap()
            .replacen(" id ", " identity ", 1)
            .replacen("result", "results", 1);
        misspelt["query"] = query.into();
        assert_ne!(breaches(&schema, &misspelt), Vec::<String>::new(), "{name}");
        for (variable, value) in body["variables"].as_object().unwrap() {
            let mut wrong = body.clone();
            wrong["variables"][variable] = if value.is_object() { json!({"nonsense": 1}) } else { json!({}) };
            assert_ne!(breaches(&schema, &wrong), Vec::<String>::new(), "{name}: {variable}");
        }
        names.insert(name);
    }
    assert_eq!(names.len(), 19, "{names:?}");
}
