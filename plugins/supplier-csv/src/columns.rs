//! A table's header against the columns that the settings name.

use std::collections::HashMap;

use wharf_sdk::{Problem, Reason};

use crate::{settings::Settings, value::shown};

/// Where the columns of the settings stand in a table, by their names in the settings.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Columns<'s> {
    places: HashMap<&'s str, usize>,
}

impl<'s> Columns<'s> {
    /// Fails, naming it, when a column is missing or stands there twice.
    pub(crate) fn find(settings: &'s Settings, header: &[String]) -> Result<Self, Problem> {
        let mut places = HashMap::new();
        for (name, optional) in settings.columns() {
            let folded = folded(name);
            let mut found = header.iter().enumerate().filter(|(_, header)| self::folded(header) == folded);
            match (found.next(), found.next()) {
                (Some((place, _)), None) => drop(places.insert(name, place)),
                (None, _) if optional => {}
                (None, _) => return Err(missing(name, header)),
                (Some(_), Some(_)) => return Err(twice(name)),
            }
        }
        Ok(Self { places })
    }

    /// How many of the settings' columns a header has.
    pub(crate) fn known(settings: &Settings, header: &[String]) -> usize {
        let header: Vec<String> = header.iter().map(|name| folded(name)).collect();
        settings.columns().filter(|(name, _)| header.contains(&folded(name))).count()
    }

    pub(crate) fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }
}

/// Names are compared without case, outer blanks and a byte order mark.
fn folded(name: &str) -> String {
    name.trim_start_matches('\u{feff}').trim().to_lowercase()
}

fn missing(name: &str, header: &[String]) -> Problem {
    let message = format!(
        "The file has no column `{name}`, only {}. Correct the settings, or let `header_row` name the row with the \
         columns' names.",
        listed(header)
    );
    Problem::error("missing-column", message).reason(Reason::Settings)
}

fn twice(name: &str) -> Problem {
    let message = format!("Two columns of the file are called `{name}`; rename one.");
    Problem::error("double-column", message)
}

/// Names for a message.
pub(crate) fn listed(names: &[String]) -> String {
    const MOST: usize = 30;
    let listed: Vec<String> = names.iter().take(MOST).map(|name| format!("`{}`", shown(name))).collect();
    let more = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
    format!("{}{more}", listed.join(", "))
}
