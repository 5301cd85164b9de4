//! One cell, whatever the file's format: what a row says under a column.

use std::borrow::Cow;

/// What a row says under one column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell<'a> {
    /// The row has no such column.
    Absent,
    /// JSON's `null`.
    Null,
    /// Without outer blanks; may be empty.
    Text(Cow<'a, str>),
    /// A plain decimal with a point, as formats that know numbers give it.
    Number(Cow<'a, str>),
    Flag(bool),
    List(Vec<Cow<'a, str>>),
    /// Nothing that a value can be made of, such as a nested object or a formula's error, in its own words.
    Unreadable(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    /// A text, without outer blanks.
    pub(crate) fn text(text: Cow<'a, str>) -> Self {
        Self::Text(match text {
            Cow::Borrowed(text) => text.trim().into(),
            Cow::Owned(text) if text.trim().len() == text.len() => text.into(),
            Cow::Owned(text) => text.trim().to_owned().into(),
        })
    }

    /// Whether nothing is said.
    pub(crate) fn is_blank(&self) -> bool {
        match self {
            Self::Absent | Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(entries) => entries.is_empty(),
            Self::Number(_) | Self::Flag(_) | Self::Unreadable(_) => false,
        }
    }
}

/// A row of any format.
pub(crate) trait Cells {
    /// What stands under the column, by the name that the settings give it.
    fn cell(&self, column: &str) -> Cell<'_>;

    /// The names the row has, for telling an operator who misses one.
    fn names(&self) -> String;
}
