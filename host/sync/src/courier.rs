//! Exchanges on the wire: send, let the connector read the answers, hand the outcomes on.

use std::sync::Arc;

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use tokio::sync::mpsc;
use wharf_catalog::{
    Lane,
    declaration::{Idempotency, Method},
};
use wharf_gateway::{SendError, Urgency};
use wharf_sandbox::{
    CallError,
    exchange::{Answer, Body, Exchange, Request, Settlement},
};
use wharf_store::{Cover, NewDocument, NewExchange, Settled};

use crate::{
    active::ActiveChannel,
    breaker::Breaker,
    connectors::{Connectors, Health, Stage},
    error::SyncError,
    figures::{Figures, add},
    flight::Aboard,
    outcome::Judge,
    payload::{Hold, Payload, Unsent, unread},
    settings::SyncSettings,
    spending::spend,
    translate::Ticket,
    wire,
};

/// How many exchanges of one batch wait on the route at once; the route itself limits what is on the wire.
const WAITING: usize = 128;

/// Carries the exchanges of one run.
#[derive(Debug, Clone)]
pub(crate) struct Courier {
    pub(crate) connectors: Connectors,
    pub(crate) channel: Arc<ActiveChannel>,
    pub(crate) settings: Arc<SyncSettings>,
    pub(crate) figures: Arc<Figures>,
    pub(crate) desk: mpsc::Sender<Vec<Returned>>,
    pub(crate) breaker: Arc<Breaker>,
    pub(crate) hold: Hold,
}

/// What became of one exchange, on its way into the store.
#[derive(Debug, Default)]
pub(crate) struct Returned {
    /// The listings that are no longer in flight.
    pub(crate) landed: Vec<Aboard>,
    pub(crate) settled: Vec<Settled>,
    pub(crate) opened: Vec<NewExchange>,
    /// The stored exchange that this answers.
    pub(crate) finished: Option<i64>,
    /// A stored exchange that got no answer, and when to try it again.
    pub(crate) put_off: Option<(i64, i64)>,
}

impl Returned {
    /// The exchange is over for these operations, with nothing to follow.
    fn ended(tickets: &[Ticket], finished: Option<i64>, settled: Vec<Settled>) -> Self {
        Self { landed: aboard(tickets, finished), settled, finished, ..Self::default() }
    }
}

/// An exchange with the operations it acts for.
#[derive(Debug)]
pub(crate) struct Consignment {
    pub(crate) exchange: Exchange,
    pub(crate) tickets: Vec<Ticket>,
    /// Its number in the store, when it is a further exchange of an earlier one.
    pub(crate) stored: Option<i64>,
    /// How often it has been put off, in that case.
    pub(crate) put_offs: u32,
    /// The document of an earlier exchange of the chain.
    pub(crate) document: Option<i64>,
}

/// An exchange that was answered.
struct Delivered {
    tickets: Vec<Ticket>,
    stored: Option<i64>,
    /// What further exchanges of the chain inherit.
    document: NewDocument,
    answer: Answer,
}

impl Courier {
    /// Sends everything and hands on every outcome. Answers are read in groups as they come, so one slow
    /// exchange holds nobody else back.
    pub(crate) async fn carry(self, consignments: Vec<Consignment>) -> Result<(), SyncError> {
        let group = self.settings.answers_per_call.max(1);
        let mut answers = stream::iter(consignments)
            .map(|consignment| self.exchange(consignment))
            .buffer_unordered(WAITING)
            .filter_map(std::future::ready)
            .ready_chunks(group);
        while let Some(delivered) = answers.next().await {
            self.settle(delivered).await?;
        }
        Ok(())
    }

    async fn exchange(&self, consignment: Consignment) -> Option<Delivered> {
        let Consignment { exchange, mut tickets, stored, put_offs, document } = consignment;
        let covers = tickets.len() as u32;
        let memo = exchange.memo.clone();
        if self.breaker.tripped().is_some() {
            return self.leave_due(&tickets, stored).await;
        }
        // A step of something begun is not held up; what began it was counted.
        if stored.is_none() && self.must_wait(&exchange.request, &mut tickets).await {
            return None;
        }
        let document = match (exchange.document, document) {
            (Some(new), _) => NewDocument::New(new),
            (None, Some(kept)) => NewDocument::Same(kept),
            (None, None) => NewDocument::None,
        };
        let mut request = exchange.request;
        let body = std::mem::replace(&mut request.body, Body::None);
        let sent = match self.hold.payload(body, &document).await {
            Ok(payload) => {
                // The payload is kept until the answer is there, and with it its place.
                self.channel.route.send(self.request(request, &payload, &tickets, stored)).await
            }
            Err(Unsent::Form(error)) => {
                tracing::warn!(channel = self.channel.name, %error, "the connector is told");
                let answer = Answer { memo, covers, response: unread(&error) };
                return Some(Delivered { tickets, stored, document, answer });
            }
            Err(unsent) => return self.unsent(&tickets, stored, &unsent).await,
        };
        if let (Err(error @ SendError::Open { .. }), None) = (&sent, stored) {
            self.breaker.halt(error);
            return self.leave_due(&tickets, stored).await;
        }
        add(&self.figures.exchanges, 1);
        match sent {
            Ok(response) => {
                self.breaker.succeeded();
                let answer = Answer { memo, covers, response: wire::incoming(response) };
                Some(Delivered { tickets, stored, document, answer })
            }
            Err(error) => {
                tracing::warn!(channel = self.channel.name, %error, "an exchange got no answer");
                self.breaker.failed(&error, self.settings.failures_to_halt);
                self.hand_on(vec![self.unanswered(&tickets, stored, put_offs, &error)]).await;
                None
            }
        }
    }

