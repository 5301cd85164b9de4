//! `connectors`: what each shipped connector costs to run: items a second on one core through `prepare`, the size of the
//! component, and the most memory a call took.
//!
//! Every connector gets the same products through its own suggested mapping, those with variants in groups of five. One
//! that holds a product back for want of a value gets what it takes; the figure counts the operations it answered for.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wharf_catalog::{
    Action, Context, Operation, Product,
    mapping::Mapping,
    projection::{Candidate, Projection, Projector, Scope},
};
use wharf_sandbox::{Connector, Limits, Sandbox};

use crate::{catalog, measure::rounded, rig};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Products handed over in one call.
    #[arg(long, default_value_t = 100)]
    batch: u64,
    /// How long each connector runs, in milliseconds.
    #[arg(long, default_value_t = 2_000)]
    millis: u64,
}

/// What Amazon asks for beside the others.
const AMAZON: [(&str, &str); 2] = [("amazon_product_type", "COAT"), ("country_of_origin", "PT")];

/// The channels' own words for what the catalog says.
fn mapping() -> Value {
    json!({"condition_type": {"from": ["condition"], "translate": {"new": "new_new"}}})
}

/// The folder of each connector that publishes, and settings that it takes.
fn publishers() -> [(&'static str, Value); 5] {
    let locations = json!({"main": "L1"});
    [
        ("google-merchant", json!({"account": "1", "data_source": "2"})),
        ("amazon", json!({"seller_id": "A1", "marketplaces": ["A1PA6795UKMFR9"]})),
        ("shopify", json!({"locations": {"main": "gid://shopify/Location/1"}})),
        ("square", json!({"locations": locations})),
        ("vendure", json!({"stock_locations": {"main": "1"}})),
    ]
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let sandbox = Sandbox::new(Limits::default(), None)?;
    let mut figures = serde_json::Map::new();
    for (name, settings) in publishers() {
        let component = rig::build(&format!("plugins/{name}"))?;
        let connector = sandbox.load(name, &component)?;
        figures.insert(name.into(), measured(&connector, &settings, component.len(), arguments)?);
    }
    Ok(json!({"scenario": "connectors", "batch": arguments.batch, "connectors": figures}))
}

fn measured(
    connector: &Connector,
    settings: &Value,
    component_bytes: usize,
    arguments: &Arguments,
) -> anyhow::Result<Value> {
    let scope: Scope =
        serde_json::from_value(json!({"locale": "en-DE", "country": "DE", "currency": "EUR"}))?;
    let description = connector.description().clone();
    let known = |name: &String| description.fields.iter().any(|field| field.name == *name);
    let mut mapping: Mapping = serde_json::from_value(mapping())?;
    mapping.0.retain(|field, _| known(field));
    let projector = Projector::new(description, &mapping, scope)?;
    let context = projector.context(settings.to_string());
    let operations: Vec<_> =
        (0..arguments.batch).filter_map(|number| operation(&projector, number)).collect();
    anyhow::ensure!(!operations.is_empty(), "{} takes none of the products", connector.name());
    let started = Instant::now();
    let (mut answered, mut exchanges, mut refused) = (0, 0, 0);
    while started.elapsed() < Duration::from_millis(arguments.millis.max(1)) {
        let (sent, rejected) = prepare(connector, &context, &operations)?;
        answered += operations.len();
        exchanges += sent;
        refused += rejected;
    }
    Ok(json!({
        "items_per_s": rounded(answered as f64 / started.elapsed().as_secs_f64(), 0),
        "items": operations.len(),
        "refused_percent": rounded(refused as f64 * 100.0 / answered.max(1) as f64, 1),
        "exchanges_per_item": rounded(exchanges as f64 / answered.max(1) as f64, 3),
        "component_bytes": component_bytes,
        "peak_memory_bytes": connector.peak_memory(),
    }))
}

fn prepare(
    connector: &Connector,
    context: &Context,
    operations: &[Operation],
) -> anyhow::Result<(usize, usize)> {
    let prepared = connector.prepare(context, operations)?;
    anyhow::ensure!(prepared.faults.is_empty(), "the connector failed: {:?}", prepared.faults.first());
    Ok((prepared.exchanges.len(), prepared.rejections.len()))
}

/// The product of this number as a variant; nothing if the connector lacks a value that it requires.
fn operation(projector: &Projector, number: u64) -> Option<Operation> {
    let change = catalog::product(number);
    let mut product = Product::new(change.sku);
    change.patch.apply(&mut product);
    for (code, text) in AMAZON {
        product.attributes.insert(code.into(), wharf_catalog::Value::Text(text.into()));
    }
    let model = Product { model: true, ..Product::new(catalog::sku(1_000_000 + number / 5)) };
    product.parent = Some(model.sku.clone());
    let candidate = Candidate { product: &product, ancestors: &[&model], stock: &change.stock };
    let Projection::Listed { item, .. } = projector.project(candidate) else { return None };
    let action = Action::Upsert;
    Some(Operation { action, item, remote_id: None, note: None, revision: 1, attempt: 0, as_of: 0 })
}
