//! Where the records of a JSON document begin and end, found without holding the document.
//!
//! Only brackets, strings and the names on the way to the list are looked at; whether a record is sound JSON shows
//! when it is read.

use serde::{Deserialize, Serialize};

use crate::limits::ROW_BYTES;

/// What comes next in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Place {
    /// A value: the document itself, or what stands under a name on the way to the list.
    Value,
    /// In an object on the way: a name, a comma, or its end.
    Name,
    /// A name of which some bytes were seen.
    InName,
    /// The colon behind a name on the way, or behind another one.
    Colon { on_the_way: bool },
    /// The value under another name.
    Other,
    /// In the list: a record, a comma, or its end.
    List,
    /// In a record.
    Record,
    /// Behind the list, where the objects around it end.
    Behind,
}

/// How deep in brackets, and whether in a string.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Nesting {
    depth: u32,
    in_text: bool,
    escaped: bool,
}

/// What a step found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// A record, in these bytes.
    Record { start: usize, end: usize },
    /// A record of more than [`ROW_BYTES`], passed over.
    TooLong,
    /// More bytes are needed; those before `keep` are not.
    More { keep: usize },
    /// Not JSON, or another document than the settings say, in one sentence.
    Wrong(&'static str),
}

/// Reads on where the call before stopped.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Scanner {
    place: Place,
    nesting: Nesting,
    /// Names of the path that were entered.
    entered: usize,
    /// Where the record or name begins, in the bytes that were kept.
    start: usize,
    /// What was looked at, of the bytes that were kept.
    at: usize,
    /// Bytes of the record that were let go because it is too long.
    dropped: usize,
    /// Whether a comma has to stand before the next record.
    follows: bool,
    found: bool,
}

