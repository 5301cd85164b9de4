//! What a partner names on the command line: a folder to build, a component, or a package.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use wharf_sandbox::{Connector as Component, Sandbox};

use super::super::Session;
use crate::{
    connector::{
        build,
        package::{Label, Package},
    },
    output::Output,
};

/// A component, and where it comes from.
pub(super) struct Source {
    /// The connector's folder, or the one that the component lies in.
    pub(super) folder: PathBuf,
    pub(super) file: PathBuf,
    /// The component, without the label of a package.
    pub(super) bytes: Vec<u8>,
    /// That of a package.
    pub(super) label: Option<Label>,
    /// Whether it was built from the folder.
    pub(super) built: bool,
}

impl Source {
    /// Builds a folder, and reads the component.
    pub(super) fn read(output: Output, named: &Path) -> anyhow::Result<Self> {
        let built = named.is_dir();
        let (folder, file) = if built {
            (named.to_owned(), build::build(named, |what| output.note(what))?.component)
        } else {
            (named.parent().unwrap_or(Path::new("")).to_owned(), named.to_owned())
        };
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let opened = Package::open(bytes).with_context(|| file.display().to_string())?;
        let (bytes, label) = match opened {
            Ok(Package { component, label }) => (component, Some(label)),
            Err(component) => (component, None),
        };
        Ok(Self { folder, file, bytes, label, built })
    }

    /// Loads it without a cache: what is only looked at leaves nothing behind.
    pub(super) fn load(&self, session: &Session) -> anyhow::Result<Component> {
        let sandbox = Sandbox::new(session.configuration()?.sandbox, None)?;
        Ok(sandbox.load(&self.file.display().to_string(), &self.bytes)?)
    }
}
