//! Orders being entered: the ones that a page names, with their lines, what these hold, and the stock they take from.
//!
//! All of it is read in a few queries, changed in memory, and written in a few statements.

use std::collections::{BTreeMap, HashMap, HashSet};

use wharf_catalog::{
    Problem, Severity,
    inbound::{Order, OrderLine, OrderState},
    shipment::{self, Recorded},
};

use super::{
    Places, Sender, Taken, TakingTerms,
    lookup::{Lookup, alive},
    taking::Holding,
};
use crate::{
    database::Connection,
    error::StoreError,
    marking::Mark,
    orders::{rows, rows::Header},
    sequence::Sequence,
    stock::Levels,
};

/// Orders of one channel, by the channel's ids.
pub(crate) struct Book {
    pub(crate) channel_id: i64,
    pub(crate) channel: String,
    pub(crate) orders: BTreeMap<String, Entered>,
    lookup: Lookup,
    levels: Levels,
    alive: HashSet<i64>,
    /// When the channel began to count what these orders tell of, in unix milliseconds; none if they tell nothing new.
    since: Option<i64>,
}

/// An order as it is stored and as it will be.
pub(crate) struct Entered {
    pub(crate) id: i64,
    pub(crate) header: Option<Header>,
    pub(crate) lines: Vec<Line>,
    pub(crate) touched: bool,
}

/// One line with what it holds.
pub(crate) struct Line {
    pub(crate) told: OrderLine,
    pub(crate) product: Option<i64>,
    pub(crate) taken: Vec<(String, i64)>,
    pub(crate) short: i64,
    pub(crate) problems: Vec<Problem>,
    /// What of it is in parcels.
    pub(crate) recorded: Recorded,
}

