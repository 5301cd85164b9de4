//! Workbooks: the members of an `.xlsx` file, which the host unpacks and hands over one after the other.
//!
//! | member | what it brings |
//! |---|---|
//! | `xl/workbook.xml`, `xl/_rels/workbook.xml.rels` | which member is the wanted sheet |
//! | `xl/styles.xml` | which numbers are dates |
//! | `xl/sharedStrings.xml` | the texts, which travel in the state |
//! | `xl/worksheets/sheetN.xml` | the rows |

mod directory;
mod part;
mod sheet;
mod strings;
mod styles;

use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};
use wharf_sdk::{Problem, Reason};

pub(crate) use self::strings::Strings;
use self::{
    directory::Directory,
    part::Part,
    sheet::{Legend, Row, SheetRow},
    styles::Styles,
};
use crate::{
    columns::{Columns, listed},
    delimited::Reached,
    limits,
    output::{Fault, Output},
    row::RowReader,
    settings::Settings,
    value::Reading,
};

/// In the order in which they are needed. Excel, LibreOffice, Google and the usual libraries number sheets like this;
/// of more than twelve, none behind the twelfth can be read.
pub(crate) const MEMBERS: [&str; 16] = [
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",
    "xl/worksheets/sheet3.xml",
    "xl/worksheets/sheet4.xml",
    "xl/worksheets/sheet5.xml",
    "xl/worksheets/sheet6.xml",
    "xl/worksheets/sheet7.xml",
    "xl/worksheets/sheet8.xml",
    "xl/worksheets/sheet9.xml",
    "xl/worksheets/sheet10.xml",
    "xl/worksheets/sheet11.xml",
    "xl/worksheets/sheet12.xml",
];

/// What is remembered of a workbook between two calls, beside its strings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Workbook {
    /// The member that is being read.
    pub(crate) member: String,
    /// Whether its document is closed.
    closed: bool,
    directory: Directory,
    styles: Styles,
    header: Option<Vec<String>>,
    /// The row that was read last.
    pub(crate) row: u64,
    /// Whether the wanted sheet was among the members.
    seen: bool,
}

/// What a call has beside the workbook's own notes.
pub(crate) struct Call<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) currency: &'a str,
    pub(crate) output: &'a mut Output,
}

impl Workbook {
    /// Another member begins. Fails when the one before was cut, since what follows depends on it.
    pub(crate) fn begin(&mut self, member: &str, output: &mut Output) -> Result<(), Problem> {
        self.end_member(output)?;
        member.clone_into(&mut self.member);
        self.closed = false;
        Ok(())
    }

    /// The end of the file.
    pub(crate) fn end(&mut self, output: &mut Output) -> Result<(), Problem> {
        self.end_member(output)?;
        if self.seen { Ok(()) } else { Err(self.no_sheet()) }
    }

    fn end_member(&mut self, output: &mut Output) -> Result<(), Problem> {
        let is_sheet = self.is_wanted();
        if self.closed || self.member.is_empty() || (self.member.starts_with("xl/worksheets/") && !is_sheet) {
            return Ok(());
        }
        if is_sheet {
            let message = "The sheet ends before it is closed: the file was cut. Get it again.";
            output.refuse(self.row + 1, vec![Fault::of_row(limits::TRUNCATED, message)]);
            return Ok(());
        }
        let message = format!("The workbook's part `{}` was cut. Get the file again.", self.member);
        Err(Problem::error(limits::TRUNCATED, message))
    }

    fn is_wanted(&self) -> bool {
        self.directory.path.as_deref() == Some(self.member.as_str())
    }

    fn no_sheet(&self) -> Problem {
        let names = listed(&self.directory.names);
        let message = match &self.directory.path {
            None if self.directory.names.is_empty() => {
                "The zip file holds no workbook; save the table as .xlsx or CSV.".to_owned()
            }
            None => format!("The workbook has no such sheet, only {names}; correct `sheet`."),
            Some(path) => format!(
                "The sheet lies in `{path}`, which is not among the parts that are read; move it to the beginning of \
                 the workbook and save it again."
            ),
        };
        Problem::error("no-sheet", message).reason(Reason::Settings)
    }

