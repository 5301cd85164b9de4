//! What a connector's author says of it in the manifest, for the label of a package.

use std::path::Path;

use serde::Deserialize;

use super::{BuildError, language, python, rust, typescript};
use crate::connector::language::Language;

/// What a manifest says that the component does not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Authored {
    /// As `Name <address>`.
    pub authors: Vec<String>,
    /// SPDX expression.
    pub license: Option<String>,
    pub repository: Option<String>,
}

/// What the author says in the manifest of the connector in `folder`.
///
/// # Errors
/// When there is no manifest, or none that can be read.
pub fn authored(folder: &Path) -> Result<Authored, BuildError> {
    match language(folder)? {
        Language::Rust => rust::authored(folder),
        Language::Typescript => typescript::authored(folder),
        Language::Python => python::authored(folder),
    }
}

/// As cargo writes people.
pub(super) fn person(name: Option<String>, email: Option<String>) -> String {
    match (name, email) {
        (Some(name), Some(email)) => format!("{name} <{email}>"),
        (name, email) => name.or(email).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn of(manifest: &str, text: &str) -> Result<Authored, BuildError> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(manifest), text).unwrap();
        authored(folder.path())
    }

    fn expected() -> Authored {
        Authored {
            authors: vec!["Ada <ada@shop.example>".into(), "Bo".into()],
            license: Some("MIT".into()),
            repository: Some("https://git.shop.example/corner".into()),
        }
    }

    #[test]
    fn npms_manifest_tells_who_wrote_it() {
        let short = r#"{"name": "corner", "author": "Ada <ada@shop.example>", "contributors": ["Bo"],
            "license": "MIT", "repository": "https://git.shop.example/corner"}"#;
        let long = r#"{"name": "corner", "author": {"name": "Ada", "email": "ada@shop.example"},
            "contributors": [{"name": "Bo"}], "license": "MIT",
            "repository": {"type": "git", "url": "https://git.shop.example/corner"}}"#;
        for text in [short, long] {
            assert_eq!(of("package.json", text).unwrap(), expected());
        }
        assert!(matches!(of("package.json", "[]"), Err(BuildError::Manifest { .. })));
    }

    #[test]
    fn pythons_manifest_tells_who_wrote_it() {
        let text = "[project]\nname = \"corner\"\nlicense = \"MIT\"\n
            authors = [{ name = \"Ada\", email = \"ada@shop.example\" }, { name = \"Bo\" }]\n
            urls = { Homepage = \"https://shop.example\", Repository = \"https://git.shop.example/corner\" }";
        assert_eq!(of("pyproject.toml", text).unwrap(), expected());
        assert_eq!(of("requirements.txt", "componentize-py").unwrap(), Authored::default());
        let misspelt = of("pyproject.toml", "[tool.wharf]\nworlds = \"publishing\"");
        assert!(matches!(misspelt, Err(BuildError::Manifest { reason, .. }) if reason.contains("worlds")));
    }

    #[test]
    fn a_folder_without_a_manifest_is_refused_with_the_ones_it_may_have() {
        let said = of("README.md", "").unwrap_err().to_string();
        assert!(said.contains("Cargo.toml, package.json, pyproject.toml or requirements.txt"), "{said}");
    }
}
