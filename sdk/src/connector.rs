//! Who a connector is. What it can do beside that are the traits of its abilities.
//!
//! All functions are pure. The host calls each of them in a fresh instance, so a `static` is not memory.

use crate::{Context, Description, Failure, Problem, Reason, Request, Response};

/// Who the connector is and what it needs.
pub trait Connector {
    /// Constant: every call gives the same answer. See [`Description::new`].
    fn describe() -> Description;

    /// A request that shows whether credentials and settings work, and changes nothing; if the vendor has one.
    fn probe(_context: &Context) -> Option<Request> {
        None
    }

    /// What the answer to the probe means: empty when all is well. Judged by its status unless overridden.
    fn probed(_context: &Context, response: &Response) -> Vec<Problem> {
        probe_failure(response.status).into_iter().collect()
    }
}

/// What the status of a probe's answer says. No product is involved, so what is wrong or missing are settings.
pub fn probe_failure(status: u16) -> Option<Problem> {
    let failure = Failure::of(status)?;
    let remedy = match failure {
        Failure::Unauthorized => "The channel does not accept the credentials; enter them anew.",
        Failure::Forbidden => "The credentials work but are not allowed to do this; extend their rights.",
        Failure::NotFound | Failure::Refused => {
            "The channel does not know what the settings name; check them."
        }
        Failure::Throttled | Failure::Conflict => "The channel wants to be asked later.",
        Failure::Unavailable => "The channel is out of order; try again later.",
        Failure::Unexpected => "The channel answered in an unknown way; check the endpoint's address.",
    };
    let reason = match failure {
        Failure::NotFound | Failure::Refused => Reason::Settings,
        _ => failure.reason(),
    };
    Some(Problem::error(failure.code(), format!("{remedy} It answered with status {status}.")).reason(reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silent;

    impl Connector for Silent {
        fn describe() -> Description {
            Description::new("silent", "1.0.0", "Says nothing.")
        }
    }

    fn reasons(status: u16) -> Vec<Reason> {
        let context = Context {
            settings: "{}".into(),
            locale: "de-DE".into(),
            country: "DE".into(),
            currency: "EUR".into(),
        };
        let response = Response { status, headers: vec![], body: vec![] };
        Silent::probed(&context, &response).into_iter().map(|problem| problem.reason).collect()
    }

    #[test]
    fn a_probe_is_judged_by_its_status() {
        assert_eq!(reasons(204), []);
        assert_eq!(reasons(401), [Reason::Credentials]);
        assert_eq!(reasons(403), [Reason::Permission]);
        assert_eq!((reasons(404), reasons(400)), (vec![Reason::Settings], vec![Reason::Settings]));
        assert_eq!((reasons(429), reasons(503)), (vec![Reason::Budget], vec![Reason::Outage]));
    }
}
