//! Exactly once: no entry of a list may be answered twice, left out, or made up.

/// Which entries of one list were answered so far.
#[derive(Debug)]
pub(crate) struct Coverage {
    /// What the entries are, such as `operation`.
    noun: &'static str,
    answered: Vec<bool>,
    open: usize,
}

impl Coverage {
    pub(crate) fn of(noun: &'static str, count: usize) -> Self {
        Self { noun, answered: vec![false; count], open: count }
    }

    /// Notes that the entry at `index` was answered.
    pub(crate) fn answer(&mut self, index: u32) -> Result<(), String> {
        let count = self.answered.len();
        let Some(answered) = self.answered.get_mut(index as usize) else {
            return Err(format!("it answers {} {index}, but only {count} were handed in", self.noun));
        };
        if std::mem::replace(answered, true) {
            return Err(format!("it answers {} {index} of {count} twice", self.noun));
        }
        self.open -= 1;
        Ok(())
    }

    /// Notes that one exchange answers all of these.
    pub(crate) fn cover(&mut self, covers: &[u32]) -> Result<(), String> {
        if covers.is_empty() {
            return Err(format!("one of its exchanges covers no {}", self.noun));
        }
        covers.iter().try_for_each(|index| self.answer(*index))
    }

    /// Requires that nothing was left out.
    pub(crate) fn complete(&self) -> Result<(), String> {
        match self.answered.iter().position(|answered| !answered) {
            None => Ok(()),
            Some(first) => Err(format!(
                "it leaves {} of {} {}s without an answer, the first is {first}",
                self.open,
                self.answered.len(),
                self.noun
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(count: usize, groups: &[Vec<u32>]) -> Result<(), String> {
        let mut coverage = Coverage::of("operation", count);
        groups.iter().try_for_each(|group| coverage.cover(group))?;
        coverage.complete()
    }

    proptest! {
        #[test]
        fn only_a_partition_of_the_list_is_complete(
            count in 1_usize..12,
            groups in prop::collection::vec(prop::collection::vec(0_u32..13, 1..5), 0..6),
        ) {
            let mut all: Vec<u32> = groups.concat();
            all.sort_unstable();
            let partition = all.into_iter().eq(0..u32::try_from(count).unwrap());
            prop_assert_eq!(check(count, &groups).is_ok(), partition);
        }

        #[test]
        fn every_way_to_cut_a_shuffled_list_is_complete(
            order in Just((0_u32..40).collect::<Vec<_>>()).prop_shuffle(),
            size in 1_usize..41,
        ) {
            let groups: Vec<_> = order.chunks(size).map(<[u32]>::to_vec).collect();
            prop_assert_eq!(check(40, &groups), Ok(()));
        }
    }

    #[test]
    fn each_breach_names_the_index() {
        assert_eq!(check(2, &[vec![0, 1, 1]]), Err("it answers operation 1 of 2 twice".into()));
        assert_eq!(check(2, &[vec![2]]), Err("it answers operation 2, but only 2 were handed in".into()));
        let missing = "it leaves 2 of 3 operations without an answer, the first is 0";
        assert_eq!(check(3, &[vec![1]]), Err(missing.into()));
        assert_eq!(check(1, &[vec![]]), Err("one of its exchanges covers no operation".into()));
    }
}
