//! What a release asks for, as a set that can be compared: a new one that asks for more than was approved waits for a
//! person.

use std::{collections::BTreeSet, fmt};

use serde::{Deserialize, Serialize};
use wharf_catalog::{
    Description,
    declaration::{AuthScheme, Endpoint, TokenGrant},
};
use wharf_sandbox::Connector;

/// One thing that a connector asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Ask {
    /// To export this interface, and so to be called by the host for it.
    Ability { name: String },
    /// That the host adds this kind of credentials.
    Credentials { scheme: String },
    /// To send requests of this method to this address and what lies below `path`.
    Endpoint {
        address: String,
        method: String,
        path: String,
        /// The connector's own name for it; what it is called makes no difference.
        endpoint: String,
    },
}

impl Ask {
    /// Whether whoever has this has `other` as well.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Endpoint { address, method, path, .. },
                Self::Endpoint { address: to, method: by, path: below, .. },
            ) => address == to && method == by && is_below(below, path),
            _ => self == other,
        }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ability { name } => write!(f, "ability {name}"),
            Self::Credentials { scheme } => write!(f, "credentials: {scheme}"),
            Self::Endpoint { address, method, path, .. } => write!(f, "{method} {address}{path}"),
        }
    }
}

/// As the gateway compares paths: `/v1` covers `/v1/items` and `/v1:list`, but not `/v10`.
fn is_below(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| {
        rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/') || rest.starts_with(':')
    })
}

/// Everything that a release asks for, or that was approved.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Asks(BTreeSet<Ask>);

impl Asks {
    /// What this connector asks for.
    pub fn of(connector: &Connector) -> Self {
        let abilities = abilities(connector).into_iter().map(|name| Ask::Ability { name: name.into() });
        Self(abilities.chain(declared(connector.description())).collect())
    }

    /// Reads the stored form. What another version of Wharf stored in another form counts as nothing approved.
    pub(crate) fn stored(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("text in enums always has a JSON form")
    }

    pub fn iter(&self) -> impl Iterator<Item = &Ask> {
        self.0.iter()
    }

    /// Whether whoever has these has `ask` as well.
    pub fn cover(&self, ask: &Ask) -> bool {
        self.0.iter().any(|own| own.covers(ask))
    }

    /// What is asked for here beyond `approved`.
    pub fn beyond<'a>(&'a self, approved: &'a Self) -> impl Iterator<Item = &'a Ask> {
        self.0.iter().filter(|ask| !approved.cover(ask))
    }

    /// The abilities among them.
    pub fn abilities(&self) -> Vec<String> {
        let ability = |ask: &Ask| match ask {
            Ask::Ability { name } => Some(name.clone()),
            _ => None,
        };
        self.0.iter().filter_map(ability).collect()
    }
}

impl Extend<Ask> for Asks {
    fn extend<T: IntoIterator<Item = Ask>>(&mut self, asks: T) {
        self.0.extend(asks);
    }
}

impl FromIterator<Ask> for Asks {
    fn from_iter<T: IntoIterator<Item = Ask>>(asks: T) -> Self {
        Self(asks.into_iter().collect())
    }
}

impl IntoIterator for Asks {
    type Item = Ask;
    type IntoIter = std::collections::btree_set::IntoIter<Ask>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The abilities of a connector, by the interfaces it exports.
pub fn abilities(connector: &Connector) -> Vec<&'static str> {
    connector.abilities().names()
}

fn declared(description: &Description) -> impl Iterator<Item = Ask> {
    let credentials = description.auth.iter().flat_map(credentials).map(|scheme| Ask::Credentials { scheme });
    let webhooks = description.receiving.iter().filter_map(|terms| terms.signature.as_ref());
    let secrets =
        webhooks.map(|(secret, _)| Ask::Credentials { scheme: format!("the webhooks' secret `{secret}`") });
    credentials.chain(secrets).chain(description.endpoints.iter().flat_map(endpoint))
}

