//! Connectors of this repository, compiled once per test run.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Context as _;
use wharf_server::connector::build;

/// The repository's root.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The component with another version in its description, of the same length.
pub fn with_version(component: &[u8], name: &str, from: &str, to: &str) -> anyhow::Result<Vec<u8>> {
    anyhow::ensure!(from.len() == to.len(), "versions of different length move what comes after them");
    replaced(component, &format!("{name}{from}"), &format!("{name}{to}"))
}

/// The component with another text of the same length.
pub fn replaced(component: &[u8], from: &str, to: &str) -> anyhow::Result<Vec<u8>> {
    anyhow::ensure!(from.len() == to.len(), "texts of different length move what comes after them");
    let places: Vec<usize> = component
        .windows(from.len())
        .enumerate()
        .filter_map(|(at, text)| (text == from.as_bytes()).then_some(at))
        .collect();
    anyhow::ensure!(!places.is_empty(), "the component does not hold `{from}`");
    let mut bytes = component.to_vec();
    places.into_iter().for_each(|at| bytes[at..at + to.len()].copy_from_slice(to.as_bytes()));
    Ok(bytes)
}

/// The component built from this folder of the repository, such as `plugins/google-merchant`.
pub fn component(folder: &str) -> anyhow::Result<Arc<[u8]>> {
    static BUILT: Mutex<Option<HashMap<String, Arc<[u8]>>>> = Mutex::new(None);
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    let built = built.get_or_insert_default();
    if let Some(component) = built.get(folder) {
        return Ok(Arc::clone(component));
    }
    let component = build::build(&repository().join(folder), |_| {})?.component;
    let bytes: Arc<[u8]> = std::fs::read(&component).with_context(|| component.display().to_string())?.into();
    built.insert(folder.to_owned(), Arc::clone(&bytes));
    Ok(bytes)
}
