//! `connectors`: what each connector costs to run: items a second on one core through `prepare` and through `settle`, the
//! size of the component, and the most memory a call took.
//!
//! Every connector gets the same products through its own suggested mapping: the Icecat catalog where `WHARF_SHARED` names
//! the folder that has it, else the benchmark's own. One that holds a product back for want of a value gets what it takes;
//! figures count the operations it answered for. A request is answered as its vendor would answer one that it takes, and
//! chains of requests are followed to their end; nothing of that is in the figures. Beside the connectors of `plugins`
//! stand those that `wharf connector new` makes in each language whose tools are here.

mod answers;
mod products;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wharf_catalog::{
    Context, Operation,
    mapping::Mapping,
    projection::{Projector, Scope},
};
use wharf_sandbox::{
    Connector, Limits, Sandbox,
    exchange::{Answer, Exchange, Verdict},
};
use wharf_server::connector::language::Language;

use self::{answers::Vendor, products::Catalog};
use crate::{example, measure::rounded, rig};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Products handed over in one call; a little more where a group is not to be cut.
    #[arg(long, default_value_t = 100)]
    batch: usize,
    /// How long each connector runs, in milliseconds; whole rounds through all products.
    #[arg(long, default_value_t = 2_000)]
    millis: u64,
    /// Only these connectors, by name.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
}

