//! Whether Square has a SKU that was never sent: from the seller's own hand, or from a try whose answer was lost.
//!
//! What is found is adopted instead of listed twice. If nothing is found, the upsert follows, which waited as the
//! chain's document.

use serde_json::Value;
use wharf_sdk::{Answer, Exchange, Json, Outcome, Request, Settlement};

use super::{FOUND_AT_ONCE, SEARCH, UPSERT, find};
use crate::{
    API,
    answer::{self, Body},
    memo::{Memo, Upsert, Variation},
    note::Note,
};

pub(super) fn exchange(memo: Upsert, covers: Vec<u32>) -> Exchange {
    let skus = memo.entries.iter().filter(|entry| entry.id.is_none() && !entry.deleted);
    let mut json = Json::with_capacity(512);
    json.begin_object().texts("object_types", ["ITEM_VARIATION"]);
    json.key("include_related_objects").flag(true);
    json.key("query").begin_object().key("set_query").begin_object();
    json.member("attribute_name", "sku");
    json.texts("attribute_values", skus.map(|entry| entry.sku.as_str())).end_object().end_object();
    json.key("limit").integer(FOUND_AT_ONCE).end_object();
    Request::post(API, SEARCH).json(json).covering(covers).memo(Memo::Search(memo).to_bytes())
}

pub(crate) fn settle(memo: Upsert, answer: &Answer) -> Settlement {
    let body = match answer::read(&answer.response) {
        Ok(body) => body,
        Err(verdict) => return Settlement::all(answer.covers, &verdict),
    };
    if !body.errors.is_empty() {
        let errors: Vec<_> = body.errors.iter().collect();
        let verdict = match memo.items.len() {
            1 => answer::verdict(&errors),
            _ => answer::of_one_of_many(&errors),
        };
        return Settlement::all(answer.covers, &verdict);
    }
    let found: Vec<Option<&Value>> = memo.entries.iter().map(|entry| adopted(&body, entry)).collect();
    if found.iter().all(Option::is_none) {
        let covers = (0..answer.covers).collect();
        let upsert = Request::post(API, UPSERT).document().covering(covers);
        return Settlement::further(upsert.memo(Memo::Upsert(memo).to_bytes()));
    }
    Settlement::of((0..).zip(found).map(|(index, found)| outcome(&body, index, found)).collect())
}

/// Square's variation of this SKU, if the entry needs one. Square's search does not tell capitals from small letters.
fn adopted<'a>(body: &'a Body, entry: &Variation) -> Option<&'a Value> {
    let wanted = entry.id.is_none() && !entry.deleted;
    let same = |object: &&Value| {
        object["item_variation_data"]["sku"] == entry.sku.as_str() && object["is_deleted"] != true
    };
    body.objects.iter().filter(|_| wanted).find(same)
}

fn outcome(body: &Body, index: u32, found: Option<&Value>) -> Outcome {
    let verdict =
        answer::again("already-listed", "Square has the SKU already; the item is sent as its update.");
    let outcome = Outcome::new(index, verdict);
    let Some((id, variation)) = found.and_then(|it| Some((it["id"].as_str()?, it))) else { return outcome };
    let item = variation["item_variation_data"]["item_id"].as_str();
    match Note::of(item.and_then(|item| find(&body.related_objects, item)), variation) {
        Some(note) => outcome.remote_id(id).note(note.to_text()),
        None => outcome,
    }
}
