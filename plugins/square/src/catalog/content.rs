//! What of an item becomes its variation, checked against Square's rules before anything is written.

use wharf_sdk::{Action, Item, LengthUnit, Problem, Reason, Rejection, cut, gtin, minor_digits};

use crate::{
    VARIATIONS,
    fields::{COLOR, DESCRIPTION, GTIN, NAME, PRICE, SIZE, VARIATION_NAME, VARIATION_NAME_LENGTH},
    group::Member,
    memo::Loss,
};

/// The name of the only variation of an item, as Square itself calls it.
const ONLY: &str = "Regular";

/// A variation's own part of an item.
#[derive(Debug, Clone)]
pub(crate) struct Content<'a> {
    pub(crate) name: String,
    pub(crate) upc: Option<String>,
    /// In the currency's smallest unit.
    pub(crate) amount: i64,
    pub(crate) currency: &'a str,
    pub(crate) losses: Vec<Loss>,
}

/// A group whose members can be sent, and those that cannot.
pub(crate) type Checked<'a> = (Vec<(Member<'a>, Option<Content<'a>>)>, Vec<Rejection>);

/// Deletions have no content, but are a part of the group: they are what the item leaves out.
pub(crate) fn checked(members: Vec<Member<'_>>) -> Checked<'_> {
    if let Some(problem) = refused_whole(&members) {
        let rejections = members.iter().map(|member| member.reject(problem.clone())).collect();
        return (Vec::new(), rejections);
    }
    let mut sound = Vec::with_capacity(members.len());
    let mut rejections = Vec::new();
    let mut incomplete = false;
    for member in members {
        let content = if member.is(Action::Delete) { Ok(None) } else { content(&member).map(Some) };
        match content {
            Ok(content) => sound.push((member, content)),
            Err(problems) => {
                // What Square has already would be removed if it were left out.
                incomplete |= member.id().is_some();
                rejections.push(Rejection { index: member.index, problems });
            }
        }
    }
    if incomplete || sound.iter().all(|(_, content)| content.is_none()) {
        let message =
            "Another variant of the product cannot be sent, and Square takes them together; correct it.";
        let problem = Problem::error("group-waits", message);
        rejections.extend(sound.drain(..).map(|(member, _)| member.reject(problem.clone())));
    }
    (sound, rejections)
}

fn refused_whole(members: &[Member<'_>]) -> Option<Problem> {
    if members.len() > VARIATIONS as usize {
        let message = format!("Square takes at most {VARIATIONS} variations of one item; split the product.");
        return Some(Problem::error("too-many-variations", message));
    }
    let mut items = members.iter().filter_map(|member| member.note.as_ref()).map(|note| &note.item);
    let first = items.next()?;
    let other = items.find(|item| *item != first)?;
    let message = format!(
        "Square has the variants of this product in two items, {first} and {other}; delete one of them there."
    );
    Some(Problem::error("split-item", message).reason(Reason::Conflict))
}

fn content<'a>(member: &Member<'a>) -> Result<Content<'a>, Vec<Problem>> {
    let item = member.operation.item;
    let mut problems = Vec::new();
    if item.text(NAME).is_none_or(|name| name.trim().is_empty()) {
        problems.push(Problem::error("empty", "Square takes no item without a name.").at(NAME));
    }
    let upc = upc(item).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    let (amount, currency) = price(item).unwrap_or_else(|problem| {
        problems.push(problem);
        (0, "")
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let whole = variation_name(item);
    let name = cut(&whole, VARIATION_NAME_LENGTH, LengthUnit::Characters).to_owned();
    let losses = (name.len() < whole.len()).then_some(Loss::VariationName).into_iter().collect();
    Ok(Content { name, upc, amount, currency, losses })
}

fn variation_name(item: Item<'_>) -> String {
    let filled = |field| item.text(field).map(str::trim).filter(|text| !text.is_empty());
    if let Some(name) = filled(VARIATION_NAME) {
        return name.to_owned();
    }
    let parts: Vec<&str> = [COLOR, SIZE].into_iter().filter_map(filled).collect();
    match item.group() {
        _ if !parts.is_empty() => parts.join(", "),
        Some(_) => item.sku().to_owned(),
        None => ONLY.to_owned(),
    }
}

fn upc(item: Item<'_>) -> Result<Option<String>, Problem> {
    let Some(number) = item.text(GTIN) else { return Ok(None) };
    match gtin::validate(number) {
        Ok(()) if number.len() < 12 => Ok(Some(format!("{number:0>14}"))),
        Ok(()) => Ok(Some(number.to_owned())),
        Err(error) => {
            let message = format!("`{number}` is not a GTIN: {error}. Correct or remove it.");
            Err(Problem::error("invalid-gtin", message).at(GTIN))
        }
    }
}

/// In the currency's smallest unit
/// ([Money](https://developer.squareup.com/docs/build-basics/common-data-types/working-with-monetary-amounts)).
pub(crate) fn price(item: Item<'_>) -> Result<(i64, &str), Problem> {
    let Some(money) = item.money(PRICE) else {
        return Err(Problem::error("missing", "Square needs a price to sell at.").at(PRICE));
    };
    let digits = minor_digits(money.currency);
    match money.amount.scaled(digits) {
        Ok(amount) if amount >= 0 => Ok((amount, money.currency)),
        Ok(_) => Err(Problem::error("negative-price", "A price cannot be below zero.").at(PRICE)),
        Err(error) => {
            let message =
                format!("Square counts {} with {digits} digits: {error}. Round the price.", money.currency);
            Err(Problem::error("inexact-price", message).at(PRICE))
        }
    }
}

/// What the item says otherwise than the one that stands for the group.
pub(crate) fn differences(shown: Item<'_>, item: Item<'_>) -> impl Iterator<Item = Loss> {
    let differs = move |field| item.text(field) != shown.text(field);
    [(NAME, Loss::Name), (DESCRIPTION, Loss::Description)]
        .into_iter()
        .filter_map(move |(field, loss)| differs(field).then_some(loss))
}
