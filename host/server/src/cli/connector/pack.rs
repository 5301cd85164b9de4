//! `wharf connector pack`: one file to hand on, which `install` takes.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use wharf_sandbox::conformance;

use super::{
    super::{Outcome, Session},
    sign,
    source::Source,
};
use crate::connector::{
    build,
    package::{Label, Package},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct Pack {
    /// A connector's folder, which is built first, or a component.
    #[arg(value_name = "FOLDER|FILE")]
    source: PathBuf,
    /// Sign it with this private key, as `keygen` has made it.
    #[arg(long, value_name = "KEYFILE")]
    key: Option<PathBuf>,
    /// The folder that the package goes into; left out, this one.
    #[arg(long, short, value_name = "DIR", default_value = ".")]
    output: PathBuf,
}

impl Pack {
    pub(super) fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let key = self.key.as_deref().map(sign::read_key).transpose()?;
        let source = Source::read(session.output, &self.source)?;
        let component = source.load(session)?;
        if let Err(breach) = conformance::quick(&component) {
            session.output.note(format_args!("error: it would not be let in: {breach}"));
            return Ok(Outcome::Refused);
        }
        let description = component.description();
        let label = Label {
            name: description.name.clone(),
            version: description.version.clone(),
            packed_by: env!("CARGO_PKG_VERSION").to_owned(),
            ..source.built.then(|| authored(&source.folder)).transpose()?.unwrap_or_default()
        };
        let package = Package::new(source.bytes, label, key.as_ref())?;
        let file = write(&self.output, &package)?;
        let label = &package.label;
        let value = serde_json::json!({"package": file, "label": label});
        session.output.either(&value, || {
            let signed = if label.signature.is_some() { "signed" } else { "not signed" };
            format!("{}: {} {}, {signed}", file.display(), label.name, label.version)
        })?;
        Ok(Outcome::Done)
    }
}

/// What the source says of itself.
fn authored(folder: &Path) -> anyhow::Result<Label> {
    let build::Authored { authors, license, repository } = build::authored(folder)?;
    Ok(Label { authors, license, repository, ..Label::default() })
}

fn write(folder: &Path, package: &Package) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let Label { name, version, .. } = &package.label;
    let file = folder.join(format!("{name}-{version}.wharf"));
    fs::write(&file, package.to_bytes()?).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(file)
}
