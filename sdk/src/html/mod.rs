//! HTML of the catalog, as channels want it: as plain text where they show no markup, or with the markup they take.

mod attribute;
mod fit;
#[cfg(test)]
mod laws;
mod markup;
mod shorten;
mod strip;
mod tag;

pub use markup::{Fitted, Lost, Markup, Rule};
pub use strip::strip_html;
