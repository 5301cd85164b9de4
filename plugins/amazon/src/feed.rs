//! The five steps of a JSON_LISTINGS_FEED, each the answer to the one before.
//!
//! 1. `createFeedDocument` gives an address that lives for five minutes, 2. to which the document is put. 3.
//!    `createFeed` submits it. 4. `getFeed` is asked until Amazon has worked through it, which takes minutes or hours.
//!    5. `getFeedDocument` gives the address of the processing report, which is then read.
//!
//! An address that expired, because the host was away, is asked for again; the host keeps the document until the end.

use std::{borrow::Cow, time::Duration};

use serde::Deserialize;
use wharf_sdk::{
    Answer, Exchange, Failure, Json, Problem, Reason, Request, Response, Settlement, Verdict, percent_encoded,
};

use crate::{
    API, DOCUMENTS_PATH, FEEDS_PATH,
    documents::{self, Elsewhere},
    issues::{Refusal, blameless, unreadable},
    memo::{MAXIMUM_ID, Memo, Step},
    prepare::{DOCUMENT_TYPE, document_request},
    report,
    settings::Market,
};

/// The longest wait between two looks.
const LONGEST_POLL: Duration = Duration::from_secs(10 * 60);

/// How often an address that has expired is asked for again.
const RENEWALS: u16 = 3;

/// `CreateFeedDocumentResponse` and `FeedDocument`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(borrow)]
    feed_document_id: Cow<'a, str>,
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow, default)]
    compression_algorithm: Option<Cow<'a, str>>,
}

/// `CreateFeedResponse`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Created<'a> {
    #[serde(borrow)]
    feed_id: Cow<'a, str>,
}

/// `Feed`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Feed<'a> {
    #[serde(borrow)]
    processing_status: Cow<'a, str>,
    #[serde(borrow, default)]
    result_feed_document_id: Option<Cow<'a, str>>,
}

/// What follows on the answer.
pub(crate) fn settlement(market: &Market, memo: Memo, answer: &Answer) -> Settlement {
    let (covers, response) = (answer.covers, &answer.response);
    let next = match (Failure::of(response.status), memo.step) {
        (Some(failure), step) => failed(memo, step, failure, response),
        (None, Step::Create) => upload(market, memo, &response.body),
        (None, Step::Upload) => Ok(submit(market, memo)),
        (None, Step::Submit) => poll_first(market, memo, &response.body),
        (None, Step::Poll) => polled(market, memo, &response.body),
        (None, Step::Locate) => download(market, memo, &response.body),
        (None, Step::Download) => return report::settlement(&memo, &response.body),
        (None, Step::Listing | Step::Preview) => Err(unreadable()),
    };
    match next {
        Ok(exchange) => Settlement::further(Exchange { covers: (0..covers).collect(), ..exchange }),
        // Nothing is known of any message, so all are sent again; each says the listing's whole state.
        Err(problem) => Settlement::all(covers, &Verdict::retry(problem)),
    }
}

fn noted(request: Request, memo: &Memo) -> Exchange {
    Exchange::from(request).memo(memo.to_bytes())
}

fn upload(market: &Market, memo: Memo, body: &[u8]) -> Result<Exchange, Problem> {
    let document: Document<'_> = read(body)?;
    let id = followed(&document.feed_document_id)?;
    let endpoint = documents::endpoint(market, &document.url).map_err(Elsewhere::problem)?;
    let request =
        Request::put(endpoint, document.url.as_ref()).header("content-type", DOCUMENT_TYPE).document();
    let times = memo.times;
    Ok(noted(request, &Memo { times, ..memo.next(Step::Upload, id) }))
}

fn submit(market: &Market, memo: Memo) -> Exchange {
    let mut json = Json::with_capacity(256);
    json.begin_object().member("feedType", "JSON_LISTINGS_FEED");
    json.texts("marketplaceIds", market.settings.marketplaces.iter().map(String::as_str));
    json.member("inputFeedDocumentId", &memo.id).end_object();
    let id = memo.id.clone();
    noted(Request::post(API, FEEDS_PATH).json(json), &memo.next(Step::Submit, id))
}

