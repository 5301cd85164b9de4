//! What an item's category asks beyond the fields' own rules.

use crate::{
    declaration::{Categories, Description, Requirement},
    item::{Content, FieldValue, Problem},
};

/// Notes every requirement of the item's category that its values do not meet.
pub(super) fn check(
    description: &Description,
    categories: &Categories,
    values: &[FieldValue],
    problems: &mut Vec<Problem>,
) {
    let Some(category) = text(values, categories.field) else { return };
    for requirement in categories.requirements.iter().filter(|it| it.concerns(category)) {
        let Some(field) = description.fields.get(requirement.field as usize) else { continue };
        if super::blamed(problems, &field.name) {
            continue;
        }
        if let Some((code, message)) = unmet(requirement, &field.name, category, values) {
            problems.push(Problem::error(code, Some(&field.name), message));
        }
    }
}

fn unmet(
    requirement: &Requirement,
    field: &str,
    category: &str,
    values: &[FieldValue],
) -> Option<(&'static str, String)> {
    let filled = values.iter().any(|value| value.field == requirement.field);
    if requirement.required && !filled {
        return Some(("missing", format!("`{field}` is required in the category `{category}`: fill it")));
    }
    let text = text(values, requirement.field)?;
    if requirement.choices.is_empty() || requirement.choices.iter().any(|choice| choice == text) {
        return None;
    }
    let choices = requirement.choices.join(", ");
    let message = format!("`{field}` takes one of {choices} in the category `{category}`, not `{text}`");
    Some(("unknown-choice", message))
}

/// The field's text, or the first of its texts.
fn text(values: &[FieldValue], field: u32) -> Option<&str> {
    match &values.iter().find(|value| value.field == field)?.content {
        Content::Text(text) => Some(text),
        Content::Texts(texts) => texts.first().map(String::as_str),
        _ => None,
    }
}
