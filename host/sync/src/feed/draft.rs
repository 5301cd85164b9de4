//! The file in the making. It grows under another name and is renamed, so whoever fetches it sees the old file or the
//! new one and never a half.

use std::io::{BufWriter, Write as _};

use cap_std::fs::{Dir, File};

use super::slice::{Slice, Tally};
use crate::{active::ActiveChannel, connectors::Health, error::SyncError};

/// Where the file grows until it is whole.
pub(super) const PARTIAL: &str = ".partial";

/// Bytes that are gathered for one write.
const GATHERED: usize = 256 * 1024;

pub(super) struct Draft {
    folder: Dir,
    name: String,
    file: BufWriter<File>,
    /// Stands between the rows of two pages.
    between: Vec<u8>,
    /// Items that have a row so far.
    listed: u64,
    tally: Tally,
}

impl Draft {
    pub(super) fn open(channel: &ActiveChannel, folder: Dir) -> Result<Self, SyncError> {
        let opening = channel.connector.head(&channel.context)?.map_err(|problem| SyncError::NoFeed {
            channel: channel.name.clone(),
            reason: problem.message,
        })?;
        let file = folder.create(PARTIAL).map_err(SyncError::Feed)?;
        let mut file = BufWriter::with_capacity(GATHERED, file);
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

    /// Writes the rows of the next page.
    pub(super) fn append(&mut self, slice: &Slice) -> Result<(), SyncError> {
        if self.listed > 0 && slice.listed > 0 {
            self.file.write_all(&self.between).map_err(SyncError::Feed)?;
        }
        self.file.write_all(&slice.content).map_err(SyncError::Feed)?;
        self.listed += slice.listed as u64;
        self.tally.add(&slice.tally);
        Ok(())
    }

    /// Puts the file in place.
    pub(super) fn publish(mut self, channel: &ActiveChannel) -> Result<Option<Health>, SyncError> {
        let tail = channel.connector.tail(&channel.context, self.listed)?;
        self.file.write_all(&tail).map_err(SyncError::Feed)?;
        let file = self.file.into_inner().map_err(|error| SyncError::Feed(error.into_error()))?;
        file.sync_all().map_err(SyncError::Feed)?;
        self.folder.rename(PARTIAL, &self.folder, &self.name).map_err(SyncError::Feed)?;
        Ok(self.tally.health())
    }
}
