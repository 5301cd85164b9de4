//! The command line. Scripts rely on its words, its `--json` and its exit codes: 0 done, 1 something was refused or
//! failed (said which), 2 wrong usage. One file for each group of commands.

mod channel;
mod connector;
mod delete;
mod demo;
mod export;
mod import;
mod order;
mod pull;
mod secret;
mod serve;
mod status;
mod stock;
mod sync;
mod token;

use std::{path::PathBuf, sync::OnceLock};

use clap::{Parser, Subcommand};
use wharf_store::Store;

use crate::{
    configuration::Configuration,
    directory::{DataDirectory, DirectoryError, Missing},
    host::{Host, Site},
    output::Output,
    telemetry::LogFormat,
};

/// One canonical catalog, brought to every sales channel.
#[derive(Debug, Parser)]
#[command(name = "wharf", version, propagate_version = true, arg_required_else_help = true)]
pub struct Cli {
    /// The data directory.
    #[arg(long, global = true, env = "WHARF_DATA", default_value = "wharf-data", value_name = "DIR")]
    data: PathBuf,
    /// Print results as JSON.
    #[arg(long, global = true)]
    json: bool,
    /// How log lines are written; WHARF_LOG filters them.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    log: LogFormat,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole of it: a sample catalog on a local channel and in a feed file.
    Demo(demo::Demo),
    /// Run the API and keep the channels in sync.
    Serve(serve::Serve),
    /// Take products in from a CSV or JSON Lines file.
    Import(import::Import),
    /// Write all products as JSON Lines.
    Export(export::Export),
    /// Set up channels and look at them.
    #[command(subcommand)]
    Channel(channel::Channel),
    /// Bring channels to what the catalog says.
    Sync(sync::Sync),
    /// Read what channels have to tell: orders, stock, listing states.
    Pull(pull::Pull),
    /// Show what channels sold, and what of it is short.
    #[command(subcommand)]
    Order(order::Order),
    /// Show how the channels stand, and what keeps products off them.
    Status(status::Status),
    /// Build, check and install connectors.
    #[command(subcommand)]
    Connector(connector::Connector),
    /// Keep the secrets that channels' credentials name.
    #[command(subcommand)]
    Secret(secret::Secret),
    /// Hand out and take back API tokens.
    #[command(subcommand)]
    Token(token::Token),
    /// Delete products; every channel takes their listings away.
    Delete(delete::Delete),
    /// Read and set stock levels.
    #[command(subcommand)]
    Stock(stock::Stock),
}

/// How a command ended that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Something was refused, and it was said what.
    Refused,
}

impl Outcome {
    fn refused_if(refused: bool) -> Self {
        if refused { Self::Refused } else { Self::Done }
    }
}

/// What every command is given.
#[derive(Debug)]
struct Session {
    data: PathBuf,
    output: Output,
    /// The database that the command has opened, to be closed behind it.
    opened: OnceLock<Store>,
}

impl Session {
    /// For commands that write.
    async fn site(&self) -> anyhow::Result<Site> {
        self.open(Missing::Create).await
    }

    /// For commands that read: a mistyped directory is an error and not an empty catalog.
    async fn existing_site(&self) -> anyhow::Result<Site> {
        self.open(Missing::Refuse).await
    }

    async fn open(&self, missing: Missing) -> anyhow::Result<Site> {
        let site = Site::open(&self.data, missing).await?;
        self.opened.get_or_init(|| site.store.clone());
        Ok(site)
    }

    /// The settings, also where there is no data directory.
    fn configuration(&self) -> anyhow::Result<Configuration> {
        match DataDirectory::open(&self.data, Missing::Refuse) {
            Ok(directory) => Ok(Configuration::read(directory.root())?),
            Err(DirectoryError::Missing(_)) => Ok(Configuration::default()),
            Err(error) => Err(error.into()),
        }
    }

