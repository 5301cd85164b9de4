//! What a status other than success means when the channel's body says nothing better.

use crate::{Problem, Verdict};

/// Who has to act before the channel takes the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// 401, 403: the operator's credentials or rights. No item is at fault, so nothing is rejected.
    Unauthorized,
    /// 404, 410: the listing or the address is not there.
    NotFound,
    /// 409, 412: another change came in between.
    Conflict,
    /// 408, 425, 429: the channel wants to be asked later.
    Throttled,
    /// 5xx, and any status that the channel should not have sent: it will pass, or somebody will look.
    Unavailable,
    /// The other 4xx: the request is wrong until the item or the connector changes.
    Refused,
}

impl Failure {
    /// What a status stands for; nothing for 2xx.
    pub fn of(status: u16) -> Option<Self> {
        match status {
            200..=299 => None,
            401 | 403 => Some(Self::Unauthorized),
            404 | 410 => Some(Self::NotFound),
            409 | 412 => Some(Self::Conflict),
            408 | 425 | 429 => Some(Self::Throttled),
            400..=499 => Some(Self::Refused),
            _ => Some(Self::Unavailable),
        }
    }

    /// A stable code for problems.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
        }
    }

    /// Whether trying again may help without a change of the item.
    pub fn passes(self) -> bool {
        !matches!(self, Self::NotFound | Self::Refused)
    }

    /// Retry or rejection, as [`Failure::passes`] says.
    pub fn verdict(self, message: impl Into<String>) -> Verdict {
        let problem = Problem::error(self.code(), message);
        if self.passes() { Verdict::retry(problem) } else { Verdict::rejected(problem) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_success_is_no_failure() {
        let successes = (0..=u16::MAX).filter(|status| Failure::of(*status).is_none()).collect::<Vec<_>>();
        assert_eq!(successes, (200..300).collect::<Vec<_>>());
    }

    #[test]
    fn an_item_is_rejected_only_for_what_it_is_to_blame_for() {
        for (status, retried) in
            [(400, false), (404, false), (422, false), (401, true), (403, true), (302, true)]
        {
            let verdict = Failure::of(status).unwrap().verdict("text");
            assert_eq!(matches!(verdict, Verdict::Retry(_)), retried, "{status}");
        }
    }
}
