//! One run over a feed channel: the whole selection into one file, put in place when it is whole.
//!
//! The file is written under another name and renamed, so whoever fetches it sees the old file or the new one
//! and never a half. Outcomes are noted page by page, so that memory holds two pages and not the catalog; a run
//! that breaks off leaves its partial file behind, and while that is there the feed counts as due.

use std::{
    io::{BufWriter, Write as _},
    sync::Arc,
};

use cap_std::fs::{Dir, File};
use jiff::Timestamp;
use wharf_catalog::{
    Problem,
    projection::{Fingerprint, Projection},
};
use wharf_sandbox::{CallError, exchange::Rejection};
use wharf_store::{Candidate, ListingState, Selection, Settled, Settlement, Store, Write};

use crate::{
    active::ActiveChannel,
    connectors::Health,
    error::SyncError,
    figures::{Figures, add},
    settings::SyncSettings,
    translate::delivery,
};

/// Where the file grows until it is whole.
const PARTIAL: &str = ".partial";

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
    let mut page = store.page(channel.id, Selection::All, 0, settings.batch_items).await?;
    while let Some(last) = page.last().map(|candidate| candidate.product_id) {
        let (active, counters) = (Arc::clone(channel), Arc::clone(figures));
        let written = blocking(move || {
            let settled = draft.append(&active, &page, &counters)?;
            Ok((draft, settled))
        });
        let next = store.page(channel.id, Selection::All, last, settings.batch_items);
        let (written, next) = futures::future::join(written, next).await;
        let settled;
        (draft, settled) = written?;
        page = next?;
        store.settle(channel.id, Settlement { listings: settled, ..Settlement::default() }).await?;
    }
    let active = Arc::clone(channel);
    blocking(move || draft.publish(&active)).await
}

/// Runs file work and sandbox calls off the executor.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SyncError> + Send + 'static,
) -> Result<T, SyncError> {
    tokio::task::spawn_blocking(work).await?
}

/// A file in the making.
struct Draft {
    folder: Dir,
    name: String,
    file: BufWriter<File>,
    /// Stands between the rows of two pages.
    between: Vec<u8>,
    /// Items that have a row so far.
    listed: u64,
    tally: Tally,
}

/// How many items the connector was given, and on how many it failed.
#[derive(Default)]
struct Tally {
    items: usize,
    faults: usize,
    first: Option<CallError>,
}

impl Draft {
    fn open(channel: &ActiveChannel, folder: Dir) -> Result<Self, SyncError> {
        let opening = channel.connector.head(&channel.context)?.map_err(|problem| SyncError::NoFeed {
            channel: channel.name.clone(),
            reason: problem.message,
        })?;
        let file = folder.create(PARTIAL).map_err(SyncError::Feed)?;
        let mut file = BufWriter::with_capacity(256 * 1024, file);
        file.write_all(&opening.content).map_err(SyncError::Feed)?;
        Ok(Self {
            folder,
            name: opening.file_name,
            file,
            between: opening.between,
            listed: 0,
            tally: Tally::default(),
        })
    }

