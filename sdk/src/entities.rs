//! Character references of HTML: numbers, and the names that product texts use.
//!
//! All of Latin-1 and the usual typography, not HTML's two thousand; an unknown name stays as it was written.

/// No name in the table is longer.
const LONGEST: usize = 8;

/// The character that `text`, which begins with `&`, stands for, and how many bytes its reference takes.
pub(crate) fn decode(text: &str) -> Option<(char, usize)> {
    let body = &text.as_bytes()[1..];
    let end = body.iter().take(LONGEST + 2).position(|byte| *byte == b';')?;
    let reference = text.get(1..=end)?;
    let character = match reference.strip_prefix('#') {
        Some(number) => numeric(number),
        None => named(reference),
    };
    character.map(|character| (character, end + 2))
}

fn numeric(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16),
        None if number.bytes().all(|byte| byte.is_ascii_digit()) => number.parse(),
        _ => return None,
    };
    code.ok().and_then(from_code)
}

/// Codes 128 to 159 mean Windows-1252, as in every browser.
fn from_code(code: u32) -> Option<char> {
    const WINDOWS: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8D}', 'Ž', '\u{8F}',
        '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9D}', 'ž', 'Ÿ',
    ];
    match code.checked_sub(0x80) {
        Some(index @ 0..32) => WINDOWS.get(index as usize).copied(),
        _ => char::from_u32(code),
    }
}

/// The names of U+00A0 to U+00FF, in that order.
const LATIN_1: [&str; 96] = [
    "nbsp", "iexcl", "cent", "pound", "curren", "yen", "brvbar", "sect", "uml", "copy", "ordf", "laquo",
    "not", "shy", "reg", "macr", "deg", "plusmn", "sup2", "sup3", "acute", "micro", "para", "middot",
    "cedil", "sup1", "ordm", "raquo", "frac14", "frac12", "frac34", "iquest", "Agrave", "Aacute", "Acirc",
    "Atilde", "Auml", "Aring", "AElig", "Ccedil", "Egrave", "Eacute", "Ecirc", "Euml", "Igrave", "Iacute",
    "Icirc", "Iuml", "ETH", "Ntilde", "Ograve", "Oacute", "Ocirc", "Otilde", "Ouml", "times", "Oslash",
    "Ugrave", "Uacute", "Ucirc", "Uuml", "Yacute", "THORN", "szlig", "agrave", "aacute", "acirc", "atilde",
    "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute", "icirc",
    "iuml", "eth", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "divide", "oslash", "ugrave",
    "uacute", "ucirc", "uuml", "yacute", "thorn", "yuml",
];

fn named(name: &str) -> Option<char> {
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "euro" => '€',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "bull" => '•',
        "trade" => '™',
        "lsquo" => '‘',
        "rsquo" => '’',
        "sbquo" => '‚',
        "ldquo" => '“',
        "rdquo" => '”',
        "bdquo" => '„',
        "lsaquo" => '‹',
        "rsaquo" => '›',
        "dagger" => '†',
        "Dagger" => '‡',
        "permil" => '‰',
        "prime" => '′',
        "Prime" => '″',
        "OElig" => 'Œ',
        "oelig" => 'œ',
        "Scaron" => 'Š',
        "scaron" => 'š',
        "Yuml" => 'Ÿ',
        "ensp" | "emsp" | "thinsp" | "Tab" | "NewLine" => ' ',
        "minus" => '−',
        "le" => '≤',
        "ge" => '≥',
        "ne" => '≠',
        "asymp" => '≈',
        "infin" => '∞',
        "larr" => '←',
        "rarr" => '→',
        "harr" => '↔',
        "check" => '✓',
        "star" => '☆',
        "starf" => '★',
        _ => return latin_1(name),
    };
    Some(character)
}

fn latin_1(name: &str) -> Option<char> {
    let position = LATIN_1.iter().position(|listed| *listed == name)?;
    char::from_u32(0xA0 + u32::try_from(position).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_decoded() {
        for (reference, character) in [
            ("&amp;", '&'),
            ("&uuml;", 'ü'),
            ("&Uuml;", 'Ü'),
            ("&nbsp;", '\u{A0}'),
            ("&yuml;", 'ÿ'),
            ("&#8364;", '€'),
            ("&#x20AC;", '€'),
            ("&#128;", '€'),
        ] {
            assert_eq!(decode(reference), Some((character, reference.len())), "{reference}");
        }
    }

    #[test]
    fn what_is_no_reference_is_left_alone() {
        for text in
            ["&", "&;", "&#;", "&#x;", "&#+65;", "&nope;", "&amp", "&#99999999;", "&ü;", "&amp\u{A0};"]
        {
            assert_eq!(decode(text), None, "{text}");
        }
    }

    #[test]
    fn the_table_ends_where_latin_1_ends() {
        assert_eq!(latin_1("times"), Some('×'));
        assert_eq!(latin_1("divide"), Some('÷'));
        assert!(LATIN_1.iter().all(|name| name.len() <= LONGEST));
    }
}
