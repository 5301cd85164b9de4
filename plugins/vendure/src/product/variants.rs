//! All variants of a product in one document: created, updated and deleted.
//!
//! Vendure carries out the parts one after the other, and each may be repeated: what was created by a try whose answer
//! was lost is found by its SKU and updated.

use serde_json::{Map, Value, json};
use wharf_sdk::{Answer, Exchange, Outcome, Problem, Reason, Settlement, Verdict};

use crate::{
    documents,
    fields::PRICE,
    graphql::{self, Blame},
    memo::{Known, Memo, Product, State, Variant, warnings},
    settings::Settings,
    stock::on_hand,
};

pub(super) fn exchange(settings: &Settings, product: Product, state: State, covers: Vec<u32>) -> Exchange {
    let mut update = Vec::new();
    let mut create = Vec::new();
    let mut delete = Vec::new();
    for variant in &product.variants {
        match (known(&state, variant), variant.deleted) {
            (Some(known), true) => delete.push(known.id.as_str()),
            (Some(known), false) => update.push(updated(settings, variant, known, &state)),
            (None, true) => {}
            (None, false) => create.push(created(settings, variant, &state)),
        }
    }
    let mut variables = Map::new();
    if !state.added.is_empty() {
        variables.insert("product".to_owned(), state.product.as_str().into());
    }
    for (index, group) in state.added.iter().enumerate() {
        variables.insert(format!("a{index}"), group.as_str().into());
    }
    for (list, given, entries) in [
        ("update", "updates", Value::from(update)),
        ("create", "creates", create.into()),
        ("delete", "deletes", delete.into()),
    ] {
        variables.insert(given.to_owned(), entries.as_array().is_some_and(|list| !list.is_empty()).into());
        variables.insert(list.to_owned(), entries);
    }
    let document = documents::write_variants(state.added.len());
    let request = graphql::request(settings, graphql::body(&document, &variables));
    request.covering(covers).memo(Memo::Variants(product, state).to_bytes())
}

/// Vendure's variant of this SKU, or the one that was it.
fn known<'a>(state: &'a State, variant: &Variant) -> Option<&'a Known> {
    let of_sku = state.known.iter().find(|known| known.sku == variant.sku);
    of_sku.or_else(|| state.known.iter().find(|known| Some(&known.id) == variant.id.as_ref()))
}

fn updated(settings: &Settings, variant: &Variant, known: &Known, state: &State) -> Value {
    let mut input = shared(settings, variant, Some(known), state);
    input["id"] = known.id.as_str().into();
    let (price, currency) = &variant.price;
    input["prices"] = json!([{ "currencyCode": currency, "price": price }]);
    input
}

/// A new variant takes its price in the currency of Vendure's channel; the answer shows which that is.
fn created(settings: &Settings, variant: &Variant, state: &State) -> Value {
    let mut input = shared(settings, variant, None, state);
    input["productId"] = state.product.as_str().into();
    input["price"] = variant.price.0.into();
    input
}

fn shared(settings: &Settings, variant: &Variant, known: Option<&Known>, state: &State) -> Value {
    let options = variant.options.iter().zip(&state.groups);
    let options = options.filter_map(|(value, group)| group.as_ref()?.options.get(value));
    let foreign = known.into_iter().flat_map(|known| &known.foreign);
    let options: Vec<&String> = options.chain(foreign).collect();
    let mut input = json!({
        "sku": variant.sku,
        "translations": [{ "languageCode": settings.language, "name": variant.name }],
        "optionIds": options,
    });
    if !variant.levels.is_empty() {
        input["stockLevels"] = on_hand(&variant.levels, known.map(|known| &known.allocated));
    }
    input
}

pub(crate) fn settle(product: &Product, state: &State, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        Err(refusal) => {
            // The product stays known, whatever became of its variants; unless it is gone.
            let note = if refusal.blame == Blame::Missing { "" } else { &state.product };
            let outcome = |index| Outcome::new(index, refusal.verdict()).note(note);
            return Settlement::of((0..answer.covers).map(outcome).collect());
        }
    };
    let mut deletions = graphql::list(&data, "/deleteProductVariants");
    let outcome = |(index, variant): (u32, &Variant)| {
        if variant.deleted {
            let there = known(state, variant).is_some();
            let verdict = if there { crate::delete::verdict(deletions.next()) } else { Verdict::accepted() };
            return Outcome::new(index, verdict);
        }
        written(index, variant, &data, &state.product)
    };
    Settlement::of((0..).zip(&product.variants).map(outcome).collect())
}

fn written(index: u32, variant: &Variant, data: &Value, product: &str) -> Outcome {
    let mut all =
        graphql::list(data, "/updateProductVariants").chain(graphql::list(data, "/createProductVariants"));
    let found = all.find(|written| written["sku"] == variant.sku.as_str());
    let Some((id, written)) = found.and_then(|written| Some((written["id"].as_str()?, written))) else {
        return Outcome::new(index, graphql::left_out()).note(product);
    };
    let verdict = if is_priced(written, &variant.price) {
        Verdict::Accepted(warnings(&variant.losses))
    } else {
        Verdict::rejected(other_currency(&variant.price.1))
    };
    Outcome::new(index, verdict).remote_id(id).note(product)
}

/// Whether Vendure keeps this price.
pub(crate) fn is_priced(variant: &Value, (price, currency): &(i64, String)) -> bool {
    graphql::list(variant, "/prices")
        .any(|kept| kept["currencyCode"] == currency.as_str() && kept["price"] == *price)
}

pub(crate) fn other_currency(currency: &str) -> Problem {
    let message = format!(
        "Vendure did not keep the price in {currency}; make it the default currency of Vendure's channel, or choose \
         another channel by `channel_token`."
    );
    Problem::error("other-currency", message).reason(Reason::Settings).at(PRICE)
}
