//! `wharf connector install`, `list`, `show`, `approve`, `rollback`, `resume` and `remove`: what an operator decides
//! about releases. All but the first three only write to the database, and tell a running server.

use std::{fs, io, path::Path};

use anyhow::Context;
use wharf_store::{Release, ReleaseState, Store};
use wharf_sync::{Admission, AskEntry, Comparison, ConnectorEntry, ConnectorError, ReleaseEntry};

use super::{
    super::{Outcome, Session, wake},
    sign::signature_of,
    source::Source,
};
use crate::{host, output::Output};

/// Digits of a digest that are shown.
const SHOWN_DIGITS: usize = 12;

/// Lets a component in and puts it into the drop folder, with the signature that is in its package or lies beside it.
pub(super) async fn install(session: &Session, file: &Path) -> anyhow::Result<Outcome> {
    anyhow::ensure!(
        !file.is_dir(),
        "{0} is a folder: build it with `wharf connector build {0}` and install the component",
        file.display()
    );
    let Source { bytes, label, .. } = Source::read(session.output, file)?;
    let signature = match label.and_then(|label| label.signature) {
        Some(inside) => Some(inside),
        None => signature_beside(file)?,
    };
    let site = session.site().await?;
    let connectors = host::connectors(&site).await?;
    let installed = connectors.install(&file.display().to_string(), bytes, signature).await?;
    wake(&site.directory, session.output);
    let release = &installed.release;
    session.output.either(&serde_json::json!({"release": release, "file": installed.file}), || {
        format!("{} {} installed as {}: {}", release.name, release.version, installed.file, standing(release))
    })?;
    if let Admission::Waiting(_) = installed.admission {
        let name = &release.name;
        session.output.note(format_args!(
            "`wharf connector show {name}` says what is new, `wharf connector approve {name}` lets it serve"
        ));
    }
    Ok(Outcome::refused_if(release.state != ReleaseState::Serving))
}

fn signature_beside(file: &Path) -> anyhow::Result<Option<String>> {
    match fs::read_to_string(signature_of(file)) {
        Ok(text) => Ok(Some(text.trim().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).context("cannot read the signature"),
    }
}

fn standing(release: &ReleaseEntry) -> String {
    match &release.reason {
        Some(reason) => format!("{}: {reason}", release.state.as_str()),
        None => release.state.as_str().to_owned(),
    }
}

pub(super) async fn list(session: &Session) -> anyhow::Result<Outcome> {
    let entries = session.existing_host().await?.connectors.list();
    let refused = entries.iter().any(|entry| matches!(entry, ConnectorEntry::Refused { .. }));
    if session.output.json() {
        session.output.value(&entries)?;
    } else {
        let rows: Vec<_> = entries.into_iter().map(row).collect();
        session.output.table(&["CONNECTOR", "VERSION", "STATE", "DIGEST", "FILE", "ABILITIES"], &rows)?;
    }
    Ok(Outcome::refused_if(refused))
}

fn row(entry: ConnectorEntry) -> Vec<String> {
    match entry {
        ConnectorEntry::Release(release) => {
            let state = standing(&release);
            let digest = release.digest[..SHOWN_DIGITS.min(release.digest.len())].to_owned();
            let abilities = release.abilities.join(", ");
            vec![release.name, release.version, state, digest, release.file, abilities]
        }
        ConnectorEntry::Refused { file, refused } => {
            vec!["-".into(), "-".into(), format!("refused: {refused}"), "-".into(), file, String::new()]
        }
    }
}

pub(super) async fn show(session: &Session, name: &str) -> anyhow::Result<Outcome> {
    let host = session.existing_host().await?;
    let comparison = host.connectors.compare(name).await?;
    if session.output.json() {
        session.output.value(&comparison)?;
    } else {
        show_releases(session.output, &comparison)?;
        show_asks(session.output, &comparison)?;
    }
    Ok(Outcome::Done)
}

fn show_releases(output: Output, comparison: &Comparison) -> io::Result<()> {
    for release in &comparison.releases {
        let signer = release.signer.as_ref().map(|name| format!(", signed by {name}")).unwrap_or_default();
        output.line(format_args!(
            "{} {}: {}{signer}\n  sha256:{}",
            release.name,
            release.version,
            standing(release),
            release.digest
        ))?;
    }
    output.line("")
}

/// One line for each ask, one column for each channel.
fn show_asks(output: Output, comparison: &Comparison) -> io::Result<()> {
    let channels: std::collections::BTreeSet<&String> =
        comparison.asks.iter().flat_map(|ask| ask.granted.keys()).collect();
    let header = ["ASKS FOR", "ASKED BY", "APPROVED"].into_iter().map(str::to_owned);
    let header: Vec<String> =
        header.chain(channels.iter().map(|channel| format!("GRANTED BY {channel}"))).collect();
    let yes = |granted: bool| if granted { "yes" } else { "no" }.to_owned();
    let row = |ask: &AskEntry| -> Vec<String> {
        let granted =
            channels.iter().map(|channel| ask.granted.get(*channel).map_or("-".into(), |it| yes(*it)));
        [ask.text.clone(), ask.asked_by.join(", "), yes(ask.approved)].into_iter().chain(granted).collect()
    };
    let rows: Vec<_> = comparison.asks.iter().map(row).collect();
    output.table(&header.iter().map(String::as_str).collect::<Vec<_>>(), &rows)
}

pub(super) async fn approve(session: &Session, name: &str, digest: Option<&str>) -> anyhow::Result<Outcome> {
    change(session, async |store| wharf_sync::approve(store, name, digest).await).await
}

pub(super) async fn roll_back(session: &Session, name: &str, to: Option<&str>) -> anyhow::Result<Outcome> {
    change(session, async |store| wharf_sync::roll_back(store, name, to).await).await
}

pub(super) async fn resume(session: &Session, name: &str) -> anyhow::Result<Outcome> {
    change(session, async |store| wharf_sync::resume(store, name).await).await
}

async fn change(
    session: &Session,
    change: impl AsyncFnOnce(&Store) -> Result<Release, ConnectorError>,
) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    let release = change(&site.store).await?;
    wake(&site.directory, session.output);
    let (name, version, state) = (&release.name, &release.version, release.state.as_str());
    let value =
        serde_json::json!({"name": name, "version": version, "digest": release.digest, "state": state});
    session.output.either(&value, || format!("{name} {version}: {state}"))?;
    Ok(Outcome::Done)
}

pub(super) async fn remove(session: &Session, name: &str) -> anyhow::Result<Outcome> {
    let site = session.existing_site().await?;
    host::connectors(&site).await?.remove(name).await?;
    wake(&site.directory, session.output);
    session.output.note(format_args!("{name} is forgotten with all its releases"));
    Ok(Outcome::Done)
}
