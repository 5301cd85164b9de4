//! One run over a channel's shipments. Every request is stored before it is sent, together with the shipments that it
//! acts for, so whatever comes in between, a crash repeats its bytes and no parcel is told of in two ways.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use wharf_catalog::{declaration::Idempotency, shipment::Shipment};
use wharf_gateway::{SendError, Urgency};
use wharf_sandbox::{
    CallError,
    exchange::{Answer, Body, Exchange, Fault, Preparation, Rejection, Request},
};
use wharf_store::{
    DueShipment, NewDocument, NewExchange, ShipmentCover, ShipmentExchange, ShipmentSettlement,
    ShipmentState, Store,
};

use super::{
    outcome::{ShipmentJudge, ended, first, under_way},
    recording::not_carried,
};
use crate::{
    active::ActiveChannel,
    breaker::Breaker,
    connectors::{Connectors, Health, Stage},
    courier::idempotency_key,
    error::SyncError,
    figures::{Figures, add},
    outcome::{Judge, fault},
    payload::{Hold, Payload, Unsent, unread},
    reconciler::Reconciler,
    settings::SyncSettings,
    stored, wire,
};

/// How many exchanges wait on the route at once; the route itself limits what is on the wire.
const WAITING: usize = 32;

/// One run.
#[derive(Debug, Clone)]
pub(super) struct Run {
    store: Store,
    connectors: Connectors,
    channel: Arc<ActiveChannel>,
    settings: Arc<SyncSettings>,
    figures: Arc<Figures>,
    hold: Hold,
    breaker: Arc<Breaker>,
}

/// An exchange that was answered.
struct Delivered {
    id: i64,
    covers: Vec<ShipmentCover>,
    /// What further exchanges of the chain inherit.
    document: NewDocument,
    answer: Answer,
}

impl Run {
    pub(super) fn new(reconciler: &Reconciler, channel: Arc<ActiveChannel>, figures: &Arc<Figures>) -> Self {
        let (store, settings) = (reconciler.store().clone(), Arc::clone(&reconciler.0.settings));
        Self {
            hold: Hold::new(store.clone(), Arc::clone(&channel), &settings),
            store,
            connectors: reconciler.connectors().clone(),
            channel,
            settings,
            figures: Arc::clone(figures),
            breaker: Arc::default(),
        }
    }

    /// Goes on until nothing is due, or the channel or its connector is of no use for now. Answers with why, in that
    /// case.
    pub(super) async fn carry(self) -> Result<Option<String>, SyncError> {
        while self.breaker.tripped().is_none() && self.connectors.serves(&self.channel) {
            let prepared = self.prepare_due().await?;
            let sent = self.send_due().await?;
            if prepared + sent == 0 {
                break;
            }
        }
        Ok(self.breaker.tripped().map(str::to_owned))
    }

    /// Lets the connector make requests of the parcels that are due, and stores them. Answers with how many were due.
    async fn prepare_due(&self) -> Result<usize, SyncError> {
        let due = self.store.due_shipments(self.channel.id, now(), self.settings.batch_items).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let count = due.len();
        if !self.channel.connector.abilities().fulfiller {
            let problem = not_carried(self.channel.connector.name());
            let kept = |due| ended(&first(due), ShipmentState::NotCarried, vec![problem.clone()]);
            let settled = due.iter().map(kept).collect();
            self.store(ShipmentSettlement { settled, ..ShipmentSettlement::default() }).await?;
            return Ok(count);
        }
        let channel = Arc::clone(&self.channel);
        let (due, prepared) = tokio::task::spawn_blocking(move || {
            let shipments: Vec<Shipment> = due.iter().map(|due| due.shipment.clone()).collect();
            (due, channel.connector.prepare_shipments(&channel.context, &shipments))
        })
        .await?;
        self.open(&due, prepared?).await?;
        Ok(count)
    }

    /// Stores what a preparation came to.
    async fn open(&self, due: &[DueShipment], preparation: Preparation) -> Result<(), SyncError> {
        let Preparation { exchanges, rejections, faults } = preparation;
        let covers: Vec<ShipmentCover> = due.iter().map(first).collect();
        let alone = covers.first().filter(|_| covers.len() == 1).map(|cover| cover.shipment_id);
        let health = Health::of(covers.len(), faults.len(), faults.first().map(|it| &it.error), alone);
        let judge = self.judge();
        let mut settlement = ShipmentSettlement::default();
        for Rejection { index, problems } in rejections {
            settlement.settled.push(judge.reject(&covers[index as usize], problems));
        }
        for Fault { index, error } in faults {
            tracing::error!(channel = self.channel.name, %error, "the connector failed on a shipment");
            settlement.settled.push(judge.reject(&covers[index as usize], vec![fault(&error)]));
        }
        for exchange in exchanges {
            let covered: Vec<ShipmentCover> =
                exchange.covers.iter().map(|index| covers[*index as usize]).collect();
            settlement.settled.extend(covered.iter().map(|cover| under_way(cover, Vec::new())));
            settlement.opened.push(opened(exchange, NewDocument::None, covered, judge.0.now));
        }
        self.store(settlement).await?;
        self.note(Stage::PrepareShipments, health).await
    }

