//! Embeds what `wharf connector new` writes: the connector templates, and the SDK with the contract, so that a partner
//! needs no checkout and no published crate.

use std::{
    env,
    fmt::Write as _,
    fs, iter,
    path::{Path, PathBuf},
};

type Failure = Box<dyn std::error::Error>;

/// The lists of embedded files: the folders and files that each is made of, and where they lie below a connector's folder.
const LISTS: [(&str, &[(&str, &str)]); 8] = [
    ("EVERY", &[("sdk/templates/every", "")]),
    ("RUST", &[("sdk/templates/rust", "")]),
    ("TYPESCRIPT", &[("sdk/templates/typescript", "")]),
    ("PYTHON", &[("sdk/templates/python", "")]),
    ("SDK_RUST", &[("sdk/src", "wharf/sdk/src")]),
    (
        "SDK_TYPESCRIPT",
        &[("sdk/typescript/wharf", "wharf/sdk"), ("sdk/typescript/README.md", "wharf/sdk/README.md")],
    ),
    (
        "SDK_PYTHON",
        &[("sdk/python/wharf", "wharf/sdk/wharf"), ("sdk/python/README.md", "wharf/sdk/README.md")],
    ),
    // The guide is a part of the SDK's documentation, which includes it.
    ("CONTRACT", &[("wit/v1", "wharf/wit/v1"), ("sdk/GUIDE.md", "wharf/sdk/GUIDE.md")]),
];

/// What the embedded SDK for Rust takes from this workspace.
const WORKSPACE: [(&str, &str); 3] =
    [("SDK_MANIFEST", "sdk/Cargo.toml"), ("WORKSPACE", "Cargo.toml"), ("LOCK", "Cargo.lock")];

fn main() -> Result<(), Failure> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let mut code = String::new();
    for (name, parts) in LISTS {
        writeln!(code, "pub(super) const {name}: Files = &[")?;
        for (from, to) in parts {
            embed(&mut code, &root.join(from), to)?;
        }
        writeln!(code, "];")?;
    }
    for (name, file) in WORKSPACE {
        let path = root.join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(code, "pub(super) const {name}: &str = include_str!({path:?});")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedded.rs"), code)?;
    Ok(())
}

/// A file, or every file below a folder, at its place below `to`.
fn embed(code: &mut String, from: &Path, to: &str) -> Result<(), Failure> {
    println!("cargo::rerun-if-changed={}", from.display());
    let files = if from.is_dir() { walk(from)? } else { vec![from.to_owned()] };
    for file in files {
        let below = file.strip_prefix(from)?.components().map(|part| part.as_os_str().to_string_lossy());
        let place =
            iter::once(to.into()).chain(below).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
        writeln!(code, "    ({place:?}, include_str!({file:?})),")?;
    }
    Ok(())
}

/// Every file below the folder, in a fixed order.
fn walk(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            found.extend(walk(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

/// Without what a build or an installation leaves behind in a template that was tried in its place.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    const LEFT: [&str; 5] = ["target", "node_modules", "__pycache__", ".venv", "Cargo.lock"];
    let mut found =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Failure>>()?;
    found.retain(|path| !LEFT.iter().any(|left| path.ends_with(left)));
    found.sort();
    Ok(found)
}
