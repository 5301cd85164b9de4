//! What of an item a channel was not sent.
//!
//! It is known when the request is written, but the operator should hear of it when the listing is taken. So losses
//! travel in the exchange's memo, all of an item's in one byte.

use std::marker::PhantomData;

use crate::Problem;

/// The losses that a connector knows, as an enum with the numbers 0 to 7.
pub trait Loss: Copy + 'static {
    /// Each of them once.
    const ALL: &'static [Self];

    /// Its number, below 8.
    fn number(self) -> u8;

    /// What the operator is told.
    fn warning(self) -> Problem;
}

/// The losses of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Losses<L> {
    bits: u8,
    kind: PhantomData<L>,
}

impl<L> Default for Losses<L> {
    fn default() -> Self {
        Self::from_bits(0)
    }
}

impl<L> Losses<L> {
    /// As [`Losses::bits`] gave them to a memo.
    pub const fn from_bits(bits: u8) -> Self {
        Self { bits, kind: PhantomData }
    }

    /// A bit for each loss, at the place of its number.
    pub const fn bits(self) -> u8 {
        self.bits
    }
}

impl<L: Loss> Losses<L> {
    /// Notes a loss; twice is as good as once.
    pub fn add(&mut self, loss: L) {
        self.bits |= 1 << loss.number();
    }

    /// For the listing when it is taken, in the order of [`Loss::ALL`].
    pub fn warnings(self) -> Vec<Problem> {
        let lost = |loss: &L| self.bits & (1 << loss.number()) != 0;
        L::ALL.iter().copied().filter(lost).map(Loss::warning).collect()
    }
}

/// Losses that many channels cause.
impl Problem {
    /// The end of a text was left out; `what` is its name in a sentence, such as `description`.
    pub fn shortened(what: &str, characters: usize) -> Self {
        Self::warning("shortened", format!("The {what} was cut after {characters} characters; shorten it."))
    }

    /// A number that identifies the product inside a company only; see [`crate::gtin::is_restricted`].
    pub fn restricted_gtin() -> Self {
        Self::warning(
            "restricted-gtin",
            "The GTIN is for use inside a company and was left out; give the one that GS1 assigned.",
        )
    }

    /// Pictures past the last that the channel takes, which is the main one and so many more.
    pub fn too_many_images(additional: usize) -> Self {
        Self::warning(
            "too-many-images",
            format!("Images after the first and {additional} more were left out."),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    enum Part {
        End,
        Pictures,
    }

    impl Loss for Part {
        const ALL: &'static [Self] = &[Self::End, Self::Pictures];

        fn number(self) -> u8 {
            self as u8
        }

        fn warning(self) -> Problem {
            match self {
                Self::End => Problem::shortened("title", 80),
                Self::Pictures => Problem::too_many_images(3),
            }
        }
    }

    #[test]
    fn losses_survive_a_memo_and_are_told_once() {
        let codes =
            |losses: Losses<Part>| losses.warnings().into_iter().map(|it| it.code).collect::<Vec<_>>();
        let mut losses = Losses::default();
        assert_eq!(codes(losses), [""; 0]);
        losses.add(Part::Pictures);
        losses.add(Part::Pictures);
        assert_eq!(codes(Losses::from_bits(losses.bits())), ["too-many-images"]);
        losses.add(Part::End);
        assert_eq!(codes(losses), ["shortened", "too-many-images"]);
    }
}
