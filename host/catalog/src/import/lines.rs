//! Lines of a JSON Lines file in bounded memory, and the members of the object that a line holds.

use std::{
    borrow::Cow,
    fmt,
    io::{self, BufRead, BufReader, Read},
};

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use super::{
    ImportLimits,
    error::{Fault, Rule},
};

/// What the next line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NextLine {
    /// `unended`: the file ends with it and without a line feed.
    Line {
        unended: bool,
    },
    TooLong,
    End,
}

/// Takes lines from a source; one that is too long is passed over without being held.
#[derive(Debug)]
pub(super) struct LineReader<R> {
    source: BufReader<R>,
    row_bytes: usize,
    pub(super) line: u64,
}

impl<R: Read> LineReader<R> {
    pub(super) fn new(source: R, limits: &ImportLimits) -> Self {
        Self { source: BufReader::with_capacity(64 * 1024, source), row_bytes: limits.row_bytes, line: 0 }
    }

    /// The first bytes of the file, without taking them.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        self.source.fill_buf()
    }

    pub(super) fn skip(&mut self, bytes: usize) {
        self.source.consume(bytes);
    }

    /// Reads the next line that is not blank, without its line end.
    pub(super) fn read(&mut self, line: &mut Vec<u8>) -> io::Result<NextLine> {
        loop {
            line.clear();
            line.shrink_to(1024 * 1024);
            let limit = self.row_bytes as u64;
            if self.source.by_ref().take(limit).read_until(b'\n', line)? == 0 {
                return Ok(NextLine::End);
            }
            self.line += 1;
            let ended = line.last() == Some(&b'\n');
            if !ended && line.len() >= self.row_bytes {
                self.source.skip_until(b'\n')?;
                return Ok(NextLine::TooLong);
            }
            if !line.trim_ascii().is_empty() {
                return Ok(NextLine::Line { unended: !ended });
            }
        }
    }
}

/// An object's members in their order, each value still as it is written.
#[derive(Debug)]
pub(super) struct Members<'a>(pub(super) Vec<(Cow<'a, str>, &'a RawValue)>);

#[derive(Deserialize)]
#[serde(transparent)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor)
    }
}

struct MembersVisitor;

impl<'de> de::Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members: Vec<(Cow<'de, str>, &'de RawValue)> =
            Vec::with_capacity(map.size_hint().unwrap_or(16));
        while let Some((Key(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Members(members))
    }
}

/// Takes the object of one line apart.
pub(super) fn members(line: &str) -> Result<Members<'_>, Fault> {
    let Members(members) = serde_json::from_str(line).map_err(|error| json_fault(&error))?;
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(Fault::new(
            Rule::Json,
            format!("the member `{}` appears twice", pair[0]),
            "Keep the one that is meant",
        )),
        None => Ok(Members(members)),
    }
}

fn json_fault(error: &serde_json::Error) -> Fault {
    let message = format!("the line is no JSON object: {}", reason(error));
    Fault::new(Rule::Json, message, format!("Look at character {} of the line", error.column()))
}

/// The error without its position, which counts within a piece of the line.
pub(super) fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason).to_owned()
}
