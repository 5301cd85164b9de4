//! Which sheet is wanted, and under which name the zip file keeps it: `xl/workbook.xml` and its relations.

use std::borrow::Cow;

use quick_xml::events::BytesStart;
use serde::{Deserialize, Serialize};

use super::part::attribute;

/// What is known of the workbook's sheets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Directory {
    /// Names of the sheets that may be read, for telling an operator who misses one.
    pub(crate) names: Vec<String>,
    /// The wanted sheet's relation.
    relation: Option<String>,
    /// Where it is in the zip file.
    pub(crate) path: Option<String>,
    /// Whether days are counted from 1904, as on old Macs.
    pub(crate) from_1904: bool,
}

/// Sheets whose names are kept.
const NAMES: usize = 30;

impl Directory {
    /// An element of `xl/workbook.xml`. Without a name, the first visible sheet is wanted.
    pub(crate) fn see(&mut self, element: &BytesStart<'_>, wanted: Option<&str>) {
        match element.local_name().as_ref() {
            "workbookPr" => {
                let value = attribute(element, "date1904");
                self.from_1904 = matches!(value.as_deref(), Some("1" | "true"));
            }
            "sheet" => self.see_sheet(element, wanted),
            _ => {}
        }
    }

    fn see_sheet(&mut self, element: &BytesStart<'_>, wanted: Option<&str>) {
        let name = attribute(element, "name").unwrap_or_default();
        let is_wanted = match wanted {
            Some(wanted) => name.to_lowercase() == wanted.to_lowercase(),
            None => attribute(element, "state").is_none_or(|state| state == "visible"),
        };
        if is_wanted && self.relation.is_none() {
            self.relation = attribute(element, "id").map(Cow::into_owned);
        }
        if self.names.len() < NAMES {
            self.names.push(name.into_owned());
        }
    }

    /// An element of `xl/_rels/workbook.xml.rels`.
    pub(crate) fn relate(&mut self, element: &BytesStart<'_>) {
        let id = attribute(element, "Id");
        if id.is_some() && id.as_deref() == self.relation.as_deref() {
            self.path = attribute(element, "Target").map(|target| match target.strip_prefix('/') {
                Some(absolute) => absolute.to_owned(),
                None => format!("xl/{target}"),
            });
        }
    }
}
