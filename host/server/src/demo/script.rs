//! Commands as an operator would type them, shown and then run.

use std::path::{Path, PathBuf};

use clap::Parser as _;

use crate::{cli::Cli, connector::build, output::Output};

/// Runs commands against one data directory.
pub(super) struct Script {
    output: Output,
    data: PathBuf,
}

impl Script {
    pub(super) fn new(output: Output, data: PathBuf) -> Self {
        Self { output, data }
    }

    pub(super) fn heading(&self, text: &str) {
        self.output.note(format_args!("\n== {text}"));
    }

    /// Shows the command and runs it, in this process but otherwise as the binary would.
    pub(super) async fn run(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let shown: Vec<String> = arguments.iter().map(|argument| self.shortened(argument)).collect();
        self.output.note(format_args!("$ wharf {}", shown.join(" ")));
        let data = self.data.to_string_lossy();
        let mut words = vec!["wharf", "--data", &data];
        words.extend(self.output.json().then_some("--json"));
        words.extend(arguments);
        // A command that refuses something says what; the sample has products that lack something on purpose.
        Box::pin(Cli::try_parse_from(words)?.run()).await?;
        Ok(())
    }

    /// Builds a connector from its folder; returns the component's path.
    pub(super) fn build(&self, folder: &Path) -> anyhow::Result<PathBuf> {
        self.output.note(format_args!("$ wharf connector build {}", folder.display()));
        let built = build::build(folder, |what| self.output.note(what))?;
        Ok(built.component)
    }

    /// Paths without the part that is the same for all of them.
    fn shortened(&self, argument: &str) -> String {
        let Some(home) = self.data.parent().and_then(Path::parent) else { return argument.to_owned() };
        let relative = Path::new(argument).strip_prefix(home);
        relative.map_or_else(|_| argument.to_owned(), |path| path.display().to_string())
    }
}
