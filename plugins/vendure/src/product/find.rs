//! Whether a product that was never sent is there: from another hand, or from a try whose answer was lost.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wharf_sdk::{Answer, Exchange, Item, Outcome, Problem, Reason, Settlement, Verdict};

use super::split;
use crate::{
    documents, graphql,
    memo::{Memo, Product},
    settings::Settings,
};

pub(super) fn exchange(settings: &Settings, product: Product, shown: Item<'_>, covers: Vec<u32>) -> Exchange {
    let skus: Vec<&str> = product.variants.iter().map(|variant| variant.sku.as_str()).collect();
    let variables = json!({ "skus": skus, "slug": super::write::slug(shown) });
    let request = graphql::request(settings, graphql::body(documents::FIND, &variables));
    request.covering(covers).memo(Memo::Find(product).to_bytes())
}

pub(crate) fn settle(settings: &Settings, product: Product, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        Err(refusal) => return Settlement::all(answer.covers, &refusal.verdict()),
    };
    if !data.pointer("/productVariants/items").is_some_and(Value::is_array) {
        return Settlement::all(answer.covers, &graphql::left_out());
    }
    match found(&data, &product) {
        Found::Nothing => {
            let covers = (0..answer.covers).collect();
            let creation = graphql::document(settings).covering(covers);
            Settlement::further(creation.memo(Memo::Product(product).to_bytes()))
        }
        Found::Product(id, variants) => adopted(&product, id, &variants),
        Found::Several(problem) => Settlement::reject_all(answer.covers, &problem),
    }
}

enum Found<'a> {
    Nothing,
    /// A product, and its variants' ids by SKU.
    Product(&'a str, BTreeMap<&'a str, &'a str>),
    Several(Problem),
}

fn found<'a>(data: &'a Value, product: &Product) -> Found<'a> {
    let wanted = |sku: &str| product.variants.iter().any(|variant| variant.sku == sku);
    let mut variants = BTreeMap::new();
    let mut home: Option<&str> = None;
    for item in graphql::list(data, "/productVariants/items") {
        let (Some(id), Some(sku), Some(of)) =
            (item["id"].as_str(), item["sku"].as_str(), item["productId"].as_str())
        else {
            continue;
        };
        match home {
            _ if !wanted(sku) => continue,
            Some(home) if home != of => return Found::Several(split(home, of)),
            _ => home = Some(of),
        }
        variants.insert(sku, id);
    }
    match home.or_else(|| begun(data)) {
        Some(home) => Found::Product(home, variants),
        None => Found::Nothing,
    }
}

/// A product of this slug that has no variant yet: ours, whose variants were not written. With variants of others,
/// it is another product, and Vendure gives ours a slug of its own.
fn begun(data: &Value) -> Option<&str> {
    let product = &data["product"];
    let empty = product["variants"].as_array().is_some_and(Vec::is_empty);
    product["id"].as_str().filter(|_| empty)
}

/// The next try updates what is there.
fn adopted(product: &Product, id: &str, variants: &BTreeMap<&str, &str>) -> Settlement {
    let message = "Vendure has the product already; it is sent as its update.";
    let problem = Problem::error("already-listed", message).reason(Reason::Conflict);
    let outcome = |(index, variant): (u32, &crate::memo::Variant)| {
        let outcome = Outcome::new(index, Verdict::retry(problem.clone())).note(id);
        match variants.get(variant.sku.as_str()) {
            Some(variant) => outcome.remote_id(*variant),
            None => outcome,
        }
    };
    Settlement::of((0..).zip(&product.variants).map(outcome).collect())
}
