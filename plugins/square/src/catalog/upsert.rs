//! Groups to `batch-upsert`: one batch an item, so that a bad item fails alone.
//!
//! A chain of up to four steps: a search for SKUs that were never sent, the upsert, a reading of versions if some were
//! overtaken, and the stock counts of what was taken.

use serde_json::Value;
use wharf_sdk::{Answer, Exchange, Json, Outcome, Preparation, Problem, Request, Settlement, Verdict};

use super::{UPSERT, content, images, object, object::Draft, search, variation, versions};
use crate::{
    API, VARIATIONS,
    answer::{self, Blame, Body, SquareError},
    group::{Member, tried_before},
    inventory,
    key::Key,
    memo::{BYTES, Loss, Memo, Upsert, Variation, warnings},
    note::Note,
    settings::Settings,
};

pub(crate) fn prepare(settings: &Settings, groups: Vec<Vec<Member<'_>>>, done: &mut Preparation) {
    let mut bundles: Vec<Bundle<'_>> = Vec::new();
    for members in groups {
        let (sound, rejections) = content::checked(members);
        done.rejections.extend(rejections);
        if sound.is_empty() {
            continue;
        }
        let draft = object::draft(settings, sound);
        if let Some(bundle) = bundles.iter_mut().rev().find(|bundle| bundle.takes(&draft)) {
            bundle.push(draft);
            continue;
        }
        let bundle = Bundle::new(settings, &draft);
        if bundle.fits(&draft) {
            bundles.push(bundle.with(draft));
        } else {
            done.rejections.extend(draft.members.iter().map(|member| member.reject(too_large())));
        }
    }
    done.exchanges.extend(bundles.into_iter().map(Bundle::exchange));
}

fn too_large() -> Problem {
    let message = "The product has more stock counts than can be remembered until Square answers; \
                   use fewer locations for it, or raise the host's limit for memos.";
    Problem::error("too-many-counts", message)
}

/// Items that travel in one request.
struct Bundle<'a> {
    drafts: Vec<Draft<'a>>,
    memo: Upsert,
    /// Whether nothing may join it.
    alone: bool,
    searched: bool,
}

impl<'a> Bundle<'a> {
    /// An empty one, for items such as this.
    fn new(settings: &Settings, draft: &Draft<'_>) -> Self {
        let locations = settings.locations.values().cloned().collect();
        Self {
            drafts: Vec::new(),
            memo: Upsert { locations, ..Upsert::default() },
            alone: tried_before(&draft.members),
            searched: unknown(draft),
        }
    }

    fn with(mut self, draft: Draft<'a>) -> Self {
        self.push(draft);
        self
    }

    fn takes(&self, draft: &Draft<'_>) -> bool {
        let apart = self.alone || tried_before(&draft.members);
        !apart && self.searched == unknown(draft) && self.fits(draft)
    }

    fn fits(&self, draft: &Draft<'_>) -> bool {
        let added = Upsert { entries: draft.entries.clone(), ..Upsert::default() };
        self.memo.entries.len() + draft.entries.len() <= VARIATIONS as usize
            && self.memo.length() + added.length() <= BYTES
    }

    fn push(&mut self, mut draft: Draft<'a>) {
        let batch = self.drafts.len();
        let entries = draft.entries.drain(..).map(|entry| Variation { batch, ..entry });
        self.memo.entries.extend(entries);
        self.memo.items.push(std::mem::take(&mut draft.item));
        self.drafts.push(draft);
    }

    fn exchange(mut self) -> Exchange {
        let members = || self.drafts.iter().flat_map(|draft| &draft.members);
        let mut key = Key::of("upsert");
        members().for_each(|member| key.add_operation(&member.operation));
        let covers = members().map(|member| member.index).collect();
        // The oldest reading of stock dates all of it.
        self.memo.as_of = members().map(|member| member.operation.as_of).min().unwrap_or_default();
        self.memo.key = key.finish();
        let body = body(&self.memo.key, self.drafts.iter().map(|draft| draft.object.as_str()));
        if self.searched {
            return search::exchange(self.memo, covers).document(body);
        }
        Request::post(API, UPSERT).json(body).covering(covers).memo(Memo::Upsert(self.memo).to_bytes())
    }
}

/// Whether it has a variation of which it is not known whether Square has it.
fn unknown(draft: &Draft<'_>) -> bool {
    draft.entries.iter().any(|entry| entry.id.is_none() && !entry.deleted)
}

/// One batch for each object.
pub(super) fn body<'a>(key: &str, objects: impl Iterator<Item = &'a str>) -> Json {
    let mut json = Json::with_capacity(4 << 10);
    json.begin_object().member("idempotency_key", key).key("batches").begin_array();
    for object in objects {
        json.begin_object().key("objects").begin_array().raw(object).end_array().end_object();
    }
    json.end_array().end_object();
    json
}

