//! Files: handed to the connector in chunks of limited size, with what it remembers from one to the next.
//!
//! What a chunk brought is stored before the next one is read. Whatever a file leaves out is left alone: a file that
//! was cut short never deletes anything.

use std::{
    io::{Read, Seek},
    sync::Arc,
};

use serde::Serialize;
use tokio::sync::mpsc;
use wharf_catalog::{Problem, Reason};
use wharf_sandbox::inbound::{Finding as Found, Progress, Source};
use wharf_store::{Bookmark, Finding, Sender, Taken};

use super::{
    archive::{Archive, ArchiveError, is_archive},
    pass::now,
    sorting::sort,
};
use crate::{
    active::ActiveChannel,
    connectors::{Health, Stage},
    error::{ChannelError, SyncError},
    reconciler::Reconciler,
};

/// Calls for more without another byte, after which a connector is taken to be endless.
const MOST_CALLS_A_CHUNK: u32 = 100_000;

/// Pieces of a zip file that may be unpacked ahead.
const PIECES_AHEAD: usize = 2;

/// A file being taken in.
#[derive(Debug)]
pub struct FileIntake {
    reconciler: Reconciler,
    active: Arc<ActiveChannel>,
    sender: Sender,
    source: Source,
    /// The members of zip files that the connector reads.
    members: Vec<String>,
    state: Vec<u8>,
    report: IntakeReport,
}

/// What a file came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IntakeReport {
    #[serde(flatten)]
    pub taken: Taken,
    /// Whether the connector says that the file is whole and lists everything there is.
    pub complete: bool,
    /// Why the file could not be read to its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Problem>,
}

/// Something wrong with what a file brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FileFinding {
    /// A row with its column, or the SKU.
    pub place: String,
    #[serde(flatten)]
    pub problem: Problem,
}

impl Reconciler {
    /// Begins to take in a file. `media_type` is as the sender said, or empty.
    pub async fn intake(
        &self,
        channel: &str,
        file_name: &str,
        media_type: &str,
    ) -> Result<FileIntake, SyncError> {
        let channel = self.channel(channel).await?;
        let active = self.active(&channel).await?;
        let unable = || ChannelError::NoIntake { connector: active.connector.name().to_owned() };
        if !active.connector.abilities().intake {
            return Err(unable().into());
        }
        let terms = active.connector.description().intake.as_ref().ok_or_else(unable)?;
        let members = terms.members.clone();
        let source = Source {
            file_name: file_name.to_owned(),
            media_type: media_type.to_owned(),
            member: String::new(),
        };
        Ok(FileIntake {
            reconciler: self.clone(),
            sender: active.sender("file".into()),
            active,
            source,
            members,
            state: Vec::new(),
            report: IntakeReport::default(),
        })
    }
}

impl FileIntake {
    /// Bytes to hand over at once.
    pub fn chunk_bytes(&self) -> usize {
        self.reconciler.settings().chunk_bytes.max(1)
    }

    pub fn report(&self) -> &IntakeReport {
        &self.report
    }

    /// Whether the file cannot be read any further.
    pub fn is_over(&self) -> bool {
        self.report.failed.is_some()
    }

    /// Whether a file that begins like this is to be unpacked, by [`FileIntake::unpack`].
    pub fn unpacks(&self, beginning: &[u8]) -> bool {
        !self.members.is_empty() && is_archive(beginning)
    }

    /// Takes in the members of a zip file that the connector asks for, in its order. `tell` is handed what was found wrong
    /// and the bytes that were read.
    pub async fn unpack(
        &mut self,
        file: impl Read + Seek + Send + 'static,
        mut tell: impl FnMut(&[FileFinding], &IntakeReport),
    ) -> Result<(), SyncError> {
        let (sender, mut pieces) = mpsc::channel(PIECES_AHEAD);
        let (members, piece) = (self.members.clone(), self.chunk_bytes());
        let limit = self.reconciler.settings().unpacked_bytes;
        let reader = tokio::task::spawn_blocking(move || send_members(file, &members, piece, limit, &sender));
        while let Some((member, bytes)) = pieces.recv().await {
            self.source.member = member;
            let found = self.chunk(bytes, false).await?;
            tell(&found, &self.report);
            if self.is_over() {
                return Ok(());
            }
        }
        reader.await??;
        // Nothing follows, now that the whole archive was found sound.
        let found = self.chunk(Vec::new(), true).await?;
        tell(&found, &self.report);
        Ok(())
    }

    /// Hands over the next bytes; `last` says that none follow. Answers with what was found wrong.
    pub async fn chunk(&mut self, bytes: Vec<u8>, last: bool) -> Result<Vec<FileFinding>, SyncError> {
        let mut found = Vec::new();
        let mut chunk = bytes;
        for _ in 0..MOST_CALLS_A_CHUNK {
            if self.is_over() {
                return Ok(found);
            }
            let progress = self.parse(std::mem::take(&mut chunk), last).await?;
            let more = progress.more;
            found.extend(self.keep(progress).await?);
            if !more {
                return Ok(found);
            }
        }
        let message = "the connector has always more to say and reads no further";
        self.report.failed = Some(Problem::error("endless", None, message).because(Reason::Contract));
        Ok(found)
    }

    async fn parse(&mut self, chunk: Vec<u8>, last: bool) -> Result<Progress, SyncError> {
        let (active, source) = (Arc::clone(&self.active), self.source.clone());
        let state = std::mem::take(&mut self.state);
        let parse = move || active.connector.parse(&active.context, &source, &state, &chunk, last);
        let parsed = tokio::task::spawn_blocking(parse).await?;
        let health = match &parsed {
            Ok(_) => Health::Sound,
            Err(error) => Health::Failed { error: error.clone(), alone: None },
        };
        let connectors = self.reconciler.connectors();
        connectors.note(&self.active.connector, Stage::Read, Some(health)).await?;
        Ok(parsed?)
    }

    async fn keep(&mut self, progress: Progress) -> Result<Vec<FileFinding>, SyncError> {
        let Progress { state, entries, findings, more: _, complete, failed } = progress;
        let mut arrival = sort(&self.active, entries, Vec::new(), now());
        arrival.findings.extend(findings.into_iter().map(placed));
        let store = self.reconciler.store();
        let (taken, found) = store.take_in(&self.sender, arrival, Bookmark::None).await?;
        self.reconciler.tell_of(&taken);
        self.state = state;
        self.report.taken.add(&taken);
        self.report.complete = complete;
        self.report.failed = failed;
        Ok(found
            .into_iter()
            .map(|Finding { subject: place, problem }| FileFinding { place, problem })
            .collect())
    }
}

fn send_members(
    file: impl Read + Seek,
    members: &[String],
    piece: usize,
    limit: u64,
    sender: &mpsc::Sender<(String, Vec<u8>)>,
) -> Result<(), ArchiveError> {
    let mut archive = Archive::open(file)?;
    let mut left = limit;
    for member in members {
        let take = |bytes| sender.blocking_send((member.clone(), bytes)).is_ok();
        archive.unpack(member, piece, (&mut left, limit), take)?;
    }
    Ok(())
}

fn placed(found: Found) -> Finding {
    let column = found.column.map(|column| format!(", column {column}")).unwrap_or_default();
    Finding { subject: format!("row {}{column}", found.row), problem: found.problem }
}
