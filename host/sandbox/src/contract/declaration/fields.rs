//! Fields are unique, consistent, and found where others speak of them.

use std::collections::HashSet;

use wharf_catalog::{Description, Field, FieldKind};

use super::{super::form::is_line, Breaches};

impl Breaches {
    pub(super) fn fields(&mut self, description: &Description) {
        let mut names = HashSet::new();
        for field in &description.fields {
            self.require(is_line(&field.name), || format!("the field name {:?} is not one line", field.name));
            self.require(names.insert(&field.name), || format!("two fields are named `{}`", field.name));
            self.field(field);
        }
        let count = description.fields.len();
        let categories = description.categories.iter();
        let named = categories.flat_map(|it| it.requirements.iter().map(|it| it.field).chain([it.field]));
        let axes = description.variants.iter().flat_map(|it| it.axes.iter().copied());
        for field in named.chain(axes) {
            let exists = (field as usize) < count;
            self.require(exists, || format!("it speaks of field {field}, but {count} are described"));
        }
    }

    fn field(&mut self, field: &Field) {
        let name = &field.name;
        let kind = field.kind;
        self.require((kind == FieldKind::Choice) != field.choices.is_empty(), || {
            format!("field `{name}` needs choices if, and only if, it is a choice")
        });
        if let Some(length) = field.length {
            self.require(is_text(kind), || format!("field `{name}` has a length limit but no text"));
            self.require(length.maximum > 0, || format!("field `{name}` takes no text at all"));
        }
        if let Some(maximum) = field.maximum_values {
            let several = matches!(kind, FieldKind::Texts | FieldKind::Images);
            self.require(several, || format!("field `{name}` limits its values but takes one"));
            self.require(maximum > 0, || format!("field `{name}` takes no values at all"));
        }
        self.require(field.bounds.is_none() || is_number(kind), || {
            format!("field `{name}` has bounds but no number")
        });
        self.require(field.units.is_empty() || kind == FieldKind::Measure, || {
            format!("field `{name}` has units but no measure")
        });
        self.require(field.grammar.is_none() || kind == FieldKind::Html, || {
            format!("field `{name}` has a grammar but no markup")
        });
        self.require(field.images.is_none() || kind == FieldKind::Images, || {
            format!("field `{name}` has rules for images but takes none")
        });
        self.require(field.source.as_deref() != Some(""), || format!("field `{name}` has an empty source"));
    }
}

fn is_number(kind: FieldKind) -> bool {
    matches!(kind, FieldKind::Number | FieldKind::Quantity | FieldKind::Money | FieldKind::Measure)
}

fn is_text(kind: FieldKind) -> bool {
    !is_number(kind) && !matches!(kind, FieldKind::Levels | FieldKind::Flag | FieldKind::Images)
}
