//! How the vendor wants to be shown who calls. The host holds the secrets; a connector only says where they go.

use super::owned;
use crate::{
    DigestAlgorithm, Placement, QueryText, Signature, SignedPart, TextEncoding, TimestampUnit, TokenGrant,
};

impl TokenGrant {
    /// Tokens are issued at `token_url`, to a client that shows itself in an `authorization: Basic` header, and
    /// are presented as `authorization: Bearer TOKEN`.
    pub fn new(token_url: &str) -> Self {
        Self {
            token_url: token_url.to_owned(),
            scopes: Vec::new(),
            client_in_body: false,
            presented_in: None,
        }
    }

    /// Asks for this OAuth 2 scope.
    pub fn scope(mut self, scope: &str) -> Self {
        self.scopes.push(scope.to_owned());
        self
    }

    /// Client id and secret travel in the form.
    pub fn client_in_body(self) -> Self {
        Self { client_in_body: true, ..self }
    }

    /// The token is presented bare in this header, such as `x-amz-access-token`.
    pub fn presented_in(self, header: &str) -> Self {
        Self { presented_in: Some(header.to_owned()), ..self }
    }
}

impl Signature {
    /// The code over `parts`, joined with nothing between, in lower-case hexadecimal at `placed`.
    pub fn new(algorithm: DigestAlgorithm, parts: &[SignedPart], placed: Placement) -> Self {
        Self {
            algorithm,
            over: parts.to_vec(),
            encoding: TextEncoding::HexLower,
            prefix: String::new(),
            placed,
            timestamp: None,
            presents: Vec::new(),
        }
    }

    /// This member of the stored secret, such as an access token, travels with every request.
    pub fn presents(mut self, member: &str, placed: Placement) -> Self {
        self.presents.push((member.to_owned(), placed));
        self
    }

    /// Stands before the code, such as `sha256=`.
    pub fn prefix(self, prefix: &str) -> Self {
        Self { prefix: prefix.to_owned(), ..self }
    }

    /// How the code is written.
    pub fn encoding(self, encoding: TextEncoding) -> Self {
        Self { encoding, ..self }
    }

    /// Where the moment of signing goes.
    pub fn timestamp(self, placed: Placement, unit: TimestampUnit) -> Self {
        Self { timestamp: Some((placed, unit)), ..self }
    }
}

impl SignedPart {
    /// Query parameters, decoded and sorted by name and value, without those that the vendor leaves out.
    pub fn sorted_query(after_name: &str, between_pairs: &str, except: &[&str]) -> Self {
        Self::SortedQuery(QueryText {
            after_name: after_name.to_owned(),
            between_pairs: between_pairs.to_owned(),
            except: owned(except),
        })
    }

    /// The same text every time, such as a separator.
    pub fn literal(text: &str) -> Self {
        Self::Literal(text.to_owned())
    }
}

impl Placement {
    /// A header; the name in lower case.
    pub fn header(name: &str) -> Self {
        Self::Header(name.to_owned())
    }

    /// A query parameter.
    pub fn query(name: &str) -> Self {
        Self::Query(name.to_owned())
    }
}
