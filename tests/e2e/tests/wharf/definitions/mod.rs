//! The types that connectors in other languages are written with are those of `wit/`, and stay so.
//!
//! Those of Python are made by componentize-py in every build. Those of TypeScript lie in the SDK, and a test holds them
//! to the contract: `WHARF_WRITE=1 cargo test -p wharf-e2e --test wharf definitions::` writes them anew.

mod typescript;

use std::{collections::BTreeMap, env, fs, path::Path};

use wharf_e2e::components::repository;
use wit_parser::Resolve;

const WRITE: &str = "WHARF_WRITE";

#[test]
fn the_definitions_for_typescript_are_those_of_the_contract() -> anyhow::Result<()> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(repository().join("wit/v1"))?;
    let made = typescript::files(&resolve, package)?;
    let folder = repository().join("sdk/typescript/wharf/contract");
    if env::var_os(WRITE).is_some_and(|value| value == "1") {
        write(&folder, &made)?;
    }
    let kept = read(&folder)?;
    for (file, text) in &made {
        let remedy = format!("{file} is not what `wit/v1` says: run this test with {WRITE}=1");
        assert_eq!(kept.get(file), Some(text), "{remedy}");
    }
    assert!(kept.keys().eq(made.keys()), "{:?} are of no interface", kept.keys());
    Ok(())
}

fn write(folder: &Path, files: &BTreeMap<String, String>) -> anyhow::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    for (file, text) in files {
        fs::write(folder.join(file), text)?;
    }
    Ok(())
}

fn read(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        files.insert(entry.file_name().to_string_lossy().into_owned(), fs::read_to_string(entry.path())?);
    }
    Ok(files)
}
