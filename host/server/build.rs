//! Embeds what `wharf connector new` writes: the connector templates, and the SDK with the contract, so that a partner
//! needs no checkout and no published crate.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let mut code = String::new();
    let sdk = [files(&root, "sdk/src")?, files(&root, "wit/v1")?, guide(&root)].concat();
    constant(&mut code, "SDK", &root, &root, &sdk)?;
    for folder in folders(&root.join("sdk/templates"))? {
        let language = folder.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
        constant(&mut code, &language, &root, &folder, &walk(&folder)?)?;
    }
    for (name, file) in
        [("SDK_MANIFEST", "sdk/Cargo.toml"), ("WORKSPACE", "Cargo.toml"), ("LOCK", "Cargo.lock")]
    {
        let path = root.join(file);
        println!("cargo::rerun-if-changed={}", path.display());
        writeln!(code, "pub(super) const {name}: &str = include_str!({path:?});")?;
    }
    println!("cargo::rerun-if-changed={}", root.join("sdk/templates").display());
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedded.rs"), code)?;
    Ok(())
}

/// A list of relative paths and contents.
fn constant(
    code: &mut String,
    name: &str,
    root: &Path,
    base: &Path,
    files: &[PathBuf],
) -> Result<(), Failure> {
    writeln!(code, "pub(super) const {name}: &[(&str, &str)] = &[")?;
    for file in files {
        debug_assert!(file.starts_with(root));
        let relative = file.strip_prefix(base)?.components().map(|part| part.as_os_str().to_string_lossy());
        let relative = relative.collect::<Vec<_>>().join("/");
        writeln!(code, "    ({relative:?}, include_str!({file:?})),")?;
    }
    writeln!(code, "];")?;
    Ok(())
}

fn files(root: &Path, folder: &str) -> Result<Vec<PathBuf>, Failure> {
    let folder = root.join(folder);
    println!("cargo::rerun-if-changed={}", folder.display());
    walk(&folder)
}

/// The guide is a part of the SDK's documentation, which includes it.
fn guide(root: &Path) -> Vec<PathBuf> {
    let guide = root.join("sdk/GUIDE.md");
    println!("cargo::rerun-if-changed={}", guide.display());
    guide.is_file().then_some(guide).into_iter().collect()
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

fn folders(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    Ok(entries(folder)?.into_iter().filter(|path| path.is_dir()).collect())
}

/// Without what a build or an installation leaves behind in a template that was tried in its place.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    const LEFT: [&str; 5] = ["target", "node_modules", "__pycache__", "dist", "Cargo.lock"];
    let mut found =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, Failure>>()?;
    found.retain(|path| !LEFT.iter().any(|left| path.ends_with(left)));
    found.sort();
    Ok(found)
}
