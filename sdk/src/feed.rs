//! Feeds: a file that the channel fetches.

use crate::{Connector, Context, Items, Opening, Problem, Remark, RowsWritten, Severity};

/// A channel that fetches a file.
///
/// ```
/// use wharf_sdk::*;
///
/// # struct Shop;
/// # impl Connector for Shop {
/// #     fn describe() -> Description { Description::new("shop", "0.1.0", "Lists items.") }
/// # }
/// impl Feed for Shop {
///     fn head(_: &Context) -> Result<Opening, Problem> {
///         Ok(Opening::new("items.txt", "text/plain; charset=utf-8", "sku\n"))
///     }
///
///     fn rows(_: &Context, items: Items<'_>) -> RowsWritten {
///         let rows: String = items.iter().map(|item| format!("{}\n", item.sku())).collect();
///         RowsWritten::new(rows)
///     }
///
///     fn tail(_: &Context, _listed: u64) -> Vec<u8> {
///         Vec::new()
///     }
/// }
/// ```
pub trait Feed: Connector {
    /// The file's name, media type and first bytes; or why the settings make no file.
    fn head(context: &Context) -> Result<Opening, Problem>;

    /// The rows of these items, one slice of the selection, and remarks on those that have no row or lost something.
    fn rows(context: &Context, items: Items<'_>) -> RowsWritten;

    /// The file's last bytes. `listed` counts the items that have a row.
    fn tail(context: &Context, listed: u64) -> Vec<u8>;
}

impl Opening {
    /// `file_name` is a plain name without directories.
    pub fn new(file_name: &str, content_type: &str, content: impl Into<Vec<u8>>) -> Self {
        Self {
            file_name: file_name.to_owned(),
            content_type: content_type.to_owned(),
            content: content.into(),
            between: Vec::new(),
        }
    }

    /// Stands between what two calls of `rows` wrote, such as a comma of JSON.
    pub fn between(self, separator: impl Into<Vec<u8>>) -> Self {
        Self { between: separator.into(), ..self }
    }
}

impl RowsWritten {
    /// A row for every item, without losses.
    pub fn new(content: impl Into<Vec<u8>>) -> Self {
        Self { content: content.into(), remarks: Vec::new() }
    }

    /// Writes nothing, and rejects all of `count` items for the same reason.
    pub fn reject_all(count: usize, problem: &Problem) -> Self {
        let reject = |index| Remark { index, problems: vec![problem.clone()] };
        Self { content: Vec::new(), remarks: (0..).take(count).map(reject).collect() }
    }
}

impl Remark {
    /// Whether the item has no row.
    pub fn is_rejection(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}
