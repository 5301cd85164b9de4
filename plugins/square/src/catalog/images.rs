//! Pictures of an item
//! ([CreateCatalogImage](https://developer.squareup.com/reference/square/catalog-api/create-catalog-image)).
//!
//! Square takes them as files. They come after the item and its stock, one after the other, and are attached to the item,
//! which shows those of all its variants. One operation of the group carries them: the first that is listed. Its note
//! remembers which image belongs to which address; the others go on without waiting. As every image makes the item a
//! version newer, the item is read in the end.

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use wharf_sdk::{
    Action, Answer, Exchange, Field, Form, ImageRules, Json, LengthUnit, Outcome, Problem, Reason, Request,
    Settlement, Verdict, cut, file_name, unread_picture,
};

use super::{IMAGES, retrieve, upsert::finished, variation};
use crate::{
    API, answer,
    fields::PICTURES,
    group::Member,
    key::Key,
    memo::{Loss, Memo, warnings},
    note::Note,
};

/// Types of files, and bytes of one, as the reference says.
const FORMATS: [&str; 3] = ["image/jpeg", "image/png", "image/gif"];
const FILE_BYTES: u64 = 15_000_000;

/// Bytes of addresses that one item's chain remembers, each with its image's id.
const BYTES: usize = 8 << 10;

/// Bytes that a picture takes in a memo beside its address.
const PICTURE_BYTES: usize = 64;

/// Tries of an item after which a picture that cannot be had now is left out.
const TRIES: u32 = 3;

/// Characters of the reason that is remembered for pictures that cannot be had.
const REASON: usize = 300;

pub(crate) fn field() -> Field {
    Field::images("image_ids")
        .source("images")
        .image_rules(ImageRules::new(&FORMATS).bytes(FILE_BYTES))
        .about("Pictures, the main one first; the item shows those of all its variants. JPEG, PNG or GIF files of at most 15 MB.")
}

/// Digests of addresses, and Square's ids of the images.
pub(crate) type Known = BTreeMap<String, String>;

/// The pictures of an item on their way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Pictures {
    /// Those that Square has and the item shows.
    pub(crate) known: Known,
    /// Addresses of those to be uploaded, in order.
    missing: Vec<String>,
    /// Whether the first of them is the main picture.
    #[serde(default)]
    main: bool,
    attempt: u32,
    /// Of the operation; each upload makes its idempotency key of it.
    key: String,
    /// Uploads that were not to be.
    #[serde(default)]
    failed: u32,
    /// Whether trying again may help with any of them.
    #[serde(default)]
    passes: bool,
    /// What was wrong with the first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    why: String,
    #[serde(default)]
    changed: bool,
}

/// What the item shows when it is written, and what is left to do.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Ids of the images; nothing where none of them is ours, so that what is there stays.
    shown: Option<Vec<String>>,
    pub(super) pictures: Option<Pictures>,
    pub(super) loss: Option<Loss>,
}