    /// With every connector loaded.
    async fn host(&self) -> anyhow::Result<Host> {
        Host::new(self.site().await?).await
    }

    async fn existing_host(&self) -> anyhow::Result<Host> {
        Host::new(self.existing_site().await?).await
    }
}

/// Tells a running server of a change. One that is not told still finds it, at its next turn.
fn wake(directory: &DataDirectory, output: Output) {
    if let Err(error) = directory.wake() {
        output.note(format_args!("a running server was not told: {error}"));
    }
}

impl Cli {
    pub fn log_format(&self) -> LogFormat {
        self.log
    }

    /// What is logged unless `WHARF_LOG` says otherwise: a server tells what it does, a command what is wrong.
    pub fn log_level(&self) -> &'static str {
        match self.command {
            Command::Serve(_) => "info",
            // What it lists says of itself what was refused.
            Command::Connector(_) => "error",
            _ => "warn",
        }
    }

    /// Runs the command.
    pub async fn run(self) -> anyhow::Result<Outcome> {
        let session = Session { data: self.data, output: Output::new(self.json), opened: OnceLock::new() };
        let outcome = self.command.run(&session).await;
        // The last one to close the database leaves it in one file.
        if let Some(store) = session.opened.get() {
            store.close().await;
        }
        outcome
    }
}

impl Command {
    async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        match self {
            Self::Demo(demo) => Box::pin(demo.run(session)).await,
            Self::Serve(serve) => Box::pin(serve.run(session)).await,
            Self::Import(import) => Box::pin(import.run(session)).await,
            Self::Export(export) => Box::pin(export.run(session)).await,
            Self::Channel(channel) => Box::pin(channel.run(session)).await,
            Self::Sync(sync) => Box::pin(sync.run(session)).await,
            Self::Pull(pull) => Box::pin(pull.run(session)).await,
            Self::Order(order) => Box::pin(order.run(session)).await,
            Self::Status(status) => Box::pin(status.run(session)).await,
            Self::Connector(connector) => Box::pin(connector.run(session)).await,
            Self::Secret(secret) => Box::pin(secret.run(session)).await,
            Self::Token(token) => Box::pin(token.run(session)).await,
            Self::Delete(delete) => Box::pin(delete.run(session)).await,
            Self::Stock(stock) => Box::pin(stock.run(session)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, error::ErrorKind};

    use super::*;

    fn refused(line: &str) -> (ErrorKind, i32) {
        let error = Cli::try_parse_from(line.split_whitespace()).unwrap_err();
        (error.kind(), error.exit_code())
    }

    #[test]
    fn the_declaration_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_usage_ends_with_2() {
        for line in [
            "wharf",
            "wharf sail",
            "wharf import",
            "wharf import a.csv --mapping",
            "wharf channel add",
            "wharf channel add shop --file a.toml --connector b",
            "wharf channel add shop --connector google --setting account",
            "wharf channel add shop --connector google --every often",
            "wharf token add me --scope everything",
            "wharf secret set",
            "wharf secret set shop the-value-itself",
            "wharf secret set shop --from-file a --from-env B",
            "wharf stock set A-1 main many",
            "wharf serve --listen here",
            "wharf delete",
            "wharf pull --stream orders",
            "wharf order show first",
            "wharf import a.csv --channel shop --mapping b.toml",
        ] {
            assert_eq!(refused(line).1, 2, "{line}");
        }
    }

    #[test]
    fn asking_for_help_or_the_version_is_no_mistake() {
        assert_eq!(refused("wharf --version"), (ErrorKind::DisplayVersion, 0));
        assert_eq!(refused("wharf channel add --help"), (ErrorKind::DisplayHelp, 0));
    }

    #[test]
    fn the_global_options_are_taken_before_and_after_the_command() {
        for line in ["wharf --json --data here status", "wharf status --data here --json"] {
            let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
            assert!(cli.json);
            assert_eq!(cli.data, PathBuf::from("here"));
        }
    }
}
