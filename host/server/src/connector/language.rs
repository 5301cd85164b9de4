//! The languages that `wharf connector` knows. Each has a folder of the same name in `sdk/templates`.

use std::path::Path;

use clap::ValueEnum;

use super::embedded::{self, Files};

/// What a connector is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Rust,
    Typescript,
    Python,
}

impl Language {
    /// The language of the source in this folder, by the first manifest that it holds.
    pub fn of(folder: &Path) -> Option<Self> {
        let has = |file: &&str| folder.join(*file).is_file();
        Self::value_variants().iter().copied().find(|language| language.manifests().iter().any(has))
    }

    /// The files by which a folder of the language is known.
    pub const fn manifests(self) -> &'static [&'static str] {
        match self {
            Self::Rust => &["Cargo.toml"],
            Self::Typescript => &["package.json"],
            Self::Python => &["pyproject.toml", "requirements.txt"],
        }
    }

    /// Every one of them, in words.
    pub(super) fn every_manifest() -> String {
        let all: Vec<_> =
            Self::value_variants().iter().flat_map(|language| language.manifests()).copied().collect();
        match all.split_last() {
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }

    /// The template's own files, each with its path below the connector's folder.
    pub(super) fn template(self) -> Files {
        match self {
            Self::Rust => embedded::RUST,
            Self::Typescript => embedded::TYPESCRIPT,
            Self::Python => embedded::PYTHON,
        }
    }

    /// The SDK's source, likewise.
    pub(super) fn sdk(self) -> Files {
        match self {
            Self::Rust => embedded::SDK_RUST,
            Self::Typescript => embedded::SDK_TYPESCRIPT,
            Self::Python => embedded::SDK_PYTHON,
        }
    }
}
