//! Prices alone, through
//! [`productVariantsBulkUpdate`](https://shopify.dev/docs/api/admin-graphql/2026-10/mutations/productVariantsBulkUpdate):
//! one request for the variants of a product, of which each is taken or refused by itself.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use wharf_sdk::{Outcome, Preparation, Problem, Reason, Settlement, Verdict};

use crate::{
    documents,
    graphql::{self, Identified},
    ids::{self, PRODUCT, VARIANT, gid},
    memo::Memo,
    money::Prices,
    note::{self, Note},
    plan::Numbered,
    user_error::{self, Kind, UserError},
};

/// [Entries](https://shopify.dev/docs/api/usage/limits) of a list in a request.
const VARIANTS_PER_REQUEST: usize = 250;

struct Wanted {
    index: u32,
    variant: u64,
    prices: Prices,
}

pub(crate) fn prepare(operations: Vec<(Numbered<'_>, Note)>, preparation: &mut Preparation) {
    let mut products: BTreeMap<u64, Vec<Wanted>> = BTreeMap::new();
    for (numbered, note) in operations {
        let Some(variant) = note::variant(&numbered.operation) else {
            preparation.exchanges.push(crate::find::exchange(numbered));
            continue;
        };
        match Prices::of(numbered.operation.item) {
            Ok(prices) => {
                let wanted = Wanted { index: numbered.index, variant, prices };
                products.entry(note.product).or_default().push(wanted);
            }
            Err(problems) => preparation.rejections.push(numbered.rejected(problems)),
        }
    }
    for (product, mut wanted) in products {
        wanted.sort_by_key(|wanted| wanted.variant);
        let parts = wanted.chunks(VARIANTS_PER_REQUEST).map(|part| exchange(product, part));
        preparation.exchanges.extend(parts);
    }
}

fn exchange(product: u64, wanted: &[Wanted]) -> wharf_sdk::Exchange {
    let count = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
    let points = graphql::MUTATION + count.saturating_mul(2).div_ceil(10) + count;
    let request = graphql::request(documents::PRICES, points, |json| {
        json.member("product", &gid(PRODUCT, product)).key("variants").begin_array();
        for Wanted { variant, prices, .. } in wanted {
            json.begin_object().member("id", &gid(VARIANT, *variant));
            prices.write(json);
            json.end_object();
        }
        json.end_array();
    });
    let memo = Memo::Prices(wanted.iter().map(|wanted| wanted.variant).collect());
    request.covering(wanted.iter().map(|wanted| wanted.index).collect()).memo(memo.to_bytes())
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "productVariantsBulkUpdate")]
    payload: Option<Payload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    product_variants: Option<Vec<Identified>>,
    user_errors: Vec<UserError>,
}

pub(crate) fn settle(variants: &[u64], covers: u32, data: &serde_json::value::RawValue) -> Settlement {
    let payload = match graphql::shape::<Data>(data) {
        Ok(Data { payload: Some(payload) }) => payload,
        Ok(_) => return Settlement::all(covers, &Verdict::retry(graphql::unreadable())),
        Err(refusal) => return refusal.settlement(covers),
    };
    let taken: HashSet<u64> =
        payload.product_variants.iter().flatten().filter_map(|variant| ids::number(&variant.id)).collect();
    let errors = payload.user_errors;
    let outcome = |(index, variant): (usize, &u64)| {
        let concerns = |error: &&UserError| error.index("variants").is_none_or(|at| at == index);
        let own: Vec<&UserError> = errors.iter().filter(concerns).collect();
        let verdict = match user_error::verdict(&own) {
            Some(verdict) => verdict,
            None if taken.contains(variant) => Verdict::accepted(),
            None => unnamed(),
        };
        let outcome = Outcome::new(u32::try_from(index).unwrap_or(u32::MAX), verdict);
        let missing = own.iter().any(|error| error.kind() == Kind::Missing);
        if missing { outcome.note("") } else { outcome }
    };
    Settlement::of(variants.iter().enumerate().map(outcome).collect())
}

fn unnamed() -> Verdict {
    let message = "Shopify's answer leaves this variant out.";
    Verdict::retry(Problem::error("no-outcome", message).reason(Reason::Contract))
}
