//! Connectors as files: building one from source, and putting one into the drop folder.

pub mod build;

use std::io;

use cap_std::fs::Dir;

/// Puts a checked component into the drop folder, in the place of an earlier version of the same connector.
///
/// The file appears whole or not at all: a running server may look at any moment.
pub fn install(drop_folder: &Dir, connector: &str, component: &[u8]) -> io::Result<String> {
    let file = format!("{connector}.wasm");
    let unfinished = format!(".{file}.part");
    drop_folder.write(&unfinished, component)?;
    drop_folder.rename(&unfinished, drop_folder, &file)?;
    Ok(file)
}
