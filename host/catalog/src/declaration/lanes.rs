//! Sets of lanes: what an operation speaks of, and what of a listing is under way.

use super::field::Lane;

/// Some of the lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lanes(u8);

impl Lanes {
    pub const NONE: Self = Self(0);
    pub const ALL: Self = Self(0b111);

    /// As [`Lanes::bits`] gave them; bits that stand for no lane are dropped.
    pub fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }

    pub fn bits(self) -> u8 {
        self.0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn contains(self, lane: Lane) -> bool {
        self.0 & Self::from(lane).0 != 0
    }

    #[must_use]
    pub fn without(self, lane: Lane) -> Self {
        Self(self.0 & !Self::from(lane).0)
    }

    /// The most urgent first.
    pub fn iter(self) -> impl Iterator<Item = Lane> {
        Lane::ALL.into_iter().filter(move |lane| self.contains(*lane))
    }
}

impl From<Lane> for Lanes {
    fn from(lane: Lane) -> Self {
        Self(1 << lane as u8)
    }
}

impl FromIterator<Lane> for Lanes {
    fn from_iter<T: IntoIterator<Item = Lane>>(lanes: T) -> Self {
        Self(lanes.into_iter().fold(0, |bits, lane| bits | Self::from(lane).0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_is_read_back_from_its_bits() {
        let lanes: Lanes = [Lane::Content, Lane::Stock].into_iter().collect();
        assert_eq!(Lanes::from_bits(lanes.bits()), lanes);
        assert!(lanes.iter().eq([Lane::Stock, Lane::Content]));
        assert!(lanes.without(Lane::Stock).without(Lane::Content).is_empty());
        assert_eq!(Lanes::from_bits(0xff), Lane::ALL.into_iter().collect());
    }
}
