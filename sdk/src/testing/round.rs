//! A host without a network: it carries what a connector prepares to a channel that the test plays, and its answers
//! back, until nothing is left to send.

use std::collections::VecDeque;

use super::{Batch, Operation, fixture::settled};
use crate::{
    Body, Context, Exchange, Fetch, Outcome, Page, Position, Publisher, Puller, Request, Response, Rest,
    inbound::Entry,
};

/// Rounds after which a test gives up: a chain of exchanges, or a pass, that does not end.
const MOST: usize = 10_000;

/// Has the channel answer every request, given as it is and with the bytes of its body, until each operation has an
/// outcome. They come in the order of the operations. Delays are not waited for.
pub fn published<C: Publisher>(
    context: &Context,
    operations: &[Operation],
    mut channel: impl FnMut(&Request, &[u8]) -> Response,
) -> Vec<Outcome> {
    let preparation = C::prepare(context, Batch::of_operations(operations).operations());
    assert_eq!(preparation.rejections, [], "what cannot be sent has no round trip");
    let chains = preparation.exchanges.into_iter().map(|exchange| (exchange, None));
    let mut waiting: VecDeque<(Exchange, Option<Vec<u8>>)> = chains.collect();
    let mut outcomes = Vec::new();
    for _ in 0..MOST {
        let Some((mut exchange, document)) = waiting.pop_front() else {
            outcomes.sort_by_key(|outcome: &Outcome| outcome.index);
            return outcomes;
        };
        let document = exchange.document.take().or(document);
        let answer = channel(&exchange.request, body(&exchange.request, document.as_deref()));
        let settlement = settled::<C>(context, &exchange, answer);
        let position = |index: u32| exchange.covers[index as usize];
        let settled = settlement.outcomes.into_iter();
        outcomes.extend(settled.map(|outcome| Outcome { index: position(outcome.index), ..outcome }));
        for mut further in settlement.further {
            further.covers.iter_mut().for_each(|index| *index = position(*index));
            waiting.push_back((further, document.clone()));
        }
    }
    panic!("still sending after {MOST} exchanges");
}

/// What the host keeps with a listing after a second outcome, which may leave what the first one told as it is.
pub fn remembered(before: &Outcome, now: Outcome) -> Outcome {
    Outcome {
        remote_id: now.remote_id.or_else(|| before.remote_id.clone()),
        note: now.note.or_else(|| before.note.clone()),
        ..now
    }
}

/// Everything that a stream of the connector, counted as in its description, brings from its beginning.
pub fn pulled<C: Puller>(
    context: &Context,
    stream: u32,
    until: i64,
    mut channel: impl FnMut(&Request, &[u8]) -> Response,
) -> Vec<Entry> {
    let mut next = C::request(context, stream, &Position { cursor: None, since: None, until });
    let mut all = Vec::new();
    for _ in 0..MOST {
        let Fetch { request, memo, .. } = next;
        let answer = channel(&request, body(&request, None));
        let Page { entries, problems, rest, .. } = C::digest(context, stream, &memo, &answer);
        assert_eq!(problems, [], "everything can be read");
        all.extend(entries);
        next = match rest {
            Rest::More(next) | Rest::Checkpoint((_, next)) => next,
            Rest::End(_) => return all,
            other => panic!("the pass does not go on: {other:?}"),
        };
    }
    panic!("still reading after {MOST} pages");
}

fn body<'a>(request: &'a Request, document: Option<&'a [u8]>) -> &'a [u8] {
    match (&request.body, document) {
        (Body::Bytes(bytes), _) => bytes,
        (Body::Document, Some(document)) => document,
        _ => &[],
    }
}
