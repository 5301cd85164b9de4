//! Orders take stock once, give it back when they are cancelled, and are never lost.

use wharf_catalog::{
    Lane, Money,
    inbound::{ListingKey, Order, OrderLine, OrderState},
};
use wharf_store::{
    Arrival, Bookmark, CountedLevel, OrderFilter, OrderRecord, Places, Sender, Taken, TakingTerms,
};

use crate::shop::{LATER, Shop, draft, titled};

pub(crate) fn money(amount: &str) -> Money {
    Money { amount: amount.parse().unwrap(), currency: "EUR".into() }
}

pub(crate) fn line(id: &str, sku: &str, quantity: i64) -> OrderLine {
    OrderLine {
        remote_id: id.into(),
        sku: Some(sku.into()),
        listing_id: None,
        title: sku.into(),
        quantity,
        cancelled: 0,
        shipped: 0,
        returned: 0,
        unit_price: money("12.90"),
        tax: None,
        discount: None,
    }
}

pub(crate) fn order(id: &str, changed_at: i64, lines: Vec<OrderLine>) -> Order {
    Order {
        remote_id: id.into(),
        number: format!("#{id}"),
        state: OrderState::Paid,
        placed_at: 1_000,
        changed_at,
        tax_included: true,
        lines,
        shipping: None,
        total: money("12.90"),
        buyer: None,
        ship_to: None,
    }
}

pub(crate) fn sender(channel_id: i64) -> Sender {
    let terms = TakingTerms { places: Places::Anywhere, since: 0 };
    Sender { channel_id, channel: "shop".into(), source: "stream orders".into(), terms }
}

impl Shop {
    pub(crate) async fn enter(&self, orders: Vec<Order>) -> Taken {
        self.enter_as(&sender(self.channel), orders).await
    }

    pub(crate) async fn enter_as(&self, sender: &Sender, orders: Vec<Order>) -> Taken {
        let arrival = Arrival { orders, ..Arrival::default() };
        self.store.take_in(sender, arrival, Bookmark::None).await.unwrap().0
    }

    async fn units(&self, sku: &str) -> Vec<(String, i64)> {
        self.store.stock_of(sku).await.unwrap()
    }

    async fn stored(&self) -> Vec<OrderRecord> {
        self.store.orders(&OrderFilter::default(), None, 100).await.unwrap()
    }

    async fn count(&self, sku: &str, quantity: i64, counted_at: Option<i64>) -> Taken {
        let key = ListingKey { sku: Some(sku.into()), remote_id: None };
        let level = CountedLevel { key, location: "berlin".into(), quantity, counted_at };
        let arrival = Arrival { levels: vec![level], ..Arrival::default() };
        self.store.take_in(&sender(self.channel), arrival, Bookmark::None).await.unwrap().0
    }
}

fn at(location: &str, units: i64) -> (String, i64) {
    (location.to_owned(), units)
}

async fn stocked(levels: &[(&str, i64)]) -> Shop {
    let shop = Shop::open().await;
    shop.put(vec![titled("A", "Lamp")]).await;
    for (location, units) in levels {
        shop.stock("A", location, *units).await.unwrap();
    }
    shop.acknowledge_all().await;
    shop
}

#[tokio::test]
async fn an_order_takes_its_stock_once_and_the_other_channels_are_told() {
    let shop = stocked(&[("berlin", 5)]).await;
    let seller = shop.store.add_channel(&draft("seller")).await.unwrap();
    let sold = vec![order("1", 10, vec![line("a", "A", 2)])];
    let first = shop.enter_as(&sender(seller), sold.clone()).await;
    assert_eq!((first.orders_new, first.units_taken), (1, 2));
    assert_eq!(shop.due_skus(Lane::Stock).await, ["A"], "the other channel has to be told");
    let again = shop.enter_as(&sender(seller), sold).await;
    assert_eq!((again.orders_unchanged, again.units_taken), (1, 0));
    assert_eq!(shop.units("A").await, [at("berlin", 3)]);
    assert_eq!(shop.stored().await.len(), 1);
}

