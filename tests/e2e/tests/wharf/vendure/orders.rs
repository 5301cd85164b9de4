//! What the shop sells: an order takes its units once, whatever Vendure allocates for it, and every other channel is told.

use std::sync::Arc;

use serde_json::json;
use wharf_catalog::inbound::OrderState;
use wharf_e2e::{
    products::{product, stocked},
    shelf::Shelf,
    vendure::Placed,
};
use wharf_server::Host;
use wharf_store::{OrderFilter, OrderRecord, ProductChange};
use wharf_sync::{ChannelConfiguration, PullReport};

use super::{CHANNEL, GERMANY, Trade};

const SHELF: &str = "shelf";

/// Wharf between a real shop and another channel.
struct Market {
    trade: Trade,
    host: Host,
    shelf: Shelf,
}

impl Market {
    /// The shop and the shelf show these products.
    async fn open(products: Vec<ProductChange>) -> anyhow::Result<Option<Self>> {
        let Some(trade) = Trade::open(GERMANY).await? else { return Ok(None) };
        let shelf = Shelf::listen().await?;
        let host = trade.host().await?;
        let secret = trade.folder.path().join("secret");
        host.reconciler.add_channel(CHANNEL, &trade.vendure.channel(&secret, &json!({}))?).await?;
        let configuration: ChannelConfiguration = serde_json::from_value(json!({
            "connector": "grouped",
            "scope": {"locale": "de-DE", "country": "DE", "currency": "EUR"},
            "endpoints": {"api": format!("http://{}", shelf.address)},
            "grants": [{"host": shelf.address.to_string(), "allow-private": true}],
            "credentials": {"file": trade.folder.path().join("token"), "bearer": true},
        }))?;
        host.reconciler.add_channel(SHELF, &configuration).await?;
        let market = Self { trade, host, shelf };
        market.change(products).await?;
        Ok(Some(market))
    }

    /// Changes the catalog and tells every channel.
    async fn change(&self, changes: Vec<ProductChange>) -> anyhow::Result<()> {
        for applied in self.host.site.store.change(changes).await? {
            applied?;
        }
        self.tell().await
    }

    async fn tell(&self) -> anyhow::Result<()> {
        for channel in [CHANNEL, SHELF] {
            let run = self.host.reconciler.sync(channel, Arc::default()).await?;
            let failed = run.report.rejected + run.report.postponed + run.report.incomplete;
            anyhow::ensure!(run.halted.is_none() && failed == 0, "{run:?}");
        }
        Ok(())
    }

    async fn pull(&self) -> anyhow::Result<PullReport> {
        let pulled = self.host.reconciler.pull(CHANNEL, "orders").await?;
        anyhow::ensure!(pulled.ended && pulled.problem.is_none(), "{pulled:?}");
        Ok(pulled)
    }

    async fn buy(&self, lines: &[(&str, i64)]) -> anyhow::Result<Placed> {
        let mut variants = Vec::new();
        for (sku, quantity) in lines {
            variants.push((self.variant(sku).await?, *quantity));
        }
        let lines: Vec<(&str, i64)> =
            variants.iter().map(|(id, quantity)| (id.as_str(), *quantity)).collect();
        self.trade.vendure.buy(&lines).await
    }

    /// Vendure's id of it.
    async fn variant(&self, sku: &str) -> anyhow::Result<String> {
        let variant = self.trade.vendure.variant(sku).await?;
        Ok(variant.ok_or_else(|| anyhow::anyhow!("{sku} is not in the shop"))?.1.id)
    }

    /// Units in Wharf, units on hand and allocated in the shop, and units on the shelf.
    async fn units(&self, sku: &str) -> anyhow::Result<(i64, (i64, i64), i64)> {
        let levels = self.host.site.store.stock_of(sku).await?;
        let (_, variant) = self
            .trade
            .vendure
            .variant(sku)
            .await?
            .ok_or_else(|| anyhow::anyhow!("{sku} is not in the shop"))?;
        let sum = |(on_hand, allocated), (more, promised)| (on_hand + more, allocated + promised);
        let shop = variant.levels().into_values().fold((0, 0), sum);
        let shelf = self.shelf.units(sku).unwrap_or_default();
        Ok((levels.iter().map(|(_, units)| units).sum(), shop, shelf))
    }

