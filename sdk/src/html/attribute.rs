//! Attributes of a tag, and character references, which are valid in both text and values.

use super::markup::{Lost, Rule};
use crate::entities;

/// Attributes that are followed or fetched.
const ADDRESSES: [&str; 6] = ["href", "src", "action", "cite", "poster", "background"];

/// Where an address may lead; one without a scheme stays on the page's own site.
const SCHEMES: [&str; 4] = ["http", "https", "mailto", "tel"];

/// No name of a character reference in HTML is longer.
const LONGEST_NAME: usize = 32;

/// Writes the attributes that the rule allows, each once, in the order of the tag.
pub(super) fn write<'a>(mut tag: &'a str, rule: &Rule, out: &mut String, lost: &mut Lost<'a>) {
    // A bit for each that was written; attributes past the last bit are not told apart.
    let mut written = 0_u32;
    while let Some((name, value, rest)) = next(tag) {
        tag = rest;
        let known = (0_u32..).zip(rule.attributes).find(|(_, known)| known.eq_ignore_ascii_case(name));
        match known {
            Some((index, known)) if !ADDRESSES.contains(known) || is_harmless(value) => {
                let bit = 1_u32.checked_shl(index).unwrap_or(0);
                if written & bit == 0 {
                    written |= bit;
                    write_one(known, value, out);
                }
            }
            _ => drop(lost.attribute.get_or_insert(name)),
        }
    }
}

/// Name, value and rest of a tag's inside.
fn next(tag: &str) -> Option<(&str, &str, &str)> {
    let is_blank = |character: char| character.is_ascii_whitespace();
    let tag = tag.trim_start_matches(|character| is_blank(character) || character == '/');
    // An `=` that begins a name is a part of it.
    let end = tag.char_indices().skip(1).find(|(_, it)| is_blank(*it) || matches!(it, '/' | '='));
    let (name, rest) = tag.split_at(end.map_or(tag.len(), |(end, _)| end));
    if name.is_empty() {
        return None;
    }
    let Some(value) = rest.trim_start_matches(is_blank).strip_prefix('=') else {
        return Some((name, "", rest));
    };
    let value = value.trim_start_matches(is_blank);
    let quoted = ['"', '\''].into_iter().find_map(|quote| Some((quote, value.strip_prefix(quote)?)));
    let (value, rest) = match quoted {
        Some((quote, value)) => value.split_once(quote).unwrap_or((value, "")),
        None => value.split_at(value.find(is_blank).unwrap_or(value.len())),
    };
    Some((name, value, rest))
}

fn write_one(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    let mut rest = value;
    while let Some(position) = rest.find(['&', '<', '>', '"']) {
        let (plain, special) = rest.split_at(position);
        out.push_str(plain);
        let length = reference(special);
        out.push_str(match (special.as_bytes()[0], length) {
            (_, Some(length)) => &special[..length],
            (b'<', None) => "&lt;",
            (b'>', None) => "&gt;",
            (b'"', None) => "&quot;",
            _ => "&amp;",
        });
        rest = &special[length.unwrap_or(1)..];
    }
    out.push_str(rest);
    out.push('"');
}

/// The length of the character reference that `text` begins with, if it is one.
pub(super) fn reference(text: &str) -> Option<usize> {
    let body = text.strip_prefix('&')?.as_bytes();
    let end = body.iter().take(LONGEST_NAME + 1).position(|byte| *byte == b';')?;
    let is_reference = match &body[..end] {
        [b'#', b'x' | b'X', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
        [b'#', digits @ ..] => !digits.is_empty() && digits.iter().all(u8::is_ascii_digit),
        [first, name @ ..] => first.is_ascii_alphabetic() && name.iter().all(u8::is_ascii_alphanumeric),
        [] => false,
    };
    is_reference.then_some(end + 2)
}

/// Whether an address leads somewhere, instead of running something. Browsers decode references in it first, and pass
/// over blanks and control characters.
fn is_harmless(address: &str) -> bool {
    let mut scheme = String::new();
    let mut rest = address;
    while let Some(first) = rest.chars().next() {
        let (character, length) = match first {
            '&' => match entities::decode(rest) {
                Some(decoded) => decoded,
                // A name that only browsers know may stand for anything.
                None if reference(rest).is_some() => return false,
                None => (first, 1),
            },
            _ => (first, first.len_utf8()),
        };
        rest = &rest[length..];
        match character {
            ':' => return SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(&scheme)),
            '/' | '?' | '#' => return true,
            _ if character.is_whitespace() || character.is_control() => {}
            _ => scheme.push(character),
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_run_something_are_known() {
        for address in [
            "javascript:alert(1)",
            " JavaScript&#58;alert(1)",
            "java\nscript:x",
            "java&Tab;script:x",
            "javascript&colon;x",
            "&#106;avascript:x",
            "data:text/html,x",
            "vbscript:x",
            "\u{1}javascript:x",
        ] {
            assert!(!is_harmless(address), "{address}");
        }
        for address in [
            "https://shop.example/a:b",
            "/a?b=1&c;=2",
            "#top",
            "a.html",
            "mailto:a@b.example",
            "TEL:+49",
            "//x/",
        ] {
            assert!(is_harmless(address), "{address}");
        }
    }

    #[test]
    fn attributes_are_read_in_any_form() {
        let all = |mut tag| {
            let mut all = Vec::new();
            while let Some((name, value, rest)) = next(tag) {
                all.push((name, value));
                tag = rest;
            }
            all
        };
        assert_eq!(all(" a=1 b='2 3'c=\"4>\" d /"), [("a", "1"), ("b", "2 3"), ("c", "4>"), ("d", "")]);
        assert_eq!(all(" a = x/y b==c =d e='"), [("a", "x/y"), ("b", "=c"), ("=d", ""), ("e", "")]);
        assert_eq!(all(" /"), []);
    }
}
