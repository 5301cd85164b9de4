//! `translate`: `google-merchant` turning items into requests, natively and in the sandbox, in one run.
//!
//! Both sides start from the typed items and end with the requests in the host's memory. The two alternate, and
//! the figures are medians, so that a busy machine hurts both alike.

use std::{hint::black_box, time::Instant};

use google_merchant::GoogleMerchant;
use serde_json::{Value, json};
use wharf_catalog::{
    Action, Context, Operation, Product,
    mapping::Mapping,
    projection::{Candidate, Projection, Projector, Scope},
};
use wharf_sandbox::{Limits, Sandbox};
use wharf_sdk::Publisher as _;

use crate::{
    catalog,
    measure::{median, rounded},
    native, rig,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Items handed over in one call.
    #[arg(long, default_value_t = 100)]
    batch: u64,
    /// Calls on each side.
    #[arg(long, default_value_t = 400)]
    calls: u64,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let sandbox = Sandbox::new(Limits::default(), None)?;
    let connector = sandbox.load("google-merchant.wasm", &rig::build("plugins/google-merchant")?)?;
    let scope: Scope =
        serde_json::from_value(json!({"locale": "en-DE", "country": "DE", "currency": "EUR"}))?;
    let projector = Projector::new(connector.description().clone(), &Mapping::default(), scope)?;
    let context = projector.context(json!({"account": "1", "data_source": "2"}).to_string());
    let operations = (0..arguments.batch)
        .map(|number| operation(&projector, number))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let values =
        operations.iter().map(|operation| operation.item.values.len()).sum::<usize>() / operations.len();

    let (mut native_us, mut component_us) = (Vec::new(), Vec::new());
    for _ in 0..arguments.calls {
        native_us.push(native_call(&context, &operations));
        let started = Instant::now();
        let prepared = connector.prepare(&context, black_box(&operations))?;
        component_us.push(started.elapsed().as_secs_f64() * 1e6 / operations.len() as f64);
        anyhow::ensure!(
            prepared.exchanges.len() == operations.len(),
            "the connector refused items: {prepared:?}"
        );
    }
    let (native_us, component_us) = (median(native_us), median(component_us));
    Ok(json!({
        "scenario": "translate",
        "batch": arguments.batch,
        "values_per_item": values,
        "native_us": rounded(native_us, 2),
        "component_us": rounded(component_us, 2),
        "ratio": rounded(component_us / native_us, 2),
    }))
}

fn operation(projector: &Projector, number: u64) -> anyhow::Result<Operation> {
    let change = catalog::product(number);
    let mut product = Product::new(change.sku);
    change.patch.apply(&mut product);
    let candidate = Candidate { product: &product, ancestors: &[], stock: &change.stock };
    match projector.project(candidate) {
        Projection::Listed { item, .. } => Ok(Operation {
            action: Action::Upsert,
            item,
            remote_id: None,
            note: None,
            revision: 1,
            attempt: 0,
            as_of: 0,
        }),
        other => anyhow::bail!("the benchmark's product is not listed: {other:?}"),
    }
}

/// Microseconds an item of the native call. The connector takes its operations by value, as in the sandbox.
fn native_call(context: &Context, operations: &[Operation]) -> f64 {
    let context = wharf_sdk::Context {
        settings: context.settings.clone(),
        locale: context.locale.clone(),
        country: context.country.clone(),
        currency: context.currency.clone(),
    };
    let drafts: Vec<_> = operations.iter().map(native::operation).collect();
    let batch = wharf_sdk::testing::Batch::of_operations(&drafts);
    let started = Instant::now();
    let preparation = GoogleMerchant::prepare(&context, black_box(batch.operations()));
    let elapsed = started.elapsed().as_secs_f64() * 1e6 / operations.len() as f64;
    black_box(preparation);
    elapsed
}
