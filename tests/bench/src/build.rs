//! `build`: how long a partner waits for a first component in each language, with warm caches, and how large it is.

use serde_json::{Value, json};
use wharf_server::connector::language::Language;

use crate::{
    example::Example,
    measure::{median, rounded},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// How often each connector is made anew; the first time, which warms the caches, is not counted.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let mut figures = serde_json::Map::new();
    for language in [Language::Rust, Language::Typescript, Language::Python] {
        let example = Example::new(language)?;
        let figure =
            measured(&example, arguments.rounds.max(1)).unwrap_or_else(|error| example.absent(&error));
        figures.insert(example.name().into(), figure);
    }
    Ok(json!({"scenario": "build", "rounds": arguments.rounds, "connectors": figures}))
}

fn measured(example: &Example, rounds: u32) -> anyhow::Result<Value> {
    example.make()?;
    let made = (0..rounds).map(|_| example.make()).collect::<anyhow::Result<Vec<_>>>()?;
    let bytes = made.last().map(|made| made.component.metadata()).transpose()?.map(|file| file.len());
    let seconds = made.into_iter().map(|made| made.seconds).collect();
    Ok(json!({"build_s": rounded(median(seconds), 2), "component_bytes": bytes}))
}
