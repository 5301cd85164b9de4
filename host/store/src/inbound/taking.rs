//! The law by which an order line takes stock: never more than is there, so no level falls below zero; what is
//! missing is told, and what is given back goes where it came from.

use crate::stock::Levels;

use super::Places;

/// What a line holds of one product.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Holding {
    /// Units by location.
    pub(super) taken: Vec<(String, i64)>,
    /// Units that were nowhere.
    pub(super) short: i64,
    /// Whether any stock of the product was known where it was looked for.
    pub(super) known: bool,
}

impl Holding {
    fn held(&self) -> i64 {
        self.taken.iter().map(|(_, units)| units).sum()
    }

    /// Brings what is held to `demand`, as far as the stock goes. Returns the units taken and given back.
    pub(super) fn settle(
        &mut self,
        levels: &mut Levels,
        product_id: i64,
        places: &Places,
        demand: i64,
    ) -> (i64, i64) {
        let before = self.held();
        self.give_back(levels, product_id, before - demand);
        let open = open_places(levels, product_id, places);
        self.known = !open.is_empty() || *places == Places::Nowhere;
        self.take(levels, product_id, &open, demand - self.held());
        let held = self.held();
        self.short = if *places == Places::Nowhere { 0 } else { (demand - held).max(0) };
        ((held - before).max(0), (before - held).max(0))
    }

    /// From one place if one has it all, so that the line travels in one parcel; otherwise from each in turn.
    fn take(&mut self, levels: &mut Levels, product_id: i64, open: &[(String, i64)], wanted: i64) {
        let mut left = wanted;
        let whole = open.iter().position(|(_, units)| *units >= wanted).unwrap_or(0);
        for (location, units) in open.iter().skip(whole).chain(open.iter().take(whole)) {
            let units_taken = left.min(*units).max(0);
            if units_taken > 0 {
                levels.set(product_id, location.clone(), units - units_taken);
                self.add(location, units_taken);
                left -= units_taken;
            }
        }
    }

    fn add(&mut self, location: &str, units: i64) {
        match self.taken.iter_mut().find(|(taken, _)| taken == location) {
            Some((_, held)) => *held += units,
            None => self.taken.push((location.to_owned(), units)),
        }
    }

    /// What was taken last goes back first.
    fn give_back(&mut self, levels: &mut Levels, product_id: i64, units: i64) {
        let mut left = units;
        for (location, held) in self.taken.iter_mut().rev() {
            let returned = left.min(*held).max(0);
            if returned > 0 {
                let level = levels.of(product_id).find(|(known, _)| known == location);
                let level = level.map_or(0, |(_, units)| units);
                levels.set(product_id, location.clone(), level + returned);
                *held -= returned;
                left -= returned;
            }
        }
        self.taken.retain(|(_, held)| *held > 0);
    }
}

/// The places where the product is known, in the order in which they are asked.
fn open_places(levels: &Levels, product_id: i64, places: &Places) -> Vec<(String, i64)> {
    let known = |(location, units): (&str, i64)| (location.to_owned(), units);
    match places {
        Places::Nowhere => Vec::new(),
        Places::Anywhere => {
            let mut open: Vec<_> = levels.of(product_id).map(known).collect();
            open.sort_unstable();
            open
        }
        Places::These(places) => {
            let find = |place: &String| levels.of(product_id).find(|(location, _)| location == place);
            places.iter().filter_map(find).map(known).collect()
        }
    }
}
