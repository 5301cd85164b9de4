//! Prices alone, many variants a request.

use serde_json::{Value, json};
use wharf_sdk::{
    Answer, Exchange, Outcome, Preparation, Problem, Reason, Settlement, Verdict, Weight, bundles,
};

use crate::{
    content, documents,
    graphql::{self, Refusal},
    group::Member,
    memo::{BYTES, Memo, Price},
    product::variants::{is_priced, other_currency},
    settings::Settings,
};

/// Variants of one request. Vendure sets no limit, but updates them one after the other in one transaction.
const AT_ONCE: usize = 100;

pub(crate) fn prepare(settings: &Settings, members: Vec<Member<'_>>, done: &mut Preparation) {
    let mut priced = Vec::with_capacity(members.len());
    for member in members {
        match price(settings, &member) {
            Ok(price) => priced.push((member, price)),
            Err(problem) => done.rejections.push(member.reject(problem)),
        }
    }
    let weigh = |(member, price): &(Member<'_>, Price)| Weight {
        units: 1,
        bytes: price.id.len() + 64,
        alone: member.tried_before(),
    };
    let bundles = bundles(priced, AT_ONCE, BYTES, weigh).into_iter();
    done.exchanges.extend(bundles.map(|bundle| exchange(settings, bundle)));
}

fn price(settings: &Settings, member: &Member<'_>) -> Result<Price, Problem> {
    let id = member.id().ok_or_else(not_listed)?.to_owned();
    let (price, currency) = content::price(settings, member.operation.item)?;
    Ok(Price { id, price, currency })
}

pub(crate) fn not_listed() -> Problem {
    let message = "Vendure's id of the variant is not known; the item has to be sent whole first.";
    Problem::error("not-listed", message).reason(Reason::Missing)
}

fn exchange(settings: &Settings, bundle: Vec<(Member<'_>, Price)>) -> Exchange {
    let (members, prices): (Vec<_>, Vec<_>) = bundle.into_iter().unzip();
    let input: Vec<Value> = prices
        .iter()
        .map(|price| json!({ "id": price.id, "prices": [{ "currencyCode": price.currency, "price": price.price }] }))
        .collect();
    let body = graphql::body(documents::UPDATE_PRICES, &json!({ "input": input }));
    let covers = members.iter().map(|member| member.index).collect();
    graphql::request(settings, body).covering(covers).memo(Memo::Prices(prices).to_bytes())
}

pub(crate) fn settle(prices: &[Price], answer: &Answer) -> Settlement {
    let data = graphql::read(&answer.response);
    let verdict = |price: &Price| match &data {
        Err(refusal) => refused(refusal, prices.len()),
        Ok(data) => match find(data, &price.id) {
            None => graphql::left_out(),
            Some(variant) if is_priced(variant, &(price.price, price.currency.clone())) => {
                Verdict::accepted()
            }
            Some(_) => Verdict::rejected(other_currency(&price.currency)),
        },
    };
    Settlement::of((0..).zip(prices).map(|(index, price)| Outcome::new(index, verdict(price))).collect())
}

/// All variants are updated in one transaction, so a refusal is everyone's.
pub(crate) fn refused(refusal: &Refusal, variants: usize) -> Verdict {
    if variants == 1 { refusal.verdict() } else { refusal.of_one_of_many() }
}

/// The updated variant of this id.
pub(crate) fn find<'a>(data: &'a Value, id: &str) -> Option<&'a Value> {
    graphql::list(data, "/updateProductVariants").find(|variant| variant["id"] == id)
}
