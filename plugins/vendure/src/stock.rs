//! Stock alone. What open orders have allocated is read first and added, so that the shop sells what may be sold.
//!
//! An order that comes in between allocates more: the shop then sells that much less, which is right, as the order is
//! not taken off the level yet. A parcel that leaves in between allocates less, and the level is written again.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use wharf_sdk::{
    Answer, Exchange, Outcome, Preparation, Problem, Reason, Settlement, Verdict, Weight, bundles,
};

use crate::{
    content, documents,
    fields::{INTEGER, STOCK},
    graphql,
    group::Member,
    memo::{BYTES, Loss, Memo, Stock, warnings},
    price::{find, not_listed, refused},
    product::write::allocated,
    settings::Settings,
};

/// Variants of one request, as for prices.
const AT_ONCE: usize = 100;

/// Units on hand by location, of which what is allocated cannot be sold.
pub(crate) fn on_hand(levels: &[(String, i64)], allocated: Option<&BTreeMap<String, i64>>) -> Value {
    let level = |(location, quantity): &(String, i64)| {
        let allocated = allocated.and_then(|allocated| allocated.get(location)).copied().unwrap_or(0);
        let on_hand = quantity.saturating_add(allocated).clamp(0, INTEGER);
        json!({ "stockLocationId": location, "stockOnHand": on_hand })
    };
    levels.iter().map(level).collect()
}

pub(crate) fn prepare(settings: &Settings, members: Vec<Member<'_>>, done: &mut Preparation) {
    let mut stocks = Vec::with_capacity(members.len());
    for member in members {
        match stock(settings, &member) {
            Ok(stock) => stocks.push((member, stock)),
            Err(problem) => done.rejections.push(member.reject(problem)),
        }
    }
    let weigh = |(member, stock): &(Member<'_>, Stock)| Weight {
        units: 1,
        bytes: stock.id.len() + 64 * stock.levels.len() + 128,
        alone: member.tried_before(),
    };
    let bundles = bundles(stocks, AT_ONCE, BYTES, weigh).into_iter();
    done.exchanges.extend(bundles.map(|bundle| reading(settings, bundle)));
}

fn stock(settings: &Settings, member: &Member<'_>) -> Result<Stock, Problem> {
    let id = member.id().ok_or_else(not_listed)?.to_owned();
    let (levels, unknown) = content::levels(settings, member.operation.item)?;
    if levels.is_empty() {
        let message = "No stock is at any of Vendure's locations; name the places in `stock_locations`.";
        return Err(Problem::error("unknown-location", message).reason(Reason::Settings).at(STOCK));
    }
    Ok(Stock { id, levels, losses: unknown.map(Loss::Place).into_iter().collect() })
}

fn reading(settings: &Settings, bundle: Vec<(Member<'_>, Stock)>) -> Exchange {
    let (members, stocks): (Vec<_>, Vec<_>) = bundle.into_iter().unzip();
    let ids: Vec<&str> = stocks.iter().map(|stock| stock.id.as_str()).collect();
    let body = graphql::body(documents::ALLOCATED, &json!({ "ids": ids, "take": ids.len() }));
    let covers = members.iter().map(|member| member.index).collect();
    graphql::request(settings, body).covering(covers).memo(Memo::Allocated(stocks).to_bytes())
}

/// What the reading brought.
pub(crate) fn read(settings: &Settings, stocks: Vec<Stock>, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        Err(refusal) => return Settlement::all(answer.covers, &refused(&refusal, stocks.len())),
    };
    if !data.pointer("/productVariants/items").is_some_and(Value::is_array) {
        return Settlement::all(answer.covers, &graphql::left_out());
    }
    let mut settlement = Settlement::of(Vec::new());
    let mut input = Vec::new();
    let mut covers = Vec::new();
    let mut known = Vec::new();
    for (index, stock) in (0..).zip(stocks) {
        match graphql::list(&data, "/productVariants/items")
            .find(|variant| variant["id"] == stock.id.as_str())
        {
            Some(variant) => {
                let levels = on_hand(&stock.levels, Some(&allocated(variant)));
                input.push(json!({ "id": stock.id, "stockLevels": levels }));
                covers.push(index);
                known.push(stock);
            }
            None => settlement.outcomes.push(Outcome::new(index, gone())),
        }
    }
    if !covers.is_empty() {
        let body = graphql::body(documents::UPDATE_STOCK, &json!({ "input": input }));
        let exchange = graphql::request(settings, body).covering(covers);
        settlement.further.push(exchange.memo(Memo::Stocks(known).to_bytes()));
    }
    settlement
}

fn gone() -> Verdict {
    let message = "Vendure does not have the variant any more; the item is sent whole.";
    Verdict::retry(Problem::error("not-found", message).reason(Reason::Missing))
}

pub(crate) fn settle(stocks: &[Stock], answer: &Answer) -> Settlement {
    let data = graphql::read(&answer.response);
    let verdict = |stock: &Stock| match &data {
        Err(refusal) => refused(refusal, stocks.len()),
        Ok(data) => match find(data, &stock.id) {
            None => graphql::left_out(),
            Some(variant) => match missing_location(variant, stock) {
                Some(location) => Verdict::rejected(unknown_location(location)),
                None if sells_too_much(variant, stock) => Verdict::retry(parcel_left()),
                None => Verdict::Accepted(warnings(&stock.losses)),
            },
        },
    };
    Settlement::of((0..).zip(stocks).map(|(index, stock)| Outcome::new(index, verdict(stock))).collect())
}

/// A location of which Vendure's channel shows no stock.
fn missing_location<'a>(variant: &Value, stock: &'a Stock) -> Option<&'a str> {
    let shown = |location: &str| {
        graphql::list(variant, "/stockLevels").any(|level| level["stockLocationId"] == location)
    };
    stock.levels.iter().map(|(location, _)| location.as_str()).find(|location| !shown(location))
}

/// Whether less is allocated than was read, so that what was added may be sold.
fn sells_too_much(variant: &Value, stock: &Stock) -> bool {
    let offered = |location: &str| {
        let level = graphql::list(variant, "/stockLevels").find(|it| it["stockLocationId"] == location)?;
        level["stockOnHand"].as_i64()?.checked_sub(level["stockAllocated"].as_i64()?)
    };
    stock.levels.iter().any(|(location, units)| offered(location).is_some_and(|offered| offered > *units))
}

fn parcel_left() -> Problem {
    let message =
        "A parcel left, or an order was cancelled, while the level was written; it is written again.";
    Problem::error("allocated-less", message).reason(Reason::Conflict)
}

fn unknown_location(location: &str) -> Problem {
    let message = format!(
        "Vendure's channel has no stock location {location}; assign it to the channel there, or correct \
         `stock_locations`."
    );
    Problem::error("unknown-location", message).reason(Reason::Settings).at(STOCK)
}