impl Nesting {
    /// Looks at one byte; whether it ends the value.
    fn ends_with(&mut self, byte: u8) -> bool {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return !self.in_text && self.depth == 0;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

impl Scanner {
    pub(crate) fn new() -> Self {
        Self {
            place: Place::Value,
            nesting: Nesting::default(),
            entered: 0,
            start: 0,
            at: 0,
            dropped: 0,
            follows: false,
            found: false,
        }
    }

    /// Whether the list was found.
    pub(crate) fn found(&self) -> bool {
        self.found
    }

    /// Whether the document is closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.place == Place::Behind && self.nesting.depth == 0
    }

    /// The next record. `path` are the names under which the list stands.
    pub(crate) fn next(&mut self, bytes: &[u8], path: &[&str]) -> Step {
        while let Some(byte) = bytes.get(self.at).copied() {
            let step = match self.place {
                Place::Record => self.in_record(byte),
                Place::Other => self.in_other(byte),
                Place::InName => self.in_name(byte, bytes, path),
                Place::Behind => self.behind(byte),
                _ if byte.is_ascii_whitespace() => None,
                Place::Value => self.value(byte, path),
                Place::Name => self.name(byte),
                Place::Colon { on_the_way } => self.colon(byte, on_the_way),
                Place::List => self.list(byte),
            };
            self.at += 1;
            if let Some(step) = step {
                return step;
            }
        }
        Step::More { keep: self.keep() }
    }

    /// Behind the record that was found last.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Forgets the bytes before `keep`.
    pub(crate) fn forget(&mut self, keep: usize) {
        self.at = self.at.saturating_sub(keep);
        self.start = self.start.saturating_sub(keep);
    }

    fn keep(&mut self) -> usize {
        let held = matches!(self.place, Place::Record | Place::InName);
        if !held {
            return self.at;
        }
        if self.at - self.start <= ROW_BYTES && self.dropped == 0 {
            return self.start;
        }
        self.dropped += self.at - self.start;
        self.start = self.at;
        self.at
    }

    fn value(&mut self, byte: u8, path: &[&str]) -> Option<Step> {
        let is_list = self.entered == path.len();
        match (is_list, byte) {
            (true, b'[') => {
                self.found = true;
                self.place = Place::List;
                None
            }
            (true, _) => Some(Step::Wrong("What stands there is no list.")),
            (false, b'{') => {
                self.place = Place::Name;
                None
            }
            (false, _) => Some(Step::Wrong("There is no object on the way to the list.")),
        }
    }

    fn name(&mut self, byte: u8) -> Option<Step> {
        match byte {
            b'"' => {
                self.start = self.at;
                self.nesting = Nesting { in_text: true, ..Nesting::default() };
                self.place = Place::InName;
                None
            }
            b',' => None,
            b'}' => Some(Step::Wrong("The document has no such name.")),
            _ => Some(Step::Wrong("A name in quotes is expected there.")),
        }
    }

    fn in_name(&mut self, byte: u8, bytes: &[u8], path: &[&str]) -> Option<Step> {
        if self.nesting.ends_with(byte) {
            let name =
                bytes.get(self.start..=self.at).and_then(|text| serde_json::from_slice::<String>(text).ok());
            let on_the_way = name.as_deref() == path.get(self.entered).copied();
            self.entered += usize::from(on_the_way);
            self.dropped = 0;
            self.place = Place::Colon { on_the_way };
        }
        None
    }

    fn colon(&mut self, byte: u8, on_the_way: bool) -> Option<Step> {
        if byte != b':' {
            return Some(Step::Wrong("A colon is expected behind a name."));
        }
        self.nesting = Nesting::default();
        self.place = if on_the_way { Place::Value } else { Place::Other };
        None
    }

    /// Passes over a value; a number or word ends before what follows it.
    fn in_other(&mut self, byte: u8) -> Option<Step> {
        let outside = !self.nesting.in_text && self.nesting.depth == 0;
        if outside && byte == b'}' {
            return Some(Step::Wrong("The document has no such name."));
        }
        if (outside && byte == b',') || self.nesting.ends_with(byte) {
            self.place = Place::Name;
        }
        None
    }

    fn list(&mut self, byte: u8) -> Option<Step> {
        match (byte, self.follows) {
            (b']', _) => {
                self.place = Place::Behind;
                self.nesting =
                    Nesting { depth: u32::try_from(self.entered).unwrap_or(u32::MAX), ..Nesting::default() };
                None
            }
            (b',', true) => {
                self.follows = false;
                None
            }
            (b'{' | b'[' | b'"', false) => {
                self.begin_record(byte);
                None
            }
            (_, true) => Some(Step::Wrong("A comma is expected between two records.")),
            (_, false) => Some(Step::Wrong("A record is expected there, in braces.")),
        }
    }

    fn begin_record(&mut self, byte: u8) {
        self.start = self.at;
        self.dropped = 0;
        self.nesting = Nesting::default();
        self.nesting.ends_with(byte);
        self.place = Place::Record;
    }

    fn in_record(&mut self, byte: u8) -> Option<Step> {
        if !self.nesting.ends_with(byte) {
            return None;
        }
        self.place = Place::List;
        self.follows = true;
        let end = self.at + 1;
        let too_long = self.dropped + (end - self.start) > ROW_BYTES;
        Some(if too_long { Step::TooLong } else { Step::Record { start: self.start, end } })
    }

    fn behind(&mut self, byte: u8) -> Option<Step> {
        if self.nesting.depth == 0 && !self.nesting.in_text {
            return (!byte.is_ascii_whitespace())
                .then_some(Step::Wrong("Something follows the document's end."));
        }
        self.nesting.ends_with(byte);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a document that comes in pieces of so many bytes, and whether it is closed.
    fn records(document: &str, path: &[&str], size: usize) -> (Vec<String>, bool) {
        let (mut scanner, mut kept, mut records) = (Scanner::new(), Vec::new(), Vec::new());
        for piece in document.as_bytes().chunks(size) {
            kept.extend_from_slice(piece);
            loop {
                match scanner.next(&kept, path) {
                    Step::Record { start, end } => {
                        records.push(String::from_utf8(kept[start..end].to_vec()).unwrap());
                    }
                    Step::More { keep } => {
                        kept.drain(..keep);
                        scanner.forget(keep);
                        break;
                    }
                    Step::TooLong => records.push("too long".into()),
                    Step::Wrong(what) => return (vec![what.into()], false),
                }
            }
        }
        (records, scanner.is_closed())
    }

    #[test]
    fn records_are_found_in_any_pieces() {
        let nested = r#"{"a": [1, {"b": "}"}], "x\u0079": 3, "data": {"n": null, "list": [{"s": "]\"\\"}, ["]"]], "z": "}"}}"#;
        for size in 1..=nested.len() {
            let (found, closed) = records(nested, &["data", "list"], size);
            assert_eq!(found, [r#"{"s": "]\"\\"}"#, r#"["]"]"#], "{size}");
            assert!(closed, "{size}");
            assert_eq!(records(" [ {} , {} ] ", &[], size), (vec!["{}".into(), "{}".into()], true));
        }
    }

    #[test]
    fn a_document_that_is_cut_is_not_closed() {
        for document in ["[{}", "[{},", "[{\"a\":", "{\"list\":[{}]", ""] {
            let path: &[&str] = if document.starts_with('{') { &["list"] } else { &[] };
            assert!(!records(document, path, 3).1, "{document}");
        }
    }

    #[test]
    fn another_document_than_expected_is_told() {
        let told = |document, path| records(document, path, 100).0.remove(0);
        assert!(told("{\"a\": []}", &["b"]).contains("no such name"));
        assert!(told("{\"a\": 1}", &["b"]).contains("no such name"));
        assert!(told("{\"a\": {}}", &["a"]).contains("no list"));
        assert!(told("[{} {}]", &[]).contains("comma"));
        assert!(told("[1]", &[]).contains("braces"));
        assert!(told("[] x", &[]).contains("follows"));
    }

    #[test]
    fn a_record_without_end_is_passed_over_in_bounded_memory() {
        let document = format!("[{{\"a\":\"{}\"}},{{}}]", "x".repeat(ROW_BYTES + 10));
        for size in [1_000, document.len()] {
            assert_eq!(records(&document, &[], size), (vec!["too long".into(), "{}".into()], true));
        }
    }
}
