//! Parcels: never more than was ordered, counted once whoever tells of them, and told until the channel has them.

use proptest::prelude::*;
use wharf_catalog::{
    Problem,
    inbound::{Order, OrderState},
    shipment::{Parcel, ShipmentRefusal},
};
use wharf_store::{
    NewDocument, NewExchange, NewShipment, OrderFilter, OrderRecord, ShipmentCover, ShipmentRecord,
    ShipmentSettled, ShipmentSettlement, ShipmentState,
};

use crate::{
    orders::{line, order},
    shop::{LATER, Shop, titled},
};

fn parcel(lines: &[(&str, i64)]) -> NewShipment {
    let lines = lines.iter().map(|(id, quantity)| ((*id).to_owned(), *quantity)).collect();
    let parcel = Parcel { carrier: Some("DHL".into()), shipped_at: 7, ..Parcel::default() };
    NewShipment { lines, parcel, not_carried: None }
}

fn settled(id: i64, state: ShipmentState) -> ShipmentSettled {
    let (problems, due_at) = (Vec::new(), (state == ShipmentState::Retry).then_some(900));
    ShipmentSettled { id, state, problems, remote_id: None, note: None, attempt: 1, failures: 1, due_at }
}

fn shipped(id: &str, changed_at: i64, quantity: i64, shipped: i64) -> Order {
    let mut order = order(id, changed_at, vec![line("1", "A", quantity)]);
    order.lines[0].shipped = shipped;
    order
}

impl Shop {
    /// With one order of this many units of one line.
    async fn sold(quantity: i64) -> Self {
        let shop = Self::open().await;
        shop.put(vec![titled("A", "Tent")]).await;
        shop.stock("A", "berlin", 100).await.unwrap();
        shop.enter(vec![order("O", 10, vec![line("1", "A", quantity)])]).await;
        shop
    }

    async fn sold_order(&self) -> OrderRecord {
        self.store.orders(&OrderFilter::default(), None, 10).await.unwrap().remove(0)
    }

    async fn ship(&self, lines: &[(&str, i64)]) -> Result<ShipmentRecord, ShipmentRefusal> {
        let order = self.sold_order().await.id;
        self.store.record_shipment(order, parcel(lines)).await.unwrap()
    }

    async fn settle_as(&self, id: i64, state: ShipmentState) {
        let settlement = ShipmentSettlement { settled: vec![settled(id, state)], ..Default::default() };
        self.store.settle_shipments(self.channel, settlement).await.unwrap();
    }

    async fn in_berlin(&self) -> i64 {
        self.store.stock_of("A").await.unwrap()[0].1
    }
}

#[tokio::test]
async fn a_parcel_is_due_with_everything_that_the_connector_is_told() {
    let shop = Shop::sold(3).await;
    let recorded = shop.ship(&[("1", 2)]).await.unwrap();
    assert_eq!((recorded.state, recorded.attempt), (ShipmentState::Due, 0));
    let due = shop.store.due_shipments(shop.channel, LATER, 10).await.unwrap();
    let shipment = &due[0].shipment;
    assert_eq!((shipment.id.as_str(), shipment.order.as_str()), (recorded.id.to_string().as_str(), "O"));
    assert_eq!((shipment.lines[0].remote_id.as_str(), shipment.lines[0].quantity), ("1", 2));
    assert_eq!(
        (shipment.lines[0].sku.as_deref(), shipment.parcel.carrier.as_deref()),
        (Some("A"), Some("DHL"))
    );
    assert_eq!(shop.store.next_shipments().await.unwrap(), [(shop.channel, recorded.recorded_at)]);
    let order = shop.sold_order().await;
    assert_eq!(
        (order.lines[0].line.shipped, order.lines[0].left),
        (0, 1),
        "it counts once the channel has it"
    );
}

#[tokio::test]
async fn what_cannot_be_shipped_is_refused() {
    let shop = Shop::sold(2).await;
    assert!(matches!(shop.ship(&[("1", 3)]).await, Err(ShipmentRefusal::TooMany { asked: 3, left: 2, .. })));
    assert!(matches!(shop.ship(&[("9", 1)]).await, Err(ShipmentRefusal::UnknownLine { .. })));
    shop.ship(&[]).await.unwrap();
    assert_eq!(shop.ship(&[]).await, Err(ShipmentRefusal::NothingLeft));
    let unknown = shop.store.record_shipment(77, parcel(&[])).await.unwrap();
    assert_eq!(unknown, Err(ShipmentRefusal::UnknownOrder(77)));
    shop.enter(vec![Order { state: OrderState::Cancelled, ..order("O", 11, vec![line("1", "A", 2)]) }]).await;
    assert_eq!(shop.ship(&[("1", 1)]).await, Err(ShipmentRefusal::Cancelled));
}

