//! What was left out of a listing. It is known when the request is written, and told when the listing is taken.

use wharf_sdk::Problem;

use crate::fields::{DESCRIPTION, DESCRIPTION_LENGTH, GTIN, IMAGES, OTHER_IMAGES, PACKAGE_LENGTH};

/// A part of an item that Amazon is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The end of the description.
    Description = 1,
    /// A GTIN that does not identify the product outside the company.
    RestrictedGtin = 1 << 1,
    /// Pictures past the last that Amazon takes.
    Images = 1 << 2,
    /// That the item is a variant of others.
    Variation = 1 << 3,
    /// Sides of the package without the other sides.
    Dimensions = 1 << 4,
}

impl Loss {
    const ALL: [Self; 5] =
        [Self::Description, Self::RestrictedGtin, Self::Images, Self::Variation, Self::Dimensions];

    fn problem(self) -> Problem {
        match self {
            Self::Description => Problem::warning(
                "shortened",
                format!("The description was cut after {DESCRIPTION_LENGTH} characters; shorten it."),
            )
            .at(DESCRIPTION),
            Self::RestrictedGtin => Problem::warning(
                "restricted-gtin",
                "The GTIN is for use inside a company and was left out; give the one that GS1 assigned.",
            )
            .at(GTIN),
            Self::Images => Problem::warning(
                "too-many-images",
                format!("Images after the first and {OTHER_IMAGES} more were left out."),
            )
            .at(IMAGES),
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

/// The losses of one item, in one byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Losses(pub(crate) u8);

impl Losses {
    pub(crate) fn add(&mut self, loss: Loss) {
        self.0 |= loss as u8;
    }

    pub(crate) fn warnings(self) -> Vec<Problem> {
        let lost = |loss: &Loss| self.0 & *loss as u8 != 0;
        Loss::ALL.into_iter().filter(lost).map(Loss::problem).collect()
    }
}
