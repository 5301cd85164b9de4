//! Rows of a worksheet, by ECMA-376 part 1, 18.3.

use quick_xml::events::{BytesStart, Event};

use super::{
    part::{Part, attribute},
    strings::{Strings, Text},
    styles::{self, Styles},
};
use crate::{
    cell::{Cell, Cells},
    columns::{Columns, listed},
    number,
};

/// What cells need to be understood.
#[derive(Clone, Copy)]
pub(crate) struct Legend<'a> {
    pub(crate) strings: &'a Strings<'a>,
    pub(crate) styles: &'a Styles,
    pub(crate) from_1904: bool,
}

/// The cells of one row, by their place.
#[derive(Debug, Default)]
pub(crate) struct Row<'a> {
    pub(crate) number: u64,
    cells: Vec<(usize, Cell<'a>)>,
}

/// A cell that is being read.
struct Begun {
    place: usize,
    kind: String,
    style: u32,
    text: Text,
}

impl<'a> Legend<'a> {
    /// The row that `element` begins; nothing when the piece ends before it does.
    pub(crate) fn row(self, element: &BytesStart<'_>, before: u64, part: &mut Part<'_>) -> Option<Row<'a>> {
        let number = attribute(element, "r").and_then(|number| number.parse().ok()).unwrap_or(before + 1);
        let mut row = Row { number, cells: Vec::new() };
        let (mut begun, mut next): (Option<Begun>, usize) = (None, 0);
        loop {
            let event = part.next()?;
            match &event {
                Event::Start(element) if element.local_name().as_ref() == "c" => {
                    let cell = Begun::new(element, next);
                    next = cell.place + 1;
                    begun = Some(cell);
                }
                Event::Empty(element) if element.local_name().as_ref() == "c" => {
                    next = Begun::new(element, next).place + 1;
                }
                Event::End(element) if element.local_name().as_ref() == "c" => {
                    row.cells.extend(begun.take().map(|cell| (cell.place, self.cell(cell))));
                }
                Event::End(element) if element.local_name().as_ref() == "row" => return Some(row),
                event => {
                    if let Some(begun) = &mut begun {
                        begun.text.see(event);
                    }
                }
            }
        }
    }

    fn cell(self, begun: Begun) -> Cell<'a> {
        let Begun { kind, style, text, .. } = begun;
        let text = text.finish();
        match kind.as_str() {
            "s" => match text.trim().parse().ok().and_then(|index| self.strings.get(index)) {
                Some(string) => Cell::text(string.into()),
                None => Cell::Unreadable(format!("string {text} of a shorter list").into()),
            },
            "str" | "inlineStr" | "d" => Cell::text(text.into()),
            "b" => Cell::Flag(text.trim() == "1"),
            "e" => Cell::Unreadable(text.into()),
            _ => self.number(text, style),
        }
    }

    fn number(self, text: String, style: u32) -> Cell<'a> {
        if text.is_empty() {
            return Cell::Text(text.into());
        }
        let date = self.styles.is_date(style).then(|| styles::date(&text, self.from_1904)).flatten();
        if let Some(date) = date {
            return Cell::Text(date.into());
        }
        match number::plain(text.trim(), number::DOUBLE_DIGITS) {
            Some(number) => Cell::Number(number.into()),
            None => Cell::Unreadable(text.into()),
        }
    }
}

impl Begun {
    fn new(element: &BytesStart<'_>, next: usize) -> Self {
        Self {
            place: attribute(element, "r").and_then(|name| place(&name)).unwrap_or(next),
            kind: attribute(element, "t").unwrap_or_default().into_owned(),
            style: attribute(element, "s").and_then(|style| style.parse().ok()).unwrap_or(0),
            text: Text::default(),
        }
    }
}

/// The column of a cell such as `AB12`, from 0. The last one is `XFD`.
fn place(name: &str) -> Option<usize> {
    const MOST: usize = 16_384;
    // A fourth letter is beyond the last column already.
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).take(4);
    let column = letters.fold(0_usize, |sum, letter| sum * 26 + usize::from(letter - b'A') + 1);
    column.checked_sub(1).filter(|place| *place < MOST)
}

impl Row<'_> {
    /// Whether nothing stands in any cell.
    pub(crate) fn is_blank(&self) -> bool {
        self.cells.iter().all(|(_, cell)| cell.is_blank())
    }

    /// The cells as names of columns.
    pub(crate) fn names(&self) -> Vec<String> {
        let length = self.cells.iter().map(|(place, _)| place + 1).max().unwrap_or(0);
        let mut names = vec![String::new(); length];
        for (place, cell) in &self.cells {
            if let Cell::Text(text) | Cell::Number(text) = cell {
                names[*place] = text.to_string();
            }
        }
        names
    }
}

/// A row under its header.
pub(crate) struct SheetRow<'a> {
    pub(crate) row: &'a Row<'a>,
    pub(crate) columns: &'a Columns<'a>,
    pub(crate) header: &'a [String],
}

impl Cells for SheetRow<'_> {
    fn cell(&self, column: &str) -> Cell<'_> {
        let Some(place) = self.columns.place(column) else { return Cell::Absent };
        let found = self.row.cells.iter().find(|(at, _)| *at == place);
        // A sheet leaves out cells that are empty.
        found.map_or(Cell::Text("".into()), |(_, cell)| cell.clone())
    }

    fn names(&self) -> String {
        listed(self.header)
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn columns_count_in_letters() {
        assert_eq!(place("A1"), Some(0));
        assert_eq!(place("Z9"), Some(25));
        assert_eq!(place("AB12"), Some(27));
        assert_eq!(place("XFD1"), Some(16_383));
        assert_eq!(place("XFE1"), None);
        assert_eq!(place("12"), None);
        assert_eq!(place(&"Z".repeat(100)), None);
    }
}
