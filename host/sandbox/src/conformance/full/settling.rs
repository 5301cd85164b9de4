//! What the connector makes of answers: points 25 to 33.

use std::time::Duration;

use wharf_catalog::{Action, Reason};

use super::{
    Held, Question, failed, held, intake,
    pulling::{limits_of_pages, unreadable_pages},
    reactions::{Named, Settled, answer, reaction, replied},
    shipping,
    trial::{Trial, upsert},
};
use crate::{
    conformance::{Finding, difference::same, publishing, responses::NONSENSE},
    exchange::{Answer, Settlement, Verdict},
};

pub(super) const POINTS: &[Question] = &[
    Question {
        number: 25,
        name: "an-outage-is-waited-for",
        why: "after a cut line nobody knows what got through: neither success nor the item's fault may be made of it",
        without: "it neither publishes nor tells of shipments",
        parts: &[outages, shipping::outages],
    },
    Question {
        number: 26,
        name: "a-throttle-is-waited-for",
        why: "an item that is rejected because the channel was busy never gets listed",
        without: "it asks nothing of the channel",
        parts: &[throttles, limits_of_pages, shipping::throttles],
    },
    Question {
        number: 27,
        name: "silence-is-no-success",
        why: "a batch of which the channel took a part must not show as taken whole",
        without: "none of its requests is for more than one operation",
        parts: &[silence_about_a_batch],
    },
    Question {
        number: 28,
        name: "answers-do-not-touch-each-other",
        why: "a token expires amid a run; what was answered before has to stay as it is",
        without: "it neither publishes nor tells of shipments",
        parts: &[answers_alone_and_together, shipping::answers_alone_and_together],
    },
    Question {
        number: 29,
        name: "answers-come-in-any-order",
        why: "requests overtake each other, and the last answer is not that of the last request",
        without: "it neither publishes nor tells of shipments",
        parts: &[answers_backwards, shipping::answers_backwards],
    },
    Question {
        number: 30,
        name: "nothing-ends-early",
        why: "what is missing from a pass that counts as whole is deleted: a broken page has emptied whole shops",
        without: "it reads neither pages nor files",
        parts: &[unreadable_pages, intake::truncated_files],
    },
    Question {
        number: 31,
        name: "what-is-not-there-is-told-as-missing",
        why: "a price for a listing that the channel has lost has to bring the listing back, and a deletion has done its work",
        without: "it does not publish",
        parts: &[missing_listings, conflicts],
    },
    Question {
        number: 32,
        name: "a-chain-lives-in-its-memo",
        why: "a restart goes on from the memo alone, and a memo that grows with every poll ends beyond its limit",
        without: "no answer that is tried leads to a further exchange",
        parts: &[chains],
    },
    Question {
        number: 33,
        name: "nonsense-is-no-success",
        why: "proxies and login pages answer 200, too: the item would show as listed and is not",
        without: "it neither publishes nor tells of shipments",
        parts: &[nonsense_is_settled, pages_of_nonsense, shipping::nonsense],
    },
];

/// The answers that mean nothing for any channel, and a few that mean something for every one.
fn answers(trial: &Trial<'_>) -> Vec<Named> {
    let nonsense = NONSENSE.iter().map(|it| Named { name: it.name.to_owned(), response: it.response() });
    let statuses = [200, 202, 400, 401, 403, 404, 409, 422, 429, 500, 503].map(reaction);
    let own = (1..).zip(&trial.material.answers);
    let own = own.map(|(number, it)| Named {
        name: format!("answer {number} of the run's own"),
        response: it.response(),
    });
    nonsense.chain(own).chain(statuses).collect()
}

/// Requires of every verdict on these answers that it is one of those allowed.
fn judged(
    trial: &Trial<'_>,
    reactions: &[Named],
    allowed: impl Fn(&Settled) -> bool,
) -> Result<Option<usize>, Finding> {
    let settled = trial.verdicts(reactions)?;
    match settled.iter().find(|it| !allowed(it)) {
        Some(wrong) => failed(wrong.tried.clone(), wrong.seen()),
        None => Ok((trial.publishes() && !trial.subject.exchanges()?.is_empty()).then_some(settled.len())),
    }
}

