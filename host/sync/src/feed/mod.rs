//! One run over a feed channel: the whole selection into one file, put in place when it is whole.
//!
//! Pages are read in order, turned into rows beside each other, and written in order, so that a feed uses all
//! processors in the memory of a few pages. Outcomes are noted page by page; a run that breaks off leaves its partial
//! file behind, and while that is there the feed counts as due.

mod draft;
mod slice;

use std::sync::Arc;

use cap_std::fs::Dir;
use futures::{Stream, TryStreamExt as _, future, stream};
use jiff::Timestamp;
use wharf_store::{Candidate, Selection, Settlement, Store};

use crate::{
    active::ActiveChannel,
    connectors::Health,
    error::SyncError,
    figures::{Figures, add},
    settings::SyncSettings,
};
use draft::{Draft, PARTIAL};
use slice::Slice;

/// Pages that are turned into rows at the same time, each on a thread of its own.
const AHEAD: usize = 2;

/// Writes the channel's file anew. `folder` is the channel's own. Answers with how the connector did.
pub(crate) async fn write_feed(
    store: &Store,
    channel: &Arc<ActiveChannel>,
    settings: &SyncSettings,
    figures: &Arc<Figures>,
    folder: Dir,
) -> Result<Option<Health>, SyncError> {
    let mut draft = blocking({
        let channel = Arc::clone(channel);
        move || Draft::open(&channel, folder)
    })
    .await?;
    let slices = pages(store, channel.id, settings.batch_items)
        .map_ok(|page| {
            let (active, counters) = (Arc::clone(channel), Arc::clone(figures));
            blocking(move || Slice::of(&active, &page, &counters))
        })
        .try_buffered(AHEAD);
    let mut slices = std::pin::pin!(slices);
    let mut slice = slices.try_next().await?;
    while let Some(mut whole) = slice {
        let listings = std::mem::take(&mut whole.settled);
        let appended = blocking(move || {
            draft.append(&whole)?;
            Ok(draft)
        });
        let settled = store.settle(channel.id, Settlement { listings, ..Settlement::default() });
        let (appended, settled, next) = future::join3(appended, settled, slices.try_next()).await;
        draft = appended?;
        settled?;
        slice = next?;
    }
    let active = Arc::clone(channel);
    blocking(move || draft.publish(&active)).await
}

/// The channel's listings page by page, each read when it is asked for.
fn pages(store: &Store, channel: i64, size: u32) -> impl Stream<Item = Result<Vec<Candidate>, SyncError>> {
    stream::try_unfold(0, move |after| async move {
        let page = store.page(channel, Selection::All, after, size).await?;
        Ok(page.last().map(|last| last.product_id).map(|last| (page, last)))
    })
}

/// Runs file work and sandbox calls off the executor.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SyncError> + Send + 'static,
) -> Result<T, SyncError> {
    tokio::task::spawn_blocking(work).await?
}

/// Whether the feed has to be written: something is due, the last run broke off, or there is no file yet.
pub(crate) async fn is_due(
    store: &Store,
    channel: i64,
    folder: &Dir,
    figures: &Figures,
) -> Result<bool, SyncError> {
    let summary = store.due_summary(channel, Timestamp::now().as_millisecond()).await?;
    let names = folder.entries().map_err(SyncError::Feed)?.flatten().map(|entry| entry.file_name());
    let (partial, whole): (Vec<_>, Vec<_>) = names.partition(|name| name == PARTIAL);
    if !summary.due.is_empty() || !partial.is_empty() || whole.is_empty() {
        return Ok(true);
    }
    let counts = store.counts(channel).await?;
    add(&figures.unchanged, counts.by_state.values().sum::<u64>() as usize);
    Ok(false)
}
