//! Whether bytes are what they claim to be: JSON, lines of JSON, XML, CSV or TSV. Read as strictly as the strictest
//! reader of a channel does, and without keeping anything.

use std::fmt;

use serde::de::IgnoredAny;

/// A form of text that machines read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Json,
    JsonLines,
    Xml,
    Csv,
    Tsv,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Json => "JSON",
            Self::JsonLines => "JSON Lines",
            Self::Xml => "XML",
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
        })
    }
}

impl Form {
    /// The form of a media type.
    pub(super) fn of(media_type: &str) -> Option<Self> {
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            "application/x-ndjson" | "application/jsonl" | "application/x-jsonlines" => Some(Self::JsonLines),
            "text/csv" => Some(Self::Csv),
            "text/tab-separated-values" => Some(Self::Tsv),
            _ if essence.ends_with("json") => Some(Self::Json),
            _ if essence.ends_with("xml") => Some(Self::Xml),
            _ => None,
        }
    }

    /// The form that bytes without a media type seem to have.
    pub(super) fn guessed(bytes: &[u8]) -> Option<Self> {
        match bytes.trim_ascii_start().first()? {
            b'{' | b'[' => Some(Self::Json),
            b'<' => Some(Self::Xml),
            _ => None,
        }
    }
}

/// Requires that the bytes have this form.
pub(super) fn check(form: Form, bytes: &[u8]) -> Result<(), String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    match form {
        Form::Json => json(text),
        Form::JsonLines => text.lines().try_for_each(json),
        Form::Xml => xml(text),
        Form::Csv => table(text, ','),
        Form::Tsv => table(text, '\t'),
    }
}

fn json(text: &str) -> Result<(), String> {
    serde_json::from_str::<IgnoredAny>(text).map(drop).map_err(|error| error.to_string())
}

/// Every row has as many cells as the first (RFC 4180).
fn table(text: &str, separator: char) -> Result<(), String> {
    let mut cells = 1;
    let mut expected = None;
    let mut row = 1;
    let mut quoted = false;
    let mut fresh = true;
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(character) = characters.next() {
        let begins = std::mem::take(&mut fresh);
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => drop(characters.next()),
            '"' if quoted => quoted = false,
            '"' if begins => quoted = true,
            '"' if separator == ',' => {
                return Err(format!("row {row} has a quotation mark amid a bare cell"));
            }
            _ if quoted => {}
            '\n' => {
                if *expected.get_or_insert(cells) != cells {
                    return Err(format!(
                        "row {row} has {cells} cells, and the first has {}",
                        expected.unwrap_or(0)
                    ));
                }
                (cells, fresh, row) = (1, true, row + 1);
            }
            other if other == separator => (cells, fresh) = (cells + 1, true),
            _ => {}
        }
    }
    match (quoted, expected) {
        (true, _) => Err("a quoted cell never ends".into()),
        (false, Some(expected)) if !fresh && expected != cells => {
            Err(format!("the last row has {cells} cells"))
        }
        _ => Ok(()),
    }
}

/// Tags that match, escapes that are known and characters that XML 1.0 allows, around one element.
fn xml(text: &str) -> Result<(), String> {
    let mut elements = Elements::default();
    let mut rest = text.trim_start_matches('\u{feff}');
    if let Some(character) = rest.chars().find(|character| !is_xml_character(*character)) {
        return Err(format!("{character:?} is no character of XML"));
    }
    while let Some(at) = rest.find('<') {
        elements.text(&rest[..at])?;
        rest = elements.markup(&rest[at..])?;
    }
    elements.text(rest)?;
    match (elements.open.pop(), elements.roots) {
        (Some(name), _) => Err(format!("<{name}> never ends")),
        (None, 1) => Ok(()),
        (None, roots) => Err(format!("it has {roots} root elements")),
    }
}

/// The elements around the place that is being read.
#[derive(Default)]
struct Elements<'a> {
    open: Vec<&'a str>,
    roots: usize,
}

impl<'a> Elements<'a> {
    fn text(&self, text: &str) -> Result<(), String> {
        match self.open.is_empty() && !text.trim().is_empty() {
            true => Err("text stands outside of every element".into()),
            false => check_references(text),
        }
    }

