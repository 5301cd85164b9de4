//! The forms of names, versions and addresses.

pub(super) fn is_kebab_case(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(word)
}

/// Three numbers, optionally with a pre-release and build.
pub(super) fn is_semantic_version(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let rest = &version[core.len()..];
    core.split('.').count() == 3
        && core.split('.').all(number)
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte))
}

pub(super) fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

pub(super) fn is_base_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let foreign = |c: char| !c.is_ascii_graphic() || matches!(c, '?' | '#' | '@' | '\\');
    !host.is_empty() && !host.starts_with(':') && !rest.contains(foreign) && !rest.ends_with('/')
}

/// An address whose first label may be `*`, above a domain that somebody owns: `https://*.s3.amazonaws.com`.
pub(super) fn is_address_pattern(url: &str) -> bool {
    match url.split_once("://*.") {
        Some((scheme, rest)) => {
            rest.split('/').next().is_some_and(|host| host.contains('.'))
                && is_base_address(&format!("{scheme}://{rest}"))
        }
        None => is_base_address(url) && !url.contains('*'),
    }
}

/// A token of RFC 9110 section 5.6.2 without capitals.
pub(super) fn is_header_name(name: &str) -> bool {
    let token = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9') || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(token)
}
