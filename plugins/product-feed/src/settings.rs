//! What the operator sets for one feed; `settings.schema.json` is the same for the console.

use serde::Deserialize;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) profile: Profile,
    pub(crate) format: Format,
    /// Head of an RSS file.
    pub(crate) title: String,
    /// Head of an RSS file.
    pub(crate) link: String,
    /// Head of an RSS file; without it, the title.
    pub(crate) description: Option<String>,
    /// Of items that do not state one.
    pub(crate) condition: Condition,
}

/// Whose rules the file follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Profile {
    #[default]
    Google,
    Meta,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    #[default]
    Rss,
    Csv,
    Tsv,
    Jsonl,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Condition {
    #[default]
    New,
    Refurbished,
    Used,
}

impl Condition {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Refurbished => "refurbished",
            Self::Used => "used",
        }
    }
}

impl Profile {
    /// Both want plain text.
    pub(crate) fn description_characters(self) -> usize {
        match self {
            Self::Google => 5_000,
            Self::Meta => 9_999,
        }
    }

    /// Beside the main image.
    pub(crate) fn additional_images(self) -> usize {
        match self {
            Self::Google => 10,
            Self::Meta => 20,
        }
    }

    pub(crate) fn availability(self, quantity: i64) -> &'static str {
        match (self, quantity > 0) {
            (Self::Google, true) => "in_stock",
            (Self::Google, false) => "out_of_stock",
            (Self::Meta, true) => "in stock",
            (Self::Meta, false) => "out of stock",
        }
    }
}
