//! From a connector's source to its component, with the tools of the language that it is written in.
//!
//! The folder's manifest tells the language. Whatever a build leaves behind lies below the folder in `target`, beside what
//! the language's own tools keep where they always do (`node_modules`, `.venv`).

mod authored;
mod installed;
mod python;
mod rust;
mod tool;
mod typescript;

use std::{
    io,
    path::{Path, PathBuf},
};

use super::language::Language;

pub use authored::{Authored, authored};

/// The folder that builds write into.
const TARGET: &str = "target";

/// Why a component could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("{} holds none of {}: name the connector's folder", .0.display(), Language::every_manifest())]
    NoManifest(PathBuf),
    #[error("cannot run `{tool}`: {reason}. {remedy}")]
    ToolMissing { tool: &'static str, reason: String, remedy: &'static str },
    #[error("`{tool}` is version {found}, and the build needs {least} or later. {remedy}")]
    ToolOld { tool: &'static str, found: String, least: String, remedy: &'static str },
    #[error("the Rust target {target} is not installed and could not be added: {reason}")]
    TargetMissing { target: &'static str, reason: String },
    #[error("`{tool}` failed for {}: see its messages above{remedy}", folder.display())]
    Failed { tool: &'static str, folder: PathBuf, remedy: &'static str },
    #[error("{} builds no component: {remedy}", folder.display())]
    NoComponent { folder: PathBuf, remedy: String },
    #[error("{} cannot be used: {reason}", path.display())]
    Manifest { path: PathBuf, reason: String },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// What was built, and where it lies.
#[derive(Debug)]
pub struct Built {
    pub component: PathBuf,
    pub bytes: u64,
}

/// Builds the connector in `folder`. `say` is told what takes long.
///
/// # Errors
/// When the folder is none of a connector, a tool is missing or too old, or the build fails; its messages have gone to
/// standard error.
pub fn build(folder: &Path, mut say: impl FnMut(&str)) -> Result<Built, BuildError> {
    let component = match language(folder)? {
        Language::Rust => rust::build(folder, &mut say)?,
        Language::Typescript => typescript::build(folder, &mut say)?,
        Language::Python => python::build(folder, &mut say)?,
    };
    let size =
        component.metadata().map_err(|source| BuildError::Write { path: component.clone(), source })?.len();
    Ok(Built { component, bytes: size })
}

fn language(folder: &Path) -> Result<Language, BuildError> {
    Language::of(folder).ok_or_else(|| BuildError::NoManifest(folder.into()))
}

/// Where a build has to put the component of this name, which is as Rust would write it. What lies there is removed: it
/// must not be taken for the result.
fn component_file(folder: &Path, name: &str) -> Result<PathBuf, BuildError> {
    let path = folder.join(TARGET).join(format!("{}.wasm", name.replace('-', "_")));
    match std::fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(BuildError::Write { path, source }),
        _ => Ok(path),
    }
}
