//! A server to talk to, gone with its files when dropped.

use std::{net::SocketAddr, sync::Arc};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;
use wharf_server::{
    Host,
    api::Authentication,
    serve::{ServeOptions, Server, new_token},
    token::{Access, Secret},
};

pub(crate) struct Running {
    address: SocketAddr,
    pub(crate) host: Arc<Host>,
    pub(crate) folder: TempDir,
    pub(crate) token: String,
    client: Client,
    _stop: oneshot::Sender<()>,
}

/// An answer, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body, after a look at what all problems share.
    pub(crate) fn problem(&self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["status"], status.as_u16());
        assert!(problem["type"].as_str().unwrap().starts_with("/problems/"));
        assert!(problem["title"].is_string() && problem["detail"].is_string());
        problem
    }
}

impl Running {
    pub(crate) async fn start() -> Self {
        Self::start_with("").await
    }

    /// With this `wharf.toml`.
    pub(crate) async fn start_with(configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("wharf.toml"), configuration).unwrap();
        let host = Host::open(folder.path()).await.unwrap();
        let options =
            ServeOptions { listen: "127.0.0.1:0".parse().unwrap(), authentication: Authentication::Required };
        let server = Server::bind(host, options).await.unwrap();
        let (address, host) = (server.address().unwrap(), Arc::clone(server.host()));
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(server.run(async move { drop(stopped.await) }));
        let mut running =
            Self { address, host, folder, token: String::new(), client: Client::new(), _stop: stop };
        running.token = running.token("test", Access::Write).await;
        running
    }

    pub(crate) async fn token(&self, name: &str, access: Access) -> String {
        let secret = Secret::generate().unwrap();
        self.host.site.store.add_token(&new_token(name, &secret, access)).await.unwrap();
        secret.reveal().to_owned()
    }

    /// A request without a token.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.address))
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path).bearer_auth(&self.token)).await
    }

    pub(crate) async fn call(&self, method: Method, path: &str, body: Value) -> Answer {
        send(with_json(self.request(method, path).bearer_auth(&self.token), &body)).await
    }
}

pub(crate) fn with_json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header("content-type", "application/json").body(body.to_string())
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
}