    /// Sends the stored requests that are due, and stores what became of them. Answers with how many there were.
    async fn send_due(&self) -> Result<usize, SyncError> {
        let due =
            self.store.due_shipment_exchanges(self.channel.id, now(), self.settings.batch_items).await?;
        let count = due.len();
        let group = self.settings.answers_per_call.max(1);
        let mut sent = stream::iter(due)
            .map(|exchange| self.exchange(exchange))
            .buffer_unordered(WAITING)
            .ready_chunks(group);
        while let Some(sent) = sent.next().await {
            let mut delivered = Vec::new();
            for outcome in sent {
                match outcome {
                    Ok(answered) => delivered.push(answered),
                    Err(settlement) => self.store(settlement).await?,
                }
            }
            self.settle(delivered).await?;
        }
        Ok(count)
    }

    /// One exchange on the wire; without an answer, what the store is to note.
    async fn exchange(&self, exchange: ShipmentExchange) -> Result<Delivered, ShipmentSettlement> {
        let ShipmentExchange { id, request, memo, document, covers, attempts, .. } = exchange;
        if self.breaker.tripped().is_some() {
            // As due as before.
            return Err(ShipmentSettlement::default());
        }
        let Some(mut request) = stored::read_request(&request) else {
            return Err(self.start_over(id, &covers));
        };
        let document = document.map_or(NewDocument::None, NewDocument::Same);
        let body = std::mem::replace(&mut request.body, Body::None);
        let answered = |response| {
            let answer = Answer { memo, covers: covers.len() as u32, response };
            Delivered { id, document: document.clone(), answer, covers: covers.clone() }
        };
        let payload = match self.hold.payload(body, &document).await {
            Ok(payload) => payload,
            Err(Unsent::Form(error)) => return Ok(answered(unread(&error))),
            Err(unsent) => return Err(self.unsent(id, &covers, attempts, &unsent)),
        };
        let request = self.request(request, &payload, id);
        add(&self.figures.exchanges, 1);
        match self.channel.route.send(request).await {
            Ok(response) => {
                self.breaker.succeeded();
                Ok(answered(wire::incoming(response)))
            }
            Err(error) => Err(self.unanswered(id, &covers, attempts, &error)),
        }
    }

    /// A repeat is harmless, as the contract asks of whoever tells of shipments.
    fn request(&self, request: Request, payload: &Payload, exchange: i64) -> wharf_gateway::Request {
        let keyed = self.channel.idempotency() == Idempotency::Keyed;
        let key = || idempotency_key(self.channel.id, Some(exchange), &request.target, &payload.body, &[]);
        let idempotency_key = keyed.then(key);
        wharf_gateway::Request { idempotency_key, urgency: Urgency::High, ..wire::outgoing(request, payload) }
    }

    fn unanswered(
        &self,
        id: i64,
        covers: &[ShipmentCover],
        attempts: u32,
        error: &SendError,
    ) -> ShipmentSettlement {
        tracing::warn!(channel = self.channel.name, %error, "a shipment got no answer");
        if let SendError::Open { .. } = error {
            self.breaker.halt(error);
        } else {
            self.breaker.failed(error, self.settings.failures_to_halt);
        }
        let judge = self.judge();
        ShipmentSettlement {
            settled: judge.unanswered(covers, error),
            put_off: vec![(id, judge.0.again_at(error, attempts))],
            ..ShipmentSettlement::default()
        }
    }

    /// The request could not be put together, which is no fault of the channel's.
    fn unsent(
        &self,
        id: i64,
        covers: &[ShipmentCover],
        attempts: u32,
        unsent: &Unsent,
    ) -> ShipmentSettlement {
        let judge = self.judge();
        let settled = match unsent {
            Unsent::Picture(error) | Unsent::Form(error) => judge.unsent(covers, error),
            Unsent::Connector(error) => judge.fault(covers, error),
            Unsent::Store(error) => {
                tracing::error!(channel = self.channel.name, %error, "a document cannot be read");
                let again = judge.0.now + self.settings.pause(attempts).as_millis() as i64;
                return ShipmentSettlement { put_off: vec![(id, again)], ..ShipmentSettlement::default() };
            }
        };
        ShipmentSettlement { settled, finished: vec![id], ..ShipmentSettlement::default() }
    }