    /// The request could not be put together, which is no fault of the channel's.
    async fn unsent(&self, tickets: &[Ticket], stored: Option<i64>, unsent: &Unsent) -> Option<Delivered> {
        let settled = match unsent {
            Unsent::Picture(error) | Unsent::Form(error) => self.judge().unread(tickets, error),
            Unsent::Connector(error) => {
                tracing::error!(channel = self.channel.name, %error, "an exchange cannot be sent");
                self.judge().fault(tickets, error)
            }
            Unsent::Store(error) => {
                tracing::error!(channel = self.channel.name, %error, "a document cannot be read");
                return self.leave_due(tickets, stored).await;
            }
        };
        self.hand_on(vec![Returned::ended(tickets, stored, settled)]).await;
        None
    }

    /// Nothing was sent, and nothing is noted: everything is as due as before.
    async fn leave_due(&self, tickets: &[Ticket], stored: Option<i64>) -> Option<Delivered> {
        self.hand_on(vec![Returned { landed: aboard(tickets, stored), ..Returned::default() }]).await;
        None
    }

    /// Whether listings have used up budgets of their own. Then nothing is sent, and they know when to go on.
    async fn must_wait(&self, request: &Request, tickets: &mut [Ticket]) -> bool {
        let judge = self.judge();
        let budgets = &self.channel.connector.description().budgets;
        let mut waiting = spend(budgets, request, tickets, judge.now);
        let last = waiting.iter().flatten().max_by_key(|(_, at)| *at).cloned();
        if last.is_none() {
            return false;
        }
        if self.channel.takes_whole_groups() {
            // They go together or not at all.
            waiting.fill(last);
        }
        let settled = judge.wait(tickets, &waiting);
        self.hand_on(vec![Returned::ended(tickets, None, settled)]).await;
        true
    }

    fn unanswered(
        &self,
        tickets: &[Ticket],
        stored: Option<i64>,
        put_offs: u32,
        error: &SendError,
    ) -> Returned {
        let judge = self.judge();
        let landed = aboard(tickets, stored);
        match stored {
            Some(id) => {
                let put_off = Some((id, judge.again_at(error, put_offs)));
                Returned {
                    landed,
                    settled: judge.step_unanswered(tickets, error),
                    put_off,
                    ..Returned::default()
                }
            }
            None => Returned { landed, settled: judge.unanswered(tickets, error), ..Returned::default() },
        }
    }

    fn request(
        &self,
        request: Request,
        payload: &Payload,
        tickets: &[Ticket],
        stored: Option<i64>,
    ) -> wharf_gateway::Request {
        let idempotency = self.channel.idempotency();
        let reads = request.method == Method::Get;
        let idempotency_key = (idempotency == Idempotency::Keyed)
            .then(|| idempotency_key(self.channel.id, stored, &request.target, &payload.body, tickets));
        wharf_gateway::Request {
            idempotency_key,
            urgency: urgency(tickets),
            repeatable: reads || idempotency != Idempotency::None,
            ..wire::outgoing(request, payload)
        }
    }

    async fn settle(&self, delivered: Vec<Delivered>) -> Result<(), SyncError> {
        let courier = self.clone();
        let read = tokio::task::spawn_blocking(move || courier.read_answers(delivered)).await??;
        let (returned, health) = read;
        self.hand_on(returned).await;
        self.note(Stage::Settle, health).await
    }

    /// Notes how the connector did with a batch; the run halts when that was once too often.
    pub(crate) async fn note(&self, stage: Stage, health: Option<Health>) -> Result<(), SyncError> {
        if let Some(reason) = self.connectors.note(&self.channel.connector, stage, health).await? {
            self.breaker.quarantined(reason);
        }
        Ok(())
    }

