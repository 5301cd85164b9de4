//! Every kind of request against Amazon's own models and schemas, and for each one that they must refuse.

mod support;

use std::path::Path;

use amazon::Amazon;
use serde_json::{Map, Value as Json, json};
use support::*;
use wharf_sdk::{
    Action, Body, Connector, Context, Decimal, Exchange, FieldKind, Method, Position, Puller, Request,
    testing::{Item, Operation, Value},
};

/// An operation of one of Amazon's Swagger models.
struct Model {
    model: Json,
    path: String,
    method: &'static str,
}

impl Model {
    /// The operation that a request calls, by its path and method.
    fn of(contracts: &Path, request: &Request) -> Self {
        let file = match request.target.split('/').nth(1) {
            Some("listings") => "listingsItems_2021-08-01.json",
            Some("feeds") => "feeds_2021-06-30.json",
            Some("orders") => "orders_2026-01-01.json",
            Some("fba") => "fbaInventory.json",
            Some("definitions") => "definitionsProductTypes_2020-09-01.json",
            Some("sellers") => "sellers.json",
            other => panic!("no model for {other:?}"),
        };
        let method = match request.method {
            Method::Get => "get",
            Method::Post => "post",
            Method::Put => "put",
            Method::Patch => "patch",
            Method::Delete => "delete",
        };
        let model = read(&contracts.join("models").join(file));
        let path = request.target.split('?').next().unwrap();
        let fits = |template: &str| {
            let segments = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
            let (template, path) = (segments(template), segments(path));
            template.len() == path.len()
                && template
                    .iter()
                    .zip(&path)
                    .all(|(wanted, given)| wanted.starts_with('{') || wanted == given)
        };
        let paths = model["paths"].as_object().unwrap();
        let found =
            paths.iter().find(|(template, operations)| fits(template) && operations.get(method).is_some());
        let path = found.unwrap_or_else(|| panic!("Amazon has no {method} {path}")).0.clone();
        Self { model, path, method }
    }

    fn parameters(&self) -> &Vec<Json> {
        self.model["paths"][&self.path][self.method]["parameters"].as_array().unwrap()
    }

    /// What the model holds against the request.
    fn violations(&self, request: &Request) -> Vec<String> {
        let query = request.target.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let pairs: Vec<_> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let mut violations = Vec::new();
        for (name, value) in &pairs {
            let known = |parameter: &&Json| parameter["in"] == "query" && parameter["name"] == *name;
            match self.parameters().iter().find(known) {
                None => violations.push(format!("unknown parameter {name}")),
                Some(parameter) => violations.extend(unfit(parameter, value)),
            }
        }
        for parameter in self.parameters() {
            let required = parameter["required"] == true && parameter["in"] == "query";
            if required && !pairs.iter().any(|(name, _)| parameter["name"] == *name) {
                violations.push(format!("missing parameter {}", parameter["name"]));
            }
        }
        violations.extend(self.body_violations(request));
        violations
    }

    fn body_violations(&self, request: &Request) -> Vec<String> {
        let schema = self.parameters().iter().find(|parameter| parameter["in"] == "body");
        match (schema, &request.body) {
            (None, Body::None) => vec![],
            (Some(parameter), Body::Bytes(bytes)) => {
                let mut schema = parameter["schema"].clone();
                schema["definitions"] = self.model["definitions"].clone();
                errors(&schema, &serde_json::from_slice(bytes).unwrap())
            }
            _ => vec!["a body that is not wanted, or none that is".into()],
        }
    }
}

/// Whether a query parameter's value is one that the model takes.
fn unfit(parameter: &Json, value: &str) -> Vec<String> {
    let values: Vec<&str> =
        if parameter["type"] == "array" { value.split(',').collect() } else { vec![value] };
    let mut violations = Vec::new();
    if parameter["maxItems"].as_u64().is_some_and(|most| values.len() as u64 > most) {
        violations.push(format!("too many values of {}", parameter["name"]));
    }
    let choices = parameter["enum"].as_array().or_else(|| parameter["items"]["enum"].as_array());
    if let Some(choices) =
        choices.filter(|choices| !values.iter().all(|value| choices.contains(&json!(value))))
    {
        violations.push(format!("{} takes {choices:?}, not {values:?}", parameter["name"]));
    }
    violations
}

