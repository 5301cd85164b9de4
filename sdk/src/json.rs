//! Writes JSON straight into one buffer: no tree, and no allocation for a value.
//!
//! The writer places commas and escapes; that objects and arrays are closed is the caller's part.

use crate::{
    Decimal,
    copy::{self, PIECE, Part},
    decimal::Sink as _,
    scan::has_json_escape,
};

/// JSON being written.
///
/// ```
/// let mut json = wharf_sdk::Json::with_capacity(64);
/// json.begin_object();
/// json.member("sku", "A-1");
/// json.key("sizes").begin_array();
/// json.text("S").text("M");
/// json.end_array().end_object();
/// assert_eq!(json.into_string(), r#"{"sku":"A-1","sizes":["S","M"]}"#);
/// ```
#[derive(Debug, Default)]
pub struct Json {
    out: Vec<u8>,
    /// Whether the next key or value follows another one.
    follows: bool,
}

impl Json {
    /// `bytes` is a guess of the finished length; a good one saves copying.
    pub fn with_capacity(bytes: usize) -> Self {
        Self { out: Vec::with_capacity(bytes), follows: false }
    }

    /// `{`, as a value.
    pub fn begin_object(&mut self) -> &mut Self {
        self.begin(b'{')
    }

    /// `}` of the innermost open object.
    pub fn end_object(&mut self) -> &mut Self {
        self.end(b'}')
    }

    /// `[`, as a value.
    pub fn begin_array(&mut self) -> &mut Self {
        self.begin(b'[')
    }

    /// `]` of the innermost open array.
    pub fn end_array(&mut self) -> &mut Self {
        self.end(b']')
    }

    /// The name of the member that the next value belongs to.
    pub fn key(&mut self, name: &str) -> &mut Self {
        self.separate();
        self.quote(name);
        self.out.push(b':');
        self.follows = false;
        self
    }

    /// A string, escaped.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.separate();
        self.quote(text);
        self
    }

    /// A whole number.
    pub fn integer(&mut self, number: i64) -> &mut Self {
        self.separate();
        self.out.put(itoa::Buffer::new().format(number));
        self
    }

    /// A 64-bit integer as text, as Google writes them: JavaScript's numbers end at 2^53.
    pub fn integer_text(&mut self, number: i64) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        self.out.put(itoa::Buffer::new().format(number));
        self.out.push(b'"');
        self
    }

    /// An exact number that keeps its places: `12.90`.
    pub fn decimal(&mut self, number: Decimal) -> &mut Self {
        self.separate();
        number.write(&mut self.out);
        self
    }

    /// A decimal as text, for readers that would make a float of it.
    pub fn decimal_text(&mut self, number: Decimal) -> &mut Self {
        self.separate();
        self.out.push(b'"');
        number.write(&mut self.out);
        self.out.push(b'"');
        self
    }

    /// `true` or `false`.
    pub fn flag(&mut self, flag: bool) -> &mut Self {
        self.separate();
        self.out.extend_from_slice(if flag { b"true" } else { b"false" });
        self
    }

    /// `null`
    pub fn null(&mut self) -> &mut Self {
        self.separate();
        self.out.extend_from_slice(b"null");
        self
    }

    /// A value that is JSON already; the caller's word is taken for it.
    pub fn raw(&mut self, json: &str) -> &mut Self {
        self.separate();
        self.out.put(json);
        self
    }

    /// Ends a line of JSON Lines; the next value begins another one.
    pub fn end_line(&mut self) -> &mut Self {
        self.out.push(b'\n');
        self.follows = false;
        self
    }

    /// A member that holds text.
    pub fn member(&mut self, name: &str, text: &str) -> &mut Self {
        self.key(name).text(text)
    }

    /// A member that holds a list of texts.
    pub fn texts<'a>(&mut self, name: &str, texts: impl IntoIterator<Item = &'a str>) -> &mut Self {
        self.key(name).begin_array();
        for text in texts {
            self.text(text);
        }
        self.end_array()
    }

    /// How much has been written, in bytes.
    pub fn len(&self) -> usize {
        self.out.len()
    }

    /// Whether nothing has been written yet.
    pub fn is_empty(&self) -> bool {
        self.out.is_empty()
    }

    /// What has been written, for reading along. A request takes the [`Json`] itself, without another look at it.
    pub fn into_string(self) -> String {
        String::from_utf8(self.out).expect("whole strings and ASCII were written")
    }

    fn begin(&mut self, bracket: u8) -> &mut Self {
        self.separate();
        self.out.push(bracket);
        self.follows = false;
        self
    }

    fn end(&mut self, bracket: u8) -> &mut Self {
        self.out.push(bracket);
        self.follows = true;
        self
    }

    fn separate(&mut self) {
        if self.follows {
            self.out.push(b',');
        }
        self.follows = true;
    }

    fn quote(&mut self, text: &str) {
        self.out.reserve(text.len() + PIECE + 2);
        self.out.push(b'"');
        push_escaped(text.as_bytes(), &mut self.out);
        self.out.push(b'"');
    }
}

