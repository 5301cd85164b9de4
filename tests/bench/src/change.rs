//! `change`: K changes in a catalog of N products, from the change to the stored outcome.

use std::time::Instant;

use serde_json::{Value, json};

use crate::{
    catalog,
    measure::{median, rounded},
    rig::{Kind, Rig},
};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Products in the catalog, all of them on the channel already.
    #[arg(long, default_value_t = 10_000)]
    catalog: u64,
    /// Products that change, spread over the catalog.
    #[arg(long, default_value_t = 1_000)]
    changes: u64,
    /// How often; the figure is the median.
    #[arg(long, default_value_t = 9)]
    rounds: u64,
}

#[tokio::main]
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<Value> {
    let rig = Rig::new(Kind::Bulk(100), arguments.catalog).await?;
    rig.sync().await?;
    let mut seconds = Vec::new();
    for round in 1..=arguments.rounds {
        let step = (arguments.catalog / arguments.changes).max(1);
        let numbers = (0..arguments.changes).map(|number| number * step % arguments.catalog);
        let changes: Vec<_> = numbers.map(|number| catalog::repriced(number, round)).collect();
        let started = Instant::now();
        for applied in rig.host.site.store.change(changes).await? {
            applied?;
        }
        let run = rig.sync().await?;
        seconds.push(started.elapsed().as_secs_f64());
        anyhow::ensure!(
            run.report.accepted == arguments.changes,
            "not exactly the changes travelled: {run:?}"
        );
    }
    Ok(json!({
        "scenario": "change",
        "catalog": arguments.catalog,
        "changes": arguments.changes,
        "seconds": rounded(median(seconds), 4),
    }))
}
