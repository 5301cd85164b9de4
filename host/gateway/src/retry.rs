//! What a failed attempt means: wait and repeat, or give up and say why.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{HeaderMap, StatusCode, header};

use crate::{
    error::{CredentialsError, Outage, Refusal, SendError},
    exchange::Failure,
    settings::RetrySettings,
};

/// An attempt that gave no answer for the connector.
#[derive(Debug)]
pub(crate) enum Setback {
    /// 429, or a 5xx.
    Status {
        status: StatusCode,
        retry_after: Option<Duration>,
    },
    Failure(Failure),
    Credentials(CredentialsError),
}

/// A wait before the next attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Delay {
    pub(crate) wait: Duration,
    /// Whether the whole route waits, because the channel asked for it.
    pub(crate) shared: bool,
}

/// What comes of a setback.
#[derive(Debug)]
pub(crate) struct Judgement {
    /// What is said if it is the last one.
    pub(crate) error: SendError,
    /// None if it is.
    pub(crate) again: Option<Delay>,
}

/// What the decision depends on beside the setback.
#[derive(Debug)]
pub(crate) struct Situation<'a> {
    pub(crate) host: &'a Arc<str>,
    /// Attempts made so far.
    pub(crate) attempts: u32,
    pub(crate) repeatable: bool,
    /// The circuit breaker lets nothing more through.
    pub(crate) open: bool,
    pub(crate) timeout: Duration,
    pub(crate) response_bytes: usize,
    pub(crate) retry: &'a RetrySettings,
}

impl Setback {
    /// The wait before the next attempt, or the end.
    pub(crate) fn judge(self, situation: &Situation<'_>) -> Judgement {
        let again = situation.attempts < situation.retry.attempts
            && !situation.open
            && self.passes()
            && (situation.repeatable || self.untouched());
        let delay = self.delay(situation);
        let again = again && delay.wait <= situation.retry.wait_cap();
        let error = self.into_error(situation, delay.wait);
        Judgement { error, again: again.then_some(delay) }
    }

    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Status { status, .. } => Some(*status),
            Self::Failure(_) | Self::Credentials(_) => None,
        }
    }

    /// Whether the host works, as far as this tells: one that throttles or says too much does.
    pub(crate) fn is_alive(&self) -> Option<bool> {
        match self {
            Self::Status { status, .. } => Some(*status == StatusCode::TOO_MANY_REQUESTS),
            Self::Failure(Failure::TooLarge(_)) => Some(true),
            Self::Failure(Failure::Connect(_) | Failure::Broken(_) | Failure::Timeout) => Some(false),
            Self::Failure(Failure::Refused(_)) | Self::Credentials(_) => None,
        }
    }

    /// Whether time alone may help.
    fn passes(&self) -> bool {
        match self {
            Self::Status { .. } => true,
            Self::Failure(failure) => {
                matches!(failure, Failure::Connect(_) | Failure::Broken(_) | Failure::Timeout)
            }
            Self::Credentials(error) => error.retryable(),
        }
    }

    /// Whether the channel cannot have acted on the request.
    fn untouched(&self) -> bool {
        match self {
            Self::Status { status, .. } => *status == StatusCode::TOO_MANY_REQUESTS,
            Self::Failure(failure) => matches!(failure, Failure::Connect(_)),
            Self::Credentials(_) => true,
        }
    }

    fn delay(&self, situation: &Situation<'_>) -> Delay {
        let backoff = situation.retry.backoff(situation.attempts);
        match self {
            Self::Status { retry_after: Some(wait), .. } => Delay { wait: *wait, shared: true },
            Self::Status { status, .. } => {
                Delay { wait: backoff, shared: *status == StatusCode::TOO_MANY_REQUESTS }
            }
            _ => Delay { wait: backoff, shared: false },
        }
    }

    fn into_error(self, situation: &Situation<'_>, wait: Duration) -> SendError {
        let host = situation.host.clone();
        let attempts = situation.attempts;
        let unavailable = |outage| SendError::Unavailable { host: host.clone(), attempts, outage };
        match self {
            Self::Status { status, retry_after } => {
                match retry_after {
                    Some(_) if situation.repeatable || status == StatusCode::TOO_MANY_REQUESTS => {
                        SendError::Throttled { host, retry_after: wait }
                    }
                    // The channel did not say for how long; a drawn wait of next to nothing would hammer it.
                    None if status == StatusCode::TOO_MANY_REQUESTS => {
                        SendError::Throttled { host, retry_after: situation.retry.backoff_cap() }
                    }
                    _ => unavailable(Outage::Status(status.as_u16())),
                }
            }
            Self::Failure(Failure::Connect(reason)) => unavailable(Outage::Connect(reason)),
            Self::Failure(Failure::Broken(reason)) => unavailable(Outage::Broken(reason)),
            Self::Failure(Failure::Timeout) => {
                SendError::Timeout { host, attempts, limit: situation.timeout }
            }
            Self::Failure(Failure::Refused(refusal)) => SendError::Refused(Refusal::Address(refusal)),
            Self::Failure(Failure::TooLarge(status)) => {
                SendError::ResponseTooLarge { host, status: status.as_u16(), limit: situation.response_bytes }
            }
            Self::Credentials(error) => SendError::Credentials(error),
        }
    }
}

/// `retry-after` as seconds or as an HTTP date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => httpdate::parse_http_date(text).ok().map(|at| at.duration_since(now).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:30 GMT").unwrap();
        for (text, expected) in [
            ("120", Some(120)),
            ("0", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ] {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, text.parse().unwrap())]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{text}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