fn is_retry(settled: &Settled) -> bool {
    matches!(settled.verdict, Verdict::Retry { .. })
}

fn outages(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let reactions = [408, 500, 502, 503, 504].map(reaction);
    match judged(trial, &reactions, is_retry)? {
        None => Ok(None),
        Some(count) => {
            held("408, 500, 502, 503 and 504 to every kind of operation", format!("{count} are tried again"))
        }
    }
}

/// How long a channel that is busy asks to wait.
const PAUSE: Duration = Duration::from_secs(7);

fn throttles(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut timed = reaction(429);
    timed.name = "429 with `retry-after: 7`".into();
    timed.response.headers = vec![("retry-after".into(), PAUSE.as_secs().to_string())];
    let reasons = [Reason::Budget, Reason::Outage];
    let because = |settled: &Settled| matches!(&settled.verdict, Verdict::Retry { problem, .. } if reasons.contains(&problem.reason));
    let Some(count) = judged(trial, &[reaction(429)], because)? else { return Ok(None) };
    let reads = trial.connector().description().reads_headers.iter().any(|name| name == "retry-after");
    judged(trial, &[timed], |settled| because(settled) && (!reads || waits(settled)))?;
    held("429 with and without `retry-after`", format!("{count} wait for the budget"))
}

/// Whether the pause is kept, by the operation or by a budget.
fn waits(settled: &Settled) -> bool {
    let own = match &settled.verdict {
        Verdict::Retry { after, .. } => *after,
        _ => None,
    };
    own.max(settled.waits).is_some_and(|wait| wait >= PAUSE)
}

/// Operations of a batch that is answered in part. Some connectors send few items one by one, and many together.
const BATCH: usize = 60;

fn silence_about_a_batch(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.publishes() {
        return Ok(None);
    }
    let operations: Vec<_> = trial.items(BATCH).into_iter().map(upsert).collect();
    let prepared = trial.subject.prepare_all("a batch of many items", &operations)?;
    let Some(exchange) = prepared.exchanges.iter().find(|exchange| exchange.covers.len() > 1) else {
        return Ok(None);
    };
    let bodies: [&[u8]; 5] = [b"", b"{}", b"[]", b"{\"results\":[],\"data\":[]}", b"null"];
    for body in bodies {
        let tried =
            format!("200 with {:?} to a batch of {}", String::from_utf8_lossy(body), exchange.covers.len());
        let response = replied("", 200, body).response;
        for settlement in trial.subject.settle(&tried, &[answer(exchange, response)])? {
            let taken =
                settlement.outcomes.iter().filter(|it| matches!(it.verdict, Verdict::Accepted(_))).count();
            if taken > 0 {
                return failed(tried, format!("{taken} operations are taken for done"));
            }
        }
    }
    held("answers that say nothing of the items of a batch", "none is taken for done")
}

/// Every answer that is tried, to the first exchange of each kind of operation.
fn all_answers(trial: &Trial<'_>) -> Result<Vec<Answer>, Finding> {
    let reactions = answers(trial);
    let mut all = Vec::new();
    for (exchange, _) in trial.subject.exchanges()? {
        all.extend(reactions.iter().map(|reaction| answer(&exchange, reaction.response.clone())));
    }
    Ok(all)
}

fn answers_alone_and_together(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "every answer alone, and all in one call";
    publishing::SETTLING_REPEATS.ask(&trial.subject)?;
    let answers = all_answers(trial)?;
    if answers.is_empty() {
        return Ok(None);
    }
    let together = trial.subject.settle(TRIED, &answers)?;
    for (answer, together) in answers.iter().zip(&together) {
        let alone = trial.subject.settle(TRIED, std::slice::from_ref(answer))?;
        let tried = format!("an answer ({}) alone and among {}", answer.response.status, answers.len());
        same(&tried, &alone.first(), &Some(together))?;
    }
    held(format!("{} answers alone and together", answers.len()), "each means what it meant")
}