#[tokio::test]
async fn the_channel_that_sold_is_not_told_what_it_knows() {
    let shop = stocked(&[("berlin", 5)]).await;
    shop.enter(vec![Order { placed_at: LATER, ..order("1", LATER, vec![line("a", "A", 2)]) }]).await;
    assert!(shop.due_skus(Lane::Stock).await.is_empty());
}

#[tokio::test]
async fn the_channel_that_sold_is_told_if_its_count_was_overwritten_since() {
    let shop = stocked(&[("berlin", 5)]).await;
    shop.enter(vec![order("1", 10, vec![line("a", "A", 2)])]).await;
    assert_eq!(shop.due_skus(Lane::Stock).await, ["A"], "it was told of 5 units after it had sold 2 of them");
}

#[tokio::test]
async fn a_cancellation_gives_back_what_was_taken_where_it_was_taken() {
    let shop = stocked(&[("berlin", 2), ("hamburg", 3)]).await;
    shop.enter(vec![order("1", 10, vec![line("a", "A", 4)])]).await;
    assert_eq!(shop.units("A").await, [at("berlin", 0), at("hamburg", 1)]);
    let one_less = OrderLine { cancelled: 1, ..line("a", "A", 4) };
    shop.enter(vec![order("1", 20, vec![one_less])]).await;
    assert_eq!(shop.units("A").await.iter().map(|(_, units)| units).sum::<i64>(), 2);
    let cancelled = Order { state: OrderState::Cancelled, ..order("1", 30, vec![line("a", "A", 4)]) };
    let taken = shop.enter(vec![cancelled]).await;
    assert_eq!((taken.orders_changed, taken.units_returned), (1, 3));
    assert_eq!(shop.units("A").await, [at("berlin", 2), at("hamburg", 3)]);
}

#[tokio::test]
async fn what_was_shipped_stays_gone_when_the_rest_is_cancelled() {
    let shop = stocked(&[("berlin", 5)]).await;
    shop.enter(vec![order("1", 10, vec![line("a", "A", 3)])]).await;
    let shipped = OrderLine { shipped: 1, ..line("a", "A", 3) };
    shop.enter(vec![Order { state: OrderState::Cancelled, ..order("1", 20, vec![shipped]) }]).await;
    assert_eq!(shop.units("A").await, [at("berlin", 4)]);
}

#[tokio::test]
async fn a_line_that_left_the_order_gives_its_stock_back() {
    let shop = stocked(&[("berlin", 5)]).await;
    shop.enter(vec![order("1", 10, vec![line("a", "A", 1), line("b", "A", 2)])]).await;
    shop.enter(vec![order("1", 20, vec![line("a", "A", 1)])]).await;
    assert_eq!(shop.units("A").await, [at("berlin", 4)]);
}

#[tokio::test]
async fn an_older_telling_changes_nothing() {
    let shop = stocked(&[("berlin", 5)]).await;
    let cancelled = Order { state: OrderState::Cancelled, ..order("1", 30, vec![line("a", "A", 2)]) };
    shop.enter(vec![cancelled]).await;
    let late = shop.enter(vec![order("1", 20, vec![line("a", "A", 2)])]).await;
    assert_eq!(late.orders_outdated, 1);
    assert_eq!(shop.stored().await[0].order.state, OrderState::Cancelled);
    assert_eq!(shop.units("A").await, [at("berlin", 5)]);
}

