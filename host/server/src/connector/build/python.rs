//! Python: componentize-py, installed into a virtual environment of the connector's own, packs the modules and CPython
//! into a component.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

use super::{Authored, BuildError, TARGET, component_file, installed::Installed, tool};
use crate::connector::build::tool::Tool;

pub(super) const MANIFEST: &str = "pyproject.toml";
/// What is installed. The packages among them that the connector imports go into the component.
pub(super) const REQUIREMENTS: &str = "requirements.txt";

const ENVIRONMENT: &str = ".venv";

/// The contract's types for editors and type checkers, below [`TARGET`]. The component's own are made in its build.
const TYPES: &str = "types";

const PYTHON: Tool = Tool {
    program: if cfg!(windows) { "python" } else { "python3" },
    least: (3, 10),
    remedy: "Install Python 3.10 or later from https://www.python.org, or with your system's packages",
};

#[derive(Debug, Default, Deserialize)]
struct Manifest {
    #[serde(default)]
    project: Project,
    #[serde(default)]
    tool: Tools,
}

/// The part of the standard's metadata that is used here.
#[derive(Debug, Default, Deserialize)]
struct Project {
    name: Option<String>,
    #[serde(default)]
    authors: Vec<Person>,
    license: Option<License>,
    #[serde(default)]
    urls: toml::Table,
}

#[derive(Debug, Deserialize)]
struct Person {
    name: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum License {
    Expression(String),
    Text { text: String },
}

#[derive(Debug, Default, Deserialize)]
struct Tools {
    #[serde(default)]
    wharf: Settings,
}

/// The table `tool.wharf`; paths are below the connector's folder.
#[derive(Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    /// The module that holds the world's exports.
    module: String,
    /// Where modules are looked for.
    paths: Vec<String>,
    world: String,
    /// The contract.
    wit: String,
}

impl Default for Settings {
    fn default() -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            module: text("connector"),
            paths: vec![text("src"), text("wharf/sdk")],
            world: text("publishing"),
            wit: text("wharf/wit/v1"),
        }
    }
}

pub(super) fn build(folder: &Path, say: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let Manifest { project, tool } = read(folder)?;
    install(folder, say)?;
    let name = project.name.unwrap_or_else(|| name_of(folder));
    let component = component_file(folder, &name)?;
    let target = folder.join(TARGET);
    fs::create_dir_all(&target).map_err(|source| BuildError::Write { path: target, source })?;
    write_types(folder, &tool.wharf)?;
    say("building the component, which takes some ten seconds");
    let file = Path::new(TARGET).join(component.file_name().unwrap_or_default());
    let mut command = componentize(folder, &tool.wharf);
    command.arg("componentize");
    for path in &tool.wharf.paths {
        command.args(["-p", path]);
    }
    tool::run(command.arg("-o").arg(file).arg(&tool.wharf.module), folder, "componentize-py", "")?;
    Ok(component)
}

/// The virtual environment, with what the requirements name.
fn install(folder: &Path, say: &mut dyn FnMut(&str)) -> Result<(), BuildError> {
    let requirements = folder.join(REQUIREMENTS);
    if !requirements.is_file() {
        let reason = "it is not there, and has to name componentize-py with its version".to_owned();
        return Err(BuildError::Manifest { path: requirements, reason });
    }
    let installed = Installed::new(folder, ENVIRONMENT, &[REQUIREMENTS]);
    let python = environment_program(folder);
    if installed.is_current() && python.is_file() {
        return Ok(());
    }
    if !python.is_file() {
        PYTHON.check()?;
        say("making a virtual environment in .venv");
        let remedy = "; Debian and Ubuntu have it in the package `python3-venv`";
        let arguments = ["-m", "venv", "--clear", ENVIRONMENT];
        tool::run(Command::new(PYTHON.program).args(arguments), folder, "python3 -m venv", remedy)?;
    }
    say("installing what requirements.txt asks for, with pip");
    let arguments = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS];
    let remedy = "; it needs the Python package index, or what it asks for in pip's cache";
    tool::run(Command::new(python).args(arguments), folder, "pip install", remedy)?;
    installed.remember()
}

/// componentize-py refuses a folder that holds something already.
fn write_types(folder: &Path, settings: &Settings) -> Result<(), BuildError> {
    let types = Path::new(TARGET).join(TYPES);
    let path = folder.join(&types);
    match fs::remove_dir_all(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(BuildError::Write { path, source });
        }
        _ => {}
    }
    let mut command = componentize(folder, settings);
    tool::run(command.arg("bindings").arg(types), folder, "componentize-py bindings", "")
}

/// What the package's own script does. Scripts of an environment hold the folder in which they were installed.
const COMPONENTIZE: &str = "import sys, componentize_py; sys.exit(componentize_py.script())";

fn componentize(folder: &Path, settings: &Settings) -> Command {
    let environment = absolute(&folder.join(ENVIRONMENT));
    let mut command = Command::new(environment_program(folder));
    command
        .args(["-c", COMPONENTIZE, "--quiet", "-d", &settings.wit, "-w", &settings.world])
        // So it finds the packages that the connector imports.
        .env("VIRTUAL_ENV", environment)
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHOME");
    command
}

fn environment_program(folder: &Path) -> PathBuf {
    let below = if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" };
    absolute(&folder.join(ENVIRONMENT).join(below))
}

/// Steps run in the connector's folder, which a relative path would be looked for below.
fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.into())
}

/// For a folder whose requirements are all there is.
fn name_of(folder: &Path) -> String {
    let absolute = absolute(folder);
    absolute.file_name().map_or_else(|| "connector".into(), |name| name.to_string_lossy().into_owned())
}

pub(super) fn authored(folder: &Path) -> Result<Authored, BuildError> {
    const KEYS: [&str; 3] = ["repository", "source", "source code"];
    let project = read(folder)?.project;
    let is_repository = |name: &str| KEYS.contains(&name.to_lowercase().as_str());
    let repository = project.urls.iter().find(|(name, _)| is_repository(name));
    Ok(Authored {
        authors: project
            .authors
            .into_iter()
            .map(|Person { name, email }| super::authored::person(name, email))
            .collect(),
        license: project.license.map(|license| match license {
            License::Expression(text) | License::Text { text } => text,
        }),
        repository: repository.and_then(|(_, url)| url.as_str()).map(str::to_owned),
    })
}

fn read(folder: &Path) -> Result<Manifest, BuildError> {
    let path = folder.join(MANIFEST);
    if !path.is_file() {
        return Ok(Manifest::default());
    }
    let text = fs::read_to_string(&path).map_err(|error| error.to_string());
    let read = text.and_then(|text| toml::from_str(&text).map_err(|error| error.to_string()));
    read.map_err(|reason| BuildError::Manifest { path, reason })
}
