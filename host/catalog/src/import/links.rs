//! Cells that name other products, and cells that hold pairs.

use std::borrow::Cow;

use super::{
    error::{Fault, Rule},
    mapping::VariantsRule,
};
use crate::product::Sku;

/// The SKU that a cell names.
pub(super) fn sku(text: &str) -> Result<Sku, Fault> {
    text.parse().map_err(|error: crate::product::SkuError| {
        Fault::new(
            Rule::Sku,
            error.to_string(),
            "Write the product's key, without line breaks or outer blanks",
        )
    })
}

pub(super) fn skus(texts: &[&str]) -> Result<Vec<Sku>, Fault> {
    texts.iter().map(|text| sku(text)).collect()
}

/// The variants that a model's cell names.
pub(super) fn variants(rule: &VariantsRule, text: &str) -> Result<Vec<Sku>, Fault> {
    let entries = text.split(rule.separator.as_str()).map(str::trim).filter(|entry| !entry.is_empty());
    let Some(wanted) = &rule.key else { return entries.map(sku).collect() };
    entries
        .map(|entry| {
            let found = pairs(entry, &rule.pair_separator, &rule.key_separator)
                .find_map(|pair| pair.ok().filter(|(key, _)| key == wanted));
            let missing =
                || Fault::new(Rule::Pairs, format!("a variant has no `{wanted}`"), "Name the variant's SKU");
            sku(&found.ok_or_else(missing)?.1)
        })
        .collect()
}

/// The `key=value` pairs of a cell. A piece without a key belongs to the value before it, whose text then
/// held the separator.
pub(super) fn pairs<'a>(
    text: &'a str,
    pair_separator: &'a str,
    key_separator: &'a str,
) -> impl Iterator<Item = Result<(&'a str, Cow<'a, str>), Fault>> {
    let mut pieces = text.split(pair_separator).peekable();
    std::iter::from_fn(move || {
        let piece = pieces.next()?;
        let Some((key, value)) = piece.split_once(key_separator) else {
            if piece.trim().is_empty() {
                return Some(Ok(("", "".into())));
            }
            return Some(Err(not_a_pair(piece, key_separator)));
        };
        let mut value = Cow::Borrowed(value.trim());
        while let Some(more) = pieces.next_if(|piece| !piece.contains(key_separator)) {
            let whole = value.to_mut();
            whole.push_str(pair_separator);
            whole.push_str(more);
        }
        Some(Ok((key.trim(), value)))
    })
}

fn not_a_pair(piece: &str, key_separator: &str) -> Fault {
    let piece: String = piece.chars().take(40).collect();
    Fault::new(
        Rule::Pairs,
        format!("`{piece}` is no pair of key and value"),
        format!("Write it like `color{key_separator}blue`, or correct the mapping's separators"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_the_pair_separator() {
        let pairs: Vec<_> =
            pairs("size=M,note=warm, dry,color=Blue", ",", "=").map(|pair| pair.unwrap()).collect();
        assert_eq!(pairs, [("size", "M".into()), ("note", "warm, dry".into()), ("color", Cow::from("Blue"))]);
    }

    #[test]
    fn variants_are_found_in_pairs_or_in_a_plain_list() {
        let mut rule = VariantsRule {
            column: "variants".into(),
            separator: "|".into(),
            key: Some("sku".into()),
            pair_separator: ",".into(),
            key_separator: "=".into(),
            optional: false,
        };
        let named = variants(&rule, "sku=A-1,size=M|size=L,sku=A-2").unwrap();
        assert_eq!(named.iter().map(Sku::as_str).collect::<Vec<_>>(), ["A-1", "A-2"]);
        assert_eq!(variants(&rule, "size=M").unwrap_err().rule, Rule::Pairs);
        rule.key = None;
        assert_eq!(variants(&rule, "A-1| A-2 |").unwrap().len(), 2);
    }
}
