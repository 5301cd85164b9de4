//! One record of a JSON file: its members by name, those of nested objects as `outer.inner`, entries of lists as `list.0`.
//!
//! Numbers stay as they are written, since a float would make 12.90 of 12.9 and worse.

use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    cell::{Cell, Cells},
    columns::listed,
    number,
};

/// An object's members, as they stand.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

/// A name, borrowed when it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Element<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Element<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object in braces")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Element { members })
            }
        }

        deserializer.deserialize_map(Members)
    }
}

impl<'a> Element<'a> {
    /// Reads a record; the error says what is expected, and where.
    pub(crate) fn parse(text: &'a str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The member of this name; the name may lead through nested objects and lists.
    fn find(&self, name: &str) -> Option<Cell<'a>> {
        if let Some((_, value)) = self.members.iter().rev().find(|(member, _)| equal(member, name)) {
            return Some(cell(value));
        }
        name.match_indices('.').find_map(|(dot, _)| {
            let (outer, inner) = (&name[..dot], &name[dot + 1..]);
            let (_, value) = self.members.iter().rev().find(|(member, _)| equal(member, outer))?;
            match Self::parse(value.get()) {
                Ok(element) => element.find(inner),
                Err(_) => entry(value, inner),
            }
        })
    }
}

/// The entry of a list, counted from 0, or a member of that entry.
fn entry<'a>(list: &'a RawValue, path: &str) -> Option<Cell<'a>> {
    let entries: Vec<&RawValue> = serde_json::from_str(list.get()).ok()?;
    let (position, member) = path.split_once('.').map_or((path, None), |(at, name)| (at, Some(name)));
    let entry = entries.get(position.parse::<usize>().ok()?)?;
    match member {
        Some(name) => Element::parse(entry.get()).ok()?.find(name),
        None => Some(cell(entry)),
    }
}

impl Cells for Element<'_> {
    fn cell(&self, column: &str) -> Cell<'_> {
        self.find(column).unwrap_or(Cell::Absent)
    }

    fn names(&self) -> String {
        let names: Vec<String> = self.members.iter().map(|(name, _)| name.to_string()).collect();
        listed(&names)
    }
}

/// Without case, as the names of columns.
fn equal(left: &str, right: &str) -> bool {
    left == right || (left.len() == right.len() && left.to_lowercase() == right.to_lowercase())
}

fn cell(value: &RawValue) -> Cell<'_> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'n') => Cell::Null,
        Some(b't') => Cell::Flag(true),
        Some(b'f') => Cell::Flag(false),
        Some(b'"') => string(raw).map_or(Cell::Unreadable(raw.into()), Cell::text),
        Some(b'[') => list(raw).map_or(Cell::Unreadable(raw.into()), Cell::List),
        Some(b'{') => Cell::Unreadable(raw.into()),
        _ => number::plain(raw, usize::MAX)
            .map_or(Cell::Unreadable(raw.into()), |text| Cell::Number(text.into())),
    }
}

fn string(raw: &str) -> Option<Cow<'_, str>> {
    serde_json::from_str::<Name<'_>>(raw).ok().map(|Name(text)| text)
}

/// A list of texts and numbers.
fn list(raw: &str) -> Option<Vec<Cow<'_, str>>> {
    let values: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
    let entry = |value: &&RawValue| match cell(value) {
        Cell::Text(text) | Cell::Number(text) => Some(Cow::Owned(text.into_owned())),
        _ => None,
    };
    values.iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_by_name_and_path() {
        let text = r#"{"SKU":"A","price":{"amount":12.90,"a.b":1e3},"tags":["x",2],"gone":null,"on":true,"odd":{},"to":[{"x":1}]}"#;
        let element = Element::parse(text).unwrap();
        assert_eq!(element.cell("sku"), Cell::Text("A".into()));
        assert_eq!(element.cell("price.amount"), Cell::Number("12.90".into()));
        assert_eq!(element.cell("price.a.b"), Cell::Number("1000".into()));
        assert_eq!(element.cell("tags"), Cell::List(vec!["x".into(), "2".into()]));
        assert_eq!(element.cell("tags.1"), Cell::Number("2".into()));
        assert_eq!(
            (element.cell("to.0.x"), element.cell("to.1.x")),
            (Cell::Number("1".into()), Cell::Absent)
        );
        assert_eq!(element.cell("gone"), Cell::Null);
        assert_eq!(element.cell("on"), Cell::Flag(true));
        assert_eq!(element.cell("odd"), Cell::Unreadable("{}".into()));
        assert_eq!(element.cell("price.none"), Cell::Absent);
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["[]", "1", "{", "{\"a\":}", "\"a\""] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
    }
}