    async fn order(&self) -> anyhow::Result<OrderRecord> {
        let mut orders = self.host.site.store.orders(&OrderFilter::default(), None, 1).await?;
        orders.pop().ok_or_else(|| anyhow::anyhow!("there is no order"))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_the_shop_lowers_the_stock_that_the_other_channel_is_told() -> anyhow::Result<()> {
    let Some(market) = Market::open(vec![product("A"), product("B")]).await? else { return Ok(()) };
    assert_eq!(market.units("A").await?, (5, (5, 0), 5));
    let placed = market.buy(&[("A", 2), ("B", 1)]).await?;
    assert_eq!(market.units("A").await?, (5, (5, 2), 5), "Vendure allocates");
    let pulled = market.pull().await?;
    assert_eq!((pulled.taken.orders_new, pulled.taken.units_taken), (1, 3), "{pulled:?}");
    is_what_was_placed(&market.order().await?, &placed);
    market.tell().await?;
    assert_eq!(market.units("A").await?, (3, (5, 2), 3), "nothing is subtracted twice");
    assert_eq!(market.pull().await?.taken.orders_new, 0);

    market.change(vec![stocked("A", 10)]).await?;
    assert_eq!(market.units("A").await?, (10, (12, 2), 10), "what is promised is on hand, too");
    assert!(market.buy(&[("A", 11)]).await.is_err(), "the shop sells what may be sold");

    market.trade.vendure.ship(&placed).await?;
    market.pull().await?;
    assert_eq!(market.order().await?.order.state, OrderState::Shipped);
    market.tell().await?;
    assert_eq!(market.units("A").await?, (10, (10, 0), 10), "a parcel takes what was promised");
    Ok(())
}

/// What the order says, as the customer placed it: two of A and one of B at 12.90, a parcel at 5.00.
fn is_what_was_placed(record: &OrderRecord, placed: &Placed) {
    let order = &record.order;
    assert_eq!((order.remote_id.as_str(), order.number.as_str()), (placed.id.as_str(), placed.code.as_str()));
    assert_eq!((order.state, order.tax_included), (OrderState::Paid, true));
    assert_eq!(order.total.amount.to_string(), "43.70");
    assert_eq!(placed.total, 4_370);
    let mut lines: Vec<_> =
        record.lines.iter().map(|line| (line.line.sku.as_deref(), line.line.quantity)).collect();
    lines.sort_unstable();
    assert_eq!(lines, [(Some("A"), 2), (Some("B"), 1)]);
    assert!(
        record.lines.iter().all(|line| line.line.unit_price.amount.to_string() == "12.90" && line.short == 0)
    );
    let buyer = order.buyer.as_ref().and_then(|buyer| buyer.email.as_deref());
    assert_eq!(buyer, Some("ada@customer.example"));
    let city = order.ship_to.as_ref().map(|address| (address.city.as_str(), address.country.as_str()));
    assert_eq!(city, Some(("Berlin", "DE")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_order_gives_its_units_back_everywhere() -> anyhow::Result<()> {
    let Some(market) = Market::open(vec![product("A")]).await? else { return Ok(()) };
    let placed = market.buy(&[("A", 4)]).await?;
    market.pull().await?;
    market.tell().await?;
    assert_eq!(market.units("A").await?, (1, (5, 4), 1));
    market.trade.vendure.cancel(&placed).await?;
    let pulled = market.pull().await?;
    assert_eq!((pulled.taken.orders_changed, pulled.taken.units_returned), (1, 4), "{pulled:?}");
    market.tell().await?;
    assert_eq!(market.units("A").await?, (5, (5, 0), 5));
    Ok(())
}

/// Vendure 3.7.3 allocates more than was ordered when it takes from two places: the whole order again from the second.
#[tokio::test(flavor = "multi_thread")]
async fn an_order_over_two_places_leaves_as_much_to_sell_as_there_is() -> anyhow::Result<()> {
    let spread = ProductChange { stock: vec![("berlin".into(), 2), ("hamburg".into(), 4)], ..product("A") };
    let Some(market) = Market::open(vec![spread]).await? else { return Ok(()) };
    market.buy(&[("A", 5)]).await?;
    market.pull().await?;
    assert_eq!(market.units("A").await?.0, 1);
    market.change(vec![stocked("A", 3)]).await?;
    let (ours, (on_hand, allocated), shelf) = market.units("A").await?;
    assert_eq!((on_hand - allocated, shelf), (ours, ours), "{on_hand} on hand, {allocated} allocated");
    Ok(())
}

/// A level is written after the order and before it is pulled, so the shop offers its units once more; the first level
/// that is written after the pull puts it right.
#[tokio::test(flavor = "multi_thread")]
async fn a_level_that_did_not_know_of_the_order_is_put_right_by_the_next() -> anyhow::Result<()> {
    let Some(market) = Market::open(vec![product("A")]).await? else { return Ok(()) };
    market.buy(&[("A", 2)]).await?;
    market.change(vec![stocked("A", 8)]).await?;
    assert_eq!(market.units("A").await?, (8, (10, 2), 8));
    assert_eq!(market.pull().await?.taken.units_taken, 2);
    market.change(vec![stocked("A", 7)]).await?;
    assert_eq!(market.units("A").await?, (7, (9, 2), 7));
    Ok(())
}
