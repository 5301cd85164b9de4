//! From spans and ranges to what they point at.
//!
//! A span or range outside its list would be the host's fault. It reads as empty: a connector that traps would
//! take the whole batch with it.

use crate::bindings::items::{Batch, Range, Span};

/// The text of a span.
#[inline]
pub(crate) fn text(batch: &Batch, span: Span) -> &str {
    let start = span.start as usize;
    batch.text.get(start..start.saturating_add(span.length as usize)).unwrap_or_default()
}

/// The entries of a range.
#[inline]
pub(crate) fn entries<T>(list: &[T], range: Range) -> &[T] {
    let first = range.first as usize;
    list.get(first..first.saturating_add(range.count as usize)).unwrap_or_default()
}

/// An iterator over entries of the batch, shown by the function given last.
macro_rules! iterator {
    ($(#[$doc:meta])* $name:ident: $entry:ty => $shown:ty, $show:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name<'a> {
            pub(crate) batch: &'a $crate::bindings::items::Batch,
            pub(crate) entries: std::slice::Iter<'a, $entry>,
        }

        impl<'a> Iterator for $name<'a> {
            type Item = $shown;

            #[inline]
            fn next(&mut self) -> Option<Self::Item> {
                self.entries.next().map(|entry| $show(self.batch, entry))
            }

            #[inline]
            fn size_hint(&self) -> (usize, Option<usize>) {
                self.entries.size_hint()
            }
        }

        impl ExactSizeIterator for $name<'_> {}

        impl DoubleEndedIterator for $name<'_> {
            fn next_back(&mut self) -> Option<Self::Item> {
                self.entries.next_back().map(|entry| $show(self.batch, entry))
            }
        }
    };
}

pub(crate) use iterator;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_span_is_a_part_of_the_text_or_empty(text_of_all in ".{0,20}", start: u32, near in 0_u32..40, length in 0_u32..40) {
            let batch = Batch { text: text_of_all, texts: vec![], images: vec![], levels: vec![], amounts: vec![], values: vec![], items: vec![] };
            for start in [start, near] {
                let found = text(&batch, Span { start, length });
                prop_assert!(batch.text.contains(found));
            }
        }

        #[test]
        fn any_range_is_a_part_of_the_list_or_empty(list: Vec<u8>, first in 0_u32..40, count: u32) {
            for count in [count, count % 40] {
                let found = entries(&list, Range { first, count });
                prop_assert!(found.is_empty() || found.len() == count as usize);
            }
        }
    }
}