pub(crate) fn settle(mut memo: Upsert, answer: &Answer) -> Settlement {
    let body = match answer::read(&answer.response) {
        Ok(body) => body,
        Err(verdict) => return Settlement::all(answer.covers, &verdict),
    };
    for entry in memo.entries.iter_mut().filter(|entry| entry.id.is_none()) {
        entry.id = mapped(&body, &entry.sku);
    }
    let mut settlement = Settlement::of(Vec::new());
    let mut taken = Vec::new();
    let mut overtaken = Vec::new();
    for (index, entry) in (0..).zip(&memo.entries) {
        match fate(&memo, &body, entry) {
            Fate::Taken(note) if entry.counts.is_empty() => {
                let id = entry.id.as_deref().unwrap_or_default();
                images::follow(index, id, note, &entry.losses, entry.pictures.as_ref())
                    .settle(&mut settlement);
            }
            Fate::Taken(note) => taken.push((index, note)),
            Fate::Removed => settlement.outcomes.push(Outcome::new(index, Verdict::accepted())),
            Fate::Overtaken => overtaken.push(index),
            Fate::Gone(verdict) => settlement.outcomes.push(Outcome::new(index, verdict).note(Note::gone())),
            Fate::Failed(verdict) => settlement.outcomes.push(Outcome::new(index, verdict)),
        }
    }
    settlement.further.extend(inventory::after_upsert(&memo, taken));
    settlement.further.extend(versions::exchange(&memo, overtaken));
    settlement
}

/// What became of one operation.
enum Fate {
    Taken(Note),
    /// Left out of its item, as was meant.
    Removed,
    /// Square has a newer version.
    Overtaken,
    /// Square no longer has the item.
    Gone(Verdict),
    Failed(Verdict),
}

/// The id that Square gave a new variation.
fn mapped(body: &Body, sku: &str) -> Option<String> {
    let new = object::new_id(sku);
    let mapping = body.id_mappings.iter().find(|mapping| mapping.client_object_id == new)?;
    Some(mapping.object_id.clone()).filter(|id| !id.is_empty())
}

fn fate(memo: &Upsert, body: &Body, entry: &Variation) -> Fate {
    if entry.deleted {
        return removal(memo, body, entry);
    }
    let found = entry.id.as_deref().and_then(|id| variation(&body.objects, id));
    match found.and_then(|(item, variation)| Note::of(Some(item), variation)) {
        Some(note) => Fate::Taken(note),
        None => failure(memo, body, entry),
    }
}

/// A deleted variation is gone when its item was written without it.
fn removal(memo: &Upsert, body: &Body, entry: &Variation) -> Fate {
    let item = memo.items.get(entry.batch).and_then(|id| super::find(&body.objects, id));
    let there =
        |item: &Value| super::variations(item).any(|it| entry.id.as_deref().is_some_and(|id| it["id"] == id));
    match item {
        // Without an id, Square never had it.
        _ if entry.id.is_none() => Fate::Removed,
        Some(item) if !there(item) => Fate::Removed,
        Some(_) => Fate::Failed(answer::again(
            "not-removed",
            "Square kept the variation; it is deleted by itself next.",
        )),
        None => failure(memo, body, entry),
    }
}

/// Why an entry's batch was not taken.
fn failure(memo: &Upsert, body: &Body, entry: &Variation) -> Fate {
    let located = |error: &&SquareError| error.position("batches") == Some(entry.batch);
    let placed: Vec<&SquareError> = body.errors.iter().filter(located).collect();
    let unplaced: Vec<&SquareError> =
        body.errors.iter().filter(|error| error.position("batches").is_none()).collect();
    let certain = !placed.is_empty() || memo.items.len() == 1;
    let errors = if placed.is_empty() { unplaced } else { placed };
    let known = memo.items.get(entry.batch).is_some_and(|item| !item.is_empty());
    let has = |blame| errors.iter().any(|error| error.blame() == blame);
    if known && has(Blame::Version) {
        Fate::Overtaken
    } else if known && certain && has(Blame::Missing) {
        Fate::Gone(answer::verdict(&errors))
    } else if certain {
        Fate::Failed(of_entry(memo, entry, &errors))
    } else {
        Fate::Failed(answer::of_one_of_many(&errors))
    }
}

/// The errors of its own variation if there are any, else those of the item, else that of another variation.
fn of_entry(memo: &Upsert, entry: &Variation, errors: &[&SquareError]) -> Verdict {
    let mut variations = memo.entries.iter().filter(|other| other.batch == entry.batch && !other.deleted);
    let position = variations.position(|other| other.sku == entry.sku);
    let own: Vec<&SquareError> = errors
        .iter()
        .copied()
        .filter(|error| error.position("variations").is_none_or(|of| Some(of) == position))
        .collect();
    if !own.is_empty() || errors.is_empty() {
        return answer::verdict(&own);
    }
    match answer::verdict(errors) {
        Verdict::Rejected(_) => {
            let message =
                "Square refused another variant of the product, and takes them together; correct it.";
            Verdict::rejected(Problem::error("group-waits", message))
        }
        other => other,
    }
}

/// What is told of a listing when its last step is done.
pub(crate) fn finished(index: u32, verdict: Verdict, id: &str, note: Option<&Note>) -> Outcome {
    let outcome = Outcome::new(index, verdict).remote_id(id);
    match note {
        Some(note) => outcome.note(note.to_text()),
        None => outcome,
    }
}

/// Accepted, with what was lost.
pub(crate) fn taken(losses: &[Loss]) -> Verdict {
    Verdict::Accepted(warnings(losses))
}
