//! A new connector from a template: a folder that builds and passes its tests as it is.

mod manifest;
mod name;
mod sdk;

pub use name::{Name, NameError};
pub use sdk::SdkSource;

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use clap::ValueEnum as _;

use super::{embedded, language::Language};

/// The names that stand in the templates for the connector's own.
const NAME: &str = "connector-name";
const CRATE: &str = "connector_name";

/// Why there is no new connector.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    #[error("{} is there already and not empty: choose another name or `--output`", .0.display())]
    Occupied(PathBuf),
    #[error("{} holds no SDK: `--sdk` takes the folder whose Cargo.toml names the package `wharf-sdk`, or a git address", .0.display())]
    NoSdk(PathBuf),
    #[error("`--sdk` is for Rust: the SDK for {0} is unpacked from this binary, so leave it out")]
    OnlyRust(String),
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("the SDK in this binary is incomplete ({0}): that is a fault of the build")]
    Embedded(String),
}

/// Writes the connector into `folder`, which must not hold anything yet. Returns the paths written, below it.
///
/// # Errors
/// When the folder is occupied, cannot be written, or `sdk` points at none.
pub fn scaffold(
    folder: &Path,
    name: &Name,
    language: Language,
    sdk: &SdkSource,
) -> Result<Vec<String>, ScaffoldError> {
    let occupied = folder.symlink_metadata().is_ok()
        && folder.read_dir().map_or(true, |mut entries| entries.next().is_some());
    if occupied {
        return Err(ScaffoldError::Occupied(folder.into()));
    }
    let mut files: Vec<(String, String)> = language
        .template()
        .iter()
        .chain(embedded::EVERY)
        .map(|(path, text)| {
            ((*path).to_owned(), text.replace(NAME, name.as_str()).replace(CRATE, &name.crate_name()))
        })
        .collect();
    match language {
        Language::Rust => sdk.supply(folder, &mut files)?,
        _ if *sdk == SdkSource::Embedded => {
            files.extend(sdk::unpacked(language));
        }
        _ => return Err(ScaffoldError::OnlyRust(shown(language))),
    }
    for (path, text) in &files {
        write(&folder.join(path), text)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// As the command line names it.
fn shown(language: Language) -> String {
    language.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

fn write(path: &Path, text: &str) -> Result<(), ScaffoldError> {
    let failed = |source| ScaffoldError::Write { path: path.into(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_never_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let name: Name = "corner-shop".parse().unwrap();
        let new = || scaffold(&folder.path().join("new"), &name, Language::Rust, &SdkSource::Embedded);
        let written = new().unwrap();
        assert!(written.iter().any(|path| path == "src/lib.rs"), "{written:?}");
        assert!(matches!(new(), Err(ScaffoldError::Occupied(_))));
        let file = folder.path().join("file");
        fs::write(&file, "mine").unwrap();
        let refused = scaffold(&file, &name, Language::Rust, &SdkSource::Embedded);
        assert!(matches!(refused, Err(ScaffoldError::Occupied(_))));
        assert_eq!(fs::read_to_string(file).unwrap(), "mine");
    }

    #[test]
    fn nothing_is_left_of_the_templates_name() {
        let name: Name = "corner-shop".parse().unwrap();
        for language in Language::value_variants() {
            let folder = tempfile::tempdir().unwrap();
            for path in scaffold(folder.path(), &name, *language, &SdkSource::Embedded).unwrap() {
                let text = fs::read_to_string(folder.path().join(&path)).unwrap();
                let is_named = text.contains(NAME) || text.contains(CRATE);
                assert!(path.starts_with("wharf/") || !is_named, "{language:?}: {path}");
            }
        }
    }

    #[test]
    fn every_language_has_the_same_case_its_sdk_and_the_contract_and_is_recognised() {
        let name: Name = "corner-shop".parse().unwrap();
        for language in Language::value_variants() {
            let folder = tempfile::tempdir().unwrap();
            let files = scaffold(folder.path(), &name, *language, &SdkSource::Embedded).unwrap();
            let parts = [
                "README.md",
                ".gitignore",
                "cases/upsert.json",
                "sample/channel.toml",
                "wharf/wit/v1/world.wit",
            ];
            for part in
                parts.into_iter().chain(["wharf/sdk/GUIDE.md"]).chain(language.manifests().iter().copied())
            {
                assert!(files.iter().any(|file| file == part), "{language:?} lacks {part}: {files:?}");
            }
            assert_eq!(Language::of(folder.path()), Some(*language));
            assert!(!files.iter().any(|file| file.contains("node_modules") || file.contains("__pycache__")));
        }
    }

    #[test]
    fn an_sdk_from_elsewhere_is_for_rust_alone() {
        let folder = tempfile::tempdir().unwrap();
        let name: Name = "corner-shop".parse().unwrap();
        let sdk = SdkSource::Folder(folder.path().into());
        let refused = scaffold(folder.path(), &name, Language::Python, &sdk);
        assert!(refused.unwrap_err().to_string().contains("the SDK for python"));
    }

    #[test]
    fn the_guide_shows_the_templates_own_case() {
        let text = |files: embedded::Files, path: &str| {
            files.iter().find(|(known, _)| *known == path).map(|(_, text)| (*text).to_owned()).unwrap()
        };
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let guide = text(embedded::CONTRACT, "wharf/sdk/GUIDE.md");
        let shown = guide.split("```json\n").nth(1).unwrap().split("```").next().unwrap();
        assert_eq!(json(shown), json(&text(embedded::EVERY, "cases/upsert.json")));
    }
}
