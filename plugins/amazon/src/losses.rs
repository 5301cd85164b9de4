//! What was left out of a listing. It is known when the request is written, and told when the listing is taken.

use wharf_sdk::Problem;

use crate::fields::{DESCRIPTION, DESCRIPTION_LENGTH, GTIN, IMAGES, OTHER_IMAGES, PACKAGE_LENGTH};

/// A part of an item that Amazon is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The end of the description.
    Description,
    /// A GTIN that does not identify the product outside the company.
    RestrictedGtin,
    /// Pictures past the last that Amazon takes.
    Images,
    /// That the item is a variant of others.
    Variation,
    /// Sides of the package without the other sides.
    Dimensions,
}

/// The losses of one item.
pub(crate) type Losses = wharf_sdk::Losses<Loss>;

impl wharf_sdk::Loss for Loss {
    const ALL: &'static [Self] =
        &[Self::Description, Self::RestrictedGtin, Self::Images, Self::Variation, Self::Dimensions];

    fn number(self) -> u8 {
        self as u8
    }

    fn warning(self) -> Problem {
        match self {
            Self::Description => Problem::shortened("description", DESCRIPTION_LENGTH).at(DESCRIPTION),
            Self::RestrictedGtin => Problem::restricted_gtin().at(GTIN),
            Self::Images => Problem::too_many_images(OTHER_IMAGES).at(IMAGES),
            Self::Variation => Problem::warning(
                "variation-left-out",
                "The variant is listed by itself; switch `variations` on once its parent exists at Amazon.",
            ),
            Self::Dimensions => Problem::warning(
                "dimensions-left-out",
                "The package's length, width and height are sent together or not at all; fill all three.",
            )
            .at(PACKAGE_LENGTH),
        }
    }
}
