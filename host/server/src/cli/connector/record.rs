//! `wharf connector record` and `replay`: a channel's exchanges, kept without secrets and tried again elsewhere.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use clap::Args;
use wharf_sync::Figures;

use super::{
    super::{Outcome, Session, channel, sync},
    source::Source,
    test,
};
use crate::{
    connector::case::recording::{self, Head, Replayed, Tape},
    host::Host,
    output::counted,
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Record {
    /// The channel to sync and record: its endpoints decide whether the vendor or a test system is sent to.
    channel: String,
    /// A file that does not exist yet; left out, `CHANNEL.jsonl`.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Send everything again; left out, what has changed.
    #[arg(long)]
    full: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Replay {
    /// A recording.
    file: PathBuf,
    /// The connector to ask, a folder or a component; left out, the installed one of the recording's name.
    #[arg(long, value_name = "FOLDER|FILE")]
    connector: Option<PathBuf>,
}

impl Record {
    /// Syncs until nothing is left to do, steps that are still to come included.
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let host = session.existing_host().await?;
        let channel = channel::find(&host.site.store, &self.channel).await?;
        let _claim = host.site.directory.claim_sync()?.context(
            "a running server syncs the channels of this data directory: stop it for the recording",
        )?;
        let file = self.output.unwrap_or_else(|| PathBuf::from(format!("{}.jsonl", self.channel)));
        let connector = host.connectors.resolve(&channel.connector, None).await?;
        let tape = Tape::create(&file, &Head::new(&connector, &channel.name))
            .with_context(|| format!("cannot write {}, which must not exist yet", file.display()))?;
        let tape = Arc::new(tape);
        host.reconciler.tap(Arc::clone(&tape) as _);
        if self.full {
            host.site.store.resend(channel.id).await?;
        }
        let halted = sync_until_calm(&host, &channel).await?;
        let calls = tape.finish().with_context(|| format!("cannot write {}", file.display()))?;
        let value = serde_json::json!({"file": file, "calls": calls, "halted": halted});
        session.output.either(&value, || format!("{}: {}", file.display(), counted(calls, "call")))?;
        if calls == 0 {
            session.output.note("nothing was due: `--full` sends everything again");
        }
        if let Some(reason) = &halted {
            session.output.note(format_args!("the run was halted: {reason}"));
        }
        Ok(Outcome::refused_if(halted.is_some() || calls == 0))
    }
}

/// Why a run was halted, if one was; there is no use in recording another.
async fn sync_until_calm(host: &Host, channel: &wharf_store::Channel) -> anyhow::Result<Option<String>> {
    let figures = Arc::new(Figures::default());
    let mut before = 0;
    loop {
        let run = host.reconciler.sync(&channel.name, Arc::clone(&figures)).await?;
        if run.halted.is_some() {
            return Ok(run.halted);
        }
        let taken = run.report.considered + run.report.exchanges;
        let idle = taken == std::mem::replace(&mut before, taken);
        match sync::pause(&host.site.store, channel, false, idle).await? {
            Some(rest) => tokio::time::sleep(rest).await,
            None => return Ok(None),
        }
    }
}

impl Replay {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let connector = match &self.connector {
            Some(named) => Source::read(session.output, named)?.load(session)?,
            None => installed(session, &self.file).await?,
        };
        let replayed =
            recording::replay(&connector, &self.file).with_context(|| self.file.display().to_string())?;
        session.output.either(&replayed, || text(&replayed))?;
        Ok(Outcome::refused_if(!replayed.differences.is_empty()))
    }
}

async fn installed(session: &Session, file: &Path) -> anyhow::Result<wharf_sandbox::Connector> {
    let head = recording::head(file).with_context(|| file.display().to_string())?;
    let host = session.existing_host().await?;
    Ok(host.connectors.resolve(&head.connector, None).await?)
}

fn text(replayed: &Replayed) -> String {
    let count = replayed.differences.len() as u64;
    let sum = if count == 0 { "the same to the byte".to_owned() } else { counted(count, "difference") };
    let lines = [format!("{}: {sum}", replayed.about())];
    lines.into_iter().chain(replayed.differences.iter().map(test::difference)).collect::<Vec<_>>().join("\n")
}
