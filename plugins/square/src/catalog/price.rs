//! A price alone. Square takes no part of an object, so a variation is read, its price changed, and all of it sent back.
//!
//! What was read is the latest version; if it is overtaken before it is written, Square refuses and it is read again.

use serde_json::{Value, json};
use wharf_sdk::{
    Action, Answer, Exchange, Json, Outcome, Preparation, Problem, Reason, Request, Settlement, Verdict,
    Weight, bundles,
};

use super::{PRICED_AT_ONCE, UPSERT, content, find, retrieve, upsert};
use crate::{
    API,
    answer::{self, Body, SquareError},
    group::{Member, tried_before},
    key::Key,
    memo::{BYTES, Memo, Price, Prices},
    note::Note,
};

pub(crate) fn prepare(members: Vec<Member<'_>>, done: &mut Preparation) {
    let mut priced: Vec<(Member<'_>, Price)> = Vec::with_capacity(members.len());
    for member in members {
        match price(&member) {
            Ok(price) => priced.push((member, price)),
            Err(problem) => done.rejections.push(member.reject(problem)),
        }
    }
    let weigh = |(member, price): &(Member<'_>, Price)| {
        let bytes = 160 + price.note.as_ref().map_or(0, |note| note.to_text().len());
        Weight { units: 1, bytes, alone: tried_before(std::slice::from_ref(member)) }
    };
    let bundles = bundles(priced, PRICED_AT_ONCE, BYTES, weigh);
    done.exchanges.extend(bundles.iter().map(|bundle| exchange(bundle)));
}

fn price(member: &Member<'_>) -> Result<Price, Problem> {
    let Some(id) = member.operation.remote_id else {
        let message = "Square's id of the variation is not known; the item has to be sent whole first.";
        return Err(Problem::error("not-listed", message).reason(Reason::Missing));
    };
    let money = match member.is(Action::Price) {
        true => Some(content::price(member.operation.item)?),
        false => None,
    };
    // The rest of the note is read anew.
    let note = member.note.as_ref().map(|note| Note { kept: Default::default(), ..note.clone() });
    let money = money.map(|(amount, currency)| (amount, currency.to_owned()));
    Ok(Price { id: id.to_owned(), money, note })
}

fn exchange(priced: &[(Member<'_>, Price)]) -> Exchange {
    let mut key = Key::of("price");
    priced.iter().for_each(|(member, _)| key.add_operation(&member.operation));
    let covers = priced.iter().map(|(member, _)| member.index).collect();
    let entries = priced.iter().map(|(_, price)| price.clone()).collect();
    let request = retrieve(priced.iter().map(|(_, price)| price.id.as_str()));
    request.covering(covers).memo(Memo::Prices(Prices { entries, key: key.finish() }).to_bytes())
}

/// What the reading of the variations brought.
pub(crate) fn read(memo: Prices, answer: &Answer) -> Settlement {
    let body = match answer::read(&answer.response) {
        Ok(body) => body,
        Err(verdict) => return Settlement::all(answer.covers, &verdict),
    };
    let mut outcomes = Vec::new();
    let mut covers = Vec::new();
    let mut objects = Vec::new();
    let mut entries = Vec::new();
    for (index, entry) in (0..).zip(memo.entries) {
        match changed(&body, &entry) {
            Change::Needed(object) => {
                covers.push(index);
                objects.push(object);
                entries.push(entry);
            }
            Change::None => outcomes.push(Outcome::new(index, Verdict::accepted())),
            Change::Impossible(verdict) => outcomes.push(Outcome::new(index, verdict)),
        }
    }
    let mut settlement = Settlement::of(outcomes);
    if !covers.is_empty() {
        let request = Request::post(API, UPSERT).json(written(&memo.key, &objects));
        let memo = Memo::Priced(Prices { entries, key: memo.key });
        settlement.further.push(request.covering(covers).memo(memo.to_bytes()));
    }
    settlement
}

enum Change {
    /// The variation as it is to be written.
    Needed(Value),
    None,
    Impossible(Verdict),
}

fn changed(body: &Body, entry: &Price) -> Change {
    let Some((amount, currency)) = &entry.money else { return Change::None };
    let Some(object) = find(&body.objects, &entry.id) else { return Change::Impossible(not_found(body)) };
    let data = &object["item_variation_data"];
    let price = json!({ "amount": amount, "currency": currency });
    if data["price_money"] == price && data["pricing_type"] == "FIXED_PRICING" {
        return Change::None;
    }
    let mut object = object.clone();
    let Some(data) = object.get_mut("item_variation_data").and_then(Value::as_object_mut) else {
        return Change::Impossible(answer::unreadable());
    };
    data.insert("pricing_type".to_owned(), "FIXED_PRICING".into());
    data.insert("price_money".to_owned(), price);
    Change::Needed(object)
}

/// Without an error, what was asked for and is not there has been deleted at the till.
fn not_found(body: &Body) -> Verdict {
    if !body.errors.is_empty() {
        let errors: Vec<&SquareError> = body.errors.iter().collect();
        return answer::of_one_of_many(&errors);
    }
    let message = "Square does not have the variation any more; the item is sent whole.";
    Verdict::retry(Problem::error("not-found", message).reason(Reason::Missing))
}

fn written(key: &str, objects: &[Value]) -> Json {
    let texts: Vec<String> = objects.iter().map(Value::to_string).collect();
    upsert::body(key, texts.iter().map(String::as_str))
}

pub(crate) fn settle(memo: Prices, answer: &Answer) -> Settlement {
    let body = match answer::read(&answer.response) {
        Ok(body) => body,
        Err(verdict) => return Settlement::all(answer.covers, &verdict),
    };
    let alone = memo.entries.len() == 1;
    let outcome = |(index, entry): (usize, Price)| {
        let position = u32::try_from(index).unwrap_or(u32::MAX);
        match find(&body.objects, &entry.id).and_then(|object| noted(&entry, object)) {
            Some(note) => Outcome::new(position, Verdict::accepted()).note(note.to_text()),
            None => Outcome::new(position, refused(&body, index, alone)),
        }
    };
    Settlement::of(memo.entries.into_iter().enumerate().map(outcome).collect())
}

/// The note with the variation's new version; the item's stays as it was known.
fn noted(entry: &Price, object: &Value) -> Option<Note> {
    let read = Note::of(None, object)?;
    Some(match &entry.note {
        Some(note) => Note { version: read.version, kept: read.kept, ..note.clone() },
        None => read,
    })
}

fn refused(body: &Body, batch: usize, alone: bool) -> Verdict {
    let placed: Vec<&SquareError> =
        body.errors.iter().filter(|error| error.position("batches") == Some(batch)).collect();
    let unplaced: Vec<&SquareError> =
        body.errors.iter().filter(|error| error.position("batches").is_none()).collect();
    match (placed.is_empty(), alone) {
        (false, _) => answer::verdict(&placed),
        (true, true) => answer::verdict(&unplaced),
        (true, false) => answer::of_one_of_many(&unplaced),
    }
}
