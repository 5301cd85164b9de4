//! `wharf order ship`: a parcel left, and the channel that sold the order is told.

use anyhow::{Context as _, anyhow};
use clap::Args;
use jiff::Timestamp;
use wharf_catalog::shipment::Parcel;
use wharf_store::{NewShipment, ShipmentRecord, ShipmentState};

use crate::{
    cli::{Outcome, Session, channel, wake},
    output::Output,
    shipment::ShipmentAnswer,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Ship {
    /// The channel that sold the order.
    channel: String,
    /// The order by the channel's own id, or by the number that the shopper sees.
    order: String,
    /// Units of one line that are in the parcel, by the line's id; may be given again. Left out: all that is left.
    #[arg(long = "line", value_name = "ID=UNITS", value_parser = line)]
    lines: Vec<(String, i64)>,
    /// Who carries it, such as `DHL`.
    #[arg(long, value_name = "NAME")]
    carrier: Option<String>,
    /// The carrier's service, such as `Express`.
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// The tracking number.
    #[arg(long, value_name = "NUMBER")]
    tracking: Option<String>,
    /// Where the shopper can follow it.
    #[arg(long, value_name = "ADDRESS")]
    tracking_url: Option<String>,
    /// The place that it left from.
    #[arg(long, value_name = "NAME")]
    location: Option<String>,
    /// When it left, such as `2026-01-31T12:00:00Z`; left out: now.
    #[arg(long, value_name = "TIME")]
    shipped_at: Option<Timestamp>,
}

/// An id may hold a `=`, a number does not.
fn line(text: &str) -> Result<(String, i64), String> {
    let wrong = || format!("`{text}` does not say how many units: write ID=UNITS, such as `1=2`");
    let (id, units) = text.rsplit_once('=').ok_or_else(wrong)?;
    Ok((id.to_owned(), units.parse().map_err(|_| wrong())?))
}

impl Ship {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let site = session.existing_site().await?;
        let channel = channel::find(&site.store, &self.channel).await?;
        let order = site.store.find_order(channel.id, &self.order).await?.ok_or_else(|| {
            let (channel, order) = (&self.channel, &self.order);
            anyhow!("{channel} has sold no order `{order}`; see `wharf order list --channel {channel}`")
        })?;
        let what = format!("{} of {} is not shipped", self.order, self.channel);
        let recorded = wharf_sync::record_shipment(&site.store, order, self.shipment()).await?;
        let recorded = recorded.with_context(|| what)?;
        wake(&site.directory, session.output);
        let not_carried = recorded.state == ShipmentState::NotCarried;
        show(session.output, recorded)?;
        if !not_carried && !session.output.json() {
            session.output.note("a running server tells the channel at once; `wharf sync` does without one");
        }
        Ok(Outcome::Done)
    }

    fn shipment(self) -> NewShipment {
        let parcel = Parcel {
            carrier: self.carrier,
            service: self.service,
            tracking_number: self.tracking,
            tracking_url: self.tracking_url,
            location: self.location,
            shipped_at: self.shipped_at.unwrap_or_else(Timestamp::now).as_millisecond(),
        };
        NewShipment { lines: self.lines, parcel, not_carried: None }
    }
}

fn show(output: Output, recorded: ShipmentRecord) -> std::io::Result<()> {
    let shipment = ShipmentAnswer::from(recorded);
    if output.json() {
        return output.value(&shipment);
    }
    show_shipment(output, &shipment)
}

/// A shipment in two or more lines.
pub(super) fn show_shipment(output: Output, shipment: &ShipmentAnswer) -> std::io::Result<()> {
    let by: Vec<&str> =
        [&shipment.carrier, &shipment.tracking_number].into_iter().flatten().map(String::as_str).collect();
    let by = if by.is_empty() { String::new() } else { format!(" by {}", by.join(" ")) };
    output.line(format_args!(
        "  shipment {} left {}{by}: {}",
        shipment.id,
        shipment.shipped_at.strftime("%Y-%m-%d %H:%M"),
        shipment.state
    ))?;
    for line in &shipment.lines {
        let sku = line.sku.as_deref().unwrap_or("-");
        output.line(format_args!("    {} x {sku} of line {}", line.quantity, line.line))?;
    }
    for problem in &shipment.problems {
        let again = shipment.due_at.map(|at| format!("; again at {at}")).unwrap_or_default();
        output.line(format_args!("    {} [{}]{again}", problem.message, problem.code))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_come_after_the_last_equals_sign() {
        assert_eq!(line("gid=7=2"), Ok(("gid=7".to_owned(), 2)));
        for text in ["1", "1=", "1=two", "=x"] {
            assert!(line(text).unwrap_err().contains("ID=UNITS"), "{text}");
        }
    }
}
