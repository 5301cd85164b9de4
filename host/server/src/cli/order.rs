//! `wharf order`: what channels sold, what it took from stock, which parcels left, and what a person has to look at.

mod ship;

use anyhow::anyhow;
use clap::{Subcommand, ValueEnum};
use serde::Serialize;
use wharf_catalog::inbound::OrderState;
use wharf_store::{OrderFilter, OrderRecord, ShipmentRecord, Taken};

use super::{Outcome, Session, channel, wake};
use crate::{
    order::{OrderAnswer, OrderLineAnswer},
    output::{Output, counted},
    shipment::ShipmentAnswer,
};
use ship::{Ship, show_shipment};

#[derive(Debug, Subcommand)]
pub(super) enum Order {
    /// List orders, the latest first.
    List {
        /// Only those of this channel.
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// Only those in this state.
        #[arg(long)]
        state: Option<State>,
        /// Only those with something to look at: oversold, an unknown SKU, a shipment that the channel refused.
        #[arg(long)]
        troubled: bool,
        /// Orders shown.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Only those older than the order of this number, to go on from an earlier list.
        #[arg(long, value_name = "ID")]
        before: Option<i64>,
    },
    /// Show one order with its shipments, by its number in Wharf.
    Show { id: i64 },
    /// Record a parcel that left, and tell the channel.
    Ship(Ship),
    /// Try again to take from stock what an order is short of, and to tell its channel of shipments.
    Retry { id: i64 },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum State {
    Open,
    Paid,
    Shipped,
    Completed,
    Cancelled,
    Returned,
}

impl From<State> for OrderState {
    fn from(state: State) -> Self {
        match state {
            State::Open => Self::Open,
            State::Paid => Self::Paid,
            State::Shipped => Self::Shipped,
            State::Completed => Self::Completed,
            State::Cancelled => Self::Cancelled,
            State::Returned => Self::Returned,
        }
    }
}

impl Order {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        match self {
            Self::List { channel: name, state, troubled, limit, before } => {
                let store = session.existing_site().await?.store;
                let channel_id = match name {
                    Some(name) => Some(channel::find(&store, &name).await?.id),
                    None => None,
                };
                let filter = OrderFilter { channel_id, state: state.map(Into::into), troubled };
                let orders = store.orders(&filter, before, limit).await?;
                list(session.output, orders)
            }
            Self::Show { id } => {
                let store = session.existing_site().await?.store;
                let order = store.order(id).await?.ok_or_else(|| unknown(id))?;
                show(session.output, order, store.shipments(id).await?)
            }
            Self::Ship(ship) => ship.run(session).await,
            Self::Retry { id } => retry(session, id).await,
        }
    }
}

fn unknown(id: i64) -> anyhow::Error {
    anyhow!("there is no order {id}; see `wharf order list`")
}

fn list(output: Output, orders: Vec<OrderRecord>) -> anyhow::Result<Outcome> {
    let orders: Vec<OrderAnswer> = orders.into_iter().map(OrderAnswer::from).collect();
    if output.json() {
        output.value(&orders)?;
        return Ok(Outcome::Done);
    }
    let row = |order: &OrderAnswer| {
        let troubled = order.lines.iter().filter(|line| !line.problems.is_empty()).count();
        vec![
            order.id.to_string(),
            order.channel.clone(),
            order.number.clone(),
            order.state().to_owned(),
            order.placed_at.strftime("%Y-%m-%d %H:%M").to_string(),
            format!("{} {}", order.total.amount, order.total.currency),
            order.lines.len().to_string(),
            if troubled > 0 { troubled.to_string() } else { String::new() },
        ]
    };
    let rows: Vec<_> = orders.iter().map(row).collect();
    output.table(&["ID", "CHANNEL", "NUMBER", "STATE", "PLACED", "TOTAL", "LINES", "TROUBLED"], &rows)?;
    Ok(Outcome::Done)
}

/// An order with its shipments.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    order: OrderAnswer,
    shipments: Vec<ShipmentAnswer>,
}

fn show(output: Output, order: OrderRecord, shipments: Vec<ShipmentRecord>) -> anyhow::Result<Outcome> {
    let shipments = shipments.into_iter().map(ShipmentAnswer::from).collect();
    let shown = Shown { order: OrderAnswer::from(order), shipments };
    if output.json() {
        output.value(&shown)?;
        return Ok(Outcome::Done);
    }
    let order = &shown.order;
    let total = format!("{} {}", order.total.amount, order.total.currency);
    output.line(format_args!("{} {} of {} ({})", order.id, order.number, order.channel, order.state()))?;
    output.line(format_args!("  placed {}, changed {}, total {total}", order.placed_at, order.changed_at))?;
    if !order.takes_stock {
        output.line("  placed before the channel was set up: it takes nothing from stock")?;
    }
    order.lines.iter().try_for_each(|line| show_line(output, line))?;
    shown.shipments.iter().try_for_each(|shipment| show_shipment(output, shipment))?;
    Ok(Outcome::Done)
}

fn show_line(output: Output, line: &OrderLineAnswer) -> std::io::Result<()> {
    let sku = line.sku.as_deref().or(line.listing_id.as_deref()).unwrap_or("-");
    let price = format!("{} {}", line.unit_price.amount, line.unit_price.currency);
    output.line(format_args!("  {} x {sku} at {price}: {}", line.quantity, line.title))?;
    for place in &line.taken {
        output.line(format_args!("    {} from {}", place.quantity, place.location))?;
    }
    if line.shipped > 0 {
        output.line(format_args!("    {} shipped", line.shipped))?;
    }
    line.problems
        .iter()
        .try_for_each(|problem| output.line(format_args!("    {} [{}]", problem.message, problem.code)))
}

async fn retry(session: &Session, id: i64) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    let taken = wharf_sync::retry_order(&site.store, id).await?.ok_or_else(|| unknown(id))?;
    let shipments_due = site.store.retry_shipments(id).await?.unwrap_or(Ok(0))?;
    if taken.units_taken + taken.units_returned + shipments_due > 0 {
        wake(&site.directory, session.output);
    }
    session.output.either(&Retried { taken, shipments_due }, || {
        let short = match taken.lines_troubled {
            0 => format!("order {id}: nothing is missing any more"),
            lines => format!("order {id}: {} still short", counted(lines, "line")),
        };
        match shipments_due {
            0 => short,
            due => format!("{short}; {} told again", counted(due, "shipment")),
        }
    })?;
    Ok(Outcome::refused_if(taken.lines_troubled > 0))
}

/// What another attempt came to.
#[derive(Serialize)]
struct Retried {
    #[serde(flatten)]
    taken: Taken,
    /// Shipments that the channel is told of again.
    shipments_due: u64,
}
