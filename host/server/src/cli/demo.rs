//! `wharf demo`: the whole of it on one screen.

use clap::Args;

use super::{Outcome, Session};

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Leave the server running afterwards.
    #[arg(long)]
    serve: bool,
}

impl Demo {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        crate::demo::run(session.output, self.serve).await?;
        Ok(Outcome::Done)
    }
}
