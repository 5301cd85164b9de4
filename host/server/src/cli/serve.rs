//! `wharf serve`: the API, the scheduler and the watch, until Ctrl-C.

use std::net::SocketAddr;

use clap::Args;

use super::{Outcome, Session};
use crate::{
    api::Authentication,
    host::Host,
    serve::{self, ServeOptions, Server},
};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address and port; the settings' own is 127.0.0.1:8080 unless they say otherwise.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Ask callers for no token. Only on this machine's own address.
    #[arg(long)]
    no_auth: bool,
}

impl Serve {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        let host = Host::new(session.site().await?).await?;
        let authentication = if self.no_auth { Authentication::Off } else { Authentication::Required };
        let listen = self.listen.unwrap_or(host.site.configuration.server.listen);
        let server = Server::bind(host, ServeOptions { listen, authentication }).await?;
        if !self.no_auth
            && let Some(secret) = serve::first_token(&server.host().site.store).await?
        {
            session.output.line(format_args!("API token `admin`, shown this once: {}", secret.reveal()))?;
        }
        session.output.line(format_args!("listening on http://{}", server.address()?))?;
        server.run(serve::interrupted()).await?;
        Ok(Outcome::Done)
    }
}