impl Plan {
    /// The pictures of these members' item, of which `newest` is the latest note.
    pub(super) fn of(members: &[&Member<'_>], newest: Option<&Note>) -> Self {
        let ours: BTreeMap<&str, &str> = members
            .iter()
            .filter_map(|member| member.note.as_ref())
            .flat_map(|note| &note.pictures)
            .map(|(digest, id)| (digest.as_str(), id.as_str()))
            .collect();
        let there = newest.map(|note| ids(&note.item_kept.data)).unwrap_or_default();
        let Some(carrier) = members.iter().find(|member| !member.is(Action::Delete)) else {
            return Self::default();
        };
        let mut plan = Self::default();
        let mut pictures = Pictures {
            attempt: carrier.operation.attempt,
            key: operation_key(carrier),
            ..Pictures::default()
        };
        let mut shown = Vec::new();
        let mut room = BYTES;
        for (position, url) in wanted(members).into_iter().enumerate() {
            let Some(left) = room.checked_sub(url.len() + PICTURE_BYTES) else {
                plan.loss = Some(Loss::Pictures);
                break;
            };
            room = left;
            let digest = digest(url);
            match ours.get(digest.as_str()).filter(|id| there.contains(id)) {
                Some(id) => {
                    shown.push((*id).to_owned());
                    pictures.known.insert(digest, (*id).to_owned());
                }
                None => {
                    pictures.main |= position == 0;
                    pictures.missing.push(url.to_owned());
                }
            }
        }
        if ours.is_empty() && pictures.missing.is_empty() {
            return plan;
        }
        let foreign = there.into_iter().filter(|id| !ours.values().any(|our| our == id));
        shown.extend(foreign.map(str::to_owned));
        Self { shown: Some(shown), pictures: Some(pictures), ..plan }
    }

    /// What the item holds beside what is ours, with its images.
    pub(super) fn images_in(&self, mut kept: Map<String, Value>) -> Map<String, Value> {
        match &self.shown {
            // What is left out is cleared.
            Some(shown) if shown.is_empty() => drop(kept.remove(MEMBER)),
            Some(shown) => drop(kept.insert(MEMBER.to_owned(), shown.as_slice().into())),
            None => {}
        }
        kept
    }
}

/// The member of `item_data` that lists images.
const MEMBER: &str = "image_ids";

fn ids(item: &Map<String, Value>) -> Vec<&str> {
    item.get(MEMBER).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Addresses of all members' pictures, each once.
fn wanted<'a>(members: &[&Member<'a>]) -> Vec<&'a str> {
    let mut seen = HashSet::new();
    let present = members.iter().filter(|member| !member.is(Action::Delete));
    let urls = present.flat_map(|member| member.operation.item.images(PICTURES).map(|image| image.url));
    urls.filter(|url| seen.insert(*url)).collect()
}

/// 16 characters; they only tell the pictures of one item apart.
fn digest(url: &str) -> String {
    let mut key = Key::of("picture");
    key.add(url.as_bytes());
    let mut digest = key.finish();
    digest.truncate(16);
    digest
}

fn operation_key(member: &Member<'_>) -> String {
    let mut key = Key::of("images");
    key.add_operation(&member.operation);
    key.finish()
}

impl Pictures {
    pub(crate) fn length(&self) -> usize {
        let missing: usize = self.missing.iter().map(|url| url.len() + PICTURE_BYTES).sum();
        missing + self.known.len() * PICTURE_BYTES + 2 * REASON + 160
    }
}

/// A listing that was taken, whose pictures are on their way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Listed {
    /// Square's id of the variation.
    id: String,
    note: Note,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    losses: Vec<Loss>,
    pictures: Pictures,
}

/// What follows for a listing that was taken.
pub(crate) enum Next {
    Done(Outcome),
    Exchange(Exchange),
}

impl Next {
    pub(crate) fn settle(self, settlement: &mut Settlement) {
        match self {
            Self::Done(outcome) => settlement.outcomes.push(outcome),
            Self::Exchange(exchange) => settlement.further.push(exchange),
        }
    }
}

/// The note of a listing, with the pictures of its item if it carries them.
pub(crate) fn noted(note: Note, pictures: Option<&Pictures>) -> Note {
    Note { pictures: pictures.map(|pictures| pictures.known.clone()).unwrap_or_default(), ..note }
}

/// Goes on with the pictures that are missing, if this listing carries any.
pub(crate) fn follow(index: u32, id: &str, note: Note, losses: &[Loss], pictures: Option<&Pictures>) -> Next {
    let Some(pictures) = pictures else {
        let outcome = finished(index, Verdict::Accepted(warnings(losses)), id, Some(&note));
        return Next::Done(outcome);
    };
    let note = noted(note, Some(pictures));
    let listed = Listed { id: id.to_owned(), note, losses: losses.to_vec(), pictures: pictures.clone() };
    listed.go_on(index)
}

/// A picture is there, or is not to be had.
pub(crate) fn uploaded(mut listed: Listed, answer: &Answer) -> Settlement {
    let pictures = &mut listed.pictures;
    let url = if pictures.missing.is_empty() { String::new() } else { pictures.missing.remove(0) };
    match image(answer) {
        Ok(id) => {
            pictures.changed = true;
            pictures.known.insert(digest(&url), id);
        }
        Err(problem) => {
            pictures.failed += 1;
            pictures.passes |= problem.reason != Reason::Data;
            if pictures.why.is_empty() {
                pictures.why = cut(&problem.message, REASON, LengthUnit::Characters).to_owned();
            }
        }
    }
    pictures.main = false;
    let mut settlement = Settlement::of(Vec::new());
    listed.go_on(0).settle(&mut settlement);
    settlement
}

