//! What a channel says by itself: counted, checked, read and stored before it is answered.
//!
//! Each channel has a gate of its own, so a flood of one costs the others nothing. The caller is told no more than a
//! status: what went wrong inside is in the log.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Instant,
};

use tokio::sync::Semaphore;
use url::form_urlencoded;
use wharf_catalog::declaration::Placement;
use wharf_sandbox::inbound::{Delivery, Receipt, Reply};
use wharf_store::{Bookmark, Channel};

use super::{pass::now, signature::Check, sorting::sort};
use crate::{
    active::ActiveChannel,
    connectors::{Health, Stage},
    error::SyncError,
    reconciler::{Berth, Reconciler},
    settings::SyncSettings,
};

/// A call of a channel's webhook.
#[derive(Debug, Clone)]
pub struct WebhookCall {
    pub method: String,
    /// Path below the channel's webhook address, and query.
    pub target: String,
    /// All of them; the connector sees those that it reads.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// What to answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub body: Vec<u8>,
}

/// Why a call was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    #[error("there is no channel here that takes webhooks")]
    Unknown,
    #[error("too many deliveries at once")]
    Busy,
    #[error("the signature is missing or wrong")]
    Unauthorized,
    /// With the status that the connector gave.
    #[error("the delivery was refused")]
    Refused(u16),
    #[error(transparent)]
    Failed(#[from] SyncError),
}

/// How many deliveries of a channel there may be.
#[derive(Debug)]
pub(crate) struct Gate {
    /// Worked on at the same time.
    places: Semaphore,
    /// Admitted, working or waiting.
    admitted: AtomicUsize,
    bucket: Mutex<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled_at: Instant,
}

impl Gate {
    fn new(settings: &SyncSettings) -> Self {
        let tokens = f64::from(settings.deliveries_per_second) * 60.0;
        Self {
            places: Semaphore::new(settings.deliveries_in_flight.max(1)),
            admitted: AtomicUsize::new(0),
            bucket: Mutex::new(Bucket { tokens, filled_at: Instant::now() }),
        }
    }

    fn admit(&self, settings: &SyncSettings) -> bool {
        let most = settings.deliveries_in_flight.max(1) + settings.deliveries_waiting;
        let room = |admitted: usize| (admitted < most).then_some(admitted + 1);
        if !self.has_token(f64::from(settings.deliveries_per_second)) {
            return false;
        }
        self.admitted.fetch_update(SeqCst, SeqCst, room).is_ok()
    }

    fn has_token(&self, per_second: f64) -> bool {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let filled = (now - bucket.filled_at).as_secs_f64() * per_second;
        bucket.tokens = (bucket.tokens + filled).min(per_second * 60.0);
        bucket.filled_at = now;
        let has_token = bucket.tokens >= 1.0;
        bucket.tokens -= f64::from(u8::from(has_token));
        has_token
    }
}

/// A delivery that may come in; its body need not have been read yet.
#[derive(Debug)]
pub struct Admitted {
    reconciler: Reconciler,
    channel: Channel,
    berth: Arc<Berth>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        if let Some(gate) = self.berth.gate.get() {
            gate.admitted.fetch_sub(1, SeqCst);
        }
    }
}

impl Reconciler {
    /// Asks for room for one delivery, before its body is read.
    pub async fn admit(&self, channel: &str) -> Result<Admitted, ReceiveError> {
        let channel = self.store().channel_named(channel).await.map_err(SyncError::from)?;
        let channel = channel.ok_or(ReceiveError::Unknown)?;
        let berth = self.berth(channel.id);
        if !berth.gate.get_or_init(|| Gate::new(self.settings())).admit(self.settings()) {
            metrics::counter!("wharf_deliveries_refused_total", "channel" => channel.name).increment(1);
            return Err(ReceiveError::Busy);
        }
        Ok(Admitted { reconciler: self.clone(), channel, berth })
    }
}