impl Book {
    /// Reads what is known of these orders and of what they sell.
    pub(crate) async fn open(
        connection: &mut Connection,
        sender: &Sender,
        orders: &[Order],
    ) -> Result<Self, StoreError> {
        let mut ids: Vec<&str> = orders.iter().map(|order| order.remote_id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut entered = rows::of_channel(connection, sender.channel_id, &ids).await?;
        let new: Vec<&str> = ids.into_iter().filter(|id| !entered.contains_key(*id)).collect();
        if !new.is_empty() {
            let first = Sequence::Order.take(connection, new.len()).await?;
            let blank = |(id, name): (i64, &&str)| (String::from(*name), Entered::blank(id));
            entered.extend((first..).zip(&new).map(blank));
        }
        let told: Vec<&OrderLine> = orders.iter().flat_map(|order| &order.lines).collect();
        Self::with(connection, sender.channel_id, sender.channel.clone(), entered, &told).await
    }

    /// Reads one stored order and what it sells.
    pub(crate) async fn of_order(connection: &mut Connection, id: i64) -> Result<Option<Self>, StoreError> {
        let Some((channel_id, channel, order)) = rows::of_id(connection, id).await? else { return Ok(None) };
        let told: Vec<OrderLine> = order.1.lines.iter().map(|line| line.told.clone()).collect();
        let told: Vec<&OrderLine> = told.iter().collect();
        let orders = BTreeMap::from([order]);
        Self::with(connection, channel_id, channel, orders, &told).await.map(Some)
    }

    async fn with(
        connection: &mut Connection,
        channel_id: i64,
        channel: String,
        orders: BTreeMap<String, Entered>,
        told: &[&OrderLine],
    ) -> Result<Self, StoreError> {
        let keys = told.iter().map(|line| (line.sku.as_deref(), line.listing_id.as_deref()));
        let lookup = Lookup::load(connection, channel_id, keys).await?;
        let sold = told.iter().filter_map(|line| product(&lookup, line));
        let held = orders.values().flat_map(|order| &order.lines).filter_map(|line| line.product);
        let mut products: Vec<i64> = sold.chain(held).collect();
        products.sort_unstable();
        products.dedup();
        let levels = Levels::load(connection, &products).await?;
        let alive = alive(connection, &products).await?;
        Ok(Self { channel_id, channel, orders, lookup, levels, alive, since: None })
    }

    /// Enters what the channel tells of an order, unless something newer is known.
    pub(crate) fn enter(&mut self, order: Order, terms: &TakingTerms, taken: &mut Taken) {
        let Some(entered) = self.orders.get_mut(&order.remote_id) else { return };
        let stored = entered.header.as_ref();
        if stored.is_some_and(|header| order.changed_at < header.order.changed_at) {
            taken.orders_outdated += 1;
            return;
        }
        let takes_stock = stored.map_or(order.placed_at >= terms.since, |header| header.takes_stock);
        let told = Header::new(order, takes_stock);
        if stored == Some(&told.0) && entered.lines.iter().map(|line| &line.told).eq(&told.1) {
            taken.orders_unchanged += 1;
            return;
        }
        *(if stored.is_some() { &mut taken.orders_changed } else { &mut taken.orders_new }) += 1;
        let happened = if stored.is_some() { told.0.order.changed_at } else { told.0.order.placed_at };
        self.since = Some(self.since.map_or(happened, |since| since.min(happened)));
        let (header, lines) = told;
        let places = if takes_stock { Some(&terms.places) } else { None };
        let mut counter = Counter { levels: &mut self.levels, alive: &self.alive, places, taken };
        let before = std::mem::take(&mut entered.lines);
        entered.lines = counter.replace(entered.id, header.order.state, &self.lookup, before, lines);
        entered.header = Some(header);
        entered.touched = true;
    }

    /// Tries again to take what the lines of a stored order are short of.
    pub(crate) fn retry(&mut self, id: i64, places: &Places, taken: &mut Taken) {
        let Some(entered) = self.orders.values_mut().find(|entered| entered.id == id) else { return };
        let Some(header) = &entered.header else { return };
        let places = if header.takes_stock { Some(places) } else { None };
        let mut counter = Counter { levels: &mut self.levels, alive: &self.alive, places, taken };
        let before = std::mem::take(&mut entered.lines);
        let told = before.iter().map(|line| line.told.clone()).collect();
        entered.lines = counter.replace(id, header.order.state, &self.lookup, before, told);
        entered.touched = true;
    }

    /// Writes what has changed, and tells the other channels. The channel itself has counted it, unless it was told of
    /// the stock since, which overwrote its own count.
    pub(crate) async fn write(
        self,
        connection: &mut Connection,
        taken: &mut Taken,
    ) -> Result<(), StoreError> {
        let touched = self.orders.iter().filter(|(_, entered)| entered.touched);
        let lines = touched.flat_map(|(_, entered)| &entered.lines);
        taken.lines_troubled += lines.filter(|line| !line.problems.is_empty()).count() as u64;
        rows::write(connection, self.channel_id, &self.channel, &self.orders).await?;
        let changed = self.levels.write(connection).await?;
        if changed.is_empty() {
            return Ok(());
        }
        let mark = Mark::new(connection).await?;
        mark.stock_elsewhere(connection, &changed, self.channel_id).await?;
        match self.since {
            Some(since) => mark.stock_told_since(connection, &changed, self.channel_id, since).await,
            None => Ok(()),
        }
    }
}

impl Line {
    /// As the channel tells it, and what of it is in parcels.
    pub(crate) fn units(&self) -> (&OrderLine, Recorded) {
        (&self.told, self.recorded)
    }
}

impl Entered {
    fn blank(id: i64) -> Self {
        Self { id, header: None, lines: Vec::new(), touched: false }
    }
}

/// Moves units between stock and the lines of one order.
struct Counter<'a> {
    levels: &'a mut Levels,
    alive: &'a HashSet<i64>,
    /// `None`: the order takes no stock.
    places: Option<&'a Places>,
    taken: &'a mut Taken,
}

