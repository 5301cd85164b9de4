//! What a status other than success means when the channel's body says nothing better.

use crate::{Problem, Reason, Verdict};

/// Who has to act before the channel takes the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// 401: the operator's credentials. No item is at fault, so nothing is rejected.
    Unauthorized,
    /// 403: the operator's rights. Nothing is rejected either.
    Forbidden,
    /// 404, 410: the listing or the address is not there.
    NotFound,
    /// 409, 412: another change came in between.
    Conflict,
    /// 408, 425, 429: the channel wants to be asked later.
    Throttled,
    /// 5xx: it will pass.
    Unavailable,
    /// A status that the channel should not have sent, such as a redirect: somebody has to look.
    Unexpected,
    /// The other 4xx: the request is wrong until the item or the connector changes.
    Refused,
}

impl Failure {
    /// What a status stands for; nothing for 2xx.
    pub fn of(status: u16) -> Option<Self> {
        match status {
            200..=299 => None,
            401 => Some(Self::Unauthorized),
            403 => Some(Self::Forbidden),
            404 | 410 => Some(Self::NotFound),
            409 | 412 => Some(Self::Conflict),
            408 | 425 | 429 => Some(Self::Throttled),
            400..=499 => Some(Self::Refused),
            500..=599 => Some(Self::Unavailable),
            _ => Some(Self::Unexpected),
        }
    }

    /// A stable code for problems.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::Conflict => "conflict",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::Unexpected => "unexpected-status",
            Self::Refused => "refused",
        }
    }

    /// Where the fault lies.
    pub fn reason(self) -> Reason {
        match self {
            Self::Unauthorized => Reason::Credentials,
            Self::Forbidden => Reason::Permission,
            Self::NotFound => Reason::Missing,
            Self::Conflict => Reason::Conflict,
            Self::Throttled => Reason::Budget,
            Self::Unavailable => Reason::Outage,
            Self::Unexpected => Reason::Contract,
            Self::Refused => Reason::Data,
        }
    }

    /// An error with this failure's code and reason.
    pub fn problem(self, message: impl Into<String>) -> Problem {
        Problem::error(self.code(), message).reason(self.reason())
    }

    /// Whether trying again may help without a change of the item.
    pub fn passes(self) -> bool {
        !matches!(self, Self::NotFound | Self::Refused)
    }

    /// Retry or rejection, as [`Failure::passes`] says.
    pub fn verdict(self, message: impl Into<String>) -> Verdict {
        let problem = self.problem(message);
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