fn credentials(scheme: &AuthScheme) -> Vec<String> {
    match scheme {
        AuthScheme::Bearer => vec!["a bearer token".into()],
        AuthScheme::Header(name) => vec![format!("a secret in the header {name}")],
        AuthScheme::Basic => vec!["user and password".into()],
        AuthScheme::ServiceAccount(scopes) => {
            scopes.iter().map(|scope| format!("a service account for {scope}")).collect()
        }
        AuthScheme::ClientCredentials(grant) => token_grant("client credentials", grant),
        AuthScheme::RefreshToken(grant) => token_grant("a refresh token", grant),
        AuthScheme::Signature(_) => vec!["a secret that signs every request".into()],
    }
}

fn token_grant(what: &str, grant: &TokenGrant) -> Vec<String> {
    let scopes =
        if grant.scopes.is_empty() { String::new() } else { format!(" for {}", grant.scopes.join(", ")) };
    vec![format!("{what}{scopes}, shown to {}", grant.token_url)]
}

/// One ask for each method and path prefix.
fn endpoint(endpoint: &Endpoint) -> Vec<Ask> {
    let anywhere = [String::from("/")];
    let paths = if endpoint.paths.is_empty() { &anywhere } else { endpoint.paths.as_slice() };
    let methods = endpoint.methods.iter().map(|method| format!("{method:?}").to_uppercase());
    methods
        .flat_map(|method| {
            paths.iter().map(move |path| Ask::Endpoint {
                address: endpoint.url.clone(),
                method: method.clone(),
                path: path.clone(),
                endpoint: endpoint.name.clone(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use wharf_catalog::declaration::{Method, Reach};

    use super::*;

    fn asks(url: &str, methods: &[Method], paths: &[&str]) -> Asks {
        let declared = Endpoint {
            name: "api".into(),
            url: url.into(),
            reach: Reach::Fixed,
            methods: methods.to_vec(),
            paths: paths.iter().map(|path| (*path).into()).collect(),
            headers: Vec::new(),
        };
        endpoint(&declared).into_iter().collect()
    }

    fn beyond(asks: &Asks, approved: &Asks) -> Vec<String> {
        asks.beyond(approved).map(ToString::to_string).collect()
    }

    #[test]
    fn a_narrower_path_asks_for_nothing_more() {
        let approved = asks("https://shop.example", &[Method::Get, Method::Post], &["/v1"]);
        assert!(
            beyond(&asks("https://shop.example", &[Method::Post], &["/v1/items", "/v1:list"]), &approved)
                .is_empty()
        );
        assert!(
            beyond(&approved, &asks("https://shop.example", &[Method::Get, Method::Post], &[])).is_empty()
        );
    }

    #[test]
    fn another_host_method_or_path_is_named() {
        let approved = asks("https://shop.example", &[Method::Get], &["/v1"]);
        let more = |asks: Asks| beyond(&asks, &approved);
        assert_eq!(
            more(asks("https://shop.example.evil", &[Method::Get], &["/v1"])),
            ["GET https://shop.example.evil/v1"]
        );
        assert_eq!(
            more(asks("https://shop.example", &[Method::Delete], &["/v1"])),
            ["DELETE https://shop.example/v1"]
        );
        assert_eq!(
            more(asks("https://shop.example", &[Method::Get], &["/v10"])),
            ["GET https://shop.example/v10"]
        );
        assert_eq!(more(asks("https://shop.example", &[Method::Get], &[])), ["GET https://shop.example/"]);
    }

    #[test]
    fn each_scope_of_a_service_account_is_an_ask_of_its_own() {
        let scopes = |scopes: &[&str]| -> Asks {
            let scheme = AuthScheme::ServiceAccount(scopes.iter().map(|scope| (*scope).into()).collect());
            credentials(&scheme).into_iter().map(|scheme| Ask::Credentials { scheme }).collect()
        };
        assert_eq!(
            beyond(&scopes(&["content", "mail"]), &scopes(&["content"])),
            ["credentials: a service account for mail"]
        );
    }

    #[test]
    fn what_is_stored_is_read_again() {
        let asks = asks("https://shop.example", &[Method::Get], &["/v1"]);
        assert_eq!(Asks::stored(&asks.to_json()), asks);
    }
}