    /// Writes the rows of one page. Returns what has to be noted: only listings that were due or changed state.
    fn append(
        &mut self,
        channel: &ActiveChannel,
        page: &[Candidate],
        figures: &Figures,
    ) -> Result<Vec<Settled>, SyncError> {
        add(&figures.considered, page.len());
        let mut rows = Vec::with_capacity(page.len());
        let mut items = Vec::with_capacity(page.len());
        for candidate in page {
            let mut row = Row::new(candidate);
            match channel.project(candidate)? {
                Projection::Listed { item, warnings } => {
                    row.shows =
                        Some(Fingerprint::new(&channel.seed, &item, &channel.connector.description().fields));
                    row.problems = warnings;
                    row.state = ListingState::Accepted;
                    row.position = Some(items.len());
                    items.push(item);
                }
                Projection::Incomplete(problems) => {
                    add(&figures.incomplete, 1);
                    row.problems = problems;
                    row.state = ListingState::Incomplete;
                }
                Projection::Absent => row.state = ListingState::Removed,
            }
            rows.push(row);
        }
        let written = channel.connector.rows(&channel.context, &items)?;
        self.tally.items += items.len();
        self.tally.faults += written.faults.len();
        if self.tally.first.is_none() {
            self.tally.first = written.faults.first().map(|fault| fault.error.clone());
        }
        let faults = written.faults.into_iter().map(|fault| {
            (fault.index, vec![Problem::error("connector-fault", None, fault.error.to_string())])
        });
        let refused = written
            .rejections
            .into_iter()
            .map(|rejection| (rejection.index, rejection.problems))
            .chain(faults);
        refuse(&mut rows, refused, figures);
        warn(&mut rows, written.warnings);
        let listed = rows.iter().filter(|row| row.state == ListingState::Accepted).count();
        if self.listed > 0 && listed > 0 {
            self.file.write_all(&self.between).map_err(SyncError::Feed)?;
        }
        self.file.write_all(&written.content).map_err(SyncError::Feed)?;
        self.listed += listed as u64;
        add(&figures.written, listed);
        Ok(rows.into_iter().filter_map(|row| row.settled(figures)).collect())
    }

    fn publish(mut self, channel: &ActiveChannel) -> Result<Option<Health>, SyncError> {
        let tail = channel.connector.tail(&channel.context, self.listed)?;
        self.file.write_all(&tail).map_err(SyncError::Feed)?;
        let file = self.file.into_inner().map_err(|error| SyncError::Feed(error.into_error()))?;
        file.sync_all().map_err(SyncError::Feed)?;
        self.folder.rename(PARTIAL, &self.folder, &self.name).map_err(SyncError::Feed)?;
        let Tally { items, faults, first } = self.tally;
        Ok(Health::of(items, faults, first.as_ref(), None))
    }
}

fn refuse(rows: &mut [Row<'_>], refused: impl Iterator<Item = (u32, Vec<Problem>)>, figures: &Figures) {
    for (index, problems) in refused {
        if let Some(row) = rows.iter_mut().find(|row| row.position == Some(index as usize)) {
            add(&figures.rejected, 1);
            row.shows = None;
            row.problems.extend(problems);
            row.state = ListingState::Rejected;
        }
    }
}

fn warn(rows: &mut [Row<'_>], warnings: Vec<Rejection>) {
    for Rejection { index, problems } in warnings {
        if let Some(row) = rows.iter_mut().find(|row| row.position == Some(index as usize)) {
            row.problems.extend(problems);
        }
    }
}

/// What one listing comes to in this file.
struct Row<'a> {
    candidate: &'a Candidate,
    /// Its place among the items handed to the connector.
    position: Option<usize>,
    shows: Option<Fingerprint>,
    state: ListingState,
    problems: Vec<Problem>,
}

impl<'a> Row<'a> {
    fn new(candidate: &'a Candidate) -> Self {
        Self { candidate, position: None, shows: None, state: ListingState::Removed, problems: Vec::new() }
    }

    fn settled(self, figures: &Figures) -> Option<Settled> {
        let known = self.candidate.delivered.as_deref();
        let shows = self.shows.map(Fingerprint::to_bytes);
        let changed = known != shows.as_ref().map(<[u8; 48]>::as_slice);
        if self.candidate.lane.is_none() && !changed && self.candidate.state == self.state {
            add(&figures.unchanged, 1);
            return None;
        }
        match (changed, self.state) {
            (true, ListingState::Accepted) => add(&figures.accepted, 1),
            (true, ListingState::Removed) => add(&figures.deletes, 1),
            (false, ListingState::Accepted) => add(&figures.unchanged, 1),
            _ => {}
        }
        Some(Settled {
            product_id: self.candidate.product_id,
            marked: self.candidate.marked,
            state: self.state,
            delivered: delivery(self.shows, self.candidate.revision),
            remote_id: Write::Keep,
            note: Write::Keep,
            problems: self.problems,
            attempts: 0,
            spent: None,
            next: None,
        })
    }
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
