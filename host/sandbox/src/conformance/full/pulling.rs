//! Reading from the channel page by page: points 34 to 37, and what points 26 and 30 ask of pages.

use std::collections::BTreeSet;

use wharf_catalog::{
    Reason,
    declaration::{ChangeDetection, PullStream},
};

use super::{Held, Question, describing::NOW, failed, held, intake, reactions::reaction, trial::Trial};
use crate::{
    conformance::{Finding, difference::same, responses::NONSENSE},
    exchange::Response,
    inbound::{Fetch, Page, Position, Rest},
};

pub(super) const POINTS: &[Question] = &[
    Question {
        number: 34,
        name: "a-pass-follows-the-one-before",
        why: "a second look that ignores where the first one ended reads everything again, or misses what is new",
        without: "it has no puller",
        parts: &[requests_repeat, requests_follow_the_stretch, the_next_pass_goes_on],
    },
    Question {
        number: 35,
        name: "reading-resumes-anywhere",
        why: "a restart amid a page or a file must neither lose nor double an order",
        without: "neither a stream with checkpoints nor an intake was given pages or files that bring something",
        parts: &[checkpoints_resume, intake::any_chunks],
    },
    Question {
        number: 36,
        name: "times-out-of-order-are-survived",
        why: "clocks are wrong and backups are restored: a cursor of the future must not stop a stream forever",
        without: "it has no puller",
        parts: &[odd_positions],
    },
    Question {
        number: 37,
        name: "the-cursor-moves",
        why: "a page that asks for itself is read forever, and one that is skipped is never read",
        without: "the run was given no pages of its streams",
        parts: &[pages_move_on],
    },
];

impl Trial<'_> {
    /// The streams with their index.
    fn streams(&self) -> impl Iterator<Item = (u32, &PullStream)> {
        (0..).zip(&self.connector().description().streams)
    }

    fn request(&self, tried: &str, stream: u32, position: &Position) -> Result<Fetch, Finding> {
        let fetch = self.connector().request(self.context(), stream, position);
        fetch.map_err(|error| Finding::new(tried, error))
    }

    fn digest(&self, tried: &str, stream: u32, memo: &[u8], response: &Response) -> Result<Page, Finding> {
        let page = self.connector().digest_page(self.context(), stream, memo, response);
        page.map_err(|error| Finding::new(tried, error))
    }

    /// One pass over the pages that the run was given for this stream.
    fn pass(&self, index: u32, stream: &PullStream) -> Result<Option<Pass>, Finding> {
        let Some(pages) = self.material.pages.get(&stream.name) else { return Ok(None) };
        let tried = format!("a pass over the pages of `{}`", stream.name);
        let mut fetch = self.request(&tried, index, &beginning(stream))?;
        let mut pass = Pass::default();
        for reaction in pages {
            let page = self.digest(&tried, index, &fetch.memo, &reaction.response())?;
            let again = self.digest(&tried, index, &fetch.memo, &reaction.response())?;
            same(&format!("a page of `{}` twice", stream.name), &page, &again)?;
            pass.asked.push(fetch);
            pass.pages.push(page.clone());
            match page.rest {
                Rest::More(next) | Rest::Checkpoint(_, next) => fetch = next,
                _ => break,
            }
        }
        Ok(Some(pass))
    }
}

/// What was asked, and the pages that came.
#[derive(Default)]
struct Pass {
    asked: Vec<Fetch>,
    pages: Vec<Page>,
}

/// The first pass over a stream, as the host would begin it.
fn beginning(stream: &PullStream) -> Position {
    stretch(stream, NOW - 86_400_000)
}

fn stretch(stream: &PullStream, from: i64) -> Position {
    let by_time = matches!(stream.changes.first(), Some(ChangeDetection::ModifiedSince(_)));
    Position { cursor: None, since: by_time.then_some(from), until: NOW }
}

fn requests_repeat(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut count = 0;
    for (index, stream) in trial.streams() {
        let tried = format!("the first request of `{}` twice", stream.name);
        let request = || trial.request(&tried, index, &beginning(stream));
        same(&tried, &request()?, &request()?)?;
        count += 1;
    }
    match count {
        0 => Ok(None),
        _ => held(format!("the first requests of {count} streams twice"), "the same"),
    }
}

fn requests_follow_the_stretch(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut count = 0;
    for (index, stream) in trial.streams() {
        if !matches!(stream.changes.first(), Some(ChangeDetection::ModifiedSince(_))) {
            continue;
        }
        let tried = format!("`{}` since two different moments", stream.name);
        let request = |from| trial.request(&tried, index, &stretch(stream, from));
        if request(NOW - 86_400_000)? == request(NOW - 3_600_000)? {
            return failed(tried, "the same request, so nothing follows what changed since");
        }
        count += 1;
    }
    match count {
        0 => Ok(None),
        _ => held(format!("{count} streams since two different moments"), "different requests"),
    }
}

