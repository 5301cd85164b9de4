//! The markup that a channel takes, written down once: it is declared from it, and descriptions are brought to it.

use std::borrow::Cow;

use super::{fit::Fit, shorten::shorten};
use crate::{Element, Grammar, LengthUnit};

/// Elements by the rules that they share.
///
/// ```
/// use wharf_sdk::{Markup, Rule};
///
/// const MARKUP: Markup = Markup::new(&[
///     Rule::new(&["p", "ul"]),
///     Rule::new(&["li"]).inside(&["ul"]),
///     Rule::new(&["b", "a"]).inside(&["p", "li"]).attributes(&["href"]),
/// ]);
///
/// let fitted = MARKUP.fit("<div class=box>Solid <b>oak</b> & glass</div><ul><li>120 cm");
/// assert_eq!(fitted.html, "<p>Solid <b>oak</b> &amp; glass</p><ul><li>120 cm</li></ul>");
/// assert_eq!(fitted.lost.element, Some("div"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Markup {
    rules: &'static [Rule],
    bare_text: bool,
}

/// What holds for some elements alike.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub(super) names: &'static [&'static str],
    parents: &'static [&'static str],
    pub(super) attributes: &'static [&'static str],
}

impl Rule {
    /// Elements by their names, in lower case, that stand only at the top.
    pub const fn new(names: &'static [&'static str]) -> Self {
        Self { names, parents: &[], attributes: &[] }
    }

    /// Elements that stand directly in one of these, of which [`Markup::TOP`] is the top.
    pub const fn inside(self, parents: &'static [&'static str]) -> Self {
        Self { parents, ..self }
    }

    /// The attributes they may carry. An address that runs a script is left out of them whatever its attribute.
    pub const fn attributes(self, attributes: &'static [&'static str]) -> Self {
        Self { attributes, ..self }
    }

    pub(super) fn fits_in(&self, parent: &str) -> bool {
        if self.parents.is_empty() { parent == Markup::TOP } else { self.parents.contains(&parent) }
    }
}

/// What a text became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fitted<'a> {
    pub html: Cow<'a, str>,
    pub lost: Lost<'a>,
}

/// What was left out, of each sort the first, so that the operator can find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lost<'a> {
    /// An element that the channel does not take, or not there. Its text was kept, unless it is none for readers.
    pub element: Option<&'a str>,
    /// An attribute of an element that was kept.
    pub attribute: Option<&'a str>,
    /// The end, for length; or text for which the markup has no place at all.
    pub text: bool,
}

impl Lost<'_> {
    /// The element or the attribute that was left out first, whichever there is.
    pub fn name(&self) -> Option<&str> {
        self.element.or(self.attribute)
    }
}

impl Markup {
    /// The name by which [`Rule::inside`] speaks of the top: what a page has there is in its `body`.
    pub const TOP: &'static str = "body";

    /// Markup whose text always stands inside an element.
    pub const fn new(rules: &'static [Rule]) -> Self {
        Self { rules, bare_text: false }
    }

    /// Text may stand at the top, outside any element.
    pub const fn bare_text(self) -> Self {
        Self { bare_text: true, ..self }
    }

    /// For [`Field::grammar`](crate::Field::grammar).
    pub fn grammar(&self) -> Grammar {
        let element =
            |rule: &Rule, name: &str| Element::new(name).inside(rule.parents).attributes(rule.attributes);
        let elements = self.rules.iter().flat_map(|rule| rule.names.iter().map(|name| element(rule, name)));
        Grammar { elements: elements.collect(), bare_text: self.bare_text }
    }

    /// Brings HTML to this markup: elements that it does not have, or not there, go and their text stays, with breaks
    /// where they broke lines; what is open is closed; what is no markup is escaped; scripts, styles and comments go.
    /// Text that fits is returned as it was written, so fitting it again changes nothing.
    pub fn fit<'a>(&self, html: &'a str) -> Fitted<'a> {
        if self.bare_text && !html.contains(['<', '&']) {
            return Fitted { html: Cow::Borrowed(html), lost: Lost::default() };
        }
        Fit::new(self, html.len()).read(html)
    }

    /// The same, and cut where it is longer than `maximum`, tags included: between words, and within no element or
    /// character reference.
    pub fn fit_within<'a>(&self, html: &'a str, maximum: usize, unit: LengthUnit) -> Fitted<'a> {
        let fitted = self.fit(html);
        // No unit counts a character as more than its bytes.
        if fitted.html.len() <= maximum || unit.measure(&fitted.html) <= maximum {
            return fitted;
        }
        let html = Cow::Owned(shorten(&fitted.html, maximum, unit));
        Fitted { html, lost: Lost { text: true, ..fitted.lost } }
    }

    pub(super) fn has_bare_text(&self) -> bool {
        self.bare_text
    }

    /// The element of this name, in any case.
    pub(super) fn find(&self, name: &str) -> Option<(&'static Rule, &'static str)> {
        self.elements().find(|(_, known)| known.eq_ignore_ascii_case(name))
    }

    fn elements(&self) -> impl Iterator<Item = (&'static Rule, &'static str)> {
        self.rules.iter().flat_map(|rule| rule.names.iter().map(move |name| (rule, *name)))
    }

    /// What text is wrapped in that may not stand in `parent` directly; nothing when it may, or has no place there.
    pub(super) fn wrapper(&self, parent: &str) -> Option<&'static str> {
        let Some(item) = item_of(parent) else {
            let of_top = |name| self.has_at_top(name).then_some(name);
            return (parent == Self::TOP && !self.bare_text)
                .then(|| of_top("p").or_else(|| of_top("div")).or_else(|| self.any_at_top()))?;
        };
        let (rule, item) = self.find(item)?;
        (rule.fits_in(parent) && (takes_text(item) || self.wrapper(item).is_some())).then_some(item)
    }

    fn has_at_top(&self, name: &str) -> bool {
        self.find(name).is_some_and(|(rule, _)| rule.fits_in(Self::TOP))
    }

    fn any_at_top(&self) -> Option<&'static str> {
        let at_top = || self.elements().filter(|(rule, name)| rule.fits_in(Self::TOP) && !is_void(name));
        let mut names = at_top().map(|(_, name)| name);
        let wraps = |name: &str| item_of(name).is_some() && self.wrapper(name).is_some();
        names
            .find(|name| takes_text(name))
            .or_else(|| at_top().map(|(_, name)| name).find(|name| wraps(name)))
    }
}

/// Elements that hold others, and text only inside those.
fn item_of(name: &str) -> Option<&'static str> {
    Some(match name {
        "ul" | "ol" | "menu" => "li",
        "dl" => "dd",
        "table" | "thead" | "tbody" | "tfoot" => "tr",
        "tr" => "td",
        _ => return None,
    })
}

/// Whether text may stand directly in it, as far as HTML goes.
pub(super) fn takes_text(name: &str) -> bool {
    item_of(name).is_none()
}

/// Whether it has no content, and so no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "br" | "hr"
            | "img"
            | "wbr"
            | "area"
            | "base"
            | "col"
            | "embed"
            | "input"
            | "link"
            | "meta"
            | "source"
            | "track"
    )
}
