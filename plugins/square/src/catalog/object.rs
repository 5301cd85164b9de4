//! A group as Square's `CatalogObject` of the type `ITEM`, with its variations.
//!
//! What is ours is written from the items; what is not, as the note remembers it.

use serde_json::{Map, Value};
use wharf_sdk::{Action, Item, Json};

use super::{
    content::{Content, differences},
    description::Description,
    images::Plan,
};
use crate::{
    fields::NAME,
    group::Member,
    memo::{Loss, Variation},
    note::{Kept, Note},
    settings::Settings,
};

/// An item ready to be sent.
#[derive(Debug)]
pub(crate) struct Draft<'a> {
    pub(crate) members: Vec<Member<'a>>,
    /// One for each member, in the same order.
    pub(crate) entries: Vec<Variation>,
    /// Square's id of the item; empty for a new one.
    pub(crate) item: String,
    pub(crate) object: String,
}

/// How a new object is called in the request, and in its answer.
pub(crate) fn new_id(name: &str) -> String {
    format!("#{name}")
}

/// The item of members whose contents have been checked; those without content are left out of it.
pub(crate) fn draft<'a>(settings: &Settings, members: Vec<(Member<'a>, Option<Content<'a>>)>) -> Draft<'a> {
    let noted = members.iter().filter_map(|(member, _)| member.note.as_ref());
    let newest = noted.max_by_key(|note| note.item_version).cloned();
    let length = members.iter().map(|(member, _)| 320 + member.operation.item.expected_length()).sum();
    let shown =
        members.iter().find(|(_, content)| content.is_some()).map(|(member, _)| member.operation.item);
    let all: Vec<&Member<'_>> = members.iter().map(|(member, _)| member).collect();
    let mut plan = Plan::of(&all, newest.as_ref());
    let mut writer = Writer { json: Json::with_capacity(length) };
    let mut entries = Vec::with_capacity(members.len());
    let description = shown.and_then(Description::of);
    if let Some(shown) = shown {
        writer.begin_item(shown, description.as_ref(), newest.as_ref(), &plan);
    }
    for (member, content) in &members {
        let mut entry = entry(settings, member);
        if let (Some(content), Some(shown)) = (content, shown) {
            entry.losses.extend(differences(shown, member.operation.item));
            entry.losses.extend(Description::losses_of(description.as_ref(), member.operation.item));
            entry.losses.extend(content.losses.iter().cloned());
            // The first that is listed carries the item's pictures.
            entry.pictures = plan.pictures.take();
            entry.losses.extend(plan.loss.take());
            writer.variation(member, content, !entry.counts.is_empty());
        }
        entries.push(entry);
    }
    let object = writer.end_item();
    let members = members.into_iter().map(|(member, _)| member).collect();
    Draft { members, entries, item: newest.map(|note| note.item).unwrap_or_default(), object }
}

fn entry(settings: &Settings, member: &Member<'_>) -> Variation {
    let stock = crate::inventory::stock(settings, member.operation.item);
    Variation {
        sku: member.sku().to_owned(),
        batch: 0,
        id: member.id().map(str::to_owned),
        deleted: member.is(Action::Delete),
        counts: stock.counts,
        losses: stock.unknown.map(Loss::Place).into_iter().collect(),
        pictures: None,
    }
}

struct Writer {
    json: Json,
}

impl Writer {
    fn begin_item(
        &mut self,
        shown: Item<'_>,
        description: Option<&Description<'_>>,
        note: Option<&Note>,
        plan: &Plan,
    ) {
        // A group and a variant may have the same name; the two ids may not.
        let new = new_id(&format!("item {}", shown.group().unwrap_or(shown.sku())));
        let version = note.and_then(|note| note.item_version);
        self.begin("ITEM", note.map_or(&new, |note| &note.item), version, note.map(|note| &note.item_kept));
        self.json.key("item_data").begin_object();
        let kept = note.map(|note| note.item_kept.data.clone()).unwrap_or_default();
        self.members(Some(&plan.images_in(kept)));
        self.json.member("name", shown.text(NAME).unwrap_or_default());
        if let Some(description) = description {
            self.json.member("description_html", &description.html);
        }
        self.json.key("variations").begin_array();
    }

    fn variation(&mut self, member: &Member<'_>, content: &Content<'_>, counted: bool) {
        let note = member.note.as_ref();
        let new = new_id(member.sku());
        let id = member.id().unwrap_or(&new);
        let known = member.id().and(note);
        self.begin("ITEM_VARIATION", id, known.map(|note| note.version), known.map(|note| &note.kept));
        self.json.key("item_variation_data").begin_object();
        self.members(known.map(|note| &note.kept.data));
        self.json.member("name", &content.name).member("sku", member.sku());
        if let Some(upc) = &content.upc {
            self.json.member("upc", upc);
        }
        self.json.member("pricing_type", "FIXED_PRICING");
        self.json.key("price_money").begin_object().key("amount").integer(content.amount);
        self.json.member("currency", content.currency).end_object();
        if counted {
            self.json.key("track_inventory").flag(true);
        }
        self.json.end_object().end_object();
    }

    fn end_item(mut self) -> String {
        if !self.json.is_empty() {
            self.json.end_array().end_object().end_object();
        }
        self.json.into_string()
    }

    fn begin(&mut self, kind: &str, id: &str, version: Option<i64>, kept: Option<&Kept>) {
        self.json.begin_object().member("type", kind).member("id", id);
        if let Some(version) = version {
            self.json.key("version").integer(version);
        }
        self.members(kept.map(|kept| &kept.wrapper));
    }

    /// What others have set.
    fn members(&mut self, members: Option<&Map<String, Value>>) {
        for (name, value) in members.into_iter().flatten() {
            self.json.key(name).raw(&value.to_string());
        }
    }
}
