//! A connector's name: what its description says, and its folder, package and file are called.

use std::{fmt, str::FromStr};

/// The longest name; the host takes no longer one.
const LONGEST: usize = 64;

/// Words that Rust or cargo keep for themselves, and the packages that a connector is built from.
const TAKEN: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "self",
    "serde",
    "serde-json",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "wharf-sdk",
    "where",
    "while",
    "yield",
];

/// A name that the contract and cargo take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

/// Why a name cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error(
        "a connector's name holds small letters, digits and single hyphens, and begins with a letter, such as `corner-shop`"
    )]
    Form,
    #[error("a connector's name has at most {LONGEST} characters")]
    Long,
    #[error("`{0}` means something to Rust already: add a word, such as `{0}-shop`")]
    Taken(String),
}

impl Name {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as Rust writes it.
    pub fn crate_name(&self) -> String {
        self.0.replace('-', "_")
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        if !text.starts_with(|first: char| first.is_ascii_lowercase()) || !text.split('-').all(is_word) {
            return Err(NameError::Form);
        }
        if text.len() > LONGEST {
            return Err(NameError::Long);
        }
        if TAKEN.contains(&text) {
            return Err(NameError::Taken(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kebab_case_and_no_word_of_rusts() {
        for name in ["shop", "corner-shop", "shop2", "a-1"] {
            assert_eq!(name.parse::<Name>().map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for name in
            ["", "-", "Shop", "2shop", "corner_shop", "corner--shop", "shop-", "../shop", "höker", "a b"]
        {
            assert_eq!(name.parse::<Name>(), Err(NameError::Form), "{name}");
        }
        for name in ["match", "serde-json", "wharf-sdk", "test"] {
            assert_eq!(name.parse::<Name>(), Err(NameError::Taken(name.into())));
        }
        assert_eq!("a".repeat(65).parse::<Name>(), Err(NameError::Long));
    }
}
