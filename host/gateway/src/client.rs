//! The HTTP client: hyper's pooled client over rustls, and a resolver that only lets allowed addresses through.
//!
//! A connection is pooled by host, so a connection that one grant opened to a private address must not serve a
//! route without that grant. Hence there are two clients with a pool each, and an endpoint belongs to one.

use std::{
    collections::BTreeMap,
    error::Error,
    io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
    vec,
};

use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        self,
        connect::{HttpConnector, dns::Name},
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use tower::Service;

use crate::{
    address::{Reach, reach},
    error::{AddressRefusal, GatewayError},
    settings::GatewaySettings,
};

pub(crate) type HttpClient = legacy::Client<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>;

/// The two clients. They follow no redirect, use no proxy and keep no cookie.
#[derive(Debug)]
pub(crate) struct Clients {
    pub(crate) public: HttpClient,
    pub(crate) private: HttpClient,
}

impl Clients {
    pub(crate) fn new(settings: &GatewaySettings) -> Result<Self, GatewayError> {
        let tls = tls()?;
        let hosts: BTreeMap<_, _> = settings
            .hosts
            .iter()
            .map(|(name, addresses)| (name.to_ascii_lowercase(), addresses.clone()))
            .collect();
        let hosts = Arc::new(hosts);
        let client = |allow_private| {
            let resolver = Resolver { allow_private, hosts: Arc::clone(&hosts) };
            let mut http = HttpConnector::new_with_resolver(resolver);
            http.enforce_http(false);
            http.set_nodelay(true);
            http.set_connect_timeout(Some(Duration::from_millis(settings.connect_timeout_ms)));
            let https = HttpsConnectorBuilder::new().with_tls_config(tls.clone()).https_or_http();
            legacy::Client::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_idle_timeout(Duration::from_millis(settings.idle_timeout_ms))
                .pool_max_idle_per_host(settings.idle_connections)
                .http1_max_buf_size(settings.header_bytes)
                .build(https.enable_http1().wrap_connector(http))
        };
        Ok(Self { public: client(false), private: client(true) })
    }

    pub(crate) fn choose(&self, allow_private: bool) -> &HttpClient {
        if allow_private { &self.private } else { &self.public }
    }
}

/// TLS 1.2 and 1.3 against the machine's certificate authorities. A machine without any still gets a gateway:
/// it trusts nobody, so only plain http works, which a local demonstration needs and no vendor offers.
fn tls() -> Result<ClientConfig, GatewayError> {
    let mut roots = RootCertStore::empty();
    let (trusted, _) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if trusted == 0 {
        tracing::warn!(
            "no certificate authorities found, so no https host can be trusted; install ca-certificates"
        );
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The system's resolver without the addresses that the grant does not open. The connector connects to what
/// this returns and asks no further, so a name cannot change its mind between check and use.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    allow_private: bool,
    /// The setting `hosts`, in lower case.
    hosts: Arc<BTreeMap<String, Vec<IpAddr>>>,
}

impl Resolver {
    async fn resolve(self, name: Name) -> io::Result<vec::IntoIter<SocketAddr>> {
        let (mut allowed, mut refusal) = (Vec::new(), None);
        for address in self.look_up(name.as_str()).await? {
            match check(name.as_str(), address, self.allow_private) {
                Ok(()) => allowed.push(address),
                Err(refused) => refusal = Some(refused),
            }
        }
        match refusal {
            Some(refusal) if allowed.is_empty() => {
                Err(io::Error::new(io::ErrorKind::PermissionDenied, refusal))
            }
            _ => Ok(allowed.into_iter()),
        }
    }

    async fn look_up(&self, name: &str) -> io::Result<Vec<SocketAddr>> {
        match self.hosts.get(name) {
            Some(addresses) => Ok(addresses.iter().map(|address| (*address, 0).into()).collect()),
            None => Ok(tokio::net::lookup_host((name, 0)).await?.collect()),
        }
    }
}

/// Refuses an address that a grant with this `allow-private` does not open.
pub(crate) fn check(host: &str, address: SocketAddr, allow_private: bool) -> Result<(), AddressRefusal> {
    let address = address.ip();
    match reach(address) {
        Reach::Public => Ok(()),
        Reach::Private if allow_private => Ok(()),
        reach => Err(AddressRefusal { host: host.into(), address, reach }),
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), io::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        Box::pin(self.clone().resolve(name))
    }
}

/// The refusal at the bottom of a failed connect, if that is why it failed.
pub(crate) fn refusal(error: &legacy::Error) -> Option<&AddressRefusal> {
    causes(error).find_map(|cause| {
        // An `io::Error` shows its payload's source, not the payload.
        let payload = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        payload.and_then(|payload| payload.downcast_ref()).or_else(|| cause.downcast_ref())
    })
}

/// The whole chain of causes in one line.
pub(crate) fn reason(error: &(dyn Error + 'static)) -> String {
    causes(error).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}
