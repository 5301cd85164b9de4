//! `wharf connector`: from source to the release that channels use, and back.

mod check;
mod new;
mod pack;
mod record;
mod release;
mod sign;
mod source;
mod test;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Subcommand;

use super::{Outcome, Session};
use crate::{connector::build, output::Output};

#[derive(Debug, Subcommand)]
pub(super) enum Connector {
    /// Begin a connector: a folder that builds and passes its tests as it is.
    New(new::New),
    /// Build a connector's component from its source folder, with the tools of the language that it is written in.
    Build {
        /// The connector's folder: it holds a Cargo.toml, package.json or pyproject.toml.
        folder: PathBuf,
        /// Copy the component into this folder.
        #[arg(long, short, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Load a component in the sandbox and show what it is and what it asks for; a folder is built first.
    Check {
        #[arg(value_name = "FOLDER|FILE")]
        file: PathBuf,
    },
    /// Try a connector: forty points of the contract, then its own cases.
    Test(test::Test),
    /// Make a pair of keys for signing components.
    Keygen {
        /// Where the private key goes; a file that does not exist yet.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Sign a component; the signature goes beside it, as `FILE.sig`.
    Sign {
        file: PathBuf,
        /// The private key, as `keygen` has made it.
        #[arg(long, value_name = "KEYFILE")]
        key: PathBuf,
    },
    /// Sync a channel and keep what its connector was asked and gave, without secrets, as JSON Lines.
    Record(record::Record),
    /// Ask a connector again what a recording holds; it has to give the same to the byte.
    Replay(record::Replay),
    /// Put a connector into one file to hand on: the component, what its author says of it, a signature.
    Pack(pack::Pack),
    /// Let a component or a package in, with the signature in it or beside it; it serves unless it asks for more than was approved.
    Install { file: PathBuf },
    /// List every release with its state, and every file that was refused.
    List,
    /// Show what a connector's releases ask for, what is approved, and what each channel grants.
    Show { name: String },
    /// Let a release serve that waits or is held back: the newest one, unless another is named.
    Approve {
        name: String,
        /// The release's digest, or its first digits.
        #[arg(long)]
        digest: Option<String>,
    },
    /// Go back to the release that served before; the present one is held back.
    Rollback {
        name: String,
        /// Another release, by version or digest.
        #[arg(long, value_name = "DIGEST|VERSION")]
        to: Option<String>,
    },
    /// Let a quarantined connector serve again; everything on its channels becomes due.
    Resume { name: String },
    /// Forget a connector that no channel uses, with all its releases.
    Remove { name: String },
}

impl Connector {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        match self {
            Self::New(new) => new.run(session),
            Self::Build { folder, output } => build_component(session.output, &folder, output.as_deref()),
            Self::Check { file } => check::check(session, &file),
            Self::Test(test) => test.run(session),
            Self::Keygen { out } => sign::generate(session, &out),
            Self::Sign { file, key } => sign::sign(session, &file, &key),
            Self::Record(record) => record.run(session).await,
            Self::Replay(replay) => replay.run(session).await,
            Self::Pack(pack) => pack.run(session),
            Self::Install { file } => release::install(session, &file).await,
            Self::List => release::list(session).await,
            Self::Show { name } => release::show(session, &name).await,
            Self::Approve { name, digest } => release::approve(session, &name, digest.as_deref()).await,
            Self::Rollback { name, to } => release::roll_back(session, &name, to.as_deref()).await,
            Self::Resume { name } => release::resume(session, &name).await,
            Self::Remove { name } => release::remove(session, &name).await,
        }
    }
}

fn build_component(output: Output, folder: &Path, target: Option<&Path>) -> anyhow::Result<Outcome> {
    let built = build::build(folder, |what| output.note(what))?;
    let component = match target {
        Some(target) => copy(&built.component, target)?,
        None => built.component,
    };
    let value = serde_json::json!({"component": component, "bytes": built.bytes});
    output.either(&value, || format!("{} ({} KiB)", component.display(), built.bytes.div_ceil(1024)))?;
    Ok(Outcome::Done)
}

fn copy(component: &Path, folder: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let target = folder.join(component.file_name().context("the component has no file name")?);
    fs::copy(component, &target).with_context(|| format!("cannot write {}", target.display()))?;
    Ok(target)
}
