//! What partners have built against stays as it is: the text of a released interface never changes.

use std::{collections::BTreeMap, fs, path::Path};

/// `wharf:connector/NAME@VERSION DIGEST`, one released interface a line.
const RELEASED: &str = include_str!("../../../../wit/released.txt");

#[test]
fn a_released_interface_never_changes() {
    let today = interfaces();
    for (name, digest) in released() {
        let text = today
            .get(&of_major(name))
            .unwrap_or_else(|| panic!("{name} is released, but no longer in `wit`"));
        assert_eq!(
            digest_of(text),
            digest,
            "{name} is released and frozen whole: put what is new into an interface of its own"
        );
    }
}

#[test]
fn every_interface_is_released() {
    let released: BTreeMap<_, _> = released().map(|(name, digest)| (of_major(name), digest)).collect();
    let today = interfaces();
    let new = today.iter().filter(|(name, _)| !released.contains_key(*name));
    let lines: Vec<String> = new.map(|(name, text)| format!("{name} {}", digest_of(text))).collect();
    assert!(
        lines.is_empty(),
        "to release them, add to wit/released.txt, with the whole version:\n{}",
        lines.join("\n")
    );
}

#[test]
fn both_major_versions_are_released() {
    for version in ["0.1.0", "1.0.0"] {
        let released = RELEASED.lines().filter(|line| line.contains(&format!("@{version} "))).count();
        assert!(released >= 5, "{version}: {released} interfaces");
    }
}

/// A change of one word is noticed, a change of a comment or of white space is not.
#[test]
fn what_counts_is_what_a_component_is_bound_to() {
    let plain = |text| parsed("1.0.0", text).remove("wharf:connector/x@1").unwrap_or_default();
    let text = "interface x {\n    /// Words.\n    record a { b: u32 }\n}\n";
    assert_eq!(plain(text), plain("interface x { record a {\n b: u32 } // no\n}"));
    assert_ne!(plain(text), plain(&text.replace("u32", "u64")));
}

/// Name and digest of each released interface.
fn released() -> impl Iterator<Item = (&'static str, &'static str)> {
    let lines = RELEASED.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').expect("a name and a digest"))
}

/// A full name without its minor version: an interface stays what it was in every later version of its major.
fn of_major(name: &str) -> String {
    let (name, version) = name.split_once('@').expect("a version");
    let major = match version.split('.').collect::<Vec<_>>()[..] {
        ["0", minor, _] => format!("0.{minor}"),
        [major, _, _] => major.to_owned(),
        _ => panic!("{version} is no version"),
    };
    format!("{name}@{major}")
}

fn digest_of(text: &str) -> String {
    blake3::hash(text.as_bytes()).to_hex().to_string()
}

/// The interfaces of every major version by [name](of_major), without comments and in one line each.
fn interfaces() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let mut all = BTreeMap::new();
    for version in ["v0", "v1"] {
        let mut text = String::new();
        for entry in fs::read_dir(folder.join(version)).expect("the contract's folder") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "wit") {
                text += &fs::read_to_string(path).expect("a readable file");
            }
        }
        let package = text.split("package wharf:connector@").nth(1).expect("a package line");
        let number = package.split(';').next().unwrap_or_default().to_owned();
        all.extend(parsed(&number, &text));
    }
    all
}

fn parsed(version: &str, text: &str) -> BTreeMap<String, String> {
    let words: Vec<&str> = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .flat_map(str::split_whitespace)
        .collect();
    let text = words.join(" ");
    let mut found = BTreeMap::new();
    for part in text.split("interface ").skip(1) {
        let Some((name, body)) = part.split_once(" {") else { continue };
        let mut depth = 1;
        let end = body.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        let body = &body[..end.unwrap_or(body.len())];
        found.insert(of_major(&format!("wharf:connector/{name}@{version}")), body.trim().to_owned());
    }
    found
}
