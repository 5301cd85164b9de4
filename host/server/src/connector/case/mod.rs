//! A partner's own cases: what the connector is handed, what it is expected to send, what the channel answers, and how each
//! operation ends. One JSON file each; `sdk/GUIDE.md` describes them. A [`recording`] beside them is replayed.

mod exact;
mod form;
mod play;
pub mod recording;
mod seen;
mod values;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use wharf_sandbox::Connector;

pub use exact::Difference;
pub use play::PlayError;
pub use values::ValueError;

use exact::Exact;
use form::Form;
use play::{Seen, play};

/// The folder of a connector's cases.
pub const FOLDER: &str = "cases";

/// Why a case is none.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("this is no case: {0}")]
    Form(#[from] serde_json::Error),
    #[error("this is a recording in form {0}, which another version of Wharf wrote: record it again")]
    Recording(u32),
    #[error(transparent)]
    Play(#[from] PlayError),
}

/// A case that can be played.
#[derive(Debug)]
pub struct Case {
    form: Form,
    written: Exact,
}

impl Case {
    /// # Errors
    /// When it is no JSON, or a member is missing, unknown or of another form.
    pub fn parse(text: &str) -> Result<Self, CaseError> {
        Ok(Self { form: serde_json::from_str(text)?, written: Exact::parse(text)? })
    }

    /// What the case shows, in its author's words.
    pub fn about(&self) -> &str {
        &self.form.about
    }

    /// Plays it. What is expected and what was seen are compared member by member.
    ///
    /// # Errors
    /// When it cannot be played to its end.
    pub fn play(&self, connector: &Connector) -> Result<Played, CaseError> {
        let seen = self.with(play(connector, &self.form, &self.written)?);
        Ok(Played { differences: self.written.differences(&seen), text: seen.pretty() })
    }

    /// The case with what was seen in the place of what was expected.
    fn with(&self, seen: Seen) -> Exact {
        let mut case = self.written.clone();
        let Seen { exchanges, file, outcomes } = seen;
        case.set("exchanges", (!exchanges.is_empty()).then_some(Exact::List(exchanges)));
        case.set("file", file);
        case.set("outcomes", (!outcomes.is_empty()).then_some(Exact::Object(outcomes)));
        case
    }
}

/// What came of a case.
#[derive(Debug)]
pub struct Played {
    /// None when everything is as expected.
    pub differences: Vec<Difference>,
    /// The case's file as it would have to be, to expect what was seen.
    pub text: String,
}

/// The files of the cases in a folder, in order; none when there is no such folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, CaseError> {
    let failed = |source| CaseError::Read { path: folder.into(), source };
    let entries = match folder.read_dir() {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json" || extension == recording::EXTENSION)
        {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Reads and plays one file. With `bless`, what was seen is written into it where it differs.
///
/// # Errors
/// When the file is no case, cannot be played, or cannot be written.
pub fn run(connector: &Connector, path: &Path, bless: bool) -> Result<(Case, Played), CaseError> {
    let failed = |source| CaseError::Read { path: path.into(), source };
    let case = Case::parse(&fs::read_to_string(path).map_err(failed)?)?;
    let played = case.play(connector)?;
    if bless && !played.differences.is_empty() {
        fs::write(path, &played.text).map_err(|source| CaseError::Write { path: path.into(), source })?;
    }
    Ok((case, played))
}
