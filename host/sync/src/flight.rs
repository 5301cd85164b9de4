//! What is on its way right now.
//!
//! A listing in flight is not taken again, so requests for one SKU never overtake each other. A page of due
//! listings is read some time before they board; what landed in between is as stale in it as what is still in
//! flight, so it does not board either and is found by the next page if it is due again.

use std::{
    collections::HashSet,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// One thing on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Aboard {
    /// The listing of this product.
    Product(i64),
    /// This stored exchange.
    Exchange(i64),
}

#[derive(Debug, Default)]
pub(crate) struct Flight {
    state: Mutex<State>,
    landed: Notify,
}

#[derive(Debug, Default)]
struct State {
    aboard: HashSet<Aboard>,
    /// Landed since the reader last looked.
    landed: HashSet<Aboard>,
}

impl Flight {
    /// To be called before reading what is due: what lands from here on may be read in its old state.
    pub(crate) fn look(&self) {
        self.state().landed.clear();
    }

    /// Notes that this is on its way; false if it already is, or was when the reader looked.
    pub(crate) fn board(&self, one: Aboard) -> bool {
        let mut state = self.state();
        !state.landed.contains(&one) && state.aboard.insert(one)
    }

    /// The same for several that go together or not at all.
    pub(crate) fn board_together(&self, all: impl Iterator<Item = Aboard> + Clone) -> bool {
        let mut state = self.state();
        let free = all.clone().all(|one| !state.landed.contains(&one) && !state.aboard.contains(&one));
        if free {
            state.aboard.extend(all);
        }
        free
    }

    /// To be called once the outcome is stored.
    pub(crate) fn land(&self, landed: impl IntoIterator<Item = Aboard>) {
        {
            let mut state = self.state();
            for one in landed {
                state.aboard.remove(&one);
                state.landed.insert(one);
            }
        }
        self.landed.notify_one();
    }

    /// Whether nothing is on its way, and nothing has landed since the reader looked.
    pub(crate) fn is_over(&self) -> bool {
        let state = self.state();
        state.aboard.is_empty() && state.landed.is_empty()
    }

    /// Waits until something lands; at once if something has since the last wait.
    pub(crate) async fn landing(&self) {
        self.landed.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_landed_while_a_page_was_read_boards_only_after_the_next_look() {
        let flight = Flight::default();
        let one = Aboard::Product(1);
        assert!(flight.board(one) && !flight.board(one));
        flight.look();
        flight.land([one]);
        assert!(!flight.board(one), "the page that is being read may show it in its old state");
        assert!(!flight.is_over());
        flight.look();
        assert!(flight.is_over() && flight.board(one));
    }
}
