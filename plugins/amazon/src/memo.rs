//! The note that comes back with Amazon's answer: the step a feed has reached, and what its messages were about.
//!
//! Messages are numbered by their position in what the exchange covers, so no SKU has to be noted: nine bytes a
//! message, and 5,000 messages stay below the 64 KiB that hosts keep.

use crate::{attributes::Filled, change::Change, losses::Losses};

/// What an answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// One listing by itself, carried out.
    Listing,
    /// One listing by itself, only checked.
    Preview,
    /// 1: a place for the feed's document was asked for.
    Create,
    /// 2: the document is uploaded.
    Upload,
    /// 3: the feed is submitted.
    Submit,
    /// 4: Amazon works through it.
    Poll,
    /// 5: the address of the report was asked for.
    Locate,
    /// 6: the report is downloaded.
    Download,
}

impl Step {
    const ALL: [Self; 8] = [
        Self::Listing,
        Self::Preview,
        Self::Create,
        Self::Upload,
        Self::Submit,
        Self::Poll,
        Self::Locate,
        Self::Download,
    ];
}

/// What one message, or one request, says of its listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) change: Change,
    pub(crate) losses: Losses,
    pub(crate) filled: Filled,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Memo {
    pub(crate) step: Step,
    /// How often this step was taken, so that polls grow rarer and expired addresses are not renewed for ever.
    pub(crate) times: u16,
    /// Whether Amazon broke the feed off, so that what the report leaves out was perhaps not done.
    pub(crate) broken_off: bool,
    /// The document's or feed's id, as the step needs it.
    pub(crate) id: String,
    /// In the order of what the exchange covers.
    pub(crate) records: Vec<Record>,
}

/// The longest id that is followed, in bytes. Amazon's have about 70.
pub(crate) const MAXIMUM_ID: usize = 512;

/// Bytes of a record.
const RECORD: usize = 9;

/// Bytes before the id.
const HEAD: usize = 6;

impl Memo {
    /// Of the first exchange for these.
    pub(crate) fn new(step: Step, records: Vec<Record>) -> Self {
        Self { step, times: 0, broken_off: false, id: String::new(), records }
    }

    /// The same messages, a step on.
    pub(crate) fn next(self, step: Step, id: impl Into<String>) -> Self {
        Self { step, times: 0, id: id.into(), ..self }
    }

    /// The same step once more.
    pub(crate) fn again(self, step: Step) -> Self {
        Self { step, times: self.times.saturating_add(1), ..self }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEAD + self.id.len() + self.records.len() * RECORD);
        let length = u16::try_from(self.id.len().min(MAXIMUM_ID)).unwrap_or_default();
        bytes.push(self.step as u8);
        bytes.push(u8::from(self.broken_off));
        bytes.extend_from_slice(&self.times.to_le_bytes());
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend(self.id.bytes().take(length.into()));
        for record in &self.records {
            bytes.push(record.losses.bits() << 3 | record.change as u8);
            bytes.extend_from_slice(&record.filled.0.to_le_bytes());
        }
        bytes
    }

    /// Nothing when it is not a memo of this connector for so many operations.
    pub(crate) fn from_bytes(bytes: &[u8], covers: u32) -> Option<Self> {
        let (&[step, broken_off, times_low, times_high, length_low, length_high], rest) =
            bytes.split_first_chunk::<HEAD>()?;
        let (id, records) = rest.split_at_checked(u16::from_le_bytes([length_low, length_high]).into())?;
        let (records, left) = records.as_chunks::<RECORD>();
        if !left.is_empty() || records.len() != usize::try_from(covers).ok()? {
            return None;
        }
        Some(Self {
            step: *Step::ALL.get(usize::from(step))?,
            times: u16::from_le_bytes([times_low, times_high]),
            broken_off: broken_off != 0,
            id: str::from_utf8(id).ok()?.to_owned(),
            records: records.iter().map(record).collect::<Option<_>>()?,
        })
    }
}

fn record(bytes: &[u8; RECORD]) -> Option<Record> {
    let [first, filled @ ..] = *bytes;
    let change = match first & 0b111 {
        0 => Change::Whole,
        1 => Change::Content,
        2 => Change::Price,
        3 => Change::Stock,
        4 => Change::Delete,
        _ => return None,
    };
    Some(Record { change, losses: Losses::from_bits(first >> 3), filled: Filled(u64::from_le_bytes(filled)) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn memos() -> impl Strategy<Value = Memo> {
        const CHANGES: [Change; 5] =
            [Change::Whole, Change::Content, Change::Price, Change::Stock, Change::Delete];
        let record = (0_usize..5, 0_u8..32, any::<u64>()).prop_map(|(change, losses, filled)| Record {
            change: CHANGES[change],
            losses: Losses::from_bits(losses),
            filled: Filled(filled),
        });
        let records = prop::collection::vec(record, 0..40);
        (0_usize..8, any::<u16>(), any::<bool>(), "[a-z0-9.-]{0,80}", records).prop_map(
            |(step, times, broken_off, id, records)| Memo {
                step: Step::ALL[step],
                times,
                broken_off,
                id,
                records,
            },
        )
    }

    proptest! {
        #[test]
        fn a_memo_reads_back(memo in memos()) {
            let covers = u32::try_from(memo.records.len()).unwrap();
            prop_assert_eq!(Memo::from_bytes(&memo.to_bytes(), covers), Some(memo.clone()));
            prop_assert_eq!(Memo::from_bytes(&memo.to_bytes(), covers + 1), None);
        }

        #[test]
        fn strange_bytes_are_a_memo_or_none(bytes: Vec<u8>, covers in 0_u32..4) {
            let _ = Memo::from_bytes(&bytes, covers);
        }
    }

    #[test]
    fn a_full_feed_fits_what_hosts_keep() {
        let record =
            Record { change: Change::Whole, losses: Losses::from_bits(31), filled: Filled(u64::MAX) };
        let records = vec![record; crate::MAXIMUM_OPERATIONS as usize];
        let memo = Memo::new(Step::Create, records).next(Step::Poll, "x".repeat(MAXIMUM_ID));
        assert!(memo.to_bytes().len() <= 64 << 10);
    }
}
