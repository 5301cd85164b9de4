//! JSON as it was written: members in their order, numbers in their digits. A price of `129.90` that became `129.9` on
//! its way shows, and what is written back reads as before.

use std::fmt::Write as _;

use serde::{
    Deserialize,
    de::{Deserializer, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Lists and objects up to this many characters are written on one line.
const LINE: usize = 100;

/// Values below this many others are kept as they were written: what a connector sends may be of any depth.
const DEEPEST: usize = 100;

/// One value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exact {
    /// A number, `true`, `false`, `null` or a string, as JSON writes it.
    Plain(String),
    List(Vec<Exact>),
    Object(Vec<(String, Exact)>),
}

/// Where two values part.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// Such as `exchanges[0].request.target`.
    pub at: String,
    /// JSON, or nothing where the case expects nothing.
    pub expected: Option<String>,
    /// JSON, or nothing where nothing was seen.
    pub seen: Option<String>,
}

impl Exact {
    /// Reads one JSON value.
    pub(crate) fn parse(text: &str) -> serde_json::Result<Self> {
        let raw: &RawValue = serde_json::from_str(text)?;
        Self::read(raw, 0)
    }

    /// What a program made, which is always JSON.
    pub(crate) fn of(value: &impl serde::Serialize) -> serde_json::Result<Self> {
        Self::parse(&serde_json::to_string(value)?)
    }

    fn read(raw: &RawValue, depth: usize) -> serde_json::Result<Self> {
        let text = raw.get();
        if depth == DEEPEST {
            return Ok(Self::Plain(text.to_owned()));
        }
        match text.as_bytes().first() {
            Some(b'{') => {
                let members: Members = serde_json::from_str(text)?;
                members
                    .0
                    .iter()
                    .map(|(name, value)| Ok((name.clone(), Self::read(value, depth + 1)?)))
                    .collect::<Result<_, _>>()
                    .map(Self::Object)
            }
            Some(b'[') => {
                let entries: Vec<Box<RawValue>> = serde_json::from_str(text)?;
                entries
                    .iter()
                    .map(|entry| Self::read(entry, depth + 1))
                    .collect::<Result<_, _>>()
                    .map(Self::List)
            }
            // One spelling for every string, however its characters were escaped.
            Some(b'"') => Ok(Self::text(&serde_json::from_str::<String>(text)?)),
            _ => Ok(Self::Plain(text.to_owned())),
        }
    }

    pub(crate) fn text(text: &str) -> Self {
        Self::Plain(quoted(text))
    }

    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// Sets a member of an object in its place, or as the last one; nothing takes it away.
    pub(crate) fn set(&mut self, name: &str, value: Option<Self>) {
        let Self::Object(members) = self else { return };
        let place = members.iter().position(|(known, _)| known == name);
        match (place, value) {
            (Some(place), Some(value)) => members[place].1 = value,
            (Some(place), None) => drop(members.remove(place)),
            (None, Some(value)) => members.push((name.to_owned(), value)),
            (None, None) => {}
        }
    }

    /// Where `seen` differs from this. The order of an object's members makes no difference.
    pub(crate) fn differences(&self, seen: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        compare("", Some(self), Some(seen), &mut found);
        found
    }

    /// On lines of a readable length.
    pub(crate) fn pretty(&self) -> String {
        let mut text = String::new();
        self.write(&mut text, 0);
        text.push('\n');
        text
    }

