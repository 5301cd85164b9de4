//! A vendor on loopback: judges what arrives, counts it by operation, and answers as the vendor would.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Router,
    body::{Bytes, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use wharf_vendors::{Contract, Refusal, Sent, spoil::spoilt};

/// Refusals that are told.
const TOLD: usize = 10;

/// What a vendor answers.
#[derive(Debug)]
pub(crate) struct Answer {
    status: u16,
    body: Bytes,
}

impl Answer {
    pub(crate) fn json(body: &Value) -> Self {
        Self::with(200, body)
    }

    pub(crate) fn with(status: u16, body: &Value) -> Self {
        Self { status, body: body.to_string().into() }
    }

    pub(crate) fn bytes(body: Vec<u8>) -> Self {
        Self { status: 200, body: body.into() }
    }
}

/// The far end of a connector: a contract, and as much of a memory as its answers need.
pub(crate) trait Vendor: Send + Sync + 'static {
    /// What stands behind the operation; none for what no contract speaks of, such as a token.
    fn judge(&self, sent: &Sent) -> Option<Result<String, Refusal>>;

    fn answer(&self, operation: &str, sent: &Sent) -> Answer;
}

#[derive(Default)]
struct Ledger {
    /// Requests that the contract took, by operation.
    taken: BTreeMap<String, u64>,
    /// The first request of each operation.
    specimens: BTreeMap<String, Sent>,
    refused: Vec<Refusal>,
}

/// A running vendor. It stops with the test's runtime.
#[derive(Clone)]
pub(crate) struct Receiver {
    vendor: Arc<dyn Vendor>,
    ledger: Arc<Mutex<Ledger>>,
}

impl Receiver {
    pub(crate) async fn listen(
        make: impl FnOnce(SocketAddr) -> anyhow::Result<Arc<dyn Vendor>>,
    ) -> anyhow::Result<(Self, SocketAddr)> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let receiver = Self { vendor: make(address)?, ledger: Arc::default() };
        let router = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok((receiver, address))
    }

    /// Fails if anything was refused, or if one of these operations never came. Says what came.
    #[expect(clippy::print_stdout, reason = "the counts are what the test is about")]
    pub(crate) fn conclude(&self, catalog: &str, operations: &[&str]) -> anyhow::Result<()> {
        let ledger = self.ledger();
        let mut counts = String::new();
        for (operation, count) in &ledger.taken {
            write!(counts, "\n  {count:>6} {operation}")?;
        }
        println!("{catalog}: requests that the contract took{counts}");
        let refused: Vec<_> = ledger.refused.iter().take(TOLD).map(ToString::to_string).collect();
        anyhow::ensure!(
            refused.is_empty(),
            "{} requests were refused:\n{}",
            ledger.refused.len(),
            refused.join("\n")
        );
        let missing: Vec<_> = operations.iter().filter(|name| !ledger.taken.contains_key(**name)).collect();
        anyhow::ensure!(missing.is_empty(), "never asked: {missing:?}; asked: {counts}");
        Ok(())
    }

    /// Fails if the contract takes a request that was spoilt. `is_free` names operations and places whose form is open.
    pub(crate) fn bites(
        &self,
        contract: &dyn Contract,
        is_free: impl Fn(&str, &str) -> bool,
    ) -> anyhow::Result<()> {
        for (operation, specimen) in &self.ledger().specimens {
            let wrong = spoilt(specimen, |place| is_free(operation, place));
            for (place, sent) in wrong {
                let judged = contract.judge(&sent);
                anyhow::ensure!(judged.is_err(), "{operation} was taken although {place} was wrong");
            }
        }
        Ok(())
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, judged: &Result<String, Refusal>, sent: &Sent) {
        let mut ledger = self.ledger();
        match judged {
            Ok(operation) => {
                *ledger.taken.entry(operation.clone()).or_default() += 1;
                ledger.specimens.entry(operation.clone()).or_insert_with(|| sent.clone());
            }
            Err(refusal) => ledger.refused.push(refusal.clone()),
        }
    }
}

async fn receive(State(receiver): State<Receiver>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, usize::MAX).await else { return StatusCode::BAD_REQUEST.into_response() };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let sent = Sent::new(parts.method.as_str(), target, &body);
    let judged = receiver.vendor.judge(&sent);
    if let Some(judged) = &judged {
        receiver.note(judged, &sent);
    }
    let answer = match judged {
        Some(Err(refusal)) => Answer::with(400, &refusal.to_string().into()),
        Some(Ok(operation)) => receiver.vendor.answer(&operation, &sent),
        None => receiver.vendor.answer("", &sent),
    };
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, "application/json")], answer.body).into_response()
}