/// The bytes that have been written, which are UTF-8.
impl From<Json> for Vec<u8> {
    fn from(json: Json) -> Self {
        json.out
    }
}

/// Looks for escapes and copies in one go, piece by piece; see [`copy`].
fn push_escaped(text: &[u8], out: &mut Vec<u8>) {
    let (pieces, rest) = text.as_chunks::<PIECE>();
    for piece in pieces {
        if has_escape(copy::words(piece)) {
            push_each(piece, out);
        } else {
            out.extend_from_slice(piece);
        }
    }
    let part = Part::new(rest);
    if has_escape(part.words) {
        push_each(rest, out);
    } else {
        copy::append_part(out, part);
    }
}

#[inline]
fn has_escape([low, high]: [u64; 2]) -> bool {
    has_json_escape(low) | has_json_escape(high)
}

#[cold]
fn push_each(bytes: &[u8], out: &mut Vec<u8>) {
    for byte in bytes {
        match byte {
            0..0x20 | b'"' | b'\\' => escape(*byte, out),
            _ => out.push(*byte),
        }
    }
}

/// Appends the escape of an ASCII byte.
fn escape(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        control => {
            const HEX: &[u8; 16] = b"0123456789abcdef";
            out.extend_from_slice(b"\\u00");
            out.push(HEX[usize::from(control >> 4)]);
            out.push(HEX[usize::from(control & 15)]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn write(json: &mut Json, value: &Value) {
        match value {
            Value::Null => drop(json.null()),
            Value::Bool(flag) => drop(json.flag(*flag)),
            Value::Number(number) => drop(json.integer(number.as_i64().unwrap())),
            Value::String(text) => drop(json.text(text)),
            Value::Array(values) => {
                json.begin_array();
                values.iter().for_each(|value| write(json, value));
                json.end_array();
            }
            Value::Object(members) => {
                json.begin_object();
                for (name, value) in members {
                    write(json.key(name), value);
                }
                json.end_object();
            }
        }
    }

    proptest! {
        #[test]
        fn any_parser_reads_back_what_was_written(value in value()) {
            let mut json = Json::default();
            write(&mut json, &value);
            prop_assert_eq!(serde_json::from_str::<Value>(&json.into_string()).unwrap(), value);
        }
    }

    #[test]
    fn numbers_stay_exact() {
        let mut json = Json::default();
        json.begin_array().decimal(Decimal::new(1_290, -2)).integer_text(i64::MAX).end_array();
        assert_eq!(json.into_string(), "[12.90,\"9223372036854775807\"]");
    }

    #[test]
    fn every_line_is_a_value_of_its_own() {
        let mut json = Json::default();
        json.begin_object().member("a", "x\ny").end_object().end_line();
        json.begin_object().end_object().end_line();
        assert_eq!(json.into_string(), "{\"a\":\"x\\ny\"}\n{}\n");
    }

    #[test]
    fn finished_json_is_embedded() {
        let mut json = Json::default();
        json.begin_array().raw("{\"a\":[1]}").raw("null").text("b").end_array();
        assert_eq!(json.into_string(), r#"[{"a":[1]},null,"b"]"#);
    }

    #[test]
    fn control_characters_are_escaped() {
        let mut json = Json::default();
        json.text("\u{0}\u{1f}\u{7f}");
        assert_eq!(serde_json::from_str::<Value>(&json.into_string()).unwrap(), json!("\u{0}\u{1f}\u{7f}"));
    }
}
