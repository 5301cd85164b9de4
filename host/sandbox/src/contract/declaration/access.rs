//! Where it sends, how much, and with whose credentials.

use std::collections::HashSet;

use wharf_catalog::{
    Description,
    declaration::{AuthScheme, Budget, Endpoint, Reach, Signature, SignedPart, TokenGrant},
};

use super::{
    super::{
        form::{is_address_pattern, is_base_address, is_header_name, is_line},
        message::check_header,
    },
    Breaches,
};

impl Breaches {
    pub(super) fn access(&mut self, description: &Description) {
        for scheme in &description.auth {
            self.scheme(scheme);
        }
        let mut names = HashSet::new();
        for endpoint in &description.endpoints {
            let name = &endpoint.name;
            self.require(names.insert(name), || format!("two endpoints are named `{name}`"));
            self.endpoint(endpoint, &description.auth);
        }
        for budget in &description.budgets {
            self.budget(budget, description.endpoints.len());
        }
        for name in &description.reads_headers {
            self.require(is_header_name(name), || {
                format!("the header {name:?} to read is not a lower-case token")
            });
        }
    }

    fn scheme(&mut self, scheme: &AuthScheme) {
        match scheme {
            AuthScheme::Header(name) => self.header_name(name),
            AuthScheme::ClientCredentials(grant) | AuthScheme::RefreshToken(grant) => self.token_grant(grant),
            AuthScheme::Signature(signature) => self.signature(signature),
            AuthScheme::Bearer | AuthScheme::Basic | AuthScheme::ServiceAccount(_) => {}
        }
    }

    fn header_name(&mut self, name: &str) {
        let valid = is_header_name(&name.to_ascii_lowercase());
        self.require(valid, || format!("the header for the secret, {name:?}, is not a header name"));
    }

    fn token_grant(&mut self, grant: &TokenGrant) {
        let url = &grant.token_url;
        self.require(is_base_address(url), || format!("tokens cannot be had from {url:?}"));
        if let Some(name) = &grant.presented_in {
            self.header_name(name);
        }
    }

    pub(super) fn signature(&mut self, signature: &Signature) {
        let signed =
            signature.over.iter().any(|part| !matches!(part, SignedPart::Literal(_) | SignedPart::Secret));
        self.require(signed, || "a signature covers nothing of the request".into());
    }

    fn endpoint(&mut self, endpoint: &Endpoint, auth: &[AuthScheme]) {
        let Endpoint { name, url, reach, methods, paths, headers } = endpoint;
        self.require(is_line(name), || format!("the endpoint name {name:?} is not one line"));
        let is_address = match reach {
            Reach::Fixed => is_base_address(url) && !url.contains('*'),
            Reach::Named | Reach::Open => is_address_pattern(url),
        };
        self.require(is_address, || {
            format!("the address {url:?} of endpoint `{name}` is not http(s)://HOST[:PORT][/PATH] without a trailing slash")
        });
        self.require(!methods.is_empty(), || format!("endpoint `{name}` allows no method"));
        self.require(paths.iter().all(|path| path.starts_with('/')), || {
            format!("a path of endpoint `{name}` does not begin with `/`")
        });
        for (header, value) in headers {
            if let Err(breach) = check_header(auth, header, value) {
                self.0.push(format!("endpoint `{name}`: {breach}"));
            }
        }
    }

    fn budget(&mut self, budget: &Budget, endpoints: usize) {
        let name = &budget.name;
        self.require(budget.units > 0, || format!("budget `{name}` lets no request through"));
        self.require(budget.per_seconds > 0, || format!("budget `{name}` counts per 0 seconds"));
        self.require(budget.concurrent != Some(0), || {
            format!("budget `{name}` lets no request be under way")
        });
        for rule in &budget.counts {
            let exists = (rule.endpoint as usize) < endpoints;
            self.require(exists, || {
                format!("budget `{name}` counts endpoint {}, but {endpoints} are declared", rule.endpoint)
            });
        }
    }
}
