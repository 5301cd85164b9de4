//! Telling channels which parcels of their orders left.
//!
//! - `run`: one run over a channel: what is due is prepared, stored, sent and settled. `outcome`: what the store notes.
//! - `schedule`: when channels are told by themselves.
//! - `recording`: a parcel is noted, and whether its channel can be told at all.
//!
//! A run of its own, beside that of the listings: an upload of content that takes hours keeps no shopper waiting for a
//! tracking number. Its requests are as urgent as stock, and not more: a parcel that is told a second later harms
//! nobody, a unit that is sold twice does; but both are few and go before prices and content, since vendors count late
//! confirmations against the seller.

mod outcome;
mod recording;
mod run;
mod schedule;

pub use recording::record_shipment;
pub use schedule::schedule_shipments;

use std::sync::Arc;

use crate::{
    active::ActiveChannel,
    error::SyncError,
    figures::Figures,
    reconciler::{Berth, Reconciler},
};
use run::Run;

impl Reconciler {
    /// Tells a channel of every parcel that is due. A second run of the same channel waits for the first. Answers with
    /// why the run was halted, if it was.
    pub async fn ship(&self, name: &str, figures: &Arc<Figures>) -> Result<Option<String>, SyncError> {
        let channel = self.channel(name).await?;
        let berth = self.berth(channel.id);
        let _alone = berth.shipping.lock().await;
        Run::new(self, self.active(&channel).await?, figures).carry().await
    }

    /// The same as a part of another run; nothing if somebody is at it already.
    pub(crate) async fn ship_along(
        &self,
        berth: &Berth,
        active: &Arc<ActiveChannel>,
        figures: &Arc<Figures>,
    ) -> Result<Option<String>, SyncError> {
        match berth.shipping.try_lock() {
            Ok(_alone) => Run::new(self, Arc::clone(active), figures).carry().await,
            Err(_) => Ok(None),
        }
    }
}
