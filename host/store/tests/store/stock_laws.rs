//! Laws of orders and stock under every order of events: no level below zero, no unit lost or made up, and what is
//! missing is told.

use proptest::prelude::*;
use wharf_catalog::inbound::{Order, OrderLine, OrderState};
use wharf_store::OrderFilter;

use crate::{
    orders::{line, order, sender},
    shop::{Shop, draft, titled},
};

const PLACES: [&str; 2] = ["berlin", "hamburg"];

#[derive(Debug, Clone)]
enum Event {
    Order { channel: usize, order: u8, quantity: i64, cancelled: i64, state: bool, age: i64 },
    Bring { place: usize, units: i64 },
    Retry { pick: usize },
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    let told = (0..2_usize, 0..3_u8, 0..4_i64, 0..3_i64, any::<bool>(), 0..6_i64);
    prop_oneof![
        6 => told.prop_map(|(channel, order, quantity, cancelled, state, age)| Event::Order {
            channel, order, quantity, cancelled, state, age
        }),
        2 => (0..2_usize, 1..3_i64).prop_map(|(place, units)| Event::Bring { place, units }),
        1 => any::<usize>().prop_map(|pick| Event::Retry { pick }),
        1 => Just(Event::Restart),
    ]
}

fn demand(order: &Order, line: &OrderLine) -> i64 {
    let cancelled = order.state == OrderState::Cancelled;
    if cancelled { 0 } else { (line.quantity - line.cancelled).max(0) }
}

async fn run(events: Vec<Event>) -> Result<(), TestCaseError> {
    let mut shop = Shop::open().await;
    let channels = [shop.channel, shop.store.add_channel(&draft("other")).await.unwrap()];
    shop.put(vec![titled("A", "Lamp")]).await;
    let mut brought = 0;
    for place in PLACES {
        shop.stock("A", place, 2).await.unwrap();
        brought += 2;
    }
    for event in events {
        match event {
            Event::Order { channel, order: id, quantity, cancelled, state, age } => {
                let sold = OrderLine { cancelled, ..line("a", "A", quantity) };
                let told = order(&id.to_string(), age, vec![sold]);
                let state = if state { OrderState::Paid } else { OrderState::Cancelled };
                shop.enter_as(&sender(channels[channel]), vec![Order { state, ..told }]).await;
            }
            Event::Bring { place, units } => {
                let levels = shop.store.stock_of("A").await.unwrap();
                shop.stock("A", PLACES[place], levels[place].1 + units).await.unwrap();
                brought += units;
            }
            Event::Retry { pick } => {
                let orders = shop.store.orders(&OrderFilter::default(), None, 10).await.unwrap();
                if let Some(order) = orders.get(pick % orders.len().max(1)) {
                    shop.store.retry_order(order.id, &sender(0).terms).await.unwrap();
                }
            }
            Event::Restart => shop = shop.reopen().await,
        }
        let levels = shop.store.stock_of("A").await.unwrap();
        let orders = shop.store.orders(&OrderFilter::default(), None, 100).await.unwrap();
        let mut taken = 0;
        for order in &orders {
            for line in &order.lines {
                let held: i64 = line.taken.iter().map(|(_, units)| units).sum();
                prop_assert_eq!(held + line.short, demand(&order.order, &line.line));
                prop_assert_eq!(line.short > 0, !line.problems.is_empty(), "what is missing is told");
                taken += held;
            }
        }
        prop_assert!(levels.iter().all(|(_, units)| *units >= 0), "{levels:?}");
        let left: i64 = levels.iter().map(|(_, units)| units).sum();
        prop_assert_eq!(left + taken, brought);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_unit_is_lost_made_up_or_sold_twice(events in prop::collection::vec(event(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        runtime.block_on(run(events))?;
    }
}
