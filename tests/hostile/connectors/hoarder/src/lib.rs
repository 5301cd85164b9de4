//! Reads files and keeps all it has read, and more, in its state.

use wharf_sdk::{Connector, Context, Description, FileIntake, Intake, Progress, Source};

/// The connector.
#[derive(Debug)]
pub struct Hoarder;

wharf_sdk::connector!(Hoarder: Intake);

impl Connector for Hoarder {
    fn describe() -> Description {
        Description::new("hoarder", "1.0.0", "Looks innocent.").intake(FileIntake::new(&["text/plain"]))
    }
}

impl Intake for Hoarder {
    fn parse(_: &Context, _: &Source, state: &[u8], chunk: &[u8], _: bool) -> Progress {
        Progress::new(Vec::new()).state([state, state, chunk].concat())
    }
}
