//! The rows of one page of listings, and what has to be noted of each.

use wharf_catalog::{
    Item, Problem,
    declaration::Lanes,
    projection::{Fingerprint, Projection},
};
use wharf_sandbox::{
    CallError,
    exchange::{Fault, Rejection, Rows},
};
use wharf_store::{Candidate, ListingState, Settled, Write};

use crate::{
    active::ActiveChannel,
    connectors::Health,
    error::SyncError,
    figures::{Figures, add},
    translate::delivery,
};

/// What one page comes to.
pub(super) struct Slice {
    pub(super) content: Vec<u8>,
    /// Items that have a row.
    pub(super) listed: usize,
    /// Only listings that were due or changed state.
    pub(super) settled: Vec<Settled>,
    pub(super) tally: Tally,
}

/// How many items the connector was given, and on how many it failed.
#[derive(Default)]
pub(super) struct Tally {
    items: usize,
    faults: usize,
    first: Option<CallError>,
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.items += other.items;
        self.faults += other.faults;
        if self.first.is_none() {
            self.first.clone_from(&other.first);
        }
    }

    pub(super) fn health(&self) -> Option<Health> {
        Health::of(self.items, self.faults, self.first.as_ref(), None)
    }
}

impl Slice {
    pub(super) fn of(
        channel: &ActiveChannel,
        page: &[Candidate],
        figures: &Figures,
    ) -> Result<Self, SyncError> {
        add(&figures.considered, page.len());
        let mut items = Vec::with_capacity(page.len());
        let mut listings = Listings { rows: Vec::with_capacity(page.len()), of_items: Vec::new() };
        for candidate in page {
            let row = Row::new(channel, candidate, &mut items)?;
            if row.state == ListingState::Accepted {
                listings.of_items.push(listings.rows.len());
            }
            listings.rows.push(row);
        }
        let Rows { content, rejections, warnings, faults } =
            channel.connector.rows(&channel.context, &items)?;
        let tally = Tally {
            items: items.len(),
            faults: faults.len(),
            first: faults.first().map(|fault| fault.error.clone()),
        };
        rejections.into_iter().for_each(|Rejection { index, problems }| listings.refuse(index, problems));
        for Fault { index, error } in faults {
            listings.refuse(index, vec![Problem::error("connector-fault", None, error.to_string())]);
        }
        for Rejection { index, problems } in warnings {
            listings.row(index).problems.extend(problems);
        }
        let listed = listings.count(ListingState::Accepted);
        add(&figures.written, listed);
        add(&figures.rejected, listings.count(ListingState::Rejected));
        add(&figures.incomplete, listings.count(ListingState::Incomplete));
        let settled = listings.rows.into_iter().filter_map(|row| row.settled(figures)).collect();
        Ok(Self { content, listed, settled, tally })
    }
}

/// The rows of a page, and which of them the connector was given: its indices count those alone.
struct Listings<'a> {
    rows: Vec<Row<'a>>,
    of_items: Vec<usize>,
}

impl<'a> Listings<'a> {
    /// The sandbox has checked that every index is one of an item.
    fn row(&mut self, item: u32) -> &mut Row<'a> {
        &mut self.rows[self.of_items[item as usize]]
    }

    fn refuse(&mut self, item: u32, problems: Vec<Problem>) {
        let row = self.row(item);
        row.shows = None;
        row.problems.extend(problems);
        row.state = ListingState::Rejected;
    }

    fn count(&self, state: ListingState) -> usize {
        self.rows.iter().filter(|row| row.state == state).count()
    }
}

/// What one listing comes to in this file.
struct Row<'a> {
    candidate: &'a Candidate,
    shows: Option<Fingerprint>,
    state: ListingState,
    problems: Vec<Problem>,
}

impl<'a> Row<'a> {
    /// A listing that can be shown is added to the items.
    fn new(
        channel: &ActiveChannel,
        candidate: &'a Candidate,
        items: &mut Vec<Item>,
    ) -> Result<Self, SyncError> {
        let (shows, state, problems) = match channel.project(candidate)? {
            Projection::Listed { item, warnings } => {
                let fields = &channel.connector.description().fields;
                let shows = Fingerprint::new(&channel.seed, &item, fields);
                items.push(item);
                (Some(shows), ListingState::Accepted, warnings)
            }
            Projection::Incomplete(problems) => (None, ListingState::Incomplete, problems),
            Projection::Absent => (None, ListingState::Removed, Vec::new()),
        };
        Ok(Self { candidate, shows, state, problems })
    }

    fn settled(self, figures: &Figures) -> Option<Settled> {
        let changed = self.candidate.delivered != self.shows;
        if self.candidate.lane.is_none() && !changed && self.candidate.state == self.state {
            add(&figures.unchanged, 1);
            return None;
        }
        match (changed, self.state) {
            (true, ListingState::Accepted) => add(&figures.accepted, 1),
            (true, ListingState::Removed) => add(&figures.deletes, 1),
            (false, ListingState::Accepted) => add(&figures.unchanged, 1),
            _ => {}
        }
        Some(Settled {
            product_id: self.candidate.product_id,
            marked: self.candidate.marked,
            lanes: Lanes::ALL,
            state: self.state,
            delivered: delivery(self.shows, self.candidate.revision),
            remote_id: Write::Keep,
            note: Write::Keep,
            problems: Some(self.problems),
            attempts: 0,
            spent: None,
            next: None,
        })
    }
}
