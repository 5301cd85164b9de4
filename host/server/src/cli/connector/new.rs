//! `wharf connector new`: a connector that builds and passes at once, to be changed into one's own.

use std::path::PathBuf;

use clap::Args;

use super::super::{Outcome, Session};
use crate::connector::{
    language::Language,
    scaffold::{Name, SdkSource, scaffold},
};

#[derive(Debug, Args)]
pub(in crate::cli) struct New {
    /// The connector's name: small letters, digits and hyphens, such as `corner-shop`.
    name: Name,
    /// What it is written in; its tools are called by `wharf connector build`.
    #[arg(long, value_enum, default_value = "rust")]
    lang: Language,
    /// The folder to make; left out, one of the connector's name.
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Take the SDK from this folder or git address instead of unpacking the one in this binary.
    #[arg(long, value_name = "PATH|URL")]
    sdk: Option<SdkSource>,
}

impl New {
    pub(super) fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let folder = self.output.unwrap_or_else(|| PathBuf::from(self.name.as_str()));
        let sdk = self.sdk.unwrap_or(SdkSource::Embedded);
        let files = scaffold(&folder, &self.name, self.lang, &sdk)?;
        let value = serde_json::json!({"name": self.name.as_str(), "folder": folder, "files": files});
        session.output.either(&value, || {
            let shown = folder.display();
            format!("{shown} holds a connector; next: wharf connector test {shown}, and {shown}/README.md")
        })?;
        Ok(Outcome::Done)
    }
}
