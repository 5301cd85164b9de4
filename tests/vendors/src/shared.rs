//! Where the vendors' contracts and the real catalogs are.

use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::Value;

/// Names the folder that holds `contracts` and `data`.
const VARIABLE: &str = "WHARF_SHARED";

/// A file or folder of it; nothing, and a word about it, when nobody said where it is.
#[expect(clippy::print_stderr, reason = "a test that proves nothing has to say so")]
pub fn path(path: &str) -> Option<PathBuf> {
    let folder = std::env::var_os(VARIABLE).map(PathBuf::from);
    if folder.is_none() {
        eprintln!(
            "skipped: {VARIABLE} does not name the folder with the vendors' contracts, so {path} is not there"
        );
    }
    Some(folder?.join(path))
}

/// A JSON document of the contracts.
pub(crate) fn json(path: &str) -> anyhow::Result<Option<Value>> {
    let Some(file) = self::path(&format!("contracts/{path}")) else { return Ok(None) };
    let text = std::fs::read(&file).with_context(|| file.display().to_string())?;
    Ok(Some(serde_json::from_slice(&text).with_context(|| file.display().to_string())?))
}
