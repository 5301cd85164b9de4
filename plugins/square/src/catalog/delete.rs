//! Deletions. A variation is deleted by itself, and its item with the last one: Square has no item without any.
//!
//! Which one is the last only Square knows, so the items are read first. Deleting an item deletes all of its variations
//! ([docs](https://developer.squareup.com/docs/catalog-api/delete-catalog-objects)), so it happens only when each of
//! them is to go.

use std::collections::BTreeSet;

use serde_json::Value;
use wharf_sdk::{
    Action, Answer, Exchange, Json, Outcome, Preparation, Request, Settlement, Verdict, Weight, bundles,
};

use super::{DELETE, DELETED_AT_ONCE, find, retrieve, variations};
use crate::{
    API,
    answer::{self, Blame, SquareError},
    group::{Member, tried_before},
    memo::{BYTES, Deletion, Deletions, Memo},
};

/// Groups stay together, as it takes all of an item's deletions to delete it.
pub(crate) fn prepare(groups: Vec<Vec<Member<'_>>>, done: &mut Preparation) {
    let weigh = |group: &Vec<Member<'_>>| Weight {
        units: group.len(),
        bytes: 120 * group.len(),
        alone: tried_before(group),
    };
    for bundle in bundles(groups, DELETED_AT_ONCE, BYTES, weigh) {
        done.exchanges.extend(exchanges(&bundle.concat()));
    }
}

/// One exchange, or several for a group with more deletions than one request takes.
fn exchanges(members: &[Member<'_>]) -> impl Iterator<Item = Exchange> {
    members.chunks(DELETED_AT_ONCE).map(|members| {
        let entries: Vec<Deletion> = members.iter().map(deletion).collect();
        let covers = members.iter().map(|member| member.index).collect();
        let objects: BTreeSet<&str> =
            entries.iter().filter_map(|entry| entry.item.as_deref().or(entry.id.as_deref())).collect();
        let request = retrieve(objects);
        request.covering(covers).memo(Memo::Doomed(Deletions { entries }).to_bytes())
    })
}

fn deletion(member: &Member<'_>) -> Deletion {
    let goes = member.is(Action::Delete);
    let id = member.operation.remote_id.filter(|_| goes).map(str::to_owned);
    Deletion { id, item: member.note.as_ref().map(|note| note.item.clone()) }
}

/// What the reading of the items brought.
pub(crate) fn read(memo: &Deletions, answer: &Answer) -> Settlement {
    let body = match answer::read(&answer.response) {
        Ok(body) => body,
        Err(verdict) => return Settlement::all(answer.covers, &verdict),
    };
    if let Some(verdict) = hindered(&body.errors) {
        return Settlement::all(answer.covers, &verdict);
    }
    let doomed: BTreeSet<&str> = memo.entries.iter().filter_map(|entry| entry.id.as_deref()).collect();
    let mut settlement = Settlement::of(Vec::new());
    let mut targets = BTreeSet::new();
    let mut covers = Vec::new();
    let mut entries = Vec::new();
    for (index, entry) in (0..).zip(&memo.entries) {
        match target(&body.objects, &doomed, entry) {
            Some(target) => {
                targets.insert(target);
                covers.push(index);
                let id = Some(target.to_owned());
                entries.push(Deletion { id, item: None });
            }
            None => settlement.outcomes.push(Outcome::new(index, Verdict::accepted())),
        }
    }
    if !targets.is_empty() {
        let mut json = Json::with_capacity(256);
        json.begin_object().texts("object_ids", targets).end_object();
        let request = Request::post(API, DELETE).json(json).covering(covers);
        settlement.further.push(request.memo(Memo::Deleted(Deletions { entries }).to_bytes()));
    }
    settlement
}

/// The id to delete, if the entry is to go and still there.
fn target<'a>(objects: &'a [Value], doomed: &BTreeSet<&str>, entry: &'a Deletion) -> Option<&'a str> {
    let id = entry.id.as_deref()?;
    let Some(item) = entry.item.as_deref() else {
        return find(objects, id).map(|_| id);
    };
    let object = find(objects, item)?;
    let known = |variation: &Value| variation["id"].as_str().is_some_and(|id| doomed.contains(id));
    if !variations(object).any(|variation| variation["id"] == id) {
        None
    } else if variations(object).all(known) {
        Some(item)
    } else {
        Some(id)
    }
}

/// Why nothing can be said; what is not found is as gone as it should be.
fn hindered(errors: &[SquareError]) -> Option<Verdict> {
    let errors: Vec<_> = errors.iter().filter(|error| error.blame() != Blame::Missing).collect();
    (!errors.is_empty()).then(|| answer::of_one_of_many(&errors))
}

pub(crate) fn settle(memo: &Deletions, answer: &Answer) -> Settlement {
    let body = match answer::read(&answer.response) {
        Ok(body) => body,
        Err(verdict) => return Settlement::all(answer.covers, &verdict),
    };
    let gone = |id: &Option<String>| id.as_ref().is_some_and(|id| body.deleted_object_ids.contains(id));
    // Of several, one that was missing does not excuse the others.
    let missing = memo.entries.len() == 1 && body.errors.iter().any(|error| error.blame() == Blame::Missing);
    let verdict = |entry: &Deletion| {
        if gone(&entry.id) || missing {
            return Verdict::accepted();
        }
        let errors: Vec<&SquareError> = body.errors.iter().collect();
        answer::of_one_of_many(&errors)
    };
    Settlement::of(
        (0..).zip(&memo.entries).map(|(index, entry)| Outcome::new(index, verdict(entry))).collect(),
    )
}
