//! One run over an API channel: take what is due, translate it, send it, store the outcomes.
//!
//! Several batches are under way at once; only one task writes. The most urgent lane is asked first before every
//! batch, and one place is kept for stock and prices, so a stock change overtakes a long run of content. Memory holds
//! the batches under way and no more.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use wharf_catalog::{Action, Lane};
use wharf_sandbox::exchange::Exchange;
use wharf_store::{Candidate, ListingState, Selection, Settled, Settlement, Store};

use crate::{
    active::ActiveChannel,
    breaker::Breaker,
    connectors::{Connectors, Stage},
    courier::{Consignment, Courier, Returned},
    error::SyncError,
    figures::Figures,
    flight::{Aboard, Flight},
    groups,
    payload::Hold,
    settings::SyncSettings,
    stored,
    translate::{Ticket, Translation, translate},
};

/// Outcomes that may wait for the writer, in exchanges.
const DESK: usize = 1_024;

/// The place that only stock and prices take.
const URGENT_PLACES: usize = 1;

/// One run.
#[derive(Debug, Clone)]
struct Run {
    store: Store,
    connectors: Connectors,
    channel: Arc<ActiveChannel>,
    settings: Arc<SyncSettings>,
    figures: Arc<Figures>,
    flight: Arc<Flight>,
    courier: Courier,
}

/// Work for one task.
enum Load {
    Listings(Vec<Candidate>),
    Steps(Vec<Consignment>),
}

/// Brings the channel to what is due, or as far as it comes until its connector is replaced. Returns why the run was
/// halted, if it was.
pub(crate) async fn publish(
    store: Store,
    connectors: Connectors,
    channel: Arc<ActiveChannel>,
    settings: Arc<SyncSettings>,
    figures: Arc<Figures>,
) -> Result<Option<String>, SyncError> {
    let (desk, returns) = mpsc::channel(DESK);
    let breaker = Arc::new(Breaker::default());
    let courier = Courier {
        connectors: connectors.clone(),
        channel: Arc::clone(&channel),
        settings: Arc::clone(&settings),
        figures: Arc::clone(&figures),
        desk,
        breaker: Arc::clone(&breaker),
        hold: Hold::new(store.clone(), Arc::clone(&channel), &settings),
    };
    let flight = Arc::new(Flight::default());
    let writer = tokio::spawn(write(store.clone(), channel.id, returns, Arc::clone(&flight)));
    let run = Run { store, connectors, channel, settings, figures, flight, courier };
    let taken = run.take_all().await;
    // The desk closes with its last sender, and with it the writer ends.
    drop(run);
    writer.await??;
    taken?;
    Ok(breaker.tripped().map(str::to_owned))
}

impl Run {
    async fn take_all(&self) -> Result<(), SyncError> {
        let places = Arc::new(Semaphore::new(self.settings.batches_in_flight.max(1) + URGENT_PLACES));
        let mut under_way = JoinSet::new();
        let mut after = [0; Lane::ALL.len()];
        // A desk that closes under the run has lost its writer, whose error tells why.
        while self.courier.breaker.tripped().is_none()
            && !self.courier.desk.is_closed()
            && self.connectors.serves(&self.channel)
        {
            while let Some(ended) = under_way.try_join_next() {
                ended??;
            }
            let place = Arc::clone(&places).acquire_owned().await.expect("the semaphore is never closed");
            let urgent_only = places.available_permits() < URGENT_PLACES;
            let Some(load) = self.take(&mut after, urgent_only).await? else {
                drop(place);
                if self.flight.is_over() {
                    break;
                }
                // What lands may be due again at once, and what it held back may now go.
                tokio::select! {
                    () = self.flight.landing() => {}
                    () = self.courier.desk.closed() => {}
                    Some(ended) = under_way.join_next() => ended??,
                }
                continue;
            };
            let run = self.clone();
            under_way.spawn(async move {
                let done = run.process(load).await;
                drop(place);
                done
            });
        }
        while let Some(ended) = under_way.join_next().await {
            ended??;
        }
        Ok(())
    }

    /// The most urgent work there is: stock, then the next step of something begun, then the other lanes.
    async fn take(
        &self,
        after: &mut [i64; Lane::ALL.len()],
        urgent_only: bool,
    ) -> Result<Option<Load>, SyncError> {
        self.flight.look();
        let now = Timestamp::now().as_millisecond();
        for (lane, after) in Lane::ALL.into_iter().zip(after) {
            if lane == Lane::Content && urgent_only {
                break;
            }
            let page = self.page(lane, now, after).await?;
            if !page.is_empty() {
                return Ok(Some(Load::Listings(page)));
            }
            if lane == Lane::Stock && !urgent_only {
                let steps = self.steps(now).await?;
                if !steps.is_empty() {
                    return Ok(Some(Load::Steps(steps)));
                }
            }
        }
        Ok(None)
    }

    /// The next listings of a lane that may go; empty when there are none left.
    async fn page(&self, lane: Lane, now: i64, after: &mut i64) -> Result<Vec<Candidate>, SyncError> {
        let due = Selection::Due { lane, now };
        let overtakes = self.channel.apart().contains(lane);
        loop {
            let mut page = self.store.page(self.channel.id, due, *after, self.settings.batch_items).await?;
            let full = page.len() >= self.settings.batch_items as usize;
            *after = page.last().filter(|_| full).map_or(0, |last| last.product_id);
            // A listing with a step still to come waits for it, unless the step says nothing of this lane.
            page.retain(|candidate| {
                let under_way = candidate.under_way;
                under_way.is_empty() || (overtakes && !under_way.contains(lane))
            });
            let page = self.board(page).await?;
            if !page.is_empty() || !full {
                return Ok(page);
            }
        }
    }