fn answers_backwards(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "answers forwards and backwards";
    let answers = all_answers(trial)?;
    if answers.is_empty() {
        return Ok(None);
    }
    let backwards: Vec<_> = answers.iter().rev().cloned().collect();
    let forwards = trial.subject.settle(TRIED, &answers)?;
    let mut backwards = trial.subject.settle(TRIED, &backwards)?;
    backwards.reverse();
    for ((answer, first), second) in answers.iter().zip(&forwards).zip(&backwards) {
        same(&format!("{TRIED}: {}", answer.response.status), first, second)?;
    }
    held(format!("{} {TRIED}", answers.len()), "each means what it meant")
}

fn missing_listings(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let reactions = [404, 410].map(reaction);
    let count = judged(trial, &reactions, |settled| match (&settled.verdict, settled.action) {
        (Verdict::Accepted(_), action) => action == Action::Delete,
        (Verdict::Rejected(problems), _) => problems.iter().all(|problem| problem.reason != Reason::Data),
        (Verdict::Retry { problem, .. }, _) => problem.reason != Reason::Outage,
    })?;
    match count {
        None => Ok(None),
        Some(count) => held(
            "404 and 410 to every kind of operation",
            format!("{count} are gone, missing or misaddressed"),
        ),
    }
}

fn conflicts(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let reactions = [409, 412].map(reaction);
    match judged(trial, &reactions, |settled| !matches!(settled.verdict, Verdict::Accepted(_)))? {
        None => Ok(None),
        Some(_) => held("409 and 412", "none is taken for success"),
    }
}

/// Steps of a chain that a channel may keep waiting.
const STEPS: usize = 12;

/// Bytes by which a memo may grow from step to step, for counters that get a digit more.
const GROWTH: usize = 2;

fn chains(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut longest = 0;
    for (first, _) in trial.subject.exchanges()? {
        for reaction in answers(trial) {
            let tried = format!("{} again and again", reaction.name);
            let mut exchange = first.clone();
            let mut memos = vec![exchange.memo.len()];
            while memos.len() <= STEPS {
                let answer = answer(&exchange, reaction.response.clone());
                let Some(Settlement { further, .. }) = trial.subject.settle(&tried, &[answer])?.pop() else {
                    break;
                };
                let Some(next) = further.into_iter().next() else { break };
                memos.push(next.memo.len());
                exchange = next;
            }
            // The first step may put the memo into another form.
            let grows = memos.len() > STEPS && memos[1..].windows(2).all(|pair| pair[1] > pair[0] + GROWTH);
            if grows {
                return failed(tried, format!("the memo grows with every step: {memos:?} bytes"));
            }
            longest = longest.max(memos.len() - 1);
        }
    }
    match longest {
        0 => Ok(None),
        _ => {
            held(format!("answers that keep a chain waiting, up to {longest} times"), "no memo keeps growing")
        }
    }
}

/// Answers with a success status that no channel gives when it has done what it was asked.
pub(super) fn false_successes() -> Vec<Named> {
    let error = b"{\"success\":false,\"status\":\"error\",\"error\":{\"code\":500,\"message\":\"failed\"},\
        \"errors\":[{\"code\":\"FAILED\",\"message\":\"failed\"}],\"data\":null}";
    let nonsense = NONSENSE.iter().filter(|it| !it.may_be_success());
    let nonsense = nonsense.map(|it| Named { name: it.name.to_owned(), response: it.response() });
    nonsense.chain([replied("an error with 200", 200, error)]).collect()
}

fn nonsense_is_settled(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    publishing::NONSENSE.ask(&trial.subject)?;
    let reactions = false_successes();
    let taken = |settled: &Settled| matches!(settled.verdict, Verdict::Accepted(_));
    match judged(trial, &reactions, |settled| !taken(settled))? {
        None => Ok(None),
        Some(_) => held(
            format!("{} answers without sense to every kind of operation", reactions.len()),
            "none is taken for success",
        ),
    }
}

fn pages_of_nonsense(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let mut pages = 0;
    for nonsense in NONSENSE {
        pages += trial.pages_of(&nonsense.response(), nonsense.name)?.len();
    }
    match pages {
        0 => Ok(None),
        _ => held(format!("{pages} pages without sense"), "each is answered"),
    }
}
