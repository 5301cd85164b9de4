//! `instantiate`: what a fresh instance costs, and what loading a connector from the compiled cache does.

use std::time::Instant;

use cap_std::{ambient_authority, fs::Dir};
use serde_json::{Value, json};
use wharf_sandbox::{Limits, Sandbox};

use crate::{
    measure::{median, rounded},
    rig,
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Instances made, one after another.
    #[arg(long, default_value_t = 20_000)]
    instances: u32,
    /// Loads from the cache, each by a sandbox of its own.
    #[arg(long, default_value_t = 30)]
    loads: u32,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let component = rig::build("plugins/google-merchant")?;
    let folder = tempfile::tempdir()?;
    let sandbox = || -> anyhow::Result<Sandbox> {
        let cache = Dir::open_ambient_dir(folder.path(), ambient_authority())?;
        Ok(Sandbox::new(Limits::default(), Some(cache))?)
    };
    let started = Instant::now();
    let connector = sandbox()?.load("google-merchant.wasm", &component)?;
    let compile_ms = started.elapsed().as_secs_f64() * 1e3;
    let mut loads = Vec::new();
    for _ in 0..arguments.loads {
        let sandbox = sandbox()?;
        let started = Instant::now();
        sandbox.load("google-merchant.wasm", &component)?;
        loads.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let mut instances = Vec::new();
    for _ in 0..arguments.instances {
        let started = Instant::now();
        connector.instantiate()?;
        instances.push(started.elapsed().as_secs_f64() * 1e6);
    }
    Ok(json!({
        "scenario": "instantiate",
        "component_bytes": component.len(),
        "us": rounded(median(instances), 2),
        "load_ms": rounded(median(loads), 2),
        "compile_ms": rounded(compile_ms, 0),
    }))
}