#[tokio::test]
async fn the_last_piece_sold_twice_is_told_as_oversold_and_no_level_falls_below_zero() {
    let shop = stocked(&[("berlin", 1)]).await;
    let other = shop.store.add_channel(&draft("other")).await.unwrap();
    shop.enter(vec![order("1", 10, vec![line("a", "A", 1)])]).await;
    let second = shop.enter_as(&sender(other), vec![order("1", 10, vec![line("a", "A", 1)])]).await;
    assert_eq!((second.units_taken, second.lines_troubled), (0, 1));
    assert_eq!(shop.units("A").await, [at("berlin", 0)]);
    let filter = OrderFilter { troubled: true, ..OrderFilter::default() };
    let troubled = shop.store.orders(&filter, None, 10).await.unwrap();
    assert_eq!((troubled.len(), troubled[0].lines[0].short), (1, 1));
    assert_eq!(troubled[0].lines[0].problems[0].code, "oversold");
    assert_eq!(shop.store.troubled_orders(other).await.unwrap(), 1);

    shop.stock("A", "berlin", 4).await.unwrap();
    let id = troubled[0].id;
    let retried = shop.store.retry_order(id, &sender(other).terms).await.unwrap().unwrap();
    assert_eq!((retried.units_taken, retried.lines_troubled), (1, 0));
    assert!(shop.store.order(id).await.unwrap().unwrap().lines[0].problems.is_empty());
    assert_eq!(shop.units("A").await, [at("berlin", 3)]);
    assert!(shop.store.retry_order(99, &TakingTerms::default()).await.unwrap().is_none());
}

#[tokio::test]
async fn an_unknown_sku_is_kept_and_taken_once_the_product_is_there() {
    let shop = stocked(&[("berlin", 5)]).await;
    let taken = shop.enter(vec![order("1", 10, vec![line("a", "NEW", 2), line("b", "A", 1)])]).await;
    assert_eq!((taken.orders_new, taken.units_taken, taken.lines_troubled), (1, 1, 1));
    let record = shop.stored().await.remove(0);
    assert_eq!(record.lines[0].problems[0].code, "unknown-sku");
    assert_eq!(record.lines[0].line.unit_price, money("12.90"));
    shop.put(vec![titled("NEW", "Shade")]).await;
    shop.stock("NEW", "berlin", 2).await.unwrap();
    shop.store.retry_order(record.id, &sender(shop.channel).terms).await.unwrap();
    assert_eq!(shop.units("NEW").await, [at("berlin", 0)]);
}

#[tokio::test]
async fn a_line_without_a_sku_is_found_by_the_listing_it_sold() {
    let shop = stocked(&[("berlin", 5)]).await;
    shop.stock("A", "berlin", 6).await.unwrap();
    let due = shop.due(Lane::Stock).await;
    let told = wharf_store::Settled {
        remote_id: wharf_store::Write::Set("gid-7".into()),
        ..crate::shop::accepted(&due[0])
    };
    shop.settle(vec![told]).await;
    let sold = OrderLine { sku: None, listing_id: Some("gid-7".into()), ..line("a", "", 2) };
    shop.enter(vec![order("1", 10, vec![sold])]).await;
    assert_eq!(shop.units("A").await, [at("berlin", 4)]);
}

#[tokio::test]
async fn an_order_is_taken_from_the_places_it_may_be_taken_from_and_from_one_if_one_has_it_all() {
    let shop = stocked(&[("berlin", 1), ("hamburg", 5), ("munich", 9)]).await;
    let places = Places::These(vec!["berlin".into(), "hamburg".into()]);
    let sender = Sender { terms: TakingTerms { places, since: 0 }, ..sender(shop.channel) };
    shop.enter_as(&sender, vec![order("1", 10, vec![line("a", "A", 2)])]).await;
    assert_eq!(shop.units("A").await, [at("berlin", 1), at("hamburg", 3), at("munich", 9)]);
    let taken = shop.enter_as(&sender, vec![order("2", 10, vec![line("a", "A", 6)])]).await;
    assert_eq!((taken.units_taken, taken.lines_troubled), (4, 1), "two pieces are not where it may take");
    assert_eq!(shop.units("A").await, [at("berlin", 0), at("hamburg", 0), at("munich", 9)]);
}

