//! What a batch of operations may be cut into: single ones, or groups where the connector takes a group only whole.

use std::ops::Range;

use wharf_catalog::{Operation, Problem};

use crate::{
    error::CallError,
    exchange::{Fault, Rejection},
};

/// The operations in their order, those that must stay together in one unit.
#[derive(Debug)]
pub(crate) struct Units {
    /// Where each unit begins, and where the last one ends; none when every operation is a unit.
    borders: Option<Vec<usize>>,
    count: usize,
}

impl Units {
    /// Groups are told by neighbouring operations of the same group.
    pub(crate) fn new(operations: &[Operation], whole_groups: bool) -> Self {
        let together =
            |one: &Operation, next: &Operation| one.item.group.is_some() && one.item.group == next.item.group;
        let borders = whole_groups.then(|| {
            let mut end = 0;
            let ends = operations.chunk_by(together).map(|unit| {
                end += unit.len();
                end
            });
            std::iter::once(0).chain(ends).collect::<Vec<_>>()
        });
        let count = borders.as_ref().map_or(operations.len(), |borders| borders.len() - 1);
        Self { borders, count }
    }

    /// The operations of neighbouring units.
    pub(crate) fn operations(&self, units: Range<usize>) -> Range<usize> {
        match &self.borders {
            Some(borders) => borders[units.start]..borders[units.end],
            None => units,
        }
    }

    /// The units that can be handed over, in runs of at most `most` operations each; `rejections` grow by the operations
    /// that cannot go because of others in their unit. They come and stay in ascending order.
    pub(crate) fn runs(
        &self,
        operations: &[Operation],
        most: usize,
        rejections: &mut Vec<Rejection>,
    ) -> Vec<Range<usize>> {
        if self.borders.is_none() {
            return runs(self.count, rejections, most);
        }
        let mut runs: Vec<Range<usize>> = Vec::new();
        let mut held = Vec::new();
        for unit in 0..self.count {
            let range = self.operations(unit..unit + 1);
            let first = rejections.partition_point(|rejection| (rejection.index as usize) < range.start);
            let guilty = rejections[first..].iter().map(|it| it.index as usize).find(|it| range.contains(it));
            if let Some(guilty) = guilty {
                held.extend(others(&range, rejections, &held_by(operations[guilty].item.sku.as_str())));
            } else if range.len() > most.max(1) {
                held.extend(others(&range, &[], &too_large(range.len(), most)));
            } else {
                match runs.last_mut() {
                    Some(run)
                        if run.end == unit && self.operations(run.start..unit + 1).len() <= most.max(1) =>
                    {
                        run.end = unit + 1;
                    }
                    _ => runs.push(unit..unit + 1),
                }
            }
        }
        rejections.extend(held);
        rejections.sort_unstable_by_key(|rejection| rejection.index);
        runs
    }

    /// Faults of units as faults of their operations.
    pub(crate) fn faults(&self, faults: Vec<(usize, CallError)>) -> Vec<Fault> {
        let spread = |(unit, error): (usize, CallError)| {
            let fault = move |index| Fault { index: index as u32, error: error.clone() };
            self.operations(unit..unit + 1).map(fault)
        };
        faults.into_iter().flat_map(spread).collect()
    }
}

/// The parts of a list between the rejected positions, none longer than `most`.
pub(crate) fn runs(count: usize, rejected: &[Rejection], most: usize) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut start = 0;
    let gaps = rejected.iter().map(|rejection| rejection.index as usize);
    for end in gaps.chain([count]) {
        while start < end {
            let stop = end.min(start.saturating_add(most.max(1)));
            runs.push(start..stop);
            start = stop;
        }
        start = end + 1;
    }
    runs
}

fn others(range: &Range<usize>, rejected: &[Rejection], problem: &Problem) -> Vec<Rejection> {
    let others = range.clone().map(|index| index as u32);
    let others = others.filter(|index| !rejected.iter().any(|rejection| rejection.index == *index));
    others.map(|index| Rejection { index, problems: vec![problem.clone()] }).collect()
}

fn held_by(sku: &str) -> Problem {
    let message =
        format!("{sku} of the same group cannot be sent, and the connector takes a group only whole");
    Problem::error("held-by-group", None, message)
}

fn too_large(size: usize, most: usize) -> Problem {
    let message = format!(
        "the group has {size} items, and the connector takes at most {most}, all at once; split the group, or take items \
         out of the channel's selection"
    );
    Problem::error("group-too-large", None, message)
}

#[cfg(test)]
mod tests {
    use wharf_catalog::{Action, Item};

    use super::*;

    fn operations(groups: &[&str]) -> Vec<Operation> {
        let operation = |(number, group): (usize, &&str)| Operation {
            action: Action::Upsert,
            item: Item {
                sku: format!("S{number}"),
                group: Some((*group).to_owned()).filter(|group| !group.is_empty()),
                values: Vec::new(),
            },
            remote_id: None,
            note: None,
            revision: 1,
            attempt: 0,
            as_of: 0,
        };
        groups.iter().enumerate().map(operation).collect()
    }

    fn rejected(indices: &[u32]) -> Vec<Rejection> {
        indices.iter().map(|index| Rejection { index: *index, problems: vec![] }).collect()
    }

    fn cut(groups: &[&str], whole: bool, unfit: &[u32], most: usize) -> (Vec<Range<usize>>, Vec<u32>) {
        let operations = operations(groups);
        let units = Units::new(&operations, whole);
        let mut rejections = rejected(unfit);
        let runs = units.runs(&operations, most, &mut rejections);
        let runs = runs.into_iter().map(|run| units.operations(run)).collect();
        (runs, rejections.iter().map(|rejection| rejection.index).collect())
    }

    #[test]
    fn single_operations_are_cut_around_the_rejected_and_at_the_maximum() {
        assert_eq!(cut(&["A"; 7], false, &[0, 4], 2), (vec![1..3, 3..4, 5..7], vec![0, 4]));
        assert_eq!(cut(&["A"; 4], false, &[2], usize::MAX).0, [0..2, 3..4]);
        assert_eq!(cut(&[], false, &[], 5), (vec![], vec![]));
        assert_eq!(cut(&[""], false, &[0], 5), (vec![], vec![0]));
    }

    #[test]
    fn a_group_stays_whole() {
        let groups = ["A", "A", "A", "B", "B", "", ""];
        assert_eq!(cut(&groups, true, &[], 4), (vec![0..3, 3..7], vec![]));
        assert_eq!(cut(&groups, true, &[], usize::MAX).0, std::iter::once(0..7).collect::<Vec<_>>());
    }

    #[test]
    fn a_group_that_cannot_go_whole_does_not_go() {
        let groups = ["A", "A", "A", "B", "B", ""];
        assert_eq!(cut(&groups, true, &[4], 2).1, [0, 1, 2, 3, 4]);
        assert_eq!(cut(&groups, true, &[4], 3), (vec![0..3, 5..6], vec![3, 4]));
    }
}
