//! The `wharf` binary: reads the command line, starts logging and the runtime, and turns the end into an exit code.

use std::{io, process::ExitCode};

use clap::Parser;
use wharf_server::{
    cli::{Cli, Outcome},
    output::Output,
    telemetry,
};

/// Batches come and go by the megabyte; the system's allocator gives such blocks back to the kernel and faults
/// them in again, batch after batch.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help that cannot be printed has no other place to go.
            drop(error.print());
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    match run(cli) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Refused) => ExitCode::FAILURE,
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            Output::new(false).note(format_args!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<Outcome> {
    telemetry::log(cli.log_format(), cli.log_level())?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(cli.run())
}

/// Whoever read the output has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind == Some(io::ErrorKind::BrokenPipe)
    })
}