    /// What of the page may go now: nothing that is in flight, and no part of a group without the rest.
    async fn board(&self, mut page: Vec<Candidate>) -> Result<Vec<Candidate>, SyncError> {
        if !self.channel.takes_whole_groups() {
            page.retain(|candidate| self.flight.board(Aboard::Product(candidate.product_id)));
            return Ok(page);
        }
        let page = groups::gather(&self.store, self.channel.id, page, self.settings.batch_items).await?;
        Ok(groups::retain(page, |group| {
            self.flight.board_together(group.iter().map(|member| Aboard::Product(member.product_id)))
        }))
    }

    async fn steps(&self, now: i64) -> Result<Vec<Consignment>, SyncError> {
        let due = self.store.due_exchanges(self.channel.id, now, self.settings.batch_items).await?;
        let mut steps = Vec::new();
        for step in due {
            let covered: Vec<Ticket> = step.covers.into_iter().map(Ticket::from).collect();
            let Some((request, tickets)) = stored::read(&step.request, &covered) else {
                self.start_over(step.id, &covered).await?;
                continue;
            };
            if self.flight.board(Aboard::Exchange(step.id)) {
                let covers = (0..tickets.len() as u32).collect();
                let exchange =
                    Exchange { request, covers, memo: step.memo, document: None, delay: Duration::ZERO };
                let (stored, put_offs, document) = (Some(step.id), step.attempts, step.document);
                steps.push(Consignment { exchange, tickets, stored, put_offs, document });
            }
        }
        Ok(steps)
    }

    /// A step that another version of Wharf stored in another form is forgotten, and its listings begin anew.
    async fn start_over(&self, exchange: i64, tickets: &[Ticket]) -> Result<(), SyncError> {
        tracing::error!(
            channel = self.channel.name,
            exchange,
            "a stored exchange cannot be read; its listings begin anew"
        );
        let listings = tickets.iter().map(|ticket| Settled {
            next: Some((ticket.lane, Timestamp::now().as_millisecond())),
            ..ticket.settled(ListingState::Retry, Vec::new())
        });
        let settlement =
            Settlement { listings: listings.collect(), finished: vec![exchange], opened: Vec::new() };
        self.store.settle(self.channel.id, settlement).await?;
        Ok(())
    }

    async fn process(self, load: Load) -> Result<(), SyncError> {
        let consignments = match load {
            Load::Steps(steps) => steps,
            Load::Listings(candidates) => self.translate(candidates).await?,
        };
        self.courier.carry(consignments).await
    }

    /// Settles what needs no exchange.
    async fn translate(&self, candidates: Vec<Candidate>) -> Result<Vec<Consignment>, SyncError> {
        let run = self.clone();
        let translated =
            tokio::task::spawn_blocking(move || translate(&run.channel, &candidates, &run.figures)).await?;
        let Translation { settled, untouched, tickets, exchanges, health } = translated?;
        self.courier.note(Stage::Prepare, health).await?;
        let landed = settled.iter().map(|settled| settled.product_id).chain(untouched);
        let landed: Vec<_> = landed.map(Aboard::Product).collect();
        if !landed.is_empty() {
            // The desk outlives every task of the run.
            let _ = self.courier.desk.send(vec![Returned { landed, settled, ..Returned::default() }]).await;
        }
        let consignments = exchanges.into_iter().map(|exchange| {
            let tickets = exchange.covers.iter().map(|index| tickets[*index as usize].clone()).collect();
            Consignment { exchange, tickets, stored: None, put_offs: 0, document: None }
        });
        Ok(consignments.collect())
    }
}

impl From<wharf_store::Cover> for Ticket {
    fn from(cover: wharf_store::Cover) -> Self {
        let shows = cover.fingerprint;
        // What spoke of some lanes alone has left the others to be looked at.
        let rest = (!cover.lanes.contains(Lane::Content)).then_some((Lane::Content, 0));
        Self {
            product_id: cover.product_id,
            marked: cover.marked,
            revision: cover.revision,
            action: if shows.is_some() { Action::Upsert } else { Action::Delete },
            lanes: cover.lanes,
            overtakes: false,
            shows,
            warnings: Vec::new(),
            attempts: 0,
            steps: 0,
            lane: cover.lanes.iter().next().unwrap_or(Lane::Content),
            spending: None,
            rest,
        }
    }
}

/// Stores outcomes, as many in one transaction as have come.
async fn write(
    store: Store,
    channel: i64,
    mut returns: mpsc::Receiver<Vec<Returned>>,
    flight: Arc<Flight>,
) -> Result<(), SyncError> {
    let mut parcels = Vec::new();
    while returns.recv_many(&mut parcels, DESK).await > 0 {
        let mut settlement = Settlement::default();
        let mut landed = Vec::new();
        for returned in parcels.drain(..).flatten() {
            landed.extend(returned.landed);
            settlement.listings.extend(returned.settled);
            settlement.opened.extend(returned.opened);
            settlement.finished.extend(returned.finished);
            if let Some((exchange, at)) = returned.put_off {
                store.postpone_exchange(exchange, at).await?;
            }
        }
        let stored = store.settle(channel, settlement).await;
        flight.land(landed);
        stored?;
    }
    Ok(())
}
