//! Pages of a list: as many items as asked for, and a cursor that begins the next page.
//!
//! A cursor names the last item seen, not a position, so what is added or removed meanwhile neither repeats
//! nor hides other items.

use axum::Json;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::{Kind, Problem};
use crate::configuration::ServerSettings;

/// Which page.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageQuery {
    /// Items of a page; the settings hold the default and the maximum.
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Begins the next page; `null` on the last one.
    pub(crate) next_cursor: Option<String>,
}

impl PageQuery {
    pub(crate) fn limit(&self, settings: &ServerSettings) -> Result<u32, Problem> {
        let maximum = settings.maximum_page_items;
        match self.limit {
            None => Ok(settings.page_items.min(maximum)),
            Some(limit) if (1..=maximum).contains(&limit) => Ok(limit),
            Some(_) => Err(Problem::at(
                Kind::BadRequest,
                "limit",
                format!("`limit` must be between 1 and {maximum}"),
            )),
        }
    }

    /// The key of the last item of the page before.
    pub(crate) fn after(&self) -> Result<Option<String>, Problem> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let key = URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        key.map(Some).ok_or_else(foreign_cursor)
    }

    /// The key as what it was made of.
    pub(crate) fn after_as<K: std::str::FromStr>(&self) -> Result<Option<K>, Problem> {
        self.after()?.map(|key| key.parse().map_err(|_| foreign_cursor())).transpose()
    }
}

fn foreign_cursor() -> Problem {
    Problem::at(Kind::BadRequest, "cursor", "this cursor does not come from `next_cursor` of this list")
}

impl<T> Page<T> {
    /// Makes a page of at most `limit` from `records`, of which one more was read to see whether there is more.
    pub(crate) fn cut<R>(
        mut records: Vec<R>,
        limit: u32,
        key: impl FnOnce(&R) -> String,
        show: impl FnMut(R) -> T,
    ) -> Json<Self> {
        let limit = limit as usize;
        let more = records.len() > limit;
        records.truncate(limit);
        let next_cursor = records.last().filter(|_| more).map(|record| URL_SAFE_NO_PAD.encode(key(record)));
        Json(Self { items: records.into_iter().map(show).collect(), next_cursor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(limit: Option<u32>, cursor: Option<&str>) -> PageQuery {
        PageQuery { limit, cursor: cursor.map(Into::into) }
    }

    #[test]
    fn a_cursor_leads_back_to_the_last_item_of_a_page() {
        let Json(page) = Page::cut(vec!["a", "b", "ü/c"], 2, ToString::to_string, |record| record);
        assert_eq!(page.items, ["a", "b"]);
        assert_eq!(query(None, page.next_cursor.as_deref()).after().unwrap(), Some("b".into()));
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let Json(page) = Page::cut(vec!["a", "b"], 2, ToString::to_string, |record| record);
        assert_eq!((page.items.len(), page.next_cursor), (2, None));
    }

    #[test]
    fn limits_and_cursors_from_elsewhere_are_refused() {
        let settings = ServerSettings::default();
        assert!(query(Some(0), None).limit(&settings).is_err());
        assert!(query(Some(1_001), None).limit(&settings).is_err());
        assert!(query(None, Some("%")).after().is_err());
        assert!(query(None, Some("YQ")).after_as::<i64>().is_err());
    }
}