impl Arguments {
    fn asks_for(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// The most requests that follow one another for one operation: a guard against answers that lead nowhere.
const STEPS: usize = 30;

/// The channels' own words for what the catalog says.
fn mapping() -> Value {
    json!({"condition_type": {"from": ["condition"], "translate": {"new": "new_new"}}})
}

/// A connector that is measured.
struct Subject {
    vendor: Vendor,
    /// Settings that it takes.
    settings: Value,
    /// Whether it is given pictures. Where it uploads each one by itself, a shop that remembers them would be measured.
    pictures: bool,
}

/// The connectors that publish, with the folder of each.
fn publishers() -> [(&'static str, Subject); 5] {
    let subject = |vendor, settings, pictures| Subject { vendor, settings, pictures };
    [
        ("google-merchant", subject(Vendor::Google, json!({"account": "1", "data_source": "2"}), true)),
        (
            "amazon",
            subject(Vendor::Amazon, json!({"seller_id": "A1", "marketplaces": ["A1PA6795UKMFR9"]}), true),
        ),
        (
            "shopify",
            subject(Vendor::Shopify, json!({"locations": {"main": "gid://shopify/Location/1"}}), true),
        ),
        ("square", subject(Vendor::Square, json!({"locations": {"main": "L1"}}), false)),
        ("vendure", subject(Vendor::Vendure, json!({"stock_locations": {"main": "1"}}), false)),
    ]
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let catalog = Catalog::read()?;
    let sandbox = Sandbox::new(Limits::default(), None)?;
    let mut figures = serde_json::Map::new();
    for (name, subject) in publishers().into_iter().filter(|(name, _)| arguments.asks_for(name)) {
        let component = rig::build(&format!("plugins/{name}"))?;
        figures.insert(name.into(), subject.measured(&sandbox, name, &component, &catalog, arguments)?);
    }
    for language in [Language::Rust, Language::Typescript, Language::Python] {
        let example = example::Example::new(language)?;
        if !arguments.asks_for(example.name()) {
            continue;
        }
        let figure = match example.component() {
            Ok(component) => {
                let shop =
                    Subject { vendor: Vendor::Shop, settings: json!({"shop": "corner"}), pictures: true };
                shop.measured(&sandbox, example.name(), &component, &catalog, arguments)?
            }
            Err(error) => example.absent(&error),
        };
        figures.insert(example.name().into(), figure);
    }
    Ok(json!({
        "scenario": "connectors", "catalog": catalog.name, "products": catalog.len(), "batch": arguments.batch,
        "connectors": figures,
    }))
}

impl Subject {
    fn measured(
        &self,
        sandbox: &Sandbox,
        name: &str,
        component: &[u8],
        catalog: &Catalog,
        arguments: &Arguments,
    ) -> anyhow::Result<Value> {
        let connector = sandbox.load(name, component)?;
        let projector = projector(&connector)?;
        let context = projector.context(self.settings.to_string());
        let batches = catalog.batches(&projector, arguments.batch, self.pictures);
        anyhow::ensure!(!batches.is_empty(), "{name} takes none of the products");
        let started = Instant::now();
        let mut tally = Tally::default();
        while tally.operations == 0 || started.elapsed() < Duration::from_millis(arguments.millis) {
            for operations in &batches {
                tally.follow(&connector, &context, operations, self.vendor)?;
            }
        }
        let mut figure = tally.figure();
        figure["items"] = batches.iter().map(Vec::len).sum::<usize>().into();
        figure["component_bytes"] = component.len().into();
        figure["peak_memory_bytes"] = connector.peak_memory().into();
        Ok(figure)
    }
}

fn projector(connector: &Connector) -> anyhow::Result<Projector> {
    let scope: Scope =
        serde_json::from_value(json!({"locale": "en-US", "country": "DE", "currency": "EUR"}))?;
    let description = connector.description().clone();
    let known = |name: &String| description.fields.iter().any(|field| field.name == *name);
    let mut mapping: Mapping = serde_json::from_value(mapping())?;
    mapping.0.retain(|field, _| known(field));
    Ok(Projector::new(description, &mapping, scope)?)
}

/// What the calls of one connector came to.
#[derive(Default)]
struct Tally {
    operations: usize,
    refused: usize,
    accepted: usize,
    exchanges: usize,
    prepare: Duration,
    settle: Duration,
}

/// A request under way, with the large body that its chain carries.
type Open = (Exchange, Option<Vec<u8>>);

impl Tally {
    /// One batch from its operations to all of their outcomes.
    fn follow(
        &mut self,
        connector: &Connector,
        context: &Context,
        operations: &[Operation],
        vendor: Vendor,
    ) -> anyhow::Result<()> {
        let started = Instant::now();
        let prepared = connector.prepare(context, operations)?;
        self.prepare += started.elapsed();
        anyhow::ensure!(prepared.faults.is_empty(), "the connector failed: {:?}", prepared.faults.first());
        self.operations += operations.len();
        self.refused += prepared.rejections.len();
        let mut open: Vec<Open> =
            prepared.exchanges.into_iter().map(|exchange| begun(exchange, None)).collect();
        for _ in 0..STEPS {
            if open.is_empty() {
                return Ok(());
            }
            open = self.step(connector, context, &open, vendor)?;
        }
        anyhow::bail!("{} does not come to an end with its requests", connector.name())
    }

    /// Answers what is under way; gives what follows.
    fn step(
        &mut self,
        connector: &Connector,
        context: &Context,
        open: &[Open],
        vendor: Vendor,
    ) -> anyhow::Result<Vec<Open>> {
        let answers: Vec<Answer> = open
            .iter()
            .map(|(exchange, document)| {
                let response = vendor.answer(exchange, document.as_deref())?;
                let covers = u32::try_from(exchange.covers.len())?;
                Ok(Answer { memo: exchange.memo.clone(), covers, response })
            })
            .collect::<anyhow::Result<_>>()?;
        self.exchanges += answers.len();
        let started = Instant::now();
        let settlements = connector.settle(context, &answers)?;
        self.settle += started.elapsed();
        let mut further = Vec::new();
        for (settlement, (_, document)) in settlements.into_iter().zip(open) {
            let settlement = settlement?;
            for outcome in &settlement.outcomes {
                anyhow::ensure!(
                    matches!(outcome.verdict, Verdict::Accepted(_)),
                    "{} does not take its vendor's answer: {:?}",
                    connector.name(),
                    outcome.verdict
                );
            }
            self.accepted += settlement.outcomes.len();
            further.extend(settlement.further.into_iter().map(|next| begun(next, document.clone())));
        }
        Ok(further)
    }

    fn figure(&self) -> Value {
        let of_all = |count: usize| count as f64 / self.operations.max(1) as f64;
        let per_second = |count: usize, took: Duration| rounded(count as f64 / took.as_secs_f64(), 0);
        json!({
            "items_per_s": per_second(self.accepted, self.prepare + self.settle),
            "prepare_items_per_s": per_second(self.operations, self.prepare),
            "settle_items_per_s": per_second(self.accepted, self.settle),
            "refused_percent": rounded(of_all(self.refused) * 100.0, 1),
            "exchanges_per_item": rounded(of_all(self.exchanges), 3),
        })
    }
}

fn begun(exchange: Exchange, carried: Option<Vec<u8>>) -> Open {
    let document = exchange.document.clone().or(carried);
    (exchange, document)
}
