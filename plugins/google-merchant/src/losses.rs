//! What was left out of a listing.
//!
//! It is known when the request is written, but the operator should hear of it when the listing is taken. So
//! it travels in the exchange's memo, together with the action, in one byte.

use wharf_sdk::{Action, Losses, Problem};

use crate::fields::{ADDITIONAL_IMAGES, DESCRIPTION, DESCRIPTION_LENGTH, GTIN, IMAGES};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The end of the description.
    Description,
    /// A GTIN that does not identify the product outside the company.
    RestrictedGtin,
    /// Images past the last that Google takes.
    Images,
}

impl wharf_sdk::Loss for Loss {
    const ALL: &'static [Self] = &[Self::Description, Self::RestrictedGtin, Self::Images];

    fn number(self) -> u8 {
        self as u8
    }

    fn warning(self) -> Problem {
        match self {
            Self::Description => Problem::shortened("description", DESCRIPTION_LENGTH).at(DESCRIPTION),
            Self::RestrictedGtin => Problem::restricted_gtin().at(GTIN),
            Self::Images => Problem::too_many_images(ADDITIONAL_IMAGES).at(IMAGES),
        }
    }
}

/// The note that comes back with Google's response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Memo {
    action: u8,
    losses: Losses<Loss>,
}

impl Memo {
    /// The bits of the action; those of the losses follow.
    const ACTION: u8 = 0b11;

    pub(crate) fn new(action: Action) -> Self {
        let action = match action {
            Action::Upsert | Action::Keep => 0,
            Action::Price => 1,
            Action::Stock => 2,
            Action::Delete => 3,
        };
        Self { action, losses: Losses::default() }
    }

    pub(crate) fn action(self) -> Action {
        match self.action {
            0 => Action::Upsert,
            1 => Action::Price,
            2 => Action::Stock,
            _ => Action::Delete,
        }
    }

    pub(crate) fn add(&mut self, loss: Loss) {
        self.losses.add(loss);
    }

    pub(crate) fn warnings(self) -> Vec<Problem> {
        self.losses.warnings()
    }

    /// What follows these bytes in a memo is of the stores.
    pub(crate) const LENGTH: usize = 1;

    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        [self.action | self.losses.bits() << Self::ACTION.count_ones()]
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let byte = bytes.first().copied().unwrap_or_default();
        let losses = Losses::from_bits(byte >> Self::ACTION.count_ones());
        Self { action: byte & Self::ACTION, losses }
    }
}
