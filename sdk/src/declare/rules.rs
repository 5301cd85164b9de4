//! Rules that the host checks before an item is sent: markup, pictures, categories, variants.

use super::owned;
use crate::{Categories, Element, Grammar, ImageRules, Requirement, Variants};

impl Grammar {
    /// Markup whose text always stands inside an element.
    pub fn new(elements: Vec<Element>) -> Self {
        Self { elements, bare_text: false }
    }

    /// Text may stand at the top, outside any element.
    pub fn bare_text(self) -> Self {
        Self { bare_text: true, ..self }
    }
}

impl Element {
    /// An element that stands only at the top.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), parents: Vec::new(), attributes: Vec::new() }
    }

    /// An element that stands directly in one of these.
    pub fn inside(self, parents: &[&str]) -> Self {
        Self { parents: owned(parents), ..self }
    }

    /// The attributes it may carry.
    pub fn attributes(self, attributes: &[&str]) -> Self {
        Self { attributes: owned(attributes), ..self }
    }
}

impl ImageRules {
    /// Pictures of these media types, such as `image/jpeg`; empty: any.
    pub fn new(formats: &[&str]) -> Self {
        Self { minimum_pixels: None, maximum_pixels: None, maximum_bytes: None, formats: owned(formats) }
    }

    /// The shorter side has at least so many pixels.
    pub fn at_least(self, pixels: u32) -> Self {
        Self { minimum_pixels: Some(pixels), ..self }
    }

    /// The longer side has at most so many pixels.
    pub fn at_most(self, pixels: u32) -> Self {
        Self { maximum_pixels: Some(pixels), ..self }
    }

    /// The file has at most so many bytes.
    pub fn bytes(self, maximum: u64) -> Self {
        Self { maximum_bytes: Some(maximum), ..self }
    }
}

impl Categories {
    /// `field` holds an item's category.
    pub fn new(field: u32) -> Self {
        Self { field, requirements: Vec::new() }
    }

    /// Items of this category need this field.
    pub fn requires(self, category: &str, field: u32) -> Self {
        self.push(category, field, true, &[])
    }

    /// In this category, these values replace the field's choices.
    pub fn chooses(self, category: &str, field: u32, choices: &[&str]) -> Self {
        self.push(category, field, false, choices)
    }

    /// Items of this category need this field, with one of these values.
    pub fn requires_choice(self, category: &str, field: u32, choices: &[&str]) -> Self {
        self.push(category, field, true, choices)
    }

    fn push(mut self, category: &str, field: u32, required: bool, choices: &[&str]) -> Self {
        let category = category.to_owned();
        self.requirements.push(Requirement { category, field, required, choices: owned(choices) });
        self
    }
}

impl Variants {
    /// Up to `maximum` variants of one product, which differ in up to `axes` attributes.
    pub fn new(axes: u32, maximum: u32) -> Self {
        Self { maximum_axes: axes, maximum_variants: maximum, axes: Vec::new() }
    }

    /// Only these fields may be such an attribute.
    pub fn axes(self, fields: &[u32]) -> Self {
        Self { axes: fields.to_vec(), ..self }
    }
}