#[tokio::test]
async fn orders_from_before_the_channel_take_no_stock() {
    let shop = stocked(&[("berlin", 5)]).await;
    let sender =
        Sender { terms: TakingTerms { places: Places::Anywhere, since: 2_000 }, ..sender(shop.channel) };
    let taken = shop.enter_as(&sender, vec![order("1", 10, vec![line("a", "A", 2)])]).await;
    assert_eq!((taken.orders_new, taken.units_taken, taken.lines_troubled), (1, 0, 0));
    let later = order("1", 20, vec![line("a", "A", 3)]);
    shop.enter(vec![later]).await;
    assert_eq!(shop.units("A").await, [at("berlin", 5)], "also when it changes later");
}

#[tokio::test]
async fn a_source_that_counts_what_it_sells_is_not_counted_twice() {
    let shop = stocked(&[("berlin", 5)]).await;
    let terms = TakingTerms { places: Places::Nowhere, since: 0 };
    let till = Sender { terms, ..sender(shop.channel) };
    let taken = shop.enter_as(&till, vec![order("1", 10, vec![line("a", "A", 2)])]).await;
    assert_eq!((taken.units_taken, taken.lines_troubled), (0, 0));
    assert_eq!(shop.units("A").await, [at("berlin", 5)]);
}

#[tokio::test]
async fn an_older_count_never_replaces_a_newer_one() {
    let shop = stocked(&[("berlin", 5)]).await;
    assert_eq!(shop.count("A", 9, Some(20)).await.levels_set, 1);
    assert_eq!(shop.count("A", 9, Some(30)).await.levels_unchanged, 1);
    assert_eq!(shop.count("A", 4, Some(25)).await.levels_ignored, 1);
    assert_eq!(shop.count("A", 8, None).await.levels_set, 1);
    assert_eq!(shop.count("A", 4, Some(25)).await.levels_ignored, 1);
    assert_eq!(shop.units("A").await, [at("berlin", 8)]);
    let unknown = shop.count("B", 4, None).await;
    assert_eq!((unknown.levels_ignored, unknown.findings), (1, 1));
    let findings = shop.store.findings(shop.channel, 10).await.unwrap();
    assert_eq!((findings[0].subject.as_str(), findings[0].problem.code.as_str()), ("B", "unknown-sku"));
}

#[tokio::test]
async fn orders_come_in_pages_the_latest_first_and_outlive_their_channel() {
    let shop = stocked(&[("berlin", 5)]).await;
    let orders = (0..5).map(|number| order(&number.to_string(), 10, vec![line("a", "A", 1)]));
    shop.enter(orders.collect()).await;
    let first = shop.store.orders(&OrderFilter::default(), None, 3).await.unwrap();
    let rest = shop.store.orders(&OrderFilter::default(), Some(first[2].id), 3).await.unwrap();
    let numbers: Vec<&str> = first.iter().chain(&rest).map(|order| order.order.number.as_str()).collect();
    assert_eq!(numbers, ["#4", "#3", "#2", "#1", "#0"]);
    assert!(shop.store.remove_channel(shop.channel).await.unwrap());
    assert_eq!(shop.stored().await.len(), 5);
    assert_eq!(shop.stored().await[0].channel, "shop");
}

#[tokio::test]
async fn personal_data_comes_back_and_is_not_printed() {
    let shop = stocked(&[("berlin", 5)]).await;
    let buyer = wharf_catalog::inbound::Buyer {
        name: Some("Ada Quill".into()),
        email: Some("ada@example.com".into()),
        phone: None,
    };
    let bought = Order { buyer: Some(buyer.clone()), ..order("1", 10, vec![line("a", "A", 1)]) };
    shop.enter(vec![bought]).await;
    let record = shop.stored().await.remove(0);
    assert_eq!(record.order.buyer, Some(buyer));
    assert!(!format!("{record:?}").contains("Quill"));
}
