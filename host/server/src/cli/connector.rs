//! `wharf connector`: from source to the drop folder, with a look inside before it serves.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Subcommand;
use serde::Serialize;
use wharf_catalog::declaration::{AuthScheme, Endpoint, Field};
use wharf_sandbox::{Connector as Component, Sandbox};
use wharf_sync::ConnectorEntry;

use super::{Outcome, Session};
use crate::{
    connector::{build, install},
    output::Output,
};

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
    /// List the files of the drop folder, loaded or refused.
    List,
    /// Check a component and put it into the drop folder; a running server takes it up.
    Install { file: PathBuf },
}

impl Connector {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        match self {
            Self::Build { folder, output } => build_component(session.output, &folder, output.as_deref()),
            Self::Check { file } => check(session, &file),
            Self::List => list(session).await,
            Self::Install { file } => put(session, &file).await,
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

/// What a connector is and what it asks for.
#[derive(Serialize)]
struct Portrait<'a> {
    name: &'a str,
    version: &'a str,
    summary: &'a str,
    digest: &'a str,
    bytes: usize,
    abilities: Vec<&'static str>,
    auth: &'a AuthScheme,
    endpoints: &'a [Endpoint],
    fields: &'a [Field],
    settings: Option<Box<serde_json::value::RawValue>>,
}

impl<'a> Portrait<'a> {
    fn new(component: &'a Component, bytes: usize) -> Self {
        let description = component.description();
        Self {
            name: &description.name,
            version: &description.version,
            summary: &description.summary,
            digest: component.digest(),
            bytes,
            abilities: abilities(component),
            auth: &description.auth,
            endpoints: &description.endpoints,
            fields: &description.fields,
            settings: serde_json::value::RawValue::from_string(description.settings_schema.clone()).ok(),
        }
    }

    fn text(&self) -> String {
        let mut lines = vec![
            format!("{} {}: {}", self.name, self.version, self.summary),
            format!("  abilities  {}", self.abilities.join(", ")),
            format!("  size       {} KiB", self.bytes.div_ceil(1024)),
            format!("  digest     {}", self.digest),
            format!("  auth       {}", auth(self.auth)),
        ];
        lines.extend(self.endpoints.iter().map(|endpoint| {
            let methods: Vec<_> =
                endpoint.methods.iter().map(|method| format!("{method:?}").to_uppercase()).collect();
            format!("  endpoint   {} {} ({})", endpoint.name, endpoint.url, methods.join(", "))
        }));
        let required = self.fields.iter().filter(|field| field.required).map(|field| field.name.as_str());
        let required: Vec<_> = required.collect();
        lines.push(format!("  fields     {}, required: {}", self.fields.len(), required.join(", ")));
        lines.join("\n")
    }
}

fn abilities(component: &Component) -> Vec<&'static str> {
    let abilities = component.abilities();
    let known = [("publisher", abilities.publisher), ("feed", abilities.feed)];
    known.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect()
}

fn auth(scheme: &AuthScheme) -> String {
    match scheme {
        AuthScheme::None => "none".into(),
        AuthScheme::Bearer => "a bearer token".into(),
        AuthScheme::Header(name) => format!("a secret in the header {name}"),
        AuthScheme::Basic => "user and password".into(),
        AuthScheme::ServiceAccount(scopes) => format!("a service account, for {}", scopes.join(", ")),
    }
}

/// Loads without a cache: what is only looked at leaves nothing behind.
fn load(session: &Session, file: &Path) -> anyhow::Result<(Component, Vec<u8>)> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let sandbox = Sandbox::new(session.configuration()?.sandbox, None)?;
    Ok((sandbox.load(&file.display().to_string(), &bytes)?, bytes))
}

fn check(session: &Session, file: &Path) -> anyhow::Result<Outcome> {
    let (component, bytes) = load(session, file)?;
    let portrait = Portrait::new(&component, bytes.len());
    session.output.either(&portrait, || portrait.text())?;
    Ok(Outcome::Done)
}

async fn list(session: &Session) -> anyhow::Result<Outcome> {
    let entries = session.existing_host().await?.connectors.list();
    let refused = entries.iter().any(|entry| matches!(entry, ConnectorEntry::Refused { .. }));
    if session.output.json() {
        session.output.value(&entries)?;
    } else {
        session
            .output
            .table(&["FILE", "CONNECTOR", "ABILITIES"], &entries.into_iter().map(row).collect::<Vec<_>>())?;
    }
    Ok(Outcome::refused_if(refused))
}

fn row(entry: ConnectorEntry) -> Vec<String> {
    match entry {
        ConnectorEntry::Loaded { file, name, version, abilities, .. } => {
            vec![file, format!("{name} {version}"), abilities.join(", ")]
        }
        ConnectorEntry::Refused { file, refused } => vec![file, format!("refused: {refused}"), String::new()],
    }
}

async fn put(session: &Session, file: &Path) -> anyhow::Result<Outcome> {
    let (component, bytes) = load(session, file)?;
    let site = session.site().await?;
    let name = component.name();
    if name.contains(['/', '\\']) || name.starts_with('.') {
        bail!("`{name}` cannot be a file's name");
    }
    let installed =
        install(site.directory.connectors(), name, &bytes).context("cannot write to the drop folder")?;
    let version = &component.description().version;
    let value = serde_json::json!({"name": name, "version": version, "file": installed});
    session.output.either(&value, || format!("{name} {version} installed as {installed}"))?;
    Ok(Outcome::Done)
}