    fn read_answers(&self, delivered: Vec<Delivered>) -> Result<(Vec<Returned>, Option<Health>), CallError> {
        let mut slips = Vec::with_capacity(delivered.len());
        let mut answers = Vec::with_capacity(delivered.len());
        let mut documents = Vec::with_capacity(delivered.len());
        for Delivered { tickets, stored, document, answer } in delivered {
            slips.push((tickets, stored));
            documents.push(document);
            answers.push(answer);
        }
        let settlements = self.channel.connector.settle(&self.channel.context, &answers)?;
        let health = health(&slips, &settlements);
        let judge = self.judge();
        let answered = slips.into_iter().zip(documents).zip(settlements);
        let returned = answered.map(|(((tickets, finished), document), settlement)| match settlement {
            Ok(settlement) if judge.is_endless(&tickets, &settlement) => {
                Returned::ended(&tickets, finished, judge.end(&tickets))
            }
            Ok(settlement) => {
                wire::allow(&self.channel, &settlement.allowances);
                let settled = judge.settle(&tickets, &settlement);
                let further = settlement.further.into_iter();
                let opened =
                    further.map(|next| opened(next, document.clone(), &tickets, judge.now)).collect();
                Returned { landed: aboard(&tickets, finished), settled, opened, finished, put_off: None }
            }
            Err(error) => {
                tracing::error!(channel = self.channel.name, %error, "the connector failed on an answer");
                Returned::ended(&tickets, finished, judge.fault(&tickets, &error))
            }
        });
        Ok((returned.collect(), health))
    }

    fn judge(&self) -> Judge<'_> {
        Judge { settings: &self.settings, figures: &self.figures, now: Timestamp::now().as_millisecond() }
    }

    /// The desk is open as long as a courier is under way, so a failure to hand on means the run has ended.
    async fn hand_on(&self, returned: Vec<Returned>) {
        let _ = self.desk.send(returned).await;
    }
}

/// How the connector did with a group of answers, each with the operations that it is about.
fn health(
    slips: &[(Vec<Ticket>, Option<i64>)],
    settlements: &[Result<Settlement, CallError>],
) -> Option<Health> {
    let mut faults = settlements.iter().filter_map(|settlement| settlement.as_ref().err());
    let first = faults.next();
    let count = faults.count() + usize::from(first.is_some());
    let mut tickets = slips.iter().flat_map(|(tickets, _)| tickets);
    let alone = tickets.next().filter(|_| tickets.next().is_none()).map(|ticket| ticket.product_id);
    Health::of(settlements.len(), count, first, alone)
}

/// What an exchange keeps in flight: the step it is, or else the listings it acts for.
fn aboard(tickets: &[Ticket], stored: Option<i64>) -> Vec<Aboard> {
    match stored {
        Some(exchange) => vec![Aboard::Exchange(exchange)],
        None => tickets.iter().map(|ticket| Aboard::Product(ticket.product_id)).collect(),
    }
}

/// As urgent as the most urgent listing.
fn urgency(tickets: &[Ticket]) -> Urgency {
    match tickets.iter().map(|ticket| ticket.lane).min() {
        Some(Lane::Stock) => Urgency::High,
        Some(Lane::Price) => Urgency::Medium,
        Some(Lane::Content) | None => Urgency::Low,
    }
}

/// The same for every repeat of one exchange, also after a restart; different once an item has changed, and for each
/// step of an upload, since one poll of a job is like another in everything else.
pub(crate) fn idempotency_key(
    channel: i64,
    stored: Option<i64>,
    target: &str,
    body: &[u8],
    tickets: &[Ticket],
) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&channel.to_le_bytes()).update(&stored.unwrap_or(0).to_le_bytes());
    for ticket in tickets {
        hasher.update(&ticket.product_id.to_le_bytes()).update(&ticket.marked.to_le_bytes());
    }
    hasher.update(target.as_bytes()).update(&[0]).update(body);
    hasher.finalize().to_hex().to_string()
}

fn opened(exchange: Exchange, inherited: NewDocument, tickets: &[Ticket], now: i64) -> NewExchange {
    let covered = || exchange.covers.iter().map(|index| &tickets[*index as usize]);
    let covers = covered().map(|ticket| Cover {
        product_id: ticket.product_id,
        marked: ticket.marked,
        revision: ticket.revision,
        lanes: ticket.lanes,
        fingerprint: ticket.shows,
    });
    NewExchange {
        due_at: now + exchange.delay.as_millis() as i64,
        covers: covers.collect(),
        request: crate::stored::write(&exchange.request, covered()),
        memo: exchange.memo,
        document: exchange.document.map_or(inherited, NewDocument::New),
    }
}

#[cfg(test)]
mod tests {
    use wharf_catalog::declaration::Lanes;

    use super::*;

    #[test]
    fn each_step_and_each_change_has_an_idempotency_key_of_its_own() {
        let key = |stored, marked| {
            let cover = Cover { product_id: 1, marked, revision: 1, lanes: Lanes::ALL, fingerprint: None };
            idempotency_key(1, stored, "/jobs/1", b"", &[cover.into()])
        };
        assert_eq!(key(Some(7), 1), key(Some(7), 1));
        assert_ne!(key(Some(7), 1), key(Some(8), 1));
        assert_ne!(key(None, 1), key(None, 2));
    }
}
