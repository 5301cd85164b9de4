//! After a conflict: what Square has now, so that the next try starts from there.

use wharf_sdk::{Answer, Exchange, Outcome, Settlement};

use super::{images, retrieve, variation};
use crate::{
    answer,
    memo::{Memo, Upsert, Variation},
    note::Note,
};

/// The reading for entries at these positions, if there are any.
pub(super) fn exchange(memo: &Upsert, covers: Vec<u32>) -> Option<Exchange> {
    let entries: Vec<Variation> =
        covers.iter().filter_map(|index| memo.entries.get(*index as usize)).cloned().map(bare).collect();
    let mut items: Vec<&str> =
        entries.iter().filter_map(|entry| memo.items.get(entry.batch)).map(String::as_str).collect();
    items.dedup();
    let request = retrieve(items);
    let memo = Upsert { entries, items: memo.items.clone(), ..Upsert::default() };
    (!covers.is_empty()).then(|| request.covering(covers).memo(Memo::Versions(memo).to_bytes()))
}

/// Without what only the upsert needed.
fn bare(entry: Variation) -> Variation {
    Variation { counts: Vec::new(), losses: Vec::new(), ..entry }
}

pub(crate) fn settle(memo: &Upsert, answer: &Answer) -> Settlement {
    let body = match answer::read(&answer.response) {
        Ok(body) if body.errors.is_empty() => body,
        Ok(body) => {
            let errors: Vec<_> = body.errors.iter().collect();
            return Settlement::all(answer.covers, &answer::of_one_of_many(&errors));
        }
        Err(verdict) => return Settlement::all(answer.covers, &verdict),
    };
    let verdict =
        || answer::again("newer-version", "The item was changed at Square; it is sent again upon that.");
    let outcome = |(index, entry): (u32, &Variation)| {
        let Some(id) = &entry.id else { return Outcome::new(index, verdict()) };
        let note = variation(&body.objects, id).and_then(|(item, it)| Note::of(Some(item), it));
        let note = note.map(|note| images::noted(note, entry.pictures.as_ref()));
        let text = note.map_or_else(|| Note::gone().to_owned(), |note| note.to_text());
        Outcome::new(index, verdict()).note(text)
    };
    Settlement::of((0..).zip(&memo.entries).map(outcome).collect())
}