/// The id of the new image.
fn image(answer: &Answer) -> Result<String, Problem> {
    if let Some(unread) = unread_picture(&answer.response) {
        return Err(unread);
    }
    let verdict = match answer::read(&answer.response) {
        Ok(body) => match body.image["id"].as_str() {
            Some(id) => return Ok(id.to_owned()),
            None => answer::verdict(&body.errors.iter().collect::<Vec<_>>()),
        },
        Err(verdict) => verdict,
    };
    Err(match verdict {
        Verdict::Retry(postponement) => postponement.problem,
        Verdict::Rejected(problems) => first(problems).reason(Reason::Data),
        Verdict::Accepted(problems) => first(problems),
    })
}

fn first(problems: Vec<Problem>) -> Problem {
    let unnamed = || Problem::error("no-outcome", "Square's answer names no image.").reason(Reason::Contract);
    problems.into_iter().next().unwrap_or_else(unnamed)
}

/// The item as it is with its images.
pub(crate) fn read(mut listed: Listed, answer: &Answer) -> Settlement {
    let body = match answer::read(&answer.response) {
        Ok(body) => body,
        Err(verdict) => return Settlement::of(vec![listed.outcome(0, verdict)]),
    };
    let Some((item, variation)) = variation(&body.objects, &listed.id) else {
        return Settlement::of(vec![listed.outcome(0, answer::left_out())]);
    };
    if let Some(note) = Note::of(Some(item), variation) {
        listed.note = note;
    }
    Settlement::of(vec![listed.outcome(0, listed.verdict())])
}

impl Listed {
    fn go_on(self, index: u32) -> Next {
        let request = match self.pictures.missing.first() {
            Some(url) => upload(&self.note.item, &self.pictures, url),
            None if self.pictures.changed => {
                let request = retrieve([self.note.item.as_str()]);
                return Next::Exchange(request.covering(vec![index]).memo(Memo::Imaged(self).to_bytes()));
            }
            None => return Next::Done(self.outcome(index, self.verdict())),
        };
        Next::Exchange(request.covering(vec![index]).memo(Memo::Image(self).to_bytes()))
    }

    fn outcome(&self, index: u32, verdict: Verdict) -> Outcome {
        let note = Note { pictures: self.pictures.known.clone(), ..self.note.clone() };
        finished(index, verdict, &self.id, Some(&note))
    }

    /// The listing was taken; only its pictures are in question.
    fn verdict(&self) -> Verdict {
        let Pictures { failed, passes, why, attempt, .. } = &self.pictures;
        let mut problems = warnings(&self.losses);
        if *failed == 0 {
            return Verdict::Accepted(problems);
        }
        let message = format!("{failed} of the pictures were left out. {why}");
        if *passes && attempt + 1 < TRIES {
            let problem = Problem::error("picture-unavailable", message).reason(Reason::Outage);
            return Verdict::retry(problem.at(PICTURES));
        }
        problems.push(Problem::warning("pictures-left-out", message).at(PICTURES));
        Verdict::Accepted(problems)
    }
}

fn upload(item: &str, pictures: &Pictures, url: &str) -> Request {
    let name = file_name(url);
    let mut key = Key::of("image");
    key.add(pictures.key.as_bytes());
    key.add(url.as_bytes());
    let mut json = Json::with_capacity(256 + name.len());
    json.begin_object().member("idempotency_key", &key.finish()).member("object_id", item);
    json.key("is_primary").flag(pictures.main);
    json.key("image").begin_object().member("type", "IMAGE").member("id", "#image");
    json.key("image_data").begin_object().member("name", &name).end_object().end_object().end_object();
    Request::post(API, IMAGES).form(Form::new().json("request", json).picture("image_file", &name, url))
}
