//! `wharf secret`: the stored secrets. Values come in by standard input, a hidden prompt, a file or a variable, since
//! a command line is seen by other processes; they never come out.

use std::{
    io::{IsTerminal as _, Read as _},
    path::PathBuf,
};

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use console::Term;
use secrecy::{
    ExposeSecret as _, SecretString,
    zeroize::{Zeroize as _, Zeroizing},
};
use wharf_sync::{remove_secret, secret_uses};

use super::{Outcome, Session, wake};
use crate::{
    output::counted,
    secret_key::{KeyPlace, VARIABLE, read_key},
    shown_secret::ShownSecret,
};

#[derive(Debug, Subcommand)]
pub(super) enum Secret {
    /// Keep a value under a name, in place of an earlier one. It is asked for, or read from standard input.
    Set(Set),
    /// List the secrets' names and times, and the channels that use them.
    List,
    /// Forget a secret that no channel uses.
    Remove { name: String },
    /// Seal all secrets with another key.
    RotateKey {
        /// A file with the new key, 32 bytes in base64; needed unless the key lies in the data directory.
        #[arg(long, value_name = "FILE")]
        new_key: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(super) struct Set {
    /// Letters, digits, `.`, `-` and `_`.
    name: String,
    /// Read the value from a file. A line end at its end is not part of it.
    #[arg(long, value_name = "FILE", conflicts_with = "from_env")]
    from_file: Option<PathBuf>,
    /// Read the value from an environment variable.
    #[arg(long, value_name = "VARIABLE")]
    from_env: Option<String>,
}

impl Secret {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        match self {
            Self::Set(options) => set(session, options).await,
            Self::List => list(session).await,
            Self::Remove { name } => remove(session, &name).await,
            Self::RotateKey { new_key } => rotate_key(session, new_key).await,
        }
    }
}

async fn set(session: &Session, options: Set) -> anyhow::Result<Outcome> {
    let value = options.value()?;
    let site = session.site().await?;
    let record = site.secrets.set(&options.name, &value).await?;
    let channels = secret_uses(&site.store).await?.remove(&record.name).unwrap_or_default();
    wake(&site.directory, session.output);
    session.output.either(&ShownSecret::new(record, channels), || {
        format!("{} is kept; channels use it from their next run", options.name)
    })?;
    Ok(Outcome::Done)
}

impl Set {
    fn value(&self) -> anyhow::Result<SecretString> {
        let mut text = match (&self.from_file, &self.from_env) {
            (Some(path), _) => {
                std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
            }
            (_, Some(variable)) => std::env::var(variable).map_err(|_| {
                anyhow::anyhow!("the environment variable {variable} is not set, or not text")
            })?,
            _ if std::io::stdin().is_terminal() => prompt(&self.name)?,
            _ => standard_input()?,
        };
        let value = SecretString::from(text.trim_end_matches(['\r', '\n']));
        text.zeroize();
        ensure!(!value.expose_secret().is_empty(), "the value of `{}` is empty", self.name);
        Ok(value)
    }
}

fn prompt(name: &str) -> anyhow::Result<String> {
    let terminal = Term::stderr();
    terminal.write_str(&format!("Value of {name} (not shown): "))?;
    terminal.read_secure_line().context("the terminal cannot be read; pipe the value in, or use --from-file")
}

fn standard_input() -> anyhow::Result<String> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().lock().read_to_string(&mut text).context("standard input holds no text")?;
    Ok(std::mem::take(&mut *text))
}

async fn list(session: &Session) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    let secrets = ShownSecret::all(&site.secrets).await?;
    if session.output.json() {
        session.output.value(&secrets)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<_> = secrets
        .into_iter()
        .map(|secret| vec![secret.name, secret.updated_at.to_string(), secret.channels.join(", ")])
        .collect();
    session.output.table(&["SECRET", "SET AT", "USED BY"], &rows)?;
    Ok(Outcome::Done)
}

async fn remove(session: &Session, name: &str) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    remove_secret(&site.secrets, name).await?;
    Ok(Outcome::Done)
}

async fn rotate_key(session: &Session, new_key: Option<PathBuf>) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    let count = match (&new_key, &*site.key) {
        (Some(path), _) => site.secrets.reseal(&read_key(path)?).await?,
        (None, KeyPlace::Directory(kept)) => {
            let Some(claim) = kept.claim()? else { bail!("another process is changing the key") };
            let count = site.secrets.reseal(&claim.next()?).await?;
            claim.finish()?;
            count
        }
        (None, _) => bail!(
            "write the new key into a file, such as with `openssl rand -base64 32`, and name it with --new-key"
        ),
    };
    session.output.note(format_args!("{} sealed with the new key", counted(count as u64, "secret")));
    if let Some(path) = new_key {
        session.output.note(format_args!(
            "give Wharf this key from now on, in {VARIABLE} or with `[secrets] key-file`, and restart a running \
             server: {}",
            path.display()
        ));
    }
    Ok(Outcome::Done)
}
