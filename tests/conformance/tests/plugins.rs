//! Every connector of this repository holds to all points of the full conformance run.

use std::fs;

use anyhow::Context as _;
use wharf_e2e::components::{component, repository};
use wharf_sandbox::{
    Limits, Sandbox,
    conformance::{self, Material},
};

/// What a connector's author gives the kit, in the connector's folder; `wharf connector test` reads the same.
const MATERIAL: &str = "conformance.json";

#[test]
fn every_plugin_holds_to_every_point() -> anyhow::Result<()> {
    let sandbox = Sandbox::new(Limits { concurrent_calls: 2, ..Limits::default() }, None)?;
    let mut failed = Vec::new();
    let mut folders: Vec<_> = fs::read_dir(repository().join("plugins"))?.collect::<Result<_, _>>()?;
    folders.sort_by_key(fs::DirEntry::file_name);
    for folder in folders {
        let name = folder.file_name().into_string().ok().context("a folder's name is no text")?;
        let material = match fs::read_to_string(folder.path().join(MATERIAL)) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("{name}/{MATERIAL}"))?,
            Err(_) => Material::default(),
        };
        let connector = sandbox.load(&name, &component(&format!("plugins/{name}"))?)?;
        let report = conformance::full_with(&connector, &material);
        failed.extend(report.failed().map(|point| format!("{name}\n{point}")));
    }
    assert!(failed.is_empty(), "{}", failed.concat());
    Ok(())
}
