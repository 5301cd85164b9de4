//! Wrong requests, made of right ones.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::request::Sent;

/// What no contract knows: the name of a member or a parameter.
const UNKNOWN: &str = "misspelt";

/// The request with a parameter that does not exist, and, if it has a body, with one wrong value for each of the right
/// ones; of the entries of a list, once for all of them. Everything of it has to be refused; `is_free` names places whose
/// form the vendor leaves open.
pub fn spoilt(sent: &Sent, is_free: impl Fn(&str) -> bool) -> Vec<(String, Sent)> {
    let between = if sent.target.contains('?') { '&' } else { '?' };
    let target = format!("{}{between}{UNKNOWN}=1", sent.target);
    let mut wrong = vec![("query".to_owned(), Sent { target, ..sent.clone() })];
    if let Ok(body) = serde_json::from_slice::<Value>(&sent.body) {
        let with = |body: &Value| Sent { body: body.to_string().into_bytes(), ..sent.clone() };
        let mut seen = BTreeSet::new();
        let places = leaves(&body, String::new()).into_iter().filter(|place| seen.insert(kind(place)));
        for place in places.filter(|place| !is_free(place)) {
            let mut broken = body.clone();
            if let Some(value) = broken.pointer_mut(&place) {
                *value = json!({UNKNOWN: ["this"]});
                wrong.push((place, with(&broken)));
            }
        }
    }
    wrong
}

/// The place without the positions in lists.
fn kind(place: &str) -> String {
    let member = |part: &str| if part.parse::<usize>().is_ok() { "*".to_owned() } else { part.to_owned() };
    place.split('/').map(member).collect::<Vec<_>>().join("/")
}

/// JSON pointers of all texts, numbers, flags and nulls.
fn leaves(value: &Value, place: String) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
            members
                .iter()
                .flat_map(|(name, member)| leaves(member, format!("{place}/{}", escaped(name))))
                .collect()
        }
        Value::Array(all) => all
            .iter()
            .enumerate()
            .flat_map(|(position, one)| leaves(one, format!("{place}/{position}")))
            .collect(),
        _ => vec![place],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_value_is_spoilt_once_but_for_the_free_ones() {
        let sent = Sent::new("post", "/a?b=1", br#"{"c": [1, {"d": null}, 2], "free": {"e": 1}}"#);
        let places: Vec<_> =
            spoilt(&sent, |place| place.starts_with("/free")).into_iter().map(|(place, _)| place).collect();
        assert_eq!(places, ["query", "/c/0", "/c/1/d"]);
    }
}
