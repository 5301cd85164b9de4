//! The languages that `wharf connector new` knows. Each has a folder of the same name in `sdk/templates`.

use clap::ValueEnum;

use super::embedded;

/// What a connector is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    Rust,
}

impl Language {
    /// The template's files, each with its path below the connector's folder.
    pub(super) fn template(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Rust => embedded::RUST,
        }
    }
}
