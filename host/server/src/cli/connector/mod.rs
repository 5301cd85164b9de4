//! `wharf connector`: from source to the release that channels use, and back.

mod check;
mod release;
mod sign;

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
    /// Build a connector's component from its source folder.
    Build {
        /// The folder that holds the connector's Cargo.toml.
        folder: PathBuf,
        /// Copy the component into this folder.
        #[arg(long, short, value_name = "DIR")]
        output: Option<PathBuf>,
    },
    /// Load a component in the sandbox and show what it is and what it asks for.
    Check { file: PathBuf },
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
    /// Let a component in, with the signature beside it; it serves unless it asks for more than was approved.
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
            Self::Build { folder, output } => build_component(session.output, &folder, output.as_deref()),
            Self::Check { file } => check::check(session, &file),
            Self::Keygen { out } => sign::generate(session, &out),
            Self::Sign { file, key } => sign::sign(session, &file, &key),
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
