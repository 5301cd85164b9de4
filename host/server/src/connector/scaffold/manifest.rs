//! The SDK outside its workspace: a manifest that inherits nothing, and the versions that it was tested with.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::{Table, Value};

/// Sections of dependencies that a build needs; what only tests need stays behind.
const KEPT: &str = "dependencies";

/// The SDK's manifest with everything written out that it takes from the workspace's.
pub(super) fn standalone(manifest: &str, workspace: &str) -> Result<String, String> {
    let mut manifest: Table = toml::from_str(manifest).map_err(|error| error.to_string())?;
    let workspace: Table = toml::from_str(workspace).map_err(|error| error.to_string())?;
    let shared = workspace.get("workspace").and_then(Value::as_table).ok_or("no workspace")?;
    manifest.remove("lints");
    manifest.remove("dev-dependencies");
    if let Some(Value::Table(package)) = manifest.get_mut("package") {
        inherit(package, shared.get("package"))?;
    }
    if let Some(Value::Table(dependencies)) = manifest.get_mut(KEPT) {
        inherit(dependencies, shared.get(KEPT))?;
    }
    let targets = manifest.get_mut("target").and_then(Value::as_table_mut);
    for (_, target) in targets.into_iter().flatten() {
        if let Some(Value::Table(dependencies)) = target.get_mut(KEPT) {
            inherit(dependencies, shared.get(KEPT))?;
        }
    }
    toml::to_string(&manifest).map_err(|error| error.to_string())
}

/// Replaces `{ workspace = true }` by what the workspace says.
fn inherit(members: &mut Table, shared: Option<&Value>) -> Result<(), String> {
    for (name, value) in members {
        let Some(own) = value.as_table().filter(|table| table.contains_key("workspace")) else { continue };
        if own.len() > 1 {
            return Err(format!("`{name}` adds to what it inherits"));
        }
        *value = shared
            .and_then(|shared| shared.get(name))
            .ok_or_else(|| format!("`{name}` is not shared"))?
            .clone();
    }
    Ok(())
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

/// One package of a lock file.
#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

impl Locked {
    /// Whether a dependency, `NAME` or `NAME VERSION`, means this package.
    fn is(&self, dependency: &str) -> bool {
        let mut words = dependency.split(' ');
        words.next() == Some(&self.name) && words.next().is_none_or(|version| version == self.version)
    }
}

/// The part of the workspace's lock file that `root` needs. Cargo adds the connector itself, and drops what only the
/// root's own tests need.
pub(super) fn lock_of(lock: &str, root: &str) -> Result<String, String> {
    let lock: Lock = toml::from_str(lock).map_err(|error| error.to_string())?;
    let mut wanted: Vec<&str> = vec![root];
    let mut kept: BTreeMap<(&str, &str), &Locked> = BTreeMap::new();
    while let Some(name) = wanted.pop() {
        for package in lock.package.iter().filter(|package| package.is(name)) {
            if kept.insert((&package.name, &package.version), package).is_none() {
                wanted.extend(package.dependencies.iter().map(String::as_str));
            }
        }
    }
    // A dependency's version is written only where there are several of its name.
    let names: Vec<&str> = kept.keys().map(|(name, _)| *name).collect();
    let several: BTreeSet<&str> =
        names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    let mut text = String::from("version = 4\n");
    kept.values().for_each(|package| write_locked(&mut text, package, &several));
    Ok(text)
}

fn write_locked(text: &mut String, package: &Locked, several: &BTreeSet<&str>) {
    let mut line = |text_of: String| {
        text.push_str(&text_of);
        text.push('\n');
    };
    line("\n[[package]]".into());
    line(format!("name = {:?}", package.name));
    line(format!("version = {:?}", package.version));
    for (key, value) in [("source", &package.source), ("checksum", &package.checksum)] {
        if let Some(value) = value {
            line(format!("{key} = {value:?}"));
        }
    }
    let dependency = |text: &String| match text.split_once(' ') {
        Some((name, _)) if !several.contains(name) => format!("{name:?}"),
        _ => format!("{text:?}"),
    };
    let dependencies: Vec<String> = package.dependencies.iter().map(dependency).collect();
    if !dependencies.is_empty() {
        line(format!("dependencies = [{}]", dependencies.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_that_stands_alone_says_what_it_inherited() {
        let manifest = "
            [package]\nname = \"wharf-sdk\"\nversion.workspace = true\n
            [lints]\nworkspace = true\n
            [dependencies]\nserde.workspace = true\nown = \"2\"\n
            [target.'cfg(unix)'.dependencies]\nserde.workspace = true\n
            [dev-dependencies]\ncsv.workspace = true";
        let workspace = "
            [workspace.package]\nversion = \"0.3.0\"\n
            [workspace.dependencies]\nserde = { version = \"1\", features = [\"derive\"] }";
        let alone: Table = toml::from_str(&standalone(manifest, workspace).unwrap()).unwrap();
        let expected: Table = toml::from_str(
            "package = { name = \"wharf-sdk\", version = \"0.3.0\" }
             dependencies = { serde = { version = \"1\", features = [\"derive\"] }, own = \"2\" }
             target = { 'cfg(unix)' = { dependencies = { serde = { version = \"1\", features = [\"derive\"] } } } }",
        )
        .unwrap();
        assert_eq!(alone, expected);
        assert!(standalone(manifest, "[workspace.package]\nversion = \"1.0.0\"").is_err());
    }

    #[test]
    fn a_lock_file_keeps_what_is_needed_and_nothing_else() {
        let package = |name: &str, version: &str, dependencies: &str| {
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [{dependencies}]\n"
            )
        };
        let lock = [
            package("root", "0.1.0", "\"a 1.0.0\", \"b\""),
            package("a", "1.0.0", ""),
            package("a", "2.0.0", ""),
            package("b", "1.0.0", "\"root\""),
            package("other", "1.0.0", "\"a 2.0.0\""),
        ];
        let kept: Lock = toml::from_str(&lock_of(&lock.concat(), "root").unwrap()).unwrap();
        let names: Vec<_> =
            kept.package.iter().map(|one| (one.name.as_str(), one.version.as_str())).collect();
        assert_eq!(names, [("a", "1.0.0"), ("b", "1.0.0"), ("root", "0.1.0")]);
        assert_eq!(kept.package[2].dependencies, ["a", "b"]);
    }
}