fn the_next_pass_goes_on(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut count = 0;
    for (index, stream) in trial.streams() {
        let Some(Pass { asked, pages }) = trial.pass(index, stream)? else { continue };
        let brought = pages.iter().any(|page| !page.entries.is_empty());
        let Some(Rest::End { cursor, .. }) = pages.last().map(|page| &page.rest) else { continue };
        if !brought || stream.changes.first() != Some(&ChangeDetection::Cursor) {
            continue;
        }
        let tried = format!("a pass over `{}` after one that brought something", stream.name);
        let position = Position { cursor: cursor.clone(), ..beginning(stream) };
        let next = trial.request(&tried, index, &position)?;
        if asked.first().is_some_and(|first| first.request == next.request) {
            return failed(tried, "it begins where the first one began");
        }
        count += 1;
    }
    match count {
        0 => Ok(None),
        _ => held(format!("a second pass over {count} streams"), "it goes on where the first one ended"),
    }
}

fn checkpoints_resume(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut count = 0;
    for (index, stream) in trial.streams() {
        let Some(pass) = trial.pass(index, stream)? else { continue };
        for page in &pass.pages {
            let Rest::Checkpoint(cursor, next) = &page.rest else { continue };
            let tried = format!("`{}` from a checkpoint, after a restart", stream.name);
            let position = Position { cursor: Some(cursor.clone()), ..beginning(stream) };
            let resumed = trial.request(&tried, index, &position)?;
            same(&tried, &next.request, &resumed.request)?;
            count += 1;
        }
    }
    match count {
        0 => Ok(None),
        _ => held(format!("a restart from {count} checkpoints"), "each asks for the page that was next"),
    }
}

fn odd_positions(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const DAY: i64 = 86_400_000;
    let stretches = [
        (Some(NOW + 400 * DAY), NOW),
        (Some(NOW), NOW),
        (Some(0), NOW),
        (Some(-DAY), 0),
        (Some(253_402_300_800_000), 253_402_300_800_001),
        (Some(i64::MIN), i64::MAX),
        (None, i64::MIN),
    ];
    let mut count = 0;
    for (index, stream) in trial.streams() {
        for (since, until) in stretches {
            let tried = format!("`{}` from {since:?} to {until}", stream.name);
            trial.request(&tried, index, &Position { cursor: None, since, until })?;
            count += 1;
        }
    }
    match count {
        0 => Ok(None),
        _ => {
            held(format!("{count} stretches of the future, of nothing and of all time"), "each is asked for")
        }
    }
}

fn pages_move_on(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let known = |name: &&String| trial.streams().any(|(_, stream)| stream.name == **name);
    if let Some(name) = trial.material.pages.keys().find(|name| !known(name)) {
        return failed(format!("the run's own pages of `{name}`"), "it has no such stream");
    }
    let mut count = 0;
    for (index, stream) in trial.streams() {
        let Some(Pass { asked, pages }) = trial.pass(index, stream)? else { continue };
        let tried = format!("the pages of `{}` one after the other", stream.name);
        let mut seen = BTreeSet::new();
        for fetch in &asked {
            if !seen.insert(format!("{:?}{:?}", fetch.request, fetch.memo)) {
                return failed(tried, format!("it asks twice for {}", fetch.request.target));
            }
        }
        let given = trial.material.pages[&stream.name].len();
        if pages.len() < given {
            return failed(tried, format!("it ends after {} of {given} pages", pages.len()));
        }
        count += pages.len();
    }
    match count {
        0 => Ok(None),
        _ => held(
            format!("{count} pages one after the other"),
            "each is asked for once, and the last one ends the pass",
        ),
    }
}

/// A page that cannot be read is neither the last one nor one without entries.
pub(super) fn unreadable_pages(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut count = 0;
    let statuses = [400, 404, 500, 503].map(|status| (format!("{status}"), reaction(status).response));
    let nonsense =
        NONSENSE.iter().filter(|it| !it.may_be_success()).map(|it| (it.name.to_owned(), it.response()));
    for (name, response) in statuses.into_iter().chain(nonsense) {
        for (tried, page) in trial.pages_of(&response, &name)? {
            if let Rest::End { complete, .. } = page.rest {
                return failed(
                    tried,
                    format!("the pass ends, {}", if complete { "complete" } else { "incomplete" }),
                );
            }
            if !page.entries.is_empty() {
                return failed(tried, format!("it brings {} entries", page.entries.len()));
            }
            count += 1;
        }
    }
    match count {
        0 => Ok(None),
        _ => held(format!("{count} pages that cannot be read"), "none ends a pass"),
    }
}

pub(super) fn limits_of_pages(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let pages = trial.pages_of(&reaction(429).response, "429")?;
    for (tried, page) in &pages {
        let Rest::Retry { problem, .. } = &page.rest else {
            return failed(tried.clone(), format!("the pass is not tried again: {:?}", page.rest));
        };
        if !matches!(problem.reason, Reason::Budget | Reason::Outage) {
            return failed(tried.clone(), format!("it blames `{:?}`", problem.reason));
        }
    }
    match pages.is_empty() {
        true => Ok(None),
        false => held(format!("429 to {} streams", pages.len()), "each page is asked for again"),
    }
}
