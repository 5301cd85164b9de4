//! Whole addresses that a channel hands out for one request: presigned uploads, report downloads.
//!
//! Such an address carries its permission in its query, so the query is a secret, and no credentials are added. The
//! bytes after the host go out exactly as they came, since they are signed.

use std::sync::Arc;

use url::Url;

use crate::{
    destination::{Address, AddressError, host_and_port},
    error::Refusal,
    grant::{Grants, HostPattern},
    target,
};

/// The addresses that an absolute endpoint stands for.
#[derive(Debug)]
pub(crate) struct AddressPattern {
    /// As declared, for errors.
    text: Arc<str>,
    /// The part of it that a grant would repeat.
    authority: String,
    scheme: &'static str,
    host: HostPattern,
    /// Without a trailing slash; every path lies below it.
    path: String,
}

impl AddressPattern {
    /// Reads `https://HOST/PATH`, where `*.` in front of the host stands for one label.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, authority, path) = split(text).ok_or("it must begin with https:// or http://")?;
        let host = HostPattern::parse(scheme, authority)
            .ok_or("its host must be a name with at most leading `*.`, which two whole labels must follow")?;
        if path.contains(['?', '#']) {
            return Err("it must not hold a query or fragment");
        }
        let path = path.trim_end_matches('/').to_owned();
        Ok(Self { text: text.into(), authority: authority.into(), scheme, host, path })
    }

    /// As an operator would grant it.
    pub(crate) fn host(&self) -> &str {
        &self.authority
    }

    pub(crate) fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Whether a grant covers any of the addresses.
    pub(crate) fn is_granted(&self, grants: &Grants) -> bool {
        grants.meet(self.scheme, &self.host)
    }

    /// Splits a request's address into its checked destination and the target to send there. Whether the target
    /// itself is one is for `target::check` to say.
    pub(crate) fn resolve(
        &self,
        endpoint: &Arc<str>,
        text: &str,
        grants: &Grants,
    ) -> Result<(Address, String), Refusal> {
        let unusable = |reason: &str| Refusal::Url { endpoint: endpoint.clone(), reason: reason.to_owned() };
        let (scheme, authority, rest) = split(text).ok_or_else(|| unusable("it is not a whole address"))?;
        let url =
            Url::parse(&format!("{scheme}://{authority}/")).map_err(|error| unusable(&error.to_string()))?;
        // Where a parser reads another host than is written, two parsers could differ.
        if !plain(authority, &url) {
            return Err(unusable("its host must be written plainly: a lower-case name and perhaps a port"));
        }
        let host = host_and_port(&url);
        if scheme != self.scheme || !self.host.covers(&url) {
            let pattern = self.text.clone();
            return Err(Refusal::Pattern { endpoint: endpoint.clone(), host, pattern });
        }
        let Some(allow_private) = grants.of_absolute(&url) else {
            return Err(Refusal::NotGranted { endpoint: endpoint.clone(), host });
        };
        let address = Address::new(&url, String::new(), allow_private).map_err(|error| match error {
            AddressError::Url(reason) => unusable(&reason),
            AddressError::Refused(refusal) => Refusal::Address(refusal),
        })?;
        if address.exposes_secrets() {
            return Err(unusable("it must be https unless its host is granted with `allow-private`"));
        }
        let target = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
        if !self.path.is_empty() && !target::is_below(&target, &self.path) {
            let pattern = self.text.clone();
            return Err(Refusal::Pattern { endpoint: endpoint.clone(), host, pattern });
        }
        Ok((address, target))
    }
}

/// Scheme, authority and the rest from the first `/`, `?` or `#` on.
fn split(text: &str) -> Option<(&'static str, &str, &str)> {
    let (scheme, rest) = ["https", "http"].into_iter().find_map(|scheme| {
        let rest = text.strip_prefix(scheme)?.strip_prefix("://")?;
        Some((scheme, rest))
    })?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    Some((scheme, &rest[..end], &rest[end..]))
}

/// Whether the authority is spelled as the parser would spell it, perhaps with the scheme's own port.
fn plain(authority: &str, url: &Url) -> bool {
    let spelled = host_and_port(url);
    let standard = url.port_or_known_default().map(|port| format!("{spelled}:{port}"));
    authority == spelled || (url.port().is_none() && standard.as_deref() == Some(authority))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grant::Grant;

    fn resolve(pattern: &str, grant: &str, address: &str) -> Result<String, Refusal> {
        let grants = Grants::parse(&[Grant { host: grant.into(), allow_private: false }]).unwrap();
        let pattern = AddressPattern::parse(pattern).unwrap();
        let (address, target) = pattern.resolve(&"upload".into(), address, &grants)?;
        Ok(format!("{} {target}", address.host))
    }

    #[test]
    fn an_address_that_fits_and_is_granted_is_split_byte_for_byte() {
        let s3 = "https://*.s3.amazonaws.com/";
        for (address, expected) in [
            ("https://b.s3.amazonaws.com/k%20ey?X-Sig=a%2Fb&x", "b.s3.amazonaws.com /k%20ey?X-Sig=a%2Fb&x"),
            ("https://b.s3.amazonaws.com:443/k", "b.s3.amazonaws.com /k"),
            ("https://b.s3.amazonaws.com?x=1", "b.s3.amazonaws.com /?x=1"),
        ] {
            assert_eq!(resolve(s3, "*.s3.amazonaws.com", address).as_deref(), Ok(expected));
        }
        let narrower = resolve(s3, "b.s3.amazonaws.com", "https://b.s3.amazonaws.com/k");
        assert_eq!(narrower.as_deref(), Ok("b.s3.amazonaws.com /k"));
    }

    #[test]
    fn nothing_else_is_reached_by_any_spelling() {
        let s3 = "https://*.s3.amazonaws.com/";
        for address in [
            "http://b.s3.amazonaws.com/k",
            "HTTPS://b.s3.amazonaws.com/k",
            "//b.s3.amazonaws.com/k",
            "/k",
            "https://evil.example/k",
            "https://evil.example\\.s3.amazonaws.com/k",
            "https://evil.example#.s3.amazonaws.com/k",
            "https://b.s3.amazonaws.com@evil.example/k",
            "https://u:p@b.s3.amazonaws.com/k",
            "https://b.s3.amazonaws.com:8443/k",
            "https://b.s3.amazonaws.com./k",
            "https://.s3.amazonaws.com/k",
            "https://B.s3.amazonaws.com/k",
            "https://b%2es3.amazonaws.com/k",
            "https://a.b.s3.amazonaws.com/k",
            "https://127.1/k",
        ] {
            let refused = resolve(s3, "*.s3.amazonaws.com", address);
            assert!(matches!(&refused, Err(Refusal::Url { .. } | Refusal::Pattern { .. })), "{refused:?}");
            assert!(!refused.unwrap_err().to_string().contains("u:p"));
        }
        let ungranted = resolve(s3, "a.s3.amazonaws.com", "https://b.s3.amazonaws.com/k");
        assert!(matches!(ungranted, Err(Refusal::NotGranted { .. })), "{ungranted:?}");
        let above = resolve("https://example.com/reports/", "example.com", "https://example.com/admin?x");
        assert!(matches!(above, Err(Refusal::Pattern { .. })), "{above:?}");
    }

    #[test]
    fn a_pattern_is_narrow() {
        for pattern in
            ["https://*/", "https://*.com/", "https://a.*.com/", "ftp://example.com/", "example.com"]
        {
            assert!(AddressPattern::parse(pattern).is_err(), "{pattern}");
        }
        assert!(AddressPattern::parse("https://x.example/?a").is_err());
    }
}