    /// Reads the markup at the start, and gives what follows.
    fn markup(&mut self, text: &'a str) -> Result<&'a str, String> {
        const DELIMITERS: [(&str, &str); 4] =
            [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<", ">")];
        let known = DELIMITERS.into_iter().find(|(opener, _)| text.starts_with(opener));
        let (opener, closer) = known.unwrap_or(("<", ">"));
        let inner = &text[opener.len()..];
        let end = inner.find(closer).ok_or_else(|| format!("`{opener}` never ends"))?;
        if opener == "<" {
            self.tag(&inner[..end])?;
        }
        Ok(&inner[end + closer.len()..])
    }

    fn tag(&mut self, tag: &'a str) -> Result<(), String> {
        if tag.starts_with('!') {
            return Ok(());
        }
        if let Some(name) = tag.strip_prefix('/') {
            let opened = self.open.pop().unwrap_or("nothing");
            return match opened == name.trim_end() {
                true => Ok(()),
                false => Err(format!("</{name}> ends {opened}")),
            };
        }
        self.roots += usize::from(self.open.is_empty());
        let name = element_name(tag)?;
        if !tag.ends_with('/') {
            self.open.push(name);
        }
        Ok(())
    }
}

/// The name at the start of a tag, whose attributes are quoted and escaped.
fn element_name(inner: &str) -> Result<&str, String> {
    let inner = inner.trim_end_matches('/');
    let end = inner.find(char::is_whitespace).unwrap_or(inner.len());
    let (name, attributes) = inner.split_at(end);
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.');
    if name.is_empty() || !name.chars().all(is_name) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!("`{}` is no tag", inner.chars().take(20).collect::<String>()));
    }
    let mut parts = attributes.split('"');
    while let Some(before) = parts.next() {
        match parts.next() {
            Some(value) if before.trim_end().ends_with('=') => check_references(value)?,
            Some(_) => return Err(format!("<{name}> has an attribute without a name")),
            None if before.trim().is_empty() => {}
            // Single quotes are as good, and rare enough to be taken on trust.
            None if before.contains('\'') => {}
            None => return Err(format!("<{name}> has an attribute without quotes")),
        }
    }
    Ok(name)
}

fn check_references(text: &str) -> Result<(), String> {
    for after in text.split('&').skip(1) {
        let reference = after.split_once(';').map(|(reference, _)| reference).unwrap_or_default();
        let number = reference.strip_prefix('#').and_then(|number| match number.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => number.parse().ok(),
        });
        let known = matches!(reference, "amp" | "lt" | "gt" | "quot" | "apos");
        if !known && !number.and_then(char::from_u32).is_some_and(is_xml_character) {
            return Err(format!("`&{}` is no reference", after.chars().take(12).collect::<String>()));
        }
    }
    Ok(())
}

fn is_xml_character(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(form: Form, text: &str) -> bool {
        check(form, text.as_bytes()).is_ok()
    }

    #[test]
    fn xml_is_told_from_what_only_looks_like_it() {
        for text in [
            "<?xml version=\"1.0\"?>\n<a b=\"1 &amp; 2\"><c/>x &lt; y<![CDATA[<z>&]]></a>\n",
            "<rss xmlns:g=\"u\"><g:id>1</g:id></rss>",
            "<a><!-- <b> --></a>",
        ] {
            assert_eq!(check(Form::Xml, text.as_bytes()), Ok(()), "{text}");
        }
        for text in [
            "<a>1 < 2</a>",
            "<a>&</a>",
            "<a>&nbsp;</a>",
            "<a><b></a></b>",
            "<a>",
            "<a/><b/>",
            "text",
            "<a>\u{0}</a>",
            "<a b=c/>",
            "<a>]]>&#0;</a>",
            "<a b=\"<>\"",
        ] {
            assert!(!holds(Form::Xml, text), "{text}");
        }
    }

    #[test]
    fn rows_of_a_table_have_as_many_cells_as_its_head() {
        assert!(holds(Form::Csv, "a,b\r\n\"x,\"\"y\"\"\n\",2\r\n") && holds(Form::Csv, "a,b\n1,2"));
        assert!(holds(Form::Tsv, "a\tb\n5\" pipe\t2\n"));
        for text in ["a,b\n1,2,3\n", "a,b\n1\n", "a,b\n\"1,2\n", "a,b\n1\"x,2\n", "a,b\n1"] {
            assert!(!holds(Form::Csv, text), "{text:?}");
        }
    }

    #[test]
    fn json_is_whole_and_of_its_lines_each() {
        assert!(holds(Form::Json, "{\"a\":[1]}") && holds(Form::JsonLines, "{}\n{}\n"));
        assert!(!holds(Form::Json, "{\"a\":\"\n\"}") && !holds(Form::JsonLines, "{}\n{\n"));
    }

    #[test]
    fn media_types_name_their_form() {
        assert_eq!(Form::of("application/vnd.api+json; charset=utf-8"), Some(Form::Json));
        assert_eq!(Form::of("application/rss+xml"), Some(Form::Xml));
        assert_eq!(Form::of("image/jpeg"), None);
    }
}
