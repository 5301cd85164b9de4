//! `wharf token`: who may use the API.

use clap::Subcommand;
use jiff::Timestamp;
use serde_json::json;

use super::{Outcome, Session};
use crate::{
    serve::new_token,
    token::{Access, Secret},
};

#[derive(Debug, Subcommand)]
pub(super) enum Token {
    /// Make a token and show it, once.
    Add {
        /// Your own word for it, such as who will use it.
        name: String,
        /// `write` includes reading.
        #[arg(long, default_value = "read")]
        scope: Access,
    },
    /// List the tokens' names, scopes and last use.
    List,
    /// Take a token back; it is refused from now on.
    Remove { name: String },
}

impl Token {
    pub(super) async fn run(self, session: &Session) -> anyhow::Result<Outcome> {
        match self {
            Self::Add { name, scope } => add(session, &name, scope).await,
            Self::List => list(session).await,
            Self::Remove { name } => remove(session, &name).await,
        }
    }
}

async fn add(session: &Session, name: &str, scope: Access) -> anyhow::Result<Outcome> {
    let secret = Secret::generate().map_err(|error| anyhow::anyhow!("no randomness for a token: {error}"))?;
    session.site().await?.store.add_token(&new_token(name, &secret, scope)).await?;
    let value = json!({"name": name, "scopes": scope.scopes(), "token": secret.reveal()});
    session.output.either(&value, || secret.reveal().to_owned())?;
    Ok(Outcome::Done)
}

async fn list(session: &Session) -> anyhow::Result<Outcome> {
    let tokens = session.existing_site().await?.store.tokens().await?;
    let instant = |milliseconds| Timestamp::from_millisecond(milliseconds).map(|at| at.to_string());
    if session.output.json() {
        let value: Vec<_> = tokens
            .iter()
            .map(|token| {
                json!({
                    "name": token.name,
                    "scopes": token.scopes,
                    "created_at": instant(token.created_at).ok(),
                    "last_used_at": token.last_used_at.and_then(|at| instant(at).ok()),
                })
            })
            .collect();
        session.output.value(&value)?;
        return Ok(Outcome::Done);
    }
    let rows: Vec<_> = tokens
        .into_iter()
        .map(|token| {
            let used = token.last_used_at.and_then(|at| instant(at).ok()).unwrap_or_else(|| "never".into());
            vec![token.name, token.scopes, used]
        })
        .collect();
    session.output.table(&["NAME", "SCOPES", "LAST USED"], &rows)?;
    Ok(Outcome::Done)
}

async fn remove(session: &Session, name: &str) -> anyhow::Result<Outcome> {
    anyhow::ensure!(
        session.existing_site().await?.store.remove_token(name).await?,
        "there is no token `{name}`; see `wharf token list`"
    );
    Ok(Outcome::Done)
}
