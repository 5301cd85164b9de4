//! XML that every parser takes.
//!
//! Characters that XML 1.0 forbids even as references (most control characters, U+FFFE, U+FFFF) are dropped.

/// Appends `text` so that it is safe as element content and inside a quoted attribute.
pub fn push_escaped(text: &str, out: &mut String) {
    let mut copied = 0;
    for (position, character) in text.char_indices() {
        let Some(replacement) = replacement(character) else { continue };
        out.push_str(&text[copied..position]);
        out.push_str(replacement);
        copied = position + character.len_utf8();
    }
    out.push_str(&text[copied..]);
}

/// Appends `<name>text</name>`.
pub fn push_element(name: &str, text: &str, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    push_escaped(text, out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// What stands for the character; nothing when it stands for itself.
fn replacement(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&apos;"),
        // Parsers turn these into plain line feeds, and inside attributes into blanks.
        '\r' => Some("&#13;"),
        '\t' | '\n' => None,
        '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => Some(""),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn escaped(text: &str) -> String {
        let mut out = String::new();
        push_escaped(text, &mut out);
        out
    }

    fn unescaped(text: &str) -> String {
        text.replace("&#13;", "\r")
            .replace("&apos;", "'")
            .replace("&quot;", "\"")
            .replace("&gt;", ">")
            .replace("&lt;", "<")
            .replace("&amp;", "&")
    }

    proptest! {
        #[test]
        fn allowed_text_survives(text: String) {
            let forbidden = |character: &char| replacement(*character) == Some("");
            let allowed: String = text.chars().filter(|character| !forbidden(character)).collect();
            prop_assert_eq!(unescaped(&escaped(&text)), allowed);
        }
    }

    #[test]
    fn markup_and_forbidden_characters_never_pass() {
        assert_eq!(escaped("a<b>&\"'\u{0}\u{1f}\u{FFFE}\r\n\t"), "a&lt;b&gt;&amp;&quot;&apos;&#13;\n\t");
    }

    #[test]
    fn elements_are_closed() {
        let mut out = String::new();
        push_element("g:id", "A&B", &mut out);
        assert_eq!(out, "<g:id>A&amp;B</g:id>");
    }
}
