//! What was left out of a listing.
//!
//! It is known when the request is written, but the operator should hear of it when the listing is taken. So
//! it travels in the exchange's memo, together with the action, in one byte.

use wharf_sdk::{Action, Problem};

use crate::fields::{ADDITIONAL_IMAGES, DESCRIPTION, DESCRIPTION_LENGTH, GTIN, IMAGES};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The end of the description.
    Description = 1 << 2,
    /// A GTIN that does not identify the product outside the company.
    RestrictedGtin = 1 << 3,
    /// Images past the last that Google takes.
    Images = 1 << 4,
}

impl Loss {
    const ALL: [Self; 3] = [Self::Description, Self::RestrictedGtin, Self::Images];

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
                format!("Images after the first and {ADDITIONAL_IMAGES} more were left out."),
            )
            .at(IMAGES),
        }
    }
}

/// The note that comes back with Google's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memo(u8);

impl Memo {
    const ACTION: u8 = 0b11;

    pub(crate) fn new(action: Action) -> Self {
        Self(match action {
            Action::Upsert | Action::Keep => 0,
            Action::Price => 1,
            Action::Stock => 2,
            Action::Delete => 3,
        })
    }

    pub(crate) fn action(self) -> Action {
        match self.0 & Self::ACTION {
            0 => Action::Upsert,
            1 => Action::Price,
            2 => Action::Stock,
            _ => Action::Delete,
        }
    }

    pub(crate) fn add(&mut self, loss: Loss) {
        self.0 |= loss as u8;
    }

    pub(crate) fn warnings(self) -> Vec<Problem> {
        let lost = |loss: &Loss| self.0 & *loss as u8 != 0;
        Loss::ALL.into_iter().filter(lost).map(Loss::problem).collect()
    }

    pub(crate) fn to_bytes(self) -> [u8; 1] {
        [self.0]
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.first().copied().unwrap_or_default())
    }
}