fn poll_first(market: &Market, memo: Memo, body: &[u8]) -> Result<Exchange, Problem> {
    let created: Created<'_> = read(body)?;
    let id = followed(&created.feed_id)?.to_owned();
    Ok(poll(market, &memo.next(Step::Poll, id)))
}

fn poll(market: &Market, memo: &Memo) -> Exchange {
    let wait = market.settings.poll().saturating_mul(u32::from(memo.times) + 1).min(LONGEST_POLL);
    let target = format!("{FEEDS_PATH}/{}", percent_encoded(&memo.id));
    noted(Request::get(API, target), memo).after(wait)
}

fn polled(market: &Market, memo: Memo, body: &[u8]) -> Result<Exchange, Problem> {
    let feed: Feed<'_> = read(body)?;
    let report = feed.result_feed_document_id.as_deref();
    match (feed.processing_status.as_ref(), report) {
        ("IN_QUEUE" | "IN_PROGRESS", _) => Ok(poll(market, &memo.again(Step::Poll))),
        ("DONE", Some(report)) => Ok(locate(&memo.next(Step::Locate, followed(report)?))),
        // Some, none or all was done: the report, if there is one, says what is certain.
        ("FATAL", Some(report)) => {
            let memo = Memo { broken_off: true, ..memo.next(Step::Locate, followed(report)?) };
            Ok(locate(&memo))
        }
        ("FATAL", None) => {
            Err(Problem::error("feed-broken-off", "Amazon broke the feed off; it is sent again.")
                .reason(Reason::Outage))
        }
        ("CANCELLED", _) => {
            Err(Problem::error("feed-cancelled", "The feed was cancelled; it is sent again.")
                .reason(Reason::Conflict))
        }
        _ => Err(unreadable()),
    }
}

fn locate(memo: &Memo) -> Exchange {
    let target = format!("{DOCUMENTS_PATH}/{}", percent_encoded(&memo.id));
    noted(Request::get(API, target), memo)
}

fn download(market: &Market, memo: Memo, body: &[u8]) -> Result<Exchange, Problem> {
    let document: Document<'_> = read(body)?;
    let endpoint = documents::endpoint(market, &document.url).map_err(Elsewhere::problem)?;
    let request = Request::get(endpoint, document.url.as_ref());
    let request = match document.compression_algorithm.as_deref() {
        None => request,
        Some("GZIP") => request.unpack(),
        Some(_) => return Err(unreadable()),
    };
    Ok(noted(request, &Memo { step: Step::Download, ..memo }))
}

/// An expired address is renewed; a feed that Amazon no longer knows is sent again; the rest is told.
fn failed(memo: Memo, step: Step, failure: Failure, response: &Response) -> Result<Exchange, Problem> {
    let is_expired = matches!(failure, Failure::Forbidden | Failure::NotFound | Failure::Refused);
    match step {
        Step::Upload if is_expired && memo.times < RENEWALS => {
            Ok(noted(document_request(), &memo.again(Step::Create)))
        }
        Step::Download if is_expired && memo.times < RENEWALS => Ok(locate(&memo.again(Step::Locate))),
        Step::Upload | Step::Download => {
            let message = format!("A document's address answers with status {}.", response.status);
            let reason = if is_expired { Reason::Contract } else { failure.reason() };
            Err(Problem::error(failure.code(), message).reason(reason))
        }
        _ => {
            let Refusal { problem, .. } = Refusal::of(failure, &response.body, sentence(step));
            // What Amazon no longer knows is submitted again.
            let is_lost = problem.reason == Reason::Missing;
            Err(if is_lost { problem.reason(Reason::Conflict) } else { blameless(problem) })
        }
    }
}

fn sentence(step: Step) -> &'static str {
    match step {
        Step::Create => "Amazon gave no place for the feed's document.",
        Step::Submit => "The feed was not taken.",
        Step::Poll => "What became of the feed is not known.",
        _ => "The feed's processing report was not found.",
    }
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|_| unreadable())
}

/// The id, if it is one that can be asked for.
fn followed(id: &str) -> Result<&str, Problem> {
    if (1..=MAXIMUM_ID).contains(&id.len()) { Ok(id) } else { Err(unreadable()) }
}
