//! Deleting.
//!
//! An item by itself is a product, which goes whole. Of a group, only the variants that are named go: the product may
//! hold others. When Shopify says that none would be left, the product goes.

use std::collections::BTreeMap;

use serde::Deserialize;
use wharf_sdk::{Exchange, Outcome, Preparation, Problem, Reason, Settlement, Verdict};

use crate::{
    documents, find, graphql,
    ids::{PRODUCT, VARIANT, gid},
    memo::Memo,
    note::{self, Note},
    plan::Numbered,
    user_error::{self, Kind, UserError},
};

/// [Entries](https://shopify.dev/docs/api/usage/limits) of a list in a request.
const VARIANTS_PER_REQUEST: usize = 250;

pub(crate) fn prepare(group: Vec<Numbered<'_>>, preparation: &mut Preparation) {
    let mut products: BTreeMap<u64, Vec<(u32, u64)>> = BTreeMap::new();
    for numbered in group {
        let operation = &numbered.operation;
        match (Note::of(operation), note::variant(operation)) {
            (Some(note), _) if is_whole_product(&numbered, &note) => {
                preparation.exchanges.push(product(note.product, vec![numbered.index]));
            }
            (Some(note), Some(variant)) => {
                products.entry(note.product).or_default().push((numbered.index, variant));
            }
            _ => preparation.exchanges.push(find::exchange(numbered)),
        }
    }
    for (product, variants) in products {
        for part in variants.chunks(VARIANTS_PER_REQUEST) {
            let (covers, ids): (Vec<u32>, Vec<u64>) = part.iter().copied().unzip();
            preparation.exchanges.push(self::variants(product, &ids, covers));
        }
    }
}

/// Listed without a group, and no part of one since.
fn is_whole_product(numbered: &Numbered<'_>, note: &Note) -> bool {
    let item = numbered.operation.item;
    item.group().is_none() && note.group == note::group_digest(item)
}

pub(crate) fn variants(product: u64, variants: &[u64], covers: Vec<u32>) -> Exchange {
    let request = graphql::request(documents::DELETE_VARIANTS, graphql::MUTATION + 1, |json| {
        json.member("product", &gid(PRODUCT, product)).key("variants").begin_array();
        for variant in variants {
            json.text(&gid(VARIANT, *variant));
        }
        json.end_array();
    });
    request.covering(covers).memo(Memo::DeleteVariants(product).to_bytes())
}

fn product(product: u64, covers: Vec<u32>) -> Exchange {
    let request = graphql::request(documents::DELETE, graphql::MUTATION, |json| {
        json.key("input").begin_object().member("id", &gid(PRODUCT, product)).end_object();
    });
    request.covering(covers).memo(Memo::Delete(product).to_bytes())
}

#[derive(Deserialize)]
struct VariantsData {
    #[serde(rename = "productVariantsBulkDelete")]
    payload: Option<Payload>,
}

#[derive(Deserialize)]
struct ProductData {
    #[serde(rename = "productDelete")]
    payload: Option<Payload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    user_errors: Vec<UserError>,
}

pub(crate) fn settle_variants(product: u64, covers: u32, data: &serde_json::value::RawValue) -> Settlement {
    let errors = match graphql::shape::<VariantsData>(data) {
        Ok(VariantsData { payload: Some(payload) }) => payload.user_errors,
        Ok(_) => return Settlement::all(covers, &Verdict::retry(graphql::unreadable())),
        Err(refusal) => return refusal.settlement(covers),
    };
    if errors.iter().any(UserError::is_last_variant) {
        return Settlement::further(self::product(product, (0..covers).collect()));
    }
    let all: Vec<&UserError> = errors.iter().collect();
    match user_error::verdict(&all) {
        None => Settlement::all(covers, &Verdict::accepted()),
        Some(_) if all.iter().any(|error| error.kind() == Kind::Missing) => unknown(covers),
        Some(verdict) => Settlement::all(covers, &verdict),
    }
}

/// Some of them are gone, and Shopify does not say which: each is looked for by its SKU.
fn unknown(covers: u32) -> Settlement {
    let message = "Shopify does not know all of the variants any more; each is looked for.";
    let verdict = Verdict::retry(Problem::error("not-found", message).reason(Reason::Conflict));
    Settlement::of((0..covers).map(|index| Outcome::new(index, verdict.clone()).note("")).collect())
}

/// These errors have no code, so whether the product is gone already has to be asked.
pub(crate) fn settle_product(product: u64, covers: u32, data: &serde_json::value::RawValue) -> Settlement {
    let errors = match graphql::shape::<ProductData>(data) {
        Ok(ProductData { payload: Some(payload) }) => payload.user_errors,
        Ok(_) => return Settlement::all(covers, &Verdict::retry(graphql::unreadable())),
        Err(refusal) => return refusal.settlement(covers),
    };
    let Some(error) = errors.first() else { return Settlement::all(covers, &Verdict::accepted()) };
    let request = graphql::request(documents::EXISTS, 1, |json| {
        json.member("id", &gid(PRODUCT, product));
    });
    let memo = Memo::Exists(error.message().to_owned());
    Settlement::further(request.covering((0..covers).collect()).memo(memo.to_bytes()))
}

#[derive(Deserialize)]
struct ExistsData {
    #[serde(deserialize_with = "there")]
    product: bool,
}

/// An answer without the member is none; `null` says that nothing is there.
fn there<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    graphql::Present::deserialize(deserializer).map(|present| present.is_some())
}

pub(crate) fn settle_exists(message: &str, covers: u32, data: &serde_json::value::RawValue) -> Settlement {
    match graphql::shape::<ExistsData>(data) {
        Ok(ExistsData { product: false }) => Settlement::all(covers, &Verdict::accepted()),
        Ok(_) => {
            let message = format!("Shopify did not delete the product: {message}");
            Settlement::all(covers, &Verdict::rejected(Problem::error("not-deleted", message)))
        }
        Err(refusal) => refusal.settlement(covers),
    }
}
