//! Two laws under every order of events: a change that the channel has not acknowledged is due, and what it
//! has acknowledged and has not changed since is not.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use wharf_catalog::Lane;
use wharf_store::{Candidate, Effect, ListingState};

use crate::shop::{LATER, Shop, accepted, child, model, outcome, priced, sku, titled};

const NAMES: [&str; 4] = ["M", "A", "B", "C"];
const LANES: [Lane; 3] = [Lane::Stock, Lane::Price, Lane::Content];

#[derive(Debug, Clone)]
enum Event {
    Title {
        name: usize,
        title: u8,
    },
    Price {
        name: usize,
        amount: u8,
    },
    Stock {
        name: usize,
        quantity: u8,
    },
    Delete {
        name: usize,
    },
    /// The reconciler reads what is due in a lane; the outcomes come later, perhaps never.
    Take {
        lane: usize,
    },
    /// One of the outcomes arrives, in any order.
    Accept {
        pick: usize,
    },
    Postpone {
        pick: usize,
    },
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    let name = 0..NAMES.len();
    prop_oneof![
        (name.clone(), 0..3_u8).prop_map(|(name, title)| Event::Title { name, title }),
        (name.clone(), 0..3_u8).prop_map(|(name, amount)| Event::Price { name, amount }),
        (name.clone(), 0..3_u8).prop_map(|(name, quantity)| Event::Stock { name, quantity }),
        name.prop_map(|name| Event::Delete { name }),
        (0..LANES.len()).prop_map(|lane| Event::Take { lane }),
        (0..LANES.len()).prop_map(|lane| Event::Take { lane }),
        any::<usize>().prop_map(|pick| Event::Accept { pick }),
        any::<usize>().prop_map(|pick| Event::Accept { pick }),
        any::<usize>().prop_map(|pick| Event::Postpone { pick }),
        Just(Event::Restart),
    ]
}

/// What should be due, by the simplest reckoning: every change counts up, every acknowledgement remembers
/// the count that it saw.
#[derive(Debug, Default)]
struct Reckoning {
    changes: BTreeMap<String, u32>,
    acknowledged: BTreeMap<String, u32>,
    taken: Vec<(Candidate, u32)>,
    deleted: BTreeSet<String>,
}

impl Reckoning {
    fn changed(&mut self, name: &str) {
        // The model is never listed; what it says is inherited by "A", while there is one.
        let listed = if name == "M" { "A" } else { name };
        if name == "M" && self.deleted.contains(listed) {
            return;
        }
        *self.changes.entry(listed.to_owned()).or_default() += 1;
    }

    fn expected(&self) -> Vec<String> {
        let open = |name: &&String| self.acknowledged.get(*name) != self.changes.get(*name);
        self.changes.keys().filter(open).cloned().collect()
    }
}

async fn begin() -> (Shop, Reckoning) {
    let shop = Shop::open().await;
    let mut reckoning = Reckoning::default();
    shop.put(vec![model("M", None), child("A", "M"), titled("B", "0"), titled("C", "0")]).await;
    ["A", "B", "C"].iter().for_each(|name| reckoning.changed(name));
    (shop, reckoning)
}

async fn play(shop: Shop, reckoning: &mut Reckoning, event: &Event) -> Shop {
    match *event {
        Event::Title { name, title } => {
            let mut change = titled(NAMES[name], &title.to_string());
            // A deleted model or child comes back as what it was.
            change.patch.model = Some(NAMES[name] == "M");
            change.patch.parent = (NAMES[name] == "A").then(|| Some(sku("M")));
            if shop.put(vec![change]).await[0].effect != Effect::Unchanged {
                reckoning.changed(NAMES[name]);
                reckoning.deleted.remove(NAMES[name]);
            }
        }
        Event::Price { name, amount } => {
            let mut change = priced(NAMES[name], &amount.to_string());
            change.mode = wharf_store::Mode::Update;
            let outcome = shop.change(vec![change]).await.remove(0);
            if outcome.is_ok_and(|applied| applied.effect != Effect::Unchanged) {
                reckoning.changed(NAMES[name]);
            }
        }
        Event::Stock { name, quantity } => {
            let outcome = shop.stock(NAMES[name], "berlin", quantity.into()).await;
            if NAMES[name] != "M" && outcome.is_ok_and(|applied| applied.effect != Effect::Unchanged) {
                reckoning.changed(NAMES[name]);
            }
        }
        Event::Delete { name } => {
            if shop.store.delete(&[sku(NAMES[name])]).await.unwrap()[0] {
                reckoning.changed(NAMES[name]);
                reckoning.deleted.insert(NAMES[name].to_owned());
            }
        }
        Event::Take { lane } => {
            for candidate in shop.due(LANES[lane]).await {
                let seen = reckoning.changes[candidate.sku.as_str()];
                reckoning.taken.push((candidate, seen));
            }
        }
        Event::Accept { pick } => {
            if let Some((candidate, seen)) = pick_one(&mut reckoning.taken, pick) {
                shop.settle(vec![accepted(&candidate)]).await;
                if reckoning.changes[candidate.sku.as_str()] == seen {
                    reckoning.acknowledged.insert(candidate.sku.to_string(), seen);
                }
            }
        }
        Event::Postpone { pick } => {
            if let Some((candidate, seen)) = pick_one(&mut reckoning.taken, pick) {
                let mut settled = outcome(&candidate, ListingState::Retry);
                settled.next = Some((Lane::Content, LATER));
                shop.settle(vec![settled]).await;
                // The reconciler has the last word: an answer to the newest state replaces an earlier one.
                if reckoning.changes[candidate.sku.as_str()] == seen {
                    reckoning.acknowledged.remove(candidate.sku.as_str());
                }
            }
        }
        Event::Restart => {
            reckoning.taken.clear();
            return shop.reopen().await;
        }
    }
    shop
}

fn pick_one<T>(from: &mut Vec<T>, pick: usize) -> Option<T> {
    if from.is_empty() { None } else { Some(from.remove(pick % from.len())) }
}

async fn due_names(shop: &Shop) -> Vec<String> {
    let mut due: Vec<String> =
        shop.all_due().await.iter().map(|candidate| candidate.sku.to_string()).collect();
    due.sort();
    due
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exactly_the_unacknowledged_is_due(events in prop::collection::vec(event(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (mut shop, mut reckoning) = begin().await;
            for event in &events {
                shop = play(shop, &mut reckoning, event).await;
                prop_assert_eq!(due_names(&shop).await, reckoning.expected(), "after {:?}", event);
            }
            Ok(())
        })?;
    }
}