    /// On one line.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::List(entries) => {
                format!("[{}]", entries.iter().map(Self::line).collect::<Vec<_>>().join(", "))
            }
            Self::Object(members) if members.is_empty() => "{}".to_owned(),
            Self::Object(members) => {
                let members =
                    members.iter().map(|(name, value)| format!("{}: {}", quoted(name), value.line()));
                format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }

    fn write(&self, text: &mut String, depth: usize) {
        let line = self.line();
        // The outermost object is always one member a line.
        if matches!(self, Self::Plain(_)) || (depth > 0 && depth * 2 + line.chars().count() <= LINE) {
            text.push_str(&line);
            return;
        }
        let (open, close, parts): (_, _, Vec<(Option<&String>, &Self)>) = match self {
            Self::Plain(_) => return,
            Self::List(entries) => ('[', ']', entries.iter().map(|entry| (None, entry)).collect()),
            Self::Object(members) => {
                ('{', '}', members.iter().map(|(name, value)| (Some(name), value)).collect())
            }
        };
        text.push(open);
        for (index, (name, value)) in parts.into_iter().enumerate() {
            text.push_str(if index == 0 { "\n" } else { ",\n" });
            text.extend(std::iter::repeat_n("  ", depth + 1));
            if let Some(name) = name {
                // Writing to a string cannot fail.
                let _ = write!(text, "{}: ", quoted(name));
            }
            value.write(text, depth + 1);
        }
        text.push('\n');
        text.extend(std::iter::repeat_n("  ", depth));
        text.push(close);
    }
}

/// A JSON string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn compare(at: &str, expected: Option<&Exact>, seen: Option<&Exact>, found: &mut Vec<Difference>) {
    match (expected, seen) {
        (Some(Exact::Object(expected)), Some(Exact::Object(seen))) => {
            let names = expected.iter().map(|(name, _)| name);
            let more = seen.iter().map(|(name, _)| name).filter(|name| value(expected, name).is_none());
            for name in names.chain(more) {
                let dot = if at.is_empty() { "" } else { "." };
                compare(&format!("{at}{dot}{name}"), value(expected, name), value(seen, name), found);
            }
        }
        (Some(Exact::List(expected)), Some(Exact::List(seen))) => {
            for index in 0..expected.len().max(seen.len()) {
                compare(&format!("{at}[{index}]"), expected.get(index), seen.get(index), found);
            }
        }
        _ if expected == seen => {}
        _ => found.push(Difference {
            at: at.to_owned(),
            expected: expected.map(Exact::line),
            seen: seen.map(Exact::line),
        }),
    }
}

fn value<'a>(members: &'a [(String, Exact)], name: &str) -> Option<&'a Exact> {
    members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// An object's members in their order.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::parse(text).unwrap()
    }

    #[test]
    fn digits_count_and_the_order_of_members_does_not() {
        assert_eq!(exact(r#"{"a": 1, "b": [true]}"#).differences(&exact(r#"{"b":[true],"a":1}"#)), []);
        let found = exact(r#"{"price": 129.90}"#).differences(&exact(r#"{"price": 129.9}"#));
        assert_eq!((found[0].at.as_str(), found[0].seen.as_deref()), ("price", Some("129.9")));
        assert_eq!(exact(r#""\u00e4""#), exact("\"ä\""));
    }

    #[test]
    fn a_difference_is_named_by_its_place() {
        let (expected, seen) = (exact(r#"{"a": [{"b": 1}, 2]}"#), exact(r#"{"a": [{"b": 3}], "c": null}"#));
        let places: Vec<_> = expected.differences(&seen).into_iter().map(|one| (one.at, one.seen)).collect();
        let expected = [("a[0].b", Some("3")), ("a[1]", None), ("c", Some("null"))];
        assert_eq!(places, expected.map(|(at, seen)| (at.to_owned(), seen.map(str::to_owned))));
    }

    #[test]
    fn what_was_written_reads_as_before() {
        let long = "x".repeat(90);
        let text = format!(
            r#"{{"z": 12345678901234567890.10, "a": {{"short": [1, 2]}}, "l": ["{long}", "{long}"]}}"#
        );
        let value = exact(&text);
        let pretty = value.pretty();
        assert_eq!(exact(&pretty), value);
        assert!(
            pretty.starts_with("{\n  \"z\": 12345678901234567890.10,\n  \"a\": { \"short\": [1, 2] },\n"),
            "{pretty}"
        );
    }

    #[test]
    fn no_depth_is_too_much() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(exact(&deep).line(), deep);
    }

    #[test]
    fn a_member_is_set_in_its_place() {
        let mut value = exact(r#"{"a": 1, "b": 2}"#);
        value.set("a", Some(Exact::text("x")));
        value.set("c", Some(Exact::text("y")));
        value.set("b", None);
        assert_eq!(value.line(), r#"{ "a": "x", "c": "y" }"#);
    }
}
