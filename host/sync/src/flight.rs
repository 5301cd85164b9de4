//! What is on its way right now.
//!
//! A listing in flight is not taken again, so requests for one SKU never overtake each other.

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
    aboard: Mutex<HashSet<Aboard>>,
    landed: Notify,
}

impl Flight {
    /// Notes that this is on its way; false if it already was.
    pub(crate) fn board(&self, one: Aboard) -> bool {
        self.aboard().insert(one)
    }

    pub(crate) fn land(&self, landed: impl IntoIterator<Item = Aboard>) {
        {
            let mut aboard = self.aboard();
            for one in landed {
                aboard.remove(&one);
            }
        }
        self.landed.notify_one();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.aboard().is_empty()
    }

    /// Waits until something lands. A landing between two waits is not missed.
    pub(crate) async fn landing(&self) {
        self.landed.notified().await;
    }

    fn aboard(&self) -> MutexGuard<'_, HashSet<Aboard>> {
        self.aboard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
