//! The description in the markup that Square takes, after
//! [`description_html`](https://developer.squareup.com/reference/square/objects/CatalogItem#definition__property-description_html):
//! others are ignored there, so they are left out and told.

use std::borrow::Cow;

use wharf_sdk::{Fitted, Item, LengthUnit, Markup, Rule};

use crate::{
    fields::{DESCRIPTION, DESCRIPTION_LENGTH},
    memo::Loss,
};

/// Where blocks stand.
const FLOW: &[&str] = &[Markup::TOP, "div", "li"];

/// Where words stand.
const PHRASE: &[&str] = &[
    Markup::TOP,
    "div",
    "li",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "a",
    "b",
    "strong",
    "code",
    "i",
    "em",
    "u",
];

/// The same without links, which do not stand in each other.
const UNLINKED: &[&str] = &[
    Markup::TOP,
    "div",
    "li",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "b",
    "strong",
    "code",
    "i",
    "em",
    "u",
];

pub(crate) const MARKUP: Markup = Markup::new(&[
    Rule::new(&["p", "div", "h1", "h2", "h3", "h4", "h5", "h6"]).inside(FLOW).attributes(&["align"]),
    Rule::new(&["ul", "ol"]).inside(FLOW),
    Rule::new(&["li"]).inside(&["ul", "ol"]).attributes(&["align"]),
    Rule::new(&["b", "strong", "i", "em", "u", "code", "br"]).inside(PHRASE),
    Rule::new(&["a"]).inside(UNLINKED).attributes(&["href", "rel", "target"]),
])
.bare_text();

/// Characters of an element's name that are remembered.
const NAME_LENGTH: usize = 40;

/// What Square is sent of an item's description.
#[derive(Debug, Clone)]
pub(crate) struct Description<'a> {
    source: &'a str,
    pub(crate) html: Cow<'a, str>,
    losses: Vec<Loss>,
}

impl<'a> Description<'a> {
    pub(crate) fn of(item: Item<'a>) -> Option<Self> {
        let source = item.text(DESCRIPTION)?;
        let Fitted { html, lost } = MARKUP.fit_within(source, DESCRIPTION_LENGTH, LengthUnit::Characters);
        let name = lost.name().map(|name| Loss::Markup(name.chars().take(NAME_LENGTH).collect()));
        let end = lost.text.then_some(Loss::DescriptionEnd);
        Some(Self { source, html, losses: name.into_iter().chain(end).collect() })
    }

    /// What the item's own description loses; variants mostly share the one that is shown.
    pub(crate) fn losses_of(shown: Option<&Self>, item: Item<'a>) -> Vec<Loss> {
        match shown {
            Some(shown) if item.text(DESCRIPTION) == Some(shown.source) => shown.losses.clone(),
            _ => Self::of(item).map(|own| own.losses).unwrap_or_default(),
        }
    }
}
