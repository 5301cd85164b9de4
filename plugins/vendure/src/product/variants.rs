//! All variants of a product: those that are there are updated and deleted in one document, new ones created in the next.
//!
//! Vendure carries out the parts one after the other, and each may be repeated: what was created by a try whose answer
//! was lost is found by its SKU and updated.

use serde_json::{Map, Value, json};
use wharf_sdk::{Answer, Exchange, Outcome, Problem, Reason, Settlement, Verdict};

use crate::{
    documents,
    fields::PRICE,
    graphql::{self, Blame, Refusal},
    media,
    memo::{Known, Memo, Product, State, Variant, warnings},
    settings::Settings,
    stock::on_hand,
};

/// Those that are there first, as a new one may have the options of one that goes.
pub(super) fn exchange(settings: &Settings, product: Product, state: State, covers: Vec<u32>) -> Exchange {
    let mut update = Vec::new();
    let mut create = Vec::new();
    let mut delete = Vec::new();
    for variant in product.variants.iter().filter(|variant| !variant.done) {
        match (known(&state, variant), variant.deleted) {
            (Some(known), true) => delete.push(known.id.as_str()),
            (Some(known), false) => {
                let input = updated(settings, variant, known, &state);
                update.push(media::of_variant(input, &product.media, variant));
            }
            (None, true) => {}
            (None, false) => {
                let input = created(settings, variant, &state);
                create.push(media::of_variant(input, &product.media, variant));
            }
        }
    }
    let mut variables = Map::new();
    if !state.added.is_empty() {
        variables.insert("product".to_owned(), state.product.as_str().into());
    }
    for (index, group) in state.added.iter().enumerate() {
        variables.insert(format!("a{index}"), group.as_str().into());
    }
    let groups = state.added.len();
    let document = if update.is_empty() && delete.is_empty() {
        variables.insert("create".to_owned(), create.into());
        documents::create_variants(groups)
    } else {
        variables.insert("updates".to_owned(), (!update.is_empty()).into());
        variables.insert("update".to_owned(), update.into());
        variables.insert("deletes".to_owned(), (!delete.is_empty()).into());
        variables.insert("delete".to_owned(), delete.into());
        documents::update_variants(groups)
    };
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

pub(crate) fn settle(settings: &Settings, product: &Product, state: &State, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        Err(refusal) => {
            let outcome = |(index, variant)| refused(index, variant, product, state, &refusal);
            return Settlement::of((0..).zip(&product.variants).map(outcome).collect());
        }
    };
    let is_new = |variant: &Variant| !variant.done && !variant.deleted && known(state, variant).is_none();
    let waits = leaves_new_ones(product, state);
    let mut deletions = graphql::list(&data, "/deleteProductVariants");
    let mut settlement = Settlement::of(Vec::new());
    let (mut covers, mut rest) = (Vec::new(), Vec::new());
    for (index, variant) in (0..).zip(&product.variants) {
        if waits && is_new(variant) {
            covers.push(index);
            rest.push(variant.clone());
            continue;
        }
        let outcome = outcome(index, variant, product, state, &data, &mut deletions);
        if waits && matches!(outcome.verdict, Verdict::Accepted(_)) {
            covers.push(index);
            rest.push(Variant { id: outcome.remote_id, done: true, ..variant.clone() });
        } else {
            settlement.outcomes.push(outcome);
        }
    }
    if waits {
        let product = Product { variants: rest, ..product.clone() };
        let state = State { added: Vec::new(), ..state.clone() };
        settlement.further.push(exchange(settings, product, state, covers));
    }
    settlement
}

/// Whether the document changed variants that are there, and new ones are left for the next.
fn leaves_new_ones(product: &Product, state: &State) -> bool {
    let left = || product.variants.iter().filter(|variant| !variant.done);
    let is_new = |variant: &Variant| !variant.deleted && known(state, variant).is_none();
    left().any(is_new) && left().any(|variant| known(state, variant).is_some())
}

/// The product stays known, whatever became of its variants; unless it is gone.
fn refused(index: u32, variant: &Variant, product: &Product, state: &State, refusal: &Refusal) -> Outcome {
    if refusal.blame == Blame::Missing {
        return Outcome::new(index, refusal.verdict()).note("");
    }
    if variant.done {
        return done(index, variant, product, state);
    }
    Outcome::new(index, refusal.verdict()).note(note(product, state, variant))
}

fn outcome<'a>(
    index: u32,
    variant: &Variant,
    product: &Product,
    state: &State,
    data: &'a Value,
    deletions: &mut impl Iterator<Item = &'a Value>,
) -> Outcome {
    if variant.done {
        return done(index, variant, product, state);
    }
    if variant.deleted {
        let there = known(state, variant).is_some();
        let verdict = if there { crate::delete::verdict(deletions.next()) } else { Verdict::accepted() };
        return Outcome::new(index, verdict);
    }
    written(index, variant, data, note(product, state, variant))
}

/// What the document before has brought about.
fn done(index: u32, variant: &Variant, product: &Product, state: &State) -> Outcome {
    let outcome = Outcome::new(index, Verdict::Accepted(warnings(&variant.losses)));
    match &variant.id {
        Some(id) if !variant.deleted => outcome.remote_id(id).note(note(product, state, variant)),
        _ => outcome,
    }
}

fn note(product: &Product, state: &State, variant: &Variant) -> String {
    media::note::text(&state.product, &product.media, &variant.pictures)
}

fn written(index: u32, variant: &Variant, data: &Value, note: String) -> Outcome {
    let mut all =
        graphql::list(data, "/updateProductVariants").chain(graphql::list(data, "/createProductVariants"));
    let found = all.find(|written| written["sku"] == variant.sku.as_str());
    let Some((id, written)) = found.and_then(|written| Some((written["id"].as_str()?, written))) else {
        return Outcome::new(index, graphql::left_out()).note(note);
    };
    let verdict = if is_priced(written, &variant.price) {
        Verdict::Accepted(warnings(&variant.losses))
    } else {
        Verdict::rejected(other_currency(&variant.price.1))
    };
    Outcome::new(index, verdict).remote_id(id).note(note)
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
