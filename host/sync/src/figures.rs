//! What a sync is doing and has done, counted while it runs.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use serde::Serialize;

macro_rules! figures {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Live counters of one run; read them at any time for progress.
        #[derive(Debug, Default)]
        pub struct Figures { $($(#[$doc])* pub(crate) $name: AtomicU64,)+ }

        /// The counters at one moment.
        #[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, serde::Deserialize)]
        pub struct Report { $($(#[$doc])* #[serde(default)] pub $name: u64,)+ }

        impl Figures {
            pub fn report(&self) -> Report {
                Report { $($name: self.$name.load(Relaxed),)+ }
            }
        }

        impl Report {
            /// The counters with their names, for metrics and tables.
            pub fn entries(&self) -> impl Iterator<Item = (&'static str, u64)> {
                [$((stringify!($name), self.$name),)+].into_iter()
            }
        }
    };
}

figures! {
    /// Listings that were due and looked at.
    considered,
    /// Listings that already showed what they should: nothing was sent.
    unchanged,
    /// Listings held back because the product lacks something; their problems say what.
    incomplete,
    /// Operations that the channel acknowledged.
    accepted,
    /// Operations that the channel, or the connector for it, refused.
    rejected,
    /// Operations to be tried again later.
    postponed,
    /// Operations that wait for a further exchange.
    pending,
    /// Whole items sent.
    upserts,
    /// Price changes sent.
    prices,
    /// Stock changes sent.
    stocks,
    /// Listings taken off the channel.
    deletes,
    /// Parcels that the channel was told of.
    shipments,
    /// Exchanges with the channel, retries not counted.
    exchanges,
    /// Items written to a feed file.
    written,
}

pub(crate) fn add(counter: &AtomicU64, amount: usize) {
    counter.fetch_add(amount as u64, Relaxed);
}
