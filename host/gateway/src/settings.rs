//! Every limit of the gateway, by name, with its unit and default.

use std::{collections::BTreeMap, net::IpAddr, time::Duration};

use serde::{Deserialize, Serialize};

use crate::error::GatewayError;

/// Limits of the client that all channels share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct GatewaySettings {
    /// How long a TCP connection may take to open, in milliseconds. 5,000.
    pub connect_timeout_ms: u64,
    /// How long one attempt may take from connecting to the body's last byte, in milliseconds. 30,000.
    pub request_timeout_ms: u64,
    /// Bytes of a request body; a larger one is not sent. 64 MiB.
    pub request_bytes: usize,
    /// Bytes of a response body after decompression; a larger one is dropped while it streams. 16 MiB.
    pub response_bytes: usize,
    /// Bytes of a picture that is read to be sent on; a larger one is dropped while it streams. 32 MiB.
    pub asset_bytes: usize,
    /// Pictures that one channel reads at once. 8.
    pub assets_in_flight: usize,
    /// Bytes of a response's status line and headers, at least 8,192. 64 KiB. More than 100 headers are
    /// refused as well.
    pub header_bytes: usize,
    /// Bytes of a request's path and query. 8 KiB.
    pub target_bytes: usize,
    /// Requests that one channel has on the wire at once, unless its route says otherwise. 64.
    pub max_in_flight: usize,
    /// Idle connections kept for each host. 128.
    pub idle_connections: usize,
    /// How long an idle connection is kept, in milliseconds. 60,000.
    pub idle_timeout_ms: u64,
    /// How much of an access token's life is left when it is replaced, in seconds; half of it for tokens that
    /// live shorter than twice this. 120.
    pub token_margin_s: u64,
    /// What the channels see as `user-agent`.
    pub user_agent: String,
    /// Addresses of hosts that DNS does not know, or not as it should, by name. They are checked like any other.
    pub hosts: BTreeMap<String, Vec<IpAddr>>,
    pub retry: RetrySettings,
    pub breaker: BreakerSettings,
}

/// When and how often an attempt is repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RetrySettings {
    /// Attempts for one request, the first included; at least 1. 5.
    pub attempts: u32,
    /// The wait before the second attempt is drawn from 0 to this, in milliseconds; it doubles with every
    /// further attempt. 250.
    pub backoff_ms: u64,
    /// The doubling ends here, in milliseconds. 20,000.
    pub backoff_cap_ms: u64,
    /// The longest wait for a budget, or for a channel that said `retry-after`, in milliseconds. What would
    /// take longer ends as `SendError::Throttled`, so that the caller postpones it. 60,000.
    pub wait_cap_ms: u64,
    /// The longest `retry-after` that is believed, in milliseconds; a channel that asks for more is asked again
    /// after this. 3,600,000.
    pub pause_cap_ms: u64,
}

/// When a host that fails again and again is left alone. Counted for each channel and host by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct BreakerSettings {
    /// Attempts in a row that found no connection or no answer in time, or status 500, 502, 503 or 504, after which
    /// requests end unsent as `SendError::Open`. 0 means never. 20.
    pub failures: u32,
    /// How long nothing is sent then, in milliseconds; afterwards one request probes the host, and each that fails
    /// doubles the pause. 5,000.
    pub pause_ms: u64,
    /// The doubling ends here, in milliseconds. 300,000.
    pub pause_cap_ms: u64,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 5_000,
            request_timeout_ms: 30_000,
            request_bytes: 64 << 20,
            response_bytes: 16 << 20,
            asset_bytes: 32 << 20,
            assets_in_flight: 8,
            header_bytes: 64 << 10,
            target_bytes: 8 << 10,
            max_in_flight: 64,
            idle_connections: 128,
            idle_timeout_ms: 60_000,
            token_margin_s: 120,
            user_agent: concat!("wharf/", env!("CARGO_PKG_VERSION")).into(),
            hosts: BTreeMap::new(),
            retry: RetrySettings::default(),
            breaker: BreakerSettings::default(),
        }
    }
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { failures: 20, pause_ms: 5_000, pause_cap_ms: 300_000 }
    }
}

