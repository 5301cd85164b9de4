//! Wharf's figures: `cargo run --release -p wharf-bench -- SCENARIO` prints one JSON object.
//!
//! Everything measured is real: connectors compiled from source, SQLite on disk, HTTP over loopback sockets.
//! Figures of one run are comparable with each other; a ratio travels between machines, a duration does not.

mod build;
mod catalog;
mod change;
mod connectors;
mod contain;
mod density;
mod example;
mod feed;
mod import;
mod instantiate;
mod measure;
mod native;
mod receiver;
mod rig;
mod start;
mod sync;
mod translate;
mod wharf;

use clap::{Parser, Subcommand};

/// The allocator of the `wharf` binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "wharf-bench", about = "Prints a figure of Wharf as JSON")]
struct Arguments {
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Subcommand)]
enum Scenario {
    /// The same mapping natively and through the component, per item.
    Translate(translate::Arguments),
    /// Items from the database to a channel until every outcome is stored.
    Sync(sync::Arguments),
    /// Changes in a large catalog brought to the channel.
    Change(change::Arguments),
    /// Rows of a CSV file into the catalog.
    Import(import::Arguments),
    /// The whole catalog into a feed file.
    Feed(feed::Arguments),
    /// A fresh instance, and a load from the compiled cache.
    Instantiate(instantiate::Arguments),
    /// What each connector costs to run.
    Connectors(connectors::Arguments),
    /// From nothing to a component, in each language.
    Build(build::Arguments),
    /// Healthy channels beside every hostile connector.
    Contain(contain::Arguments),
    /// Many channels at rest.
    Density(density::Arguments),
    /// From process start to ready, with compiled connectors cached.
    Start(start::Arguments),
}

fn main() -> anyhow::Result<()> {
    let figures = match Arguments::parse().scenario {
        Scenario::Translate(arguments) => translate::run(&arguments)?,
        Scenario::Sync(arguments) => sync::run(&arguments)?,
        Scenario::Change(arguments) => change::run(&arguments)?,
        Scenario::Import(arguments) => import::run(&arguments)?,
        Scenario::Feed(arguments) => feed::run(&arguments)?,
        Scenario::Instantiate(arguments) => instantiate::run(&arguments)?,
        Scenario::Connectors(arguments) => connectors::run(&arguments)?,
        Scenario::Build(arguments) => build::run(&arguments)?,
        Scenario::Contain(arguments) => contain::run(&arguments)?,
        Scenario::Density(arguments) => density::run(&arguments)?,
        Scenario::Start(arguments) => start::run(&arguments)?,
    };
    #[expect(clippy::print_stdout, reason = "printing figures is what this program is for")]
    {
        println!("{figures}");
    }
    Ok(())
}
