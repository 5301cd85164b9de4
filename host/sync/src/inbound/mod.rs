//! The way back: what channels and files bring, through the connector that reads them, into the store.
//!
//! - `settings`: what the operator says about it for one channel: where orders are taken from, whose counts are believed.
//! - `pull`: reading a stream, `pass`: one pass over it, page by page; `schedule`: when streams are read by themselves.
//! - `webhook`: what a channel says by itself, after `signature` has checked that it is the channel.
//! - `intake`: files, in chunks; `archive`: the members of zip files.
//! - `sorting`: the entries of any of them, by what the store does with them.
//!
//! All three store what came and how far they are in one transaction, so a crash repeats one page, delivery or chunk.

mod archive;
mod intake;
mod pass;
mod pull;
mod schedule;
mod settings;
mod signature;
mod sorting;
mod webhook;

pub use archive::ArchiveError;
pub use intake::{FileFinding, FileIntake, IntakeReport};
pub use pull::PullReport;
pub use schedule::schedule_pulls;
pub use settings::{Inbound, StreamSettings};
pub(crate) use webhook::Gate;
pub use webhook::{Admitted, Answer, ReceiveError, WebhookCall};

use wharf_store::{Store, StoreError, Taken, TakingTerms};

use crate::configuration::ChannelConfiguration;

/// Tries again to take what an order's lines are short of. `None` when there is no such order.
pub async fn retry_order(store: &Store, id: i64) -> Result<Option<Taken>, StoreError> {
    let Some(order) = store.order(id).await? else { return Ok(None) };
    let channel = store.channel(order.channel_id).await?;
    let configured = channel.and_then(|channel| {
        let configuration = serde_json::from_str::<ChannelConfiguration>(&channel.configuration).ok()?;
        Some(configuration.inbound.terms(&configuration.scope, channel.created_at))
    });
    // The order of a channel that is gone takes from wherever the product is.
    store.retry_order(id, &configured.unwrap_or_else(TakingTerms::default)).await
}
