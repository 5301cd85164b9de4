//! Which hosts the operator lets a channel reach, in full or by a leading wildcard.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::error::GatewayError;

/// A host that the operator lets a channel reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grant {
    /// `HOST`, for the scheme's standard port, or `HOST:PORT`. A `*` in place of each of the first labels, before
    /// at least two whole ones, as in `*.s3.amazonaws.com`, opens such hosts to absolute endpoints only:
    /// credentials go to hosts that are named in full.
    pub host: String,
    /// The host may be on this machine or a private network.
    #[serde(default)]
    pub allow_private: bool,
}

/// The grants of a route, parsed.
#[derive(Debug)]
pub(crate) struct Grants(Vec<Granted>);

#[derive(Debug)]
struct Granted {
    /// Under each scheme, since the standard port differs.
    http: HostPattern,
    https: HostPattern,
    allow_private: bool,
}

/// One host and port, or every host of a domain at one depth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPattern {
    /// How many leading labels may be anything.
    wildcards: usize,
    /// The rest, or a whole host.
    host: Host<String>,
    /// As in a URL: none for the scheme's own.
    port: Option<u16>,
}

impl Grants {
    pub(crate) fn parse(grants: &[Grant]) -> Result<Self, GatewayError> {
        let parse = |grant: &Grant| {
            let pattern = |scheme| HostPattern::parse(scheme, &grant.host);
            let (http, https) = (pattern("http")?, pattern("https")?);
            Some(Granted { http, https, allow_private: grant.allow_private })
        };
        let parsed = grants.iter().map(|grant| {
            parse(grant).ok_or_else(|| GatewayError::Grant { host: grant.host.chars().take(200).collect() })
        });
        parsed.collect::<Result<_, _>>().map(Self)
    }

    /// Whether a grant names this URL's host in full, and if so, whether the host may be private.
    pub(crate) fn of_host(&self, url: &Url) -> Option<bool> {
        self.of(url, |pattern| pattern.wildcards == 0)
    }

    /// The same for a URL that carries no credentials, which a wildcard covers, too.
    pub(crate) fn of_absolute(&self, url: &Url) -> Option<bool> {
        self.of(url, |_| true)
    }

    fn of(&self, url: &Url, counts: impl Fn(&HostPattern) -> bool) -> Option<bool> {
        let covering = self.0.iter().filter(|grant| {
            let pattern = grant.under(url.scheme());
            counts(pattern) && pattern.covers(url)
        });
        // The widest of several, as if they were one.
        covering.map(|grant| grant.allow_private).max()
    }

    /// The first grant that covers this URL, which carries no credentials.
    pub(crate) fn position(&self, url: &Url) -> Option<usize> {
        self.0.iter().position(|grant| grant.under(url.scheme()).covers(url))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether some host could fit both the pattern and a grant.
    pub(crate) fn meet(&self, scheme: &str, pattern: &HostPattern) -> bool {
        self.0.iter().any(|grant| grant.under(scheme).meets(pattern))
    }
}

impl Granted {
    fn under(&self, scheme: &str) -> &HostPattern {
        if scheme == "http" { &self.http } else { &self.https }
    }
}

impl HostPattern {
    /// Reads `HOST` or `HOST:PORT`, where a leading `*.` stands for one label each.
    pub(crate) fn parse(scheme: &str, text: &str) -> Option<Self> {
        let (mut wildcards, mut rest) = (0, text);
        while let Some(shorter) = rest.strip_prefix("*.") {
            (wildcards, rest) = (wildcards + 1, shorter);
        }
        if rest.contains(['*', '/', '\\', '?', '#', '@']) {
            return None;
        }
        let url = Url::parse(&format!("{scheme}://{rest}/")).ok()?;
        let host = url.host()?.to_owned();
        let enough = match &host {
            _ if wildcards == 0 => true,
            Host::Domain(domain) => labels(domain).filter(|label| !label.is_empty()).count() >= 2,
            Host::Ipv4(_) | Host::Ipv6(_) => false,
        };
        enough.then_some(Self { wildcards, host, port: url.port() })
    }

