//! Names of columns: which are missing, and which were probably meant.

use super::{error::MissingColumn, mapping::ImportMapping};
use crate::mapping::distance;

/// The columns that `mapping` cannot do without and `header` lacks.
pub(super) fn missing(mapping: &ImportMapping, header: &[String]) -> Vec<MissingColumn> {
    let lacking = |column: &&str| !header.iter().any(|name| name == column);
    let named = mapping.named_columns();
    named
        .into_iter()
        .filter(|(_, optional)| !optional)
        .map(|(column, _)| column)
        .filter(lacking)
        .map(|column| MissingColumn { column: column.into(), nearest: nearest(column, header) })
        .collect()
}

/// Up to three names that a person may have meant.
fn nearest(wanted: &str, names: &[String]) -> Vec<String> {
    let lower = wanted.to_lowercase();
    let mut ranked: Vec<(usize, &String)> = names
        .iter()
        .map(|name| (distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= wanted.len().max(name.len()) / 2)
        .collect();
    ranked.sort();
    ranked.into_iter().take(3).map(|(_, name)| name.clone()).collect()
}

/// Whether `name` fits `pattern`, in which `*` at either end stands for anything.
pub(super) fn matches_pattern(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) if pattern.len() > 1 => name.contains(&pattern[1..pattern.len() - 1]),
        (Some(end), _) => name.ends_with(end),
        (_, Some(beginning)) => name.starts_with(beginning),
        _ => pattern == name,
    }
}