fn errors(schema: &Json, instance: &Json) -> Vec<String> {
    let validator = jsonschema::draft7::new(schema).unwrap();
    validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// One of each kind, with the context it was made in.
fn requests() -> Vec<Request> {
    let two = with(&json!({"marketplaces": [GERMANY, IRELAND]}));
    let preview = with(&json!({"validation_preview": true}));
    let amazon_ships = with(&json!({"fulfillment_channel": "AMAZON_EU", "personal_data": false}));
    let mut partial = operation(Action::Upsert, item(content()));
    partial.note = Some("aff".into());
    let single = |context: &Context, operation: &Operation| {
        only_exchange(context, std::slice::from_ref(operation)).request
    };
    let mut requests = vec![
        single(&plain(), &upsert()),
        single(&plain(), &partial),
        single(&plain(), &price()),
        single(&two, &stock()),
        single(&plain(), &deletion()),
        single(&preview, &upsert()),
        single(&preview, &price()),
        single(&amazon_ships, &upsert()),
        Amazon::probe(&plain()).unwrap(),
    ];
    let of_feed = steps(&with(&json!({"feed_from": 1, "marketplaces": [GERMANY, IRELAND]})), &[upsert()]);
    requests.extend([0, 2, 3, 4].map(|step: usize| of_feed[step].request.clone()));
    for context in [&plain(), &two, &amazon_ships] {
        for stream in 0..3 {
            let position =
                Position { cursor: None, since: Some(1_769_860_800_000), until: 1_769_860_800_000 };
            requests.push(Amazon::request(context, stream, &position).request);
        }
    }
    requests
}

#[test]
fn every_request_fits_amazons_models() {
    let Some(contracts) = contracts() else { return };
    for request in requests() {
        let violations = Model::of(&contracts, &request).violations(&request);
        assert_eq!(violations, Vec::<String>::new(), "{:?} {}", request.method, request.target);
    }
}

/// One deliberately wrong request for each operation: a validator that lets it pass would let everything pass.
#[test]
fn amazons_models_refuse_what_is_wrong() {
    let Some(contracts) = contracts() else { return };
    for mut request in requests() {
        let model = Model::of(&contracts, &request);
        match &mut request.body {
            Body::Bytes(bytes) => *bytes = br#"{"patches":[],"marketplaceIds":7}"#.to_vec(),
            _ => request.target = format!("{}?marketplace=DE", request.target.split('?').next().unwrap()),
        }
        assert!(!model.violations(&request).is_empty(), "{:?} {}", request.method, request.target);
    }
}

fn feed() -> Exchange {
    let named = |sku: &str, operation: Operation| {
        let item = Item { sku: sku.into(), ..operation.item };
        Operation { item, ..operation }
    };
    let mut partial = operation(Action::Upsert, item(content()));
    partial.note = Some("affffffffff".into());
    let operations = [
        named("A", upsert()),
        named("B", price()),
        named("C", stock()),
        named("D", deletion()),
        named("E", partial),
    ];
    only_exchange(&bulk(), &operations)
}

#[test]
fn a_feeds_document_fits_amazons_schema() {
    let Some(contracts) = contracts() else { return };
    let schemas = contracts.join("schemas/feeds");
    let schema = read(&schemas.join("listings-feed-schema-v2.json"));
    let of_message = read(&schemas.join("listings-feed-message-schema-v2.json"));
    let document = document(&feed());
    assert_eq!(errors(&schema, &document), Vec::<String>::new());
    for message in document["messages"].as_array().unwrap() {
        assert_eq!(errors(&of_message, message), Vec::<String>::new(), "{message}");
        for (member, wrong) in
            [("messageId", json!(0)), ("operationType", json!("UPSERT")), ("sku", json!(""))]
        {
            let mut broken = message.clone();
            broken[member] = wrong;
            assert!(!errors(&of_message, &broken).is_empty(), "{broken}");
        }
    }
    assert!(!errors(&schema, &json!({"header": {"sellerId": "A"}, "messages": []})).is_empty());
}

/// An item that fills every field.
fn full() -> Item {
    let fill = |item: Item, (index, field): (u32, wharf_sdk::Field)| {
        let value = match field.kind {
            FieldKind::Html => Value::text("<p>text</p>"),
            FieldKind::Texts => Value::texts(["one", "two"]),
            FieldKind::Number => Value::Number(Decimal::new(2, 0)),
            FieldKind::Quantity => Value::Quantity(3),
            FieldKind::Money => euros(1_990),
            FieldKind::Measure => Value::measure(Decimal::new(15, -1), &field.units[0]),
            FieldKind::Flag => Value::Flag(true),
            FieldKind::Images => images(9),
            FieldKind::Gtin => Value::text("4006381333931"),
            FieldKind::Date => Value::text("2026-11-27"),
            FieldKind::Choice => Value::text(field.choices[0].as_str()),
            _ if field.name == "merchant_suggested_asin" => Value::text("B000000000"),
            _ => Value::text("text"),
        };
        item.with(index, value)
    };
    (0..).zip(Amazon::describe().fields).fold(Item::new("BAG-1").group("BAG"), fill)
}

/// Attributes of marketplaces other than that of the definitions at hand.
const ELSEWHERE: [&str; 1] = ["recommended_browse_nodes"];

/// Every attribute stands in a product type's definition, in that form.
#[test]
fn attributes_fit_the_product_types_that_have_them() {
    let Some(contracts) = contracts() else { return };
    let context = with(&json!({"variations": true}));
    let exchange = only_exchange(&context, &[operation(Action::Upsert, full())]);
    let body = body(&exchange);
    let mut unchecked: Map<String, Json> = body["attributes"].as_object().unwrap().clone();
    for product_type in ["CHAIR", "COOKWARE", "PRODUCT", "SUITCASE", "TOY_FIGURE", "UMBRELLA"] {
        let definition = read(&contracts.join(format!("product-types-derived/{product_type}.json")));
        let mut known = body["attributes"].as_object().unwrap().clone();
        known.retain(|name, _| definition["properties"].get(name).is_some());
        unchecked.retain(|name, _| !known.contains_key(name));
        let validator = jsonschema::draft201909::new(&definition).unwrap();
        let errors: Vec<_> =
            validator.iter_errors(&Json::Object(known.clone())).map(|it| it.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new(), "{product_type}");
        known.insert("item_name".into(), json!([{"value": "no language"}]));
        assert!(!validator.is_valid(&Json::Object(known)), "{product_type}");
    }
    unchecked.retain(|name, _| !ELSEWHERE.contains(&name.as_str()));
    assert_eq!(unchecked.keys().collect::<Vec<_>>(), Vec::<&String>::new());
}

/// What a product type requires, the connector declares or the operator is told.
#[test]
fn requirements_are_those_of_the_definitions() {
    let Some(contracts) = contracts() else { return };
    let description = Amazon::describe();
    let categories = description.categories.unwrap();
    for product_type in ["CHAIR", "COOKWARE", "PRODUCT", "SUITCASE", "TOY_FIGURE", "UMBRELLA"] {
        let definition = read(&contracts.join(format!("product-types-derived/{product_type}.json")));
        for required in definition["required"].as_array().unwrap() {
            let index = field(required.as_str().unwrap());
            let of_type =
                |it: &wharf_sdk::Requirement| it.category == product_type && it.field == index && it.required;
            let declared =
                description.fields[index as usize].required || categories.requirements.iter().any(of_type);
            // Required in the United States only, whose definitions these are.
            assert!(declared || required == "item_type_keyword", "{product_type} requires {required}");
        }
    }
}
