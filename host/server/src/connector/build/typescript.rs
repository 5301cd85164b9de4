//! TypeScript: npm installs the compiler and componentize-qjs, and the `build` script of `package.json` calls both.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::{Deserialize, de::DeserializeOwned};

use super::{Authored, BuildError, TARGET, component_file, installed::Installed, tool};
use crate::connector::build::tool::Tool;

pub(super) const MANIFEST: &str = "package.json";

const REMEDY: &str = "Install Node.js 20 or later, which brings npm, from https://nodejs.org";

/// What componentize-qjs and the type checker run on.
const NODE: Tool = Tool { program: "node", least: (20, 0), remedy: REMEDY };
const NPM: Tool =
    Tool { program: if cfg!(windows) { "npm.cmd" } else { "npm" }, least: (9, 0), remedy: REMEDY };

/// npm's own advice (audits, funding) is left out, and what it has in its cache it does not ask for again.
const INSTALL: [&str; 5] = ["install", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];

#[derive(Deserialize)]
struct Manifest {
    name: String,
}

pub(super) fn build(folder: &Path, say: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let manifest: Manifest = read(folder)?;
    NODE.check()?;
    NPM.check()?;
    let installed = Installed::new(folder, "node_modules", &[MANIFEST, "package-lock.json"]);
    if !installed.is_current() {
        say("installing what package.json asks for, with npm");
        let remedy = "; it needs the npm registry, or what it asks for in npm's cache";
        tool::run(Command::new(NPM.program).args(INSTALL), folder, "npm install", remedy)?;
        installed.remember()?;
    }
    // A scope, such as `@shop/`, is no part of the file's name.
    let name = manifest.name.rsplit('/').next().unwrap_or_default();
    let component = component_file(folder, name)?;
    say("checking types and building the component");
    tool::run(Command::new(NPM.program).args(["run", "--silent", "build"]), folder, "npm run build", "")?;
    if component.is_file() {
        return Ok(component);
    }
    let file = component.file_name().unwrap_or_default().to_string_lossy();
    let remedy = format!("the script `build` in its {MANIFEST} has to write {TARGET}/{file}");
    Err(BuildError::NoComponent { folder: folder.into(), remedy })
}

/// Of what npm knows of packages, the parts that a connector's label holds.
#[derive(Deserialize)]
struct Label {
    author: Option<Person>,
    #[serde(default)]
    contributors: Vec<Person>,
    license: Option<String>,
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Person {
    Text(String),
    Parts { name: String, email: Option<String> },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Repository {
    Text(String),
    Parts { url: String },
}

pub(super) fn authored(folder: &Path) -> Result<Authored, BuildError> {
    let label: Label = read(folder)?;
    let people = label.author.into_iter().chain(label.contributors);
    Ok(Authored {
        authors: people.map(Person::shown).collect(),
        license: label.license,
        repository: label.repository.map(|repository| match repository {
            Repository::Text(text) => text,
            Repository::Parts { url } => url,
        }),
    })
}

impl Person {
    fn shown(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Parts { name, email } => super::authored::person(Some(name), email),
        }
    }
}

fn read<T: DeserializeOwned>(folder: &Path) -> Result<T, BuildError> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path).map_err(|error| error.to_string());
    let read = text.and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()));
    read.map_err(|reason| BuildError::Manifest { path, reason })
}
