//! One of Vendure's APIs, spoken without any of Wharf's code.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

/// The header in which Vendure hands out the token of a session.
const TOKEN: &str = "vendure-auth-token";

/// A session: who has logged in, or who has put something into a cart.
#[derive(Debug)]
pub struct Api {
    client: reqwest::Client,
    url: String,
    token: Mutex<String>,
}

impl Api {
    pub(super) fn new(address: &str, name: &str) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder().build()?;
        Ok(Self { client, url: format!("http://{address}/{name}"), token: Mutex::default() })
    }

    /// The session's token; empty before there is one.
    pub fn token(&self) -> String {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What a document brings. Errors, and results that are errors, fail.
    pub async fn call(&self, document: &str, variables: Value) -> anyhow::Result<Value> {
        let body = json!({"query": document, "variables": variables}).to_string();
        let mut request = self.client.post(&self.url).header("content-type", "application/json").body(body);
        let token = self.token();
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        let response = request.send().await?;
        if let Some(token) = response.headers().get(TOKEN) {
            *self.token.lock().unwrap_or_else(PoisonError::into_inner) = token.to_str()?.to_owned();
        }
        let text = response.text().await?;
        let mut answer: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
        ensure!(answer.get("errors").is_none(), "{document}\n{text}");
        let data = answer["data"].take();
        let refused = data.as_object().into_iter().flatten().find(|(_, result)| {
            result.get("errorCode").is_some() || result["result"].as_str() == Some("NOT_DELETED")
        });
        ensure!(refused.is_none(), "{document}\n{text}");
        Ok(data)
    }

    /// The text at this place of what a document brings.
    pub(super) async fn text(
        &self,
        document: &str,
        variables: Value,
        pointer: &str,
    ) -> anyhow::Result<String> {
        let data = self.call(document, variables).await?;
        let text = data.pointer(pointer).and_then(Value::as_str);
        Ok(text.with_context(|| format!("no {pointer} in {data}"))?.to_owned())
    }
}
