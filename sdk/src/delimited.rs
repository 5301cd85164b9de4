//! CSV and TSV that every reader takes, and that no spreadsheet runs.
//!
//! Quoting and line ends are those of RFC 4180. A cell that a spreadsheet would take for a formula gets a
//! leading apostrophe, as OWASP's page on CSV injection advises; plain numbers such as -5 stay as they are.

/// What stands between two cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    Comma,
    Tab,
}

impl Separator {
    fn character(self) -> char {
        match self {
            Self::Comma => ',',
            Self::Tab => '\t',
        }
    }
}

/// Rows being written.
///
/// ```
/// use wharf_sdk::{Delimited, Separator};
///
/// let mut rows = Delimited::new(Separator::Comma);
/// rows.cell("A-1").cell("a \"b\"").cell("=1+1").end_row();
/// assert_eq!(rows.into_string(), "A-1,\"a \"\"b\"\"\",'=1+1\r\n");
/// ```
#[derive(Debug)]
pub struct Delimited {
    out: String,
    separator: char,
    cells: usize,
}

impl Delimited {
    /// An empty table.
    pub fn new(separator: Separator) -> Self {
        Self { out: String::new(), separator: separator.character(), cells: 0 }
    }

    /// Adds a cell to the row, quoted and guarded as it needs.
    pub fn cell(&mut self, text: &str) -> &mut Self {
        if self.cells > 0 {
            self.out.push(self.separator);
        }
        self.cells += 1;
        let guard = if is_formula(text) { "'" } else { "" };
        if text.contains([self.separator, '"', '\r', '\n']) {
            self.quote(guard, text);
        } else {
            self.out.push_str(guard);
            self.out.push_str(text);
        }
        self
    }

    /// Ends the row with CR LF.
    pub fn end_row(&mut self) -> &mut Self {
        if self.cells == 1 && self.row_is_blank() {
            // A row of one empty cell would read as no row at all.
            self.out.push_str("\"\"");
        }
        self.out.push_str("\r\n");
        self.cells = 0;
        self
    }

    /// All rows.
    pub fn into_string(self) -> String {
        self.out
    }

    fn row_is_blank(&self) -> bool {
        self.out.is_empty() || self.out.ends_with('\n')
    }

    fn quote(&mut self, guard: &str, text: &str) {
        self.out.push('"');
        self.out.push_str(guard);
        for (index, part) in text.split('"').enumerate() {
            if index > 0 {
                self.out.push_str("\"\"");
            }
            self.out.push_str(part);
        }
        self.out.push('"');
    }
}

fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_plain_number(text)
}

/// A sign, digits, and at most one point with digits after it.
fn is_plain_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn separator() -> impl Strategy<Value = Separator> {
        prop_oneof![Just(Separator::Comma), Just(Separator::Tab)]
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), "[-=+@\t\r\n,\";'0-9.a ]{0,8}"]
    }

    proptest! {
        #[test]
        fn a_reader_gets_every_cell_back(
            rows in prop::collection::vec(prop::collection::vec(cell(), 1..5), 1..5),
            separator in separator(),
        ) {
            let mut written = Delimited::new(separator);
            for row in &rows {
                for text in row {
                    written.cell(text);
                }
                written.end_row();
            }
            let text = written.into_string();
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(u8::try_from(separator.character()).unwrap())
                .from_reader(text.as_bytes());
            let read: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.unwrap().iter().map(ToOwned::to_owned).collect())
                .collect();
            let guarded = |text: &String| if is_formula(text) { format!("'{text}") } else { text.clone() };
            let expected: Vec<Vec<String>> =
                rows.iter().map(|row| row.iter().map(guarded).collect()).collect();
            prop_assert_eq!(read, expected);
        }

        #[test]
        fn no_cell_begins_like_a_formula(text in cell(), separator in separator()) {
            let mut written = Delimited::new(separator);
            written.cell(&text).end_row();
            let row = written.into_string();
            let first = row.strip_prefix('"').unwrap_or(&row);
            prop_assert!(!first.starts_with(['=', '+', '-', '@']) || is_plain_number(&text));
        }
    }

    #[test]
    fn numbers_are_not_formulas() {
        let cell = |text: &str| {
            let mut rows = Delimited::new(Separator::Comma);
            rows.cell(text);
            rows.into_string()
        };
        assert_eq!(cell("-5"), "-5");
        assert_eq!(cell("+12.90"), "+12.90");
        assert_eq!(cell("-5+cmd"), "'-5+cmd");
        assert_eq!(cell("-"), "'-");
        assert_eq!(cell("+49 30 1"), "'+49 30 1");
    }
}