impl Counter<'_> {
    /// The lines as they are told now. What those before held goes over to them, or back.
    fn replace(
        &mut self,
        order: i64,
        state: OrderState,
        lookup: &Lookup,
        before: Vec<Line>,
        told: Vec<OrderLine>,
    ) -> Vec<Line> {
        let mut before: HashMap<String, Line> =
            before.into_iter().map(|line| (line.told.remote_id.clone(), line)).collect();
        let mut lines = Vec::with_capacity(told.len());
        for told in told {
            let product = product(lookup, &told);
            let old = before.remove(&told.remote_id);
            let recorded = old.as_ref().map(|old| old.recorded).unwrap_or_default();
            let taken = match old {
                Some(old) if old.product == product => old.taken,
                Some(old) => self.release(old),
                None => Vec::new(),
            };
            let line = Line { told, product, taken, short: 0, problems: Vec::new(), recorded };
            lines.push(self.settle(order, state, line));
        }
        for gone in before.into_values() {
            self.release(gone);
        }
        lines
    }

    fn settle(&mut self, order: i64, state: OrderState, mut line: Line) -> Line {
        let Some(places) = self.places else { return line };
        let demand = demand(state, &line.told, line.recorded);
        let Some(product) = line.product.filter(|product| self.alive.contains(product)) else {
            line.short = demand;
            line.problems = (demand > 0).then(|| unknown(order, &line.told)).into_iter().collect();
            return line;
        };
        let mut holding = Holding { taken: std::mem::take(&mut line.taken), ..Holding::default() };
        let (units_taken, returned) = holding.settle(self.levels, product, places, demand);
        self.taken.units_taken += units_taken.unsigned_abs();
        self.taken.units_returned += returned.unsigned_abs();
        line.problems =
            (holding.short > 0).then(|| missing(order, &line.told, &holding)).into_iter().collect();
        Line { taken: holding.taken, short: holding.short, ..line }
    }

    /// Gives everything back that a line held. What a deleted product held is gone with it.
    fn release(&mut self, line: Line) -> Vec<(String, i64)> {
        if let Some(product) = line.product.filter(|product| self.alive.contains(product)) {
            let mut holding = Holding { taken: line.taken, ..Holding::default() };
            let (_, returned) = holding.settle(self.levels, product, &Places::Nowhere, 0);
            self.taken.units_returned += returned.unsigned_abs();
        }
        Vec::new()
    }
}

fn product(lookup: &Lookup, line: &OrderLine) -> Option<i64> {
    lookup.product(line.sku.as_deref(), line.listing_id.as_deref())
}

/// Units that have to leave the stock. What was shipped has left it, whatever became of the order; what came back is
/// not taken to be as good as new: a person counts it in.
fn demand(state: OrderState, line: &OrderLine, recorded: Recorded) -> i64 {
    let ordered = shipment::ordered(line);
    if state == OrderState::Cancelled { shipment::shipped(line, recorded).min(ordered) } else { ordered }
}

fn called(line: &OrderLine) -> &str {
    line.sku.as_deref().or(line.listing_id.as_deref()).unwrap_or(&line.title)
}

fn unknown(order: i64, line: &OrderLine) -> Problem {
    let message = format!(
        "no product is known as `{}`, so no stock was taken: add it, or correct the SKU at the channel; then \
         `wharf order retry {order}`",
        called(line)
    );
    Problem { severity: Severity::Error, ..Problem::error("unknown-sku", None, message) }
}

fn missing(order: i64, line: &OrderLine, holding: &Holding) -> Problem {
    let (sku, short, ordered) = (called(line), holding.short, line.quantity - line.cancelled);
    if !holding.known {
        let message = format!(
            "no stock of `{sku}` is known where orders are taken from: set it, or name other locations in the \
             channel's `inbound.orders-from`; then `wharf order retry {order}`"
        );
        return Problem::error("no-stock-known", None, message);
    }
    let message = format!(
        "oversold: {short} of {ordered} units of `{sku}` are not in stock: bring them in and `wharf order retry \
         {order}`, or cancel them at the channel"
    );
    Problem::error("oversold", None, message)
}