impl Admitted {
    /// Checks, reads and stores a delivery. What it brought is in the store when this answers.
    pub async fn receive(self, call: WebhookCall) -> Result<Answer, ReceiveError> {
        let gate = self.berth.gate.get().ok_or(ReceiveError::Busy)?;
        let _place = gate.places.acquire().await.map_err(|_| ReceiveError::Busy)?;
        let active = self.reconciler.active(&self.channel).await?;
        let terms = active.connector.description().receiving.clone().ok_or(ReceiveError::Unknown)?;
        if !active.connector.abilities().receiver {
            return Err(ReceiveError::Unknown);
        }
        self.check(&active, &call)?;
        let declared_id = terms.delivery_id.as_ref().and_then(|placed| call.placed(placed));
        let WebhookCall { method, target, headers, body } = call;
        let delivery = Delivery { method, target, headers, body };
        let receipt = self.read(&active, delivery).await?;
        let reply = match receipt.reply {
            Some(Reply { status: 401 | 403, .. }) => return Err(ReceiveError::Unauthorized),
            Some(Reply { status, .. }) if status >= 400 => return Err(ReceiveError::Refused(status)),
            ref reply => reply.clone(),
        };
        self.store(&active, receipt, declared_id).await?;
        let answer = reply.map(|reply| Answer {
            status: reply.status,
            content_type: reply.content_type,
            body: reply.body,
        });
        Ok(answer.unwrap_or(Answer { status: 200, ..Answer::default() }))
    }

    /// The signature, where the connector has declared how it is made.
    fn check(&self, active: &ActiveChannel, call: &WebhookCall) -> Result<(), ReceiveError> {
        let receiving = active.connector.description().receiving.as_ref();
        let Some((property, signature)) = receiving.and_then(|terms| terms.signature.as_ref()) else {
            return Ok(());
        };
        let secret = active.signer.secret(property);
        let doubt = match secret {
            None => Err(super::signature::Doubt::NoSecret(property.clone())),
            Some(secret) => Check {
                signature,
                secret,
                address: active.inbound.webhook_address.as_deref(),
                now: now(),
                age: i64::try_from(self.reconciler.settings().delivery_age_ms).unwrap_or(i64::MAX),
            }
            .check(call),
        };
        doubt.map_err(|doubt| {
            tracing::warn!(channel = active.name, %doubt, "a webhook delivery was not believed");
            ReceiveError::Unauthorized
        })
    }

    async fn read(&self, active: &Arc<ActiveChannel>, delivery: Delivery) -> Result<Receipt, ReceiveError> {
        let reader = Arc::clone(active);
        let read = move || reader.connector.receive(&reader.context, &delivery);
        let read = tokio::task::spawn_blocking(read).await.map_err(SyncError::from)?;
        let health = match &read {
            Ok(_) => Health::Sound,
            Err(error) => Health::Failed { error: error.clone(), alone: None },
        };
        let connectors = self.reconciler.connectors();
        connectors.note(&active.connector, Stage::Read, Some(health)).await.map_err(SyncError::from)?;
        Ok(read.map_err(SyncError::from)?)
    }

    async fn store(
        &self,
        active: &ActiveChannel,
        receipt: Receipt,
        declared_id: Option<String>,
    ) -> Result<(), ReceiveError> {
        let streams = &active.connector.description().streams;
        let wanted = receipt.pull.iter().filter_map(|index| streams.get(*index as usize));
        let wanted: Vec<String> = wanted.map(|stream| stream.name.clone()).collect();
        let id = declared_id.or(receipt.delivery_id);
        let arrival = sort(active, receipt.entries, receipt.problems, now());
        let bookmark = Bookmark::Delivery { id: id.as_deref(), streams: &wanted };
        let store = self.reconciler.store();
        let (taken, _) = store
            .take_in(&active.sender("webhook".into()), arrival, bookmark)
            .await
            .map_err(SyncError::from)?;
        tracing::info!(channel = active.name, ?taken, "a webhook delivery was taken in");
        self.reconciler.tell_of(&taken);
        if !wanted.is_empty() {
            self.reconciler.0.pulls_changed.notify_one();
        }
        Ok(())
    }
}

impl WebhookCall {
    pub(super) fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    pub(super) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn placed(&self, placement: &Placement) -> Option<String> {
        match placement {
            Placement::Header(name) => self.header(name).map(str::to_owned),
            Placement::Query(name) => form_urlencoded::parse(self.query().as_bytes())
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_lets_in_as_many_as_there_is_room_and_rate_for() {
        let settings = SyncSettings {
            deliveries_in_flight: 1,
            deliveries_waiting: 2,
            deliveries_per_second: 1,
            ..SyncSettings::default()
        };
        let gate = Gate::new(&settings);
        let admitted = (0..10).filter(|_| gate.admit(&settings)).count();
        assert_eq!(admitted, 3, "one works, two wait");
        gate.admitted.store(0, SeqCst);
        let later =
            (0..100).filter(|_| gate.admit(&settings)).map(|_| gate.admitted.store(0, SeqCst)).count();
        assert!((50..=51).contains(&later), "{later}: sixty in a minute, of which ten were asked for before");
    }
}