#[tokio::test]
async fn units_count_once_whether_the_channel_tells_of_them_or_not() {
    let shop = Shop::sold(3).await;
    let first = shop.ship(&[("1", 2)]).await.unwrap();
    shop.settle_as(first.id, ShipmentState::Accepted).await;
    assert_eq!(shop.sold_order().await.lines[0].line.shipped, 2);
    // The channel tells of the same two, then of all three.
    assert_eq!(shop.enter(vec![shipped("O", 11, 3, 2)]).await.orders_changed, 1);
    let order = shop.sold_order().await;
    assert_eq!(
        (order.lines[0].line.shipped, order.lines[0].left, order.order.state),
        (2, 1, OrderState::Paid)
    );
    let second = shop.ship(&[]).await.unwrap();
    assert_eq!(second.lines[0].quantity, 1);
    shop.settle_as(second.id, ShipmentState::Accepted).await;
    let order = shop.sold_order().await;
    assert_eq!((order.lines[0].line.shipped, order.order.state), (3, OrderState::Shipped));
    let listed = OrderFilter { state: Some(OrderState::Shipped), ..OrderFilter::default() };
    assert_eq!(shop.store.orders(&listed, None, 10).await.unwrap().len(), 1);
    // An order that is told again as it was keeps the state in which it is listed.
    shop.enter(vec![shipped("O", 12, 3, 2)]).await;
    assert_eq!(shop.store.orders(&listed, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_cancellation_gives_back_only_what_has_not_left() {
    let shop = Shop::sold(3).await;
    assert_eq!(shop.in_berlin().await, 97);
    let first = shop.ship(&[("1", 1)]).await.unwrap();
    shop.settle_as(first.id, ShipmentState::Accepted).await;
    shop.enter(vec![Order { state: OrderState::Cancelled, ..order("O", 11, vec![line("1", "A", 3)]) }]).await;
    assert_eq!(shop.in_berlin().await, 99);
}

#[tokio::test]
async fn a_rejected_parcel_sets_its_units_free_and_may_be_asked_for_again() {
    let shop = Shop::sold(2).await;
    let first = shop.ship(&[]).await.unwrap();
    shop.settle_as(first.id, ShipmentState::Rejected).await;
    let second = shop.ship(&[("1", 1)]).await.unwrap();
    let order = shop.sold_order().await.id;
    let again = shop.store.retry_shipments(order).await.unwrap().unwrap();
    assert!(matches!(again, Err(ShipmentRefusal::TooMany { asked: 2, left: 1, .. })), "{again:?}");
    shop.settle_as(second.id, ShipmentState::Rejected).await;
    assert!(shop.store.retry_shipments(order).await.unwrap().unwrap().is_err(), "both together are three");
    assert_eq!(shop.store.retry_shipments(77).await.unwrap(), None);
}

#[tokio::test]
async fn a_dead_parcel_is_due_again_when_a_person_asks() {
    let shop = Shop::sold(2).await;
    let first = shop.ship(&[]).await.unwrap();
    shop.settle_as(first.id, ShipmentState::Dead).await;
    assert!(shop.store.due_shipments(shop.channel, LATER, 10).await.unwrap().is_empty());
    assert_eq!(shop.store.open_shipments(shop.channel).await.unwrap(), [(ShipmentState::Dead, 1)].into());
    let order = shop.sold_order().await.id;
    assert_eq!(shop.store.retry_shipments(order).await.unwrap(), Some(Ok(1)));
    let due = shop.store.due_shipments(shop.channel, LATER, 10).await.unwrap();
    assert_eq!((due[0].failures, due[0].shipment.attempt), (0, 1), "attempts are never counted anew");
}

#[tokio::test]
async fn a_request_outlives_the_process_byte_for_byte_and_ends_with_its_outcomes() {
    let shop = Shop::sold(2).await;
    let first = shop.ship(&[]).await.unwrap();
    let cover = ShipmentCover { shipment_id: first.id, steps: 0, attempt: 0, failures: 0 };
    let opened = NewExchange {
        due_at: 500,
        request: "{\"put\":1}".into(),
        memo: vec![9],
        document: NewDocument::New(vec![7; 9_000]),
        covers: vec![cover],
    };
    let in_flight = ShipmentSettled { attempt: 0, failures: 0, ..settled(first.id, ShipmentState::InFlight) };
    let settlement =
        ShipmentSettlement { settled: vec![in_flight], opened: vec![opened], ..Default::default() };
    shop.store.settle_shipments(shop.channel, settlement).await.unwrap();
    let shop = shop.reopen().await;
    assert!(shop.store.due_shipments(shop.channel, LATER, 10).await.unwrap().is_empty());
    assert!(shop.store.due_shipment_exchanges(shop.channel, 499, 10).await.unwrap().is_empty());
    assert!(
        shop.store.due_exchanges(shop.channel, LATER, 10).await.unwrap().is_empty(),
        "it is no listing's"
    );
    let exchange = shop.store.due_shipment_exchanges(shop.channel, 500, 10).await.unwrap().remove(0);
    assert_eq!((exchange.request.as_str(), exchange.memo), ("{\"put\":1}", vec![9]));
    assert_eq!(exchange.covers, [cover]);

    let put_off = ShipmentSettlement { put_off: vec![(exchange.id, 800)], ..Default::default() };
    shop.store.settle_shipments(shop.channel, put_off).await.unwrap();
    let exchange = shop.store.due_shipment_exchanges(shop.channel, 800, 10).await.unwrap().remove(0);
    assert_eq!(exchange.attempts, 1);
    let document = exchange.document.unwrap();
    assert!(shop.store.document(document).await.unwrap().is_some());

    let accepted = ShipmentSettled {
        problems: vec![Problem::warning("cut", None, "The service was left out.")],
        remote_id: Some("R-1".into()),
        ..settled(first.id, ShipmentState::Accepted)
    };
    let ended =
        ShipmentSettlement { settled: vec![accepted], finished: vec![exchange.id], ..Default::default() };
    shop.store.settle_shipments(shop.channel, ended).await.unwrap();
    assert!(shop.store.next_shipments().await.unwrap().is_empty());
    assert!(shop.store.document(document).await.unwrap().is_none());
    let shown = shop.store.shipments(first.order_id).await.unwrap().remove(0);
    assert_eq!((shown.state, shown.remote_id.as_deref()), (ShipmentState::Accepted, Some("R-1")));
    assert_eq!(shown.problems[0].code, "cut");
}

#[tokio::test]
async fn shipments_outlive_their_channel_and_are_no_longer_told() {
    let shop = Shop::sold(2).await;
    let first = shop.ship(&[]).await.unwrap();
    assert!(shop.store.remove_channel(shop.channel).await.unwrap());
    assert!(shop.store.next_shipments().await.unwrap().is_empty());
    let shown = shop.store.shipments(first.order_id).await.unwrap().remove(0);
    assert_eq!(shown.state, ShipmentState::NotCarried);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Parcels at random, outcomes at random, and a channel that tells of some of them.
    #[test]
    fn never_more_is_shipped_than_was_ordered(
        quantity in 1_i64..8,
        steps in prop::collection::vec((0_i64..4, 0_usize..5), 1..10),
    ) {
        const OUTCOMES: [ShipmentState; 4] =
            [ShipmentState::Accepted, ShipmentState::Rejected, ShipmentState::Retry, ShipmentState::Dead];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let shop = Shop::sold(quantity).await;
            for (number, (asked, outcome)) in (11..).zip(steps) {
                let lines: &[(&str, i64)] = if asked == 0 { &[] } else { &[("1", asked)] };
                if let (Ok(recorded), Some(state)) = (shop.ship(lines).await, OUTCOMES.get(outcome)) {
                    shop.settle_as(recorded.id, *state).await;
                }
                let order = shop.sold_order().await;
                let shipments = shop.store.shipments(order.id).await.unwrap();
                let gone = shipments.iter().filter(|it| it.state != ShipmentState::Rejected);
                let units: i64 = gone.flat_map(|it| &it.lines).map(|line| line.quantity).sum();
                assert!(units <= quantity, "{units} of {quantity}");
                assert_eq!(order.lines[0].left, quantity - units);
                let told = order.lines[0].line.shipped;
                shop.enter(vec![shipped("O", number, quantity, told)]).await;
            }
        });
    }
}