impl Default for RetrySettings {
    fn default() -> Self {
        Self {
            attempts: 5,
            backoff_ms: 250,
            backoff_cap_ms: 20_000,
            wait_cap_ms: 60_000,
            pause_cap_ms: 3_600_000,
        }
    }
}

impl GatewaySettings {
    /// Refuses values that the client could not work with.
    pub(crate) fn check(&self) -> Result<(), GatewayError> {
        let rules = [
            ("connect-timeout-ms", self.connect_timeout_ms > 0, "must be above 0"),
            ("request-timeout-ms", self.request_timeout_ms > 0, "must be above 0"),
            ("header-bytes", self.header_bytes >= 8192, "must be at least 8192"),
            ("target-bytes", self.target_bytes > 0, "must be above 0"),
            ("max-in-flight", self.max_in_flight > 0, "must be above 0"),
            ("assets-in-flight", self.assets_in_flight > 0, "must be above 0"),
            ("retry.attempts", self.retry.attempts > 0, "must be at least 1"),
            ("breaker.pause-ms", self.breaker.pause_ms > 0, "must be above 0"),
            (
                "breaker.pause-cap-ms",
                (self.breaker.pause_ms..=86_400_000).contains(&self.breaker.pause_cap_ms),
                "must be at least `breaker.pause-ms` and at most a day",
            ),
        ];
        match rules.into_iter().find(|(_, holds, _)| !holds) {
            Some((setting, _, rule)) => Err(GatewayError::Setting { setting, rule }),
            None => Ok(()),
        }
    }

    pub(crate) fn request_timeout(&self) -> Duration {
        Duration::from_millis(self.request_timeout_ms)
    }
}

impl RetrySettings {
    /// A wait before attempt `attempt + 1`: exponential with full jitter, so that requests that failed
    /// together do not come back together.
    pub(crate) fn backoff(&self, attempt: u32) -> Duration {
        let doublings = attempt.saturating_sub(1).min(32);
        let ceiling = self.backoff_ms.saturating_mul(1 << doublings).min(self.backoff_cap_ms);
        Duration::from_millis(fastrand::u64(0..=ceiling))
    }

    pub(crate) fn backoff_cap(&self) -> Duration {
        Duration::from_millis(self.backoff_cap_ms)
    }

    pub(crate) fn pause_cap(&self) -> Duration {
        Duration::from_millis(self.pause_cap_ms)
    }

    pub(crate) fn wait_cap(&self) -> Duration {
        Duration::from_millis(self.wait_cap_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backoff_stays_below_its_doubling_ceiling_and_uses_all_of_it() {
        let retry = RetrySettings { backoff_ms: 100, backoff_cap_ms: 1_000, ..RetrySettings::default() };
        for (attempt, ceiling) in [(1, 100), (2, 200), (3, 400), (4, 800), (5, 1_000), (60, 1_000)] {
            let waits: Vec<_> = (0..2_000).map(|_| retry.backoff(attempt).as_millis()).collect();
            assert!(waits.iter().all(|wait| *wait <= ceiling), "attempt {attempt}");
            assert!(waits.iter().any(|wait| *wait < ceiling / 4), "attempt {attempt}: not full jitter");
            assert!(waits.iter().any(|wait| *wait > ceiling * 3 / 4), "attempt {attempt}: too short");
        }
    }

    #[test]
    fn an_impossible_setting_is_named() {
        let settings = GatewaySettings { header_bytes: 100, ..GatewaySettings::default() };
        assert_eq!(
            settings.check().unwrap_err().to_string(),
            "gateway setting `header-bytes` must be at least 8192"
        );
    }

    #[test]
    fn an_unknown_setting_is_refused() {
        let error = serde_json::from_str::<GatewaySettings>(r#"{"proxy": "x"}"#).unwrap_err();
        assert!(error.to_string().contains("unknown field `proxy`"), "{error}");
    }
}
