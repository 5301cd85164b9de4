//! The rules of a connector that writes a feed.

use wharf_catalog::Item;

use super::{Finding, Rule, Subject, difference::same};
use crate::exchange::{Opening, Rows};

pub(super) const OPENING: Rule = Rule {
    name: "a-feed-opens-alike",
    why: "a channel fetches the file by its name, and the host publishes a file only when it has changed",
    check: |subject| {
        if !subject.feeds() {
            return Ok(());
        }
        same("the head twice", &subject.head()?, &subject.head()?)
    },
};

pub(super) const ROWS: Rule = Rule {
    name: "every-item-has-its-row-or-its-reason",
    why: "an item on which the connector fails is missing from the file, and no one but its author can put it right",
    check: |subject| {
        subject.fed().iter().try_for_each(|(about, item)| {
            subject.rows(&format!("the row of {about}"), std::slice::from_ref(item)).map(drop)
        })
    },
};

pub(super) const REPEATS: Rule = Rule {
    name: "rows-repeat",
    why: "a file that differs though nothing has changed is fetched and read for nothing",
    check: |subject| {
        const TRIED: &str = "the rows of all items twice";
        let items = subject.items();
        same(TRIED, &subject.rows(TRIED, &items)?, &subject.rows(TRIED, &items)?)
    },
};

pub(super) const SLICES: Rule = Rule {
    name: "slices-make-no-difference",
    why: "how many items one call is handed is the host's choice, and the file must not show it",
    check: |subject| {
        const TRIED: &str = "the rows of all items at once and one by one";
        if !subject.feeds() {
            return Ok(());
        }
        let items = subject.items();
        let between = subject.head()?.map(|opening| opening.between).unwrap_or_default();
        let mut joined: Vec<u8> = Vec::new();
        for item in &items {
            let row = subject.rows(TRIED, std::slice::from_ref(item))?.content;
            if !joined.is_empty() && !row.is_empty() {
                joined.extend(&between);
            }
            joined.extend(row);
        }
        let whole = subject.rows(TRIED, &items)?.content;
        same(TRIED, &String::from_utf8_lossy(&whole), &String::from_utf8_lossy(&joined))
    },
};

pub(super) const ENDING: Rule = Rule {
    name: "a-feed-ends-alike",
    why: "without its end the file is not whole, and a file that is not whole is not published",
    check: |subject| {
        if !subject.feeds() {
            return Ok(());
        }
        same("the tail twice", &subject.tail()?, &subject.tail()?)
    },
};

impl Subject {
    fn feeds(&self) -> bool {
        self.connector.abilities().feed
    }

    /// The items, if the connector writes a feed.
    fn fed(&self) -> &[(&'static str, Item)] {
        if self.feeds() { &self.samples.items } else { &[] }
    }

    pub(super) fn items(&self) -> Vec<Item> {
        self.fed().iter().map(|(_, item)| item.clone()).collect()
    }

    /// Nothing when the connector makes no file of the made-up settings, which is its right.
    pub(super) fn head(&self) -> Result<Option<Opening>, Finding> {
        let head = self.connector.head(&self.samples.context);
        head.map(Result::ok).map_err(|error| Finding::new("the head", error))
    }

    pub(super) fn tail(&self) -> Result<Vec<u8>, Finding> {
        self.connector
            .tail(&self.samples.context, self.fed().len() as u64)
            .map_err(|error| Finding::new("the tail", error))
    }

    pub(super) fn rows(&self, tried: &str, items: &[Item]) -> Result<Rows, Finding> {
        if items.is_empty() {
            return Ok(Rows::default());
        }
        let rows = self.connector.rows(&self.samples.context, items);
        let mut rows = rows.map_err(|error| Finding::new(tried, error))?;
        match rows.faults.is_empty() {
            true => Ok(rows),
            false => Err(Finding::new(tried, rows.faults.swap_remove(0).error)),
        }
    }
}