    /// Reads on in the current member.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
        strings: &mut Strings<'_>,
        call: Call<'_>,
    ) -> Result<Reached, Problem> {
        let whole = Reached { read: bytes.len(), more: false };
        if self.closed {
            return Ok(whole);
        }
        let reached = match self.member.as_str() {
            "xl/workbook.xml" => {
                let wanted = call.settings.sheet.as_deref();
                self.each(bytes, "workbook", |it, element| it.directory.see(element, wanted))
            }
            "xl/_rels/workbook.xml.rels" => {
                self.each(bytes, "Relationships", |it, element| it.directory.relate(element))
            }
            "xl/styles.xml" => self.each(bytes, "styleSheet", |it, element| it.styles.see(element)),
            "xl/sharedStrings.xml" => {
                let (reached, closed) = strings.read(bytes)?;
                self.closed = closed;
                reached
            }
            _ if self.is_wanted() => self.read_sheet(bytes, strings, call)?,
            _ => whole,
        };
        if bytes.len() - reached.read > limits::ROW_BYTES && !reached.more {
            return Err(self.too_long());
        }
        Ok(reached)
    }

    /// Shows every element of a part, each of which stands for itself.
    fn each(&mut self, bytes: &[u8], root: &str, mut see: impl FnMut(&mut Self, &BytesStart<'_>)) -> Reached {
        let (mut part, mut read) = (Part::new(bytes), 0);
        while let Some(event) = part.next() {
            match &event {
                Event::Start(element) | Event::Empty(element) => see(self, element),
                Event::End(element) => {
                    self.styles.leave(element.local_name().as_ref());
                    self.closed |= element.local_name().as_ref() == root;
                }
                _ => {}
            }
            read = part.position();
        }
        Reached { read, more: false }
    }

    fn read_sheet(
        &mut self,
        bytes: &[u8],
        strings: &Strings<'_>,
        call: Call<'_>,
    ) -> Result<Reached, Problem> {
        let Call { settings, currency, output } = call;
        self.seen = true;
        let mut columns = self.header.as_ref().map(|header| Columns::find(settings, header)).transpose()?;
        let styles = self.styles.clone();
        let legend = Legend { strings, styles: &styles, from_1904: self.directory.from_1904 };
        let reader = RowReader { settings, reading: Reading { mark: settings.decimal, currency } };
        let (mut part, mut reached) = (Part::new(bytes), Reached { read: 0, more: false });
        while let Some(event) = part.next() {
            if let Event::Start(element) = &event
                && element.local_name().as_ref() == "row"
            {
                if output.is_full() {
                    reached.more = true;
                    break;
                }
                let Some(row) = legend.row(element, self.row, &mut part) else { break };
                self.row = row.number;
                let length = part.position() - reached.read;
                match &columns {
                    Some(columns) => self.take(&row, length, columns, reader, output),
                    None => columns = self.take_header(&row, settings)?,
                }
            }
            self.closed |=
                matches!(&event, Event::End(element) if element.local_name().as_ref() == "worksheet");
            reached.read = part.position();
        }
        Ok(reached)
    }

    fn take_header<'s>(
        &mut self,
        row: &Row<'_>,
        settings: &'s Settings,
    ) -> Result<Option<Columns<'s>>, Problem> {
        if row.number < settings.header_row || row.is_blank() {
            return Ok(None);
        }
        let header = row.names();
        let columns = Columns::find(settings, &header)?;
        self.header = Some(header);
        Ok(Some(columns))
    }

    fn take(
        &self,
        row: &Row<'_>,
        length: usize,
        columns: &Columns<'_>,
        reader: RowReader<'_>,
        output: &mut Output,
    ) {
        if row.is_blank() {
            return;
        }
        let header = self.header.as_deref().unwrap_or_default();
        match reader.entries(&SheetRow { row, columns, header }) {
            Ok(entries) => output.take(entries, length),
            Err(faults) => output.refuse(row.number, faults),
        }
    }

    fn too_long(&self) -> Problem {
        let (member, most) = (&self.member, limits::ROW_BYTES);
        let message = format!(
            "A row of `{member}` behind row {} is longer than {most} bytes, or its XML is damaged. Save the workbook \
             again, or the sheet as CSV.",
            self.row
        );
        Problem::error("row-too-long", message)
    }

    /// Whether the names of the columns were read.
    pub(crate) fn has_header(&self) -> bool {
        self.header.is_some()
    }
}
