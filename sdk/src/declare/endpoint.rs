//! Where requests go, and how many of them.

use crate::{Budget, BudgetRule, BudgetScope, Endpoint, Method, Reach};

impl Endpoint {
    /// `url` is the base address without a trailing slash.
    pub fn new(name: &str, url: &str, methods: &[Method]) -> Self {
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            reach: Reach::Fixed,
            methods: methods.to_vec(),
            paths: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// An address whose host only the operator knows: `pattern` is one that it has to fit, such as
    /// `https://*.myshopify.com`.
    pub fn named(name: &str, pattern: &str, methods: &[Method]) -> Self {
        Self { reach: Reach::Named, ..Self::new(name, pattern, methods) }
    }

    /// Addresses that the channel hands out, such as a presigned upload. `pattern` is a base address whose first
    /// label may be `*`; targets are whole addresses that fit it, and the host adds no credentials.
    pub fn open(name: &str, pattern: &str, methods: &[Method]) -> Self {
        Self { reach: Reach::Open, ..Self::new(name, pattern, methods) }
    }

    /// Requests keep to paths with this prefix, or another one that was named.
    pub fn path(mut self, prefix: &str) -> Self {
        self.paths.push(prefix.to_owned());
        self
    }

    /// Sent with every request, such as an API version; the name in lower case.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Bodies are JSON.
    pub fn json(self) -> Self {
        self.header("content-type", "application/json")
    }
}

impl Budget {
    /// At most `units` in any `per_seconds`, shared by all channels on the operator's account at the vendor. A unit is
    /// a request, unless the vendor counts in points; see [`crate::Request::cost`].
    pub fn new(name: &str, units: u32, per_seconds: u32) -> Self {
        Self {
            name: name.to_owned(),
            scope: BudgetScope::Account,
            units,
            per_seconds,
            burst: None,
            concurrent: None,
            counts: Vec::new(),
        }
    }

    /// Each channel has the budget by itself.
    pub fn per_channel(self) -> Self {
        Self { scope: BudgetScope::Channel, ..self }
    }

    /// Each listing has the budget by itself, such as two updates of a product a day: operations are counted.
    pub fn per_listing(self) -> Self {
        Self { scope: BudgetScope::Listing, ..self }
    }

    /// Units that may go at once after a pause; without this, a tenth of all.
    pub fn burst(self, units: u32) -> Self {
        Self { burst: Some(units), ..self }
    }

    /// The most requests under way at one time.
    pub fn concurrent(self, requests: u32) -> Self {
        Self { concurrent: Some(requests), ..self }
    }

    /// Counts only requests to this endpoint with these methods (none: all) and this path prefix (empty: any), or
    /// others that were named so.
    pub fn counting(mut self, endpoint: u32, methods: &[Method], path: &str) -> Self {
        self.counts.push(BudgetRule { endpoint, methods: methods.to_vec(), path: path.to_owned() });
        self
    }
}