    pub(crate) fn covers(&self, url: &Url) -> bool {
        let Some(host) = url.host() else { return false };
        if self.port != url.port() {
            return false;
        }
        match (&self.host, host) {
            (Host::Domain(suffix), Host::Domain(domain)) => {
                ends_with(domain, suffix)
                    && domain_labels(domain) == self.wildcards + domain_labels(suffix)
                    && !domain.starts_with('.')
                    && !domain.contains("..")
            }
            (mine, other) => self.wildcards == 0 && mine.to_string() == other.to_string(),
        }
    }

    fn meets(&self, other: &Self) -> bool {
        let (Host::Domain(mine), Host::Domain(theirs)) = (&self.host, &other.host) else {
            return self == other;
        };
        self.port == other.port
            && self.wildcards + domain_labels(mine) == other.wildcards + domain_labels(theirs)
            && (ends_with(mine, theirs) || ends_with(theirs, mine))
    }
}

/// Whether the domain is the suffix or lies below it.
fn ends_with(domain: &str, suffix: &str) -> bool {
    domain.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn labels(domain: &str) -> impl Iterator<Item = &str> {
    domain.split('.')
}

fn domain_labels(domain: &str) -> usize {
    labels(domain).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(pattern: &str, url: &str) -> bool {
        let url = Url::parse(url).unwrap();
        HostPattern::parse(url.scheme(), pattern).unwrap().covers(&url)
    }

    #[test]
    fn a_wildcard_stands_for_one_whole_label() {
        for (pattern, url, expected) in [
            ("*.s3.amazonaws.com", "https://bucket.s3.amazonaws.com/key", true),
            ("*.s3.amazonaws.com", "https://BUCKET.S3.amazonaws.com:443/key", true),
            ("*.s3.amazonaws.com", "https://s3.amazonaws.com/", false),
            ("*.s3.amazonaws.com", "https://a.b.s3.amazonaws.com/", false),
            ("*.s3.amazonaws.com", "https://evils3.amazonaws.com/", false),
            ("*.s3.amazonaws.com", "https://bucket.s3.amazonaws.com.evil.net/", false),
            ("*.s3.amazonaws.com", "https://bucket.s3.amazonaws.com:8443/", false),
            ("*.s3.amazonaws.com:8443", "https://bucket.s3.amazonaws.com:8443/", true),
            ("*.*.amazonaws.com", "https://bucket.s3.amazonaws.com/", true),
            ("s3.amazonaws.com", "https://bucket.s3.amazonaws.com/", false),
            ("127.0.0.1:80", "http://127.0.0.1/", true),
            ("[::1]:9", "http://[::1]:9/", true),
        ] {
            assert_eq!(covers(pattern, url), expected, "{url} by {pattern}");
        }
    }

    #[test]
    fn a_wildcard_covers_no_whole_top_level_and_no_part_of_a_label() {
        for pattern in
            ["*", "*.", "*.com", "*.*.com", "*.com.", "s3.*.com", "a*.example.com", "*.0.0.1", "*:443"]
        {
            assert_eq!(HostPattern::parse("https", pattern), None, "{pattern}");
        }
    }

    #[test]
    fn patterns_meet_where_a_host_could_fit_both() {
        for (one, other, expected) in [
            ("*.s3.amazonaws.com", "*.s3.amazonaws.com", true),
            ("*.s3.amazonaws.com", "mine.s3.amazonaws.com", true),
            ("*.s3.amazonaws.com", "*.*.amazonaws.com", true),
            ("*.s3.amazonaws.com", "*.s3.amazonaws.com:8443", false),
            ("*.s3.amazonaws.com", "*.s4.amazonaws.com", false),
            ("*.s3.amazonaws.com", "s3.amazonaws.com", false),
            ("127.0.0.1", "127.0.0.1", true),
        ] {
            let pattern = |text| HostPattern::parse("https", text).unwrap();
            assert_eq!(pattern(one).meets(&pattern(other)), expected, "{one} and {other}");
            assert_eq!(pattern(other).meets(&pattern(one)), expected, "{other} and {one}");
        }
    }
}