    /// A request that another version of Wharf stored in another form is forgotten, and its shipments begin anew.
    fn start_over(&self, id: i64, covers: &[ShipmentCover]) -> ShipmentSettlement {
        tracing::error!(
            channel = self.channel.name,
            exchange = id,
            "a stored shipment cannot be read and begins anew"
        );
        let due_at = Some(now());
        let anew = covers.iter().map(|cover| ended(cover, ShipmentState::Due, Vec::new()));
        let settled = anew.map(|settled| wharf_store::ShipmentSettled { due_at, ..settled }).collect();
        ShipmentSettlement { settled, finished: vec![id], ..ShipmentSettlement::default() }
    }

    async fn settle(&self, delivered: Vec<Delivered>) -> Result<(), SyncError> {
        if delivered.is_empty() {
            return Ok(());
        }
        let run = self.clone();
        let (settlement, health) = tokio::task::spawn_blocking(move || run.read_answers(delivered)).await??;
        self.store(settlement).await?;
        self.note(Stage::SettleShipments, health).await
    }

    fn read_answers(
        &self,
        delivered: Vec<Delivered>,
    ) -> Result<(ShipmentSettlement, Option<Health>), CallError> {
        let (mut slips, mut answers) = (Vec::new(), Vec::new());
        for Delivered { id, covers, document, answer } in delivered {
            slips.push((id, covers, document));
            answers.push(answer);
        }
        let settlements = self.channel.connector.settle_shipments(&self.channel.context, &answers)?;
        let faults: Vec<&CallError> =
            settlements.iter().filter_map(|settled| settled.as_ref().err()).collect();
        let mut shipments = slips.iter().flat_map(|(_, covers, _)| covers);
        let alone = shipments.next().filter(|_| shipments.next().is_none()).map(|cover| cover.shipment_id);
        let health = Health::of(settlements.len(), faults.len(), faults.first().copied(), alone);
        let judge = self.judge();
        let mut all = ShipmentSettlement::default();
        for ((id, covers, document), settled) in slips.into_iter().zip(settlements) {
            all.finished.push(id);
            match settled {
                Ok(settlement) if judge.is_endless(&covers, &settlement) => {
                    all.settled.extend(judge.end(&covers));
                }
                Ok(settlement) => {
                    wire::allow(&self.channel, &settlement.allowances);
                    all.settled.extend(judge.settle(&covers, &settlement));
                    let further = settlement.further.into_iter();
                    all.opened.extend(further.map(|next| {
                        let covered = next.covers.iter().map(|index| one_further(covers[*index as usize]));
                        let covered = covered.collect();
                        opened(next, document.clone(), covered, judge.0.now)
                    }));
                }
                Err(error) => {
                    tracing::error!(channel = self.channel.name, %error, "the connector failed on an answer");
                    all.settled.extend(judge.fault(&covers, &error));
                }
            }
        }
        Ok((all, health))
    }

    async fn store(&self, settlement: ShipmentSettlement) -> Result<(), SyncError> {
        if settlement == ShipmentSettlement::default() {
            return Ok(());
        }
        Ok(self.store.settle_shipments(self.channel.id, settlement).await?)
    }

    /// Notes how the connector did with a batch; the run halts when that was once too often.
    async fn note(&self, stage: Stage, health: Option<Health>) -> Result<(), SyncError> {
        if let Some(reason) = self.connectors.note(&self.channel.connector, stage, health).await? {
            self.breaker.quarantined(reason);
        }
        Ok(())
    }

    fn judge(&self) -> ShipmentJudge<'_> {
        ShipmentJudge(Judge { settings: &self.settings, figures: &self.figures, now: now() })
    }
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

fn one_further(cover: ShipmentCover) -> ShipmentCover {
    ShipmentCover { steps: cover.steps.saturating_add(1), ..cover }
}

fn opened(
    exchange: Exchange,
    inherited: NewDocument,
    covers: Vec<ShipmentCover>,
    now: i64,
) -> NewExchange<ShipmentCover> {
    NewExchange {
        due_at: now + milliseconds(exchange.delay),
        request: stored::write_request(&exchange.request),
        memo: exchange.memo,
        document: exchange.document.map_or(inherited, NewDocument::New),
        covers,
    }
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX / 2)
}
