//! The product itself: its texts. Vendure answers with its options and variants, from which the rest follows.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use wharf_sdk::{Answer, Item, Outcome, Settlement};

use super::{options, variants};
use crate::{
    documents,
    fields::{DESCRIPTION, NAME, SLUG},
    graphql::{self, Blame},
    media::{self, Media},
    memo::{Known, Memo, OptionGroup, Product, State},
    settings::Settings,
    slug,
};

/// The creation of a product, or the update of one.
pub(super) fn body(settings: &Settings, known: Option<&str>, shown: Item<'_>, media: &Media) -> Vec<u8> {
    let mut translation = Map::new();
    translation.insert("languageCode".to_owned(), settings.language.as_str().into());
    translation.insert("name".to_owned(), shown.text(NAME).unwrap_or_default().into());
    translation.insert("description".to_owned(), shown.text(DESCRIPTION).unwrap_or_default().into());
    // Addresses that shoppers have kept go on working, unless the catalog itself names another.
    if known.is_none() || shown.text(SLUG).is_some() {
        translation.insert("slug".to_owned(), slug(shown).into());
    }
    let mut input = json!({ "translations": [translation] });
    match known {
        Some(id) => {
            input["id"] = id.into();
            let input = media::of_product(input, media);
            graphql::body(documents::UPDATE_PRODUCT, &json!({ "input": input }))
        }
        None => graphql::body(documents::CREATE_PRODUCT, &json!({ "input": input })),
    }
}

pub(super) fn slug(shown: Item<'_>) -> String {
    let sku = shown.group().unwrap_or(shown.sku());
    match shown.text(SLUG) {
        Some(given) => slug::slug(given, ""),
        None => slug::slug(shown.text(NAME).unwrap_or_default(), sku),
    }
}

pub(crate) fn settle(settings: &Settings, mut product: Product, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        Err(refusal) if refusal.blame == Blame::Missing => {
            let gone = |index| Outcome::new(index, refusal.verdict()).note("");
            return Settlement::of((0..answer.covers).map(gone).collect());
        }
        Err(refusal) => return Settlement::all(answer.covers, &refusal.verdict()),
    };
    let written = ["createProduct", "updateProduct"].iter().find_map(|name| data.get(*name));
    let state = written.and_then(|written| Some((written, state(written, &product)?)));
    let Some((written, state)) = state else {
        return Settlement::all(answer.covers, &graphql::left_out());
    };
    media::noticed(&mut product.media, written);
    Settlement::further(next(settings, product, state, answer.covers))
}

/// Missing options first, then the variants.
fn next(settings: &Settings, product: Product, state: State, covers: u32) -> wharf_sdk::Exchange {
    let covers = (0..covers).collect();
    match options::request(settings, &product, &state) {
        Some(request) => request.covering(covers).memo(Memo::Options(product, state).to_bytes()),
        None => variants::exchange(settings, product, state, covers),
    }
}

/// What Vendure has, as far as the product needs it.
fn state(written: &Value, product: &Product) -> Option<State> {
    let groups: Vec<Option<OptionGroup>> = product
        .axes
        .iter()
        .map(|axis| {
            let code = options::code(product, axis);
            graphql::list(written, "/optionGroups").find(|group| group["code"] == code).and_then(group)
        })
        .collect();
    let ours: Vec<&str> = groups.iter().flatten().map(|group| group.id.as_str()).collect();
    let known = graphql::list(written, "/variants").filter_map(|variant| known(variant, &ours)).collect();
    let product = written["id"].as_str()?.to_owned();
    Some(State { product, groups, known, added: Vec::new() })
}

pub(super) fn group(group: &Value) -> Option<OptionGroup> {
    let option =
        |option: &Value| Some((option["code"].as_str()?.to_owned(), option["id"].as_str()?.to_owned()));
    let options = graphql::list(group, "/options").filter_map(option).collect();
    Some(OptionGroup { id: group["id"].as_str()?.to_owned(), options })
}

fn known(variant: &Value, ours: &[&str]) -> Option<Known> {
    let foreign = |option: &Value| {
        let of = option["groupId"].as_str()?;
        let id = option["id"].as_str()?;
        (!ours.contains(&of)).then(|| id.to_owned())
    };
    Some(Known {
        id: variant["id"].as_str()?.to_owned(),
        sku: variant["sku"].as_str()?.to_owned(),
        foreign: graphql::list(variant, "/options").filter_map(foreign).collect(),
        allocated: allocated(variant),
    })
}

/// What open orders wait for, by stock location.
pub(crate) fn allocated(variant: &Value) -> BTreeMap<String, i64> {
    let level = |level: &Value| {
        let allocated = level["stockAllocated"].as_i64().filter(|allocated| *allocated != 0)?;
        Some((level["stockLocationId"].as_str()?.to_owned(), allocated))
    };
    graphql::list(variant, "/stockLevels").filter_map(level).collect()
}
