//! What a connector may write into a request line.
//!
//! The target is sent byte for byte as it was checked. Since servers and proxies differ in how they decode
//! paths, a path is refused when *any* of the usual readings would climb out of its prefix.

use std::borrow::Cow;

/// Why a target is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("it must begin with `/`")]
    NotAbsolute,
    #[error("it is longer than the setting `target-bytes` allows")]
    TooLong,
    #[error("it holds a character that must be percent-encoded")]
    Character,
    #[error("it holds a `%` that two hexadecimal digits do not follow")]
    Encoding,
    #[error("it climbs up with `..`, plain or encoded")]
    Climbs,
}

/// Checks the syntax of a path and query, and that the path has no dot segment in any encoding.
pub(crate) fn check(target: &str, limit: usize) -> Result<(), TargetError> {
    if !target.starts_with('/') {
        return Err(TargetError::NotAbsolute);
    }
    if target.len() > limit {
        return Err(TargetError::TooLong);
    }
    if !target.bytes().all(is_allowed) {
        return Err(TargetError::Character);
    }
    check_encoding(target.as_bytes())?;
    if climbs(path(target)) { Err(TargetError::Climbs) } else { Ok(()) }
}

/// Whether the target's path is the prefix or lies below it: `/v1` covers `/v1/items` and `/v1:list`, but not
/// `/v10`.
pub(crate) fn is_below(target: &str, prefix: &str) -> bool {
    path(target).strip_prefix(prefix).is_some_and(|rest| {
        rest.is_empty() || prefix.ends_with('/') || rest.starts_with('/') || rest.starts_with(':')
    })
}

/// As much of a target as logs and errors show: the query may hold customers' data, or the permission itself.
pub(crate) fn shown(target: &str) -> String {
    path(target).chars().take(200).flat_map(char::escape_default).collect()
}

pub(crate) fn path(target: &str) -> &str {
    target.split_once('?').map_or(target, |(path, _)| path)
}

/// The characters of RFC 3986's path and query; no fragment, blank, backslash or control character.
fn is_allowed(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?%".contains(&byte)
}

fn check_encoding(target: &[u8]) -> Result<(), TargetError> {
    for at in memchr::memchr_iter(b'%', target) {
        let digits = target.get(at + 1..at + 3).unwrap_or_default();
        if digits.len() != 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(TargetError::Encoding);
        }
    }
    Ok(())
}

/// Decodes until nothing changes, since a proxy may have decoded once before the server does, and looks for
/// `.` and `..` between slashes of both kinds; `;` begins a parameter that some servers cut off.
fn climbs(path: &str) -> bool {
    let mut bytes = Cow::Borrowed(path.as_bytes());
    loop {
        if has_dot_segment(&bytes) {
            return true;
        }
        match decode(&bytes) {
            Some(decoded) => bytes = Cow::Owned(decoded),
            None => return false,
        }
    }
}

fn has_dot_segment(path: &[u8]) -> bool {
    path.split(|byte| matches!(byte, b'/' | b'\\'))
        .map(|segment| segment.split(|byte| matches!(byte, b';' | 0)).next().unwrap_or_default())
        .any(|segment| matches!(segment, b"." | b".."))
}

/// One round of percent-decoding; nothing when there was nothing to decode.
fn decode(path: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'%', path)?;
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = memchr::memchr(b'%', rest) {
        let (before, after) = rest.split_at(at);
        decoded.extend_from_slice(before);
        match after.get(1..3).and_then(hexadecimal) {
            Some(byte) => {
                decoded.push(byte);
                rest = &after[3..];
            }
            None => {
                decoded.push(b'%');
                rest = &after[1..];
            }
        }
    }
    decoded.extend_from_slice(rest);
    (decoded != path).then_some(decoded)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok()?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u8::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_targets_pass() {
        for target in [
            "/",
            "/products/v1/accounts/1/productInputs:insert?dataSource=accounts/1/dataSources/2",
            "/items/a%2Fb",
            "/items/a..b/...",
            "/items/100%25",
            "/search?q=../..&page=2",
            "/a//b",
        ] {
            assert_eq!(check(target, 1000), Ok(()), "{target}");
        }
    }

    #[test]
    fn no_encoding_of_dots_climbs() {
        for target in [
            "/v1/../admin",
            "/v1/..",
            "/v1/./x",
            "/v1/%2e%2e/admin",
            "/v1/.%2E/admin",
            "/v1/%252e%252e/admin",
            "/v1/%25252e%25252e/admin",
            "/v1/..%2fadmin",
            "/v1/..%5cadmin",
            "/v1/x%2f..%2fadmin",
            "/v1/..;/admin",
            "/v1/..%3bx/admin",
            "/v1/..%00/admin",
        ] {
            assert_eq!(check(target, 1000), Err(TargetError::Climbs), "{target}");
        }
    }

    #[test]
    fn what_is_not_a_path_and_query_is_refused() {
        for (target, expected) in [
            ("", TargetError::NotAbsolute),
            ("v1/items", TargetError::NotAbsolute),
            ("http://evil.example/", TargetError::NotAbsolute),
            ("@evil.example/", TargetError::NotAbsolute),
            ("/a b", TargetError::Character),
            ("/v1\\..\\admin", TargetError::Character),
            ("/a\r\nhost: evil", TargetError::Character),
            ("/a#b", TargetError::Character),
            ("/ä", TargetError::Character),
            ("/100%", TargetError::Encoding),
            ("/100%4", TargetError::Encoding),
            ("/100%zz", TargetError::Encoding),
        ] {
            assert_eq!(check(target, 1000), Err(expected), "{target:?}");
        }
        assert_eq!(check("/abc", 3), Err(TargetError::TooLong));
    }

    #[test]
    fn a_prefix_ends_at_a_segment() {
        assert!(is_below("/v1", "/v1"));
        assert!(is_below("/v1/items?x=1", "/v1"));
        assert!(is_below("/v1/items:insert", "/v1/items"));
        assert!(is_below("/v1/items", "/v1/"));
        assert!(!is_below("/v10/items", "/v1"));
        assert!(!is_below("/v1%2Fadmin", "/v1"));
        assert!(!is_below("/x?/v1", "/v1"));
    }
}
