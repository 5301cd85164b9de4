//! Rows of a CSV file, in bounded memory.
//!
//! A reader of its own, because the import promises what the `csv` crate does not offer: a file cut within a
//! quoted cell is noticed, a quote that is never closed costs its own row and not all that follow, and no
//! row can take more memory than the limit. The tests hold it to the `csv` crate's reading of sound files.

use std::io::{self, Read};

use super::{
    ImportLimits,
    scan::{self, Quoting},
};

const CHUNK: usize = 64 * 1024;

/// The cells of one row: all text in one piece, and where each cell ends in it.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) text: Vec<u8>,
    pub(super) ends: Vec<usize>,
}

impl Record {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// The cell's bytes; empty when there is no such cell.
    pub(super) fn cell(&self, index: usize) -> &[u8] {
        let Some(&end) = self.ends.get(index) else { return &[] };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..end]
    }

    pub(super) fn cells(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|index| self.cell(index))
    }
}

/// What the next row of the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// The record is filled. `unended`: the file ends with this row and without a line end.
    Row {
        unended: bool,
    },
    /// The row cannot be taken apart; reading goes on behind it.
    Broken(Break),
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Break {
    /// A quoted cell ends before something that is neither delimiter nor line end; the cell's index.
    Quote(usize),
    /// The file ends within this quoted cell.
    Unclosed(usize),
    /// The row is longer than the limit.
    TooLong,
}

/// Takes rows from a source, one at a time.
#[derive(Debug)]
pub(super) struct DelimitedReader<R> {
    source: R,
    delimiter: u8,
    width: usize,
    row_bytes: usize,
    /// What was read and not yet taken apart begins at `start`.
    window: Vec<u8>,
    start: usize,
    exhausted: bool,
    row: u64,
    line: u64,
    next_line: u64,
}

impl<R: Read> DelimitedReader<R> {
    pub(super) fn new(source: R, limits: &ImportLimits) -> Self {
        Self {
            source,
            delimiter: b',',
            width: 0,
            row_bytes: limits.row_bytes,
            window: Vec::new(),
            start: 0,
            exhausted: false,
            row: 0,
            line: 1,
            next_line: 1,
        }
    }

    /// The first bytes of the file, without taking them.
    pub(super) fn peek(&mut self) -> io::Result<&[u8]> {
        while self.pending().len() < CHUNK && !self.exhausted {
            self.fill()?;
        }
        Ok(self.pending())
    }

    /// Leaves out the first bytes, such as a byte order mark.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.start += bytes;
    }

    pub(super) fn set_delimiter(&mut self, delimiter: u8) {
        self.delimiter = delimiter;
    }

    /// How many cells a row has, which tells rows from the inside of a broken cell.
    pub(super) fn set_width(&mut self, width: usize) {
        self.width = width;
    }

    /// The row read last, as a spreadsheet counts, and the line on which it begins.
    pub(super) fn position(&self) -> (u64, u64) {
        (self.row, self.line)
    }

    /// The last line of the row read last.
    pub(super) fn last_line(&self) -> u64 {
        (self.next_line - 1).max(self.line)
    }

    /// Reads the next row into `record`, which is cleared first. Empty lines are counted and passed over.
    pub(super) fn read(&mut self, record: &mut Record) -> io::Result<Next> {
        loop {
            record.clear();
            if self.pending().is_empty() && !self.fill()? {
                return Ok(Next::End);
            }
            let scanned =
                scan::row(&self.window[self.start..], self.delimiter, self.exhausted, Quoting::Usual, record);
            match scanned {
                scan::Scan::More if self.pending().len() >= self.row_bytes => {
                    self.begin_row();
                    self.pass_over(false)?;
                    return Ok(Next::Broken(Break::TooLong));
                }
                scan::Scan::More => {
                    self.fill()?;
                }
                scan::Scan::Row { bytes, lines, ended } => {
                    self.begin_row();
                    self.take(bytes, lines);
                    if record.text.is_empty() && record.ends.len() == 1 {
                        continue;
                    }
                    return Ok(Next::Row { unended: !ended });
                }
                scan::Scan::Broken { cell, closed } => {
                    self.begin_row();
                    self.pass_over(closed)?;
                    return Ok(Next::Broken(if closed { Break::Quote(cell) } else { Break::Unclosed(cell) }));
                }
            }
        }
    }

    fn pending(&self) -> &[u8] {
        &self.window[self.start..]
    }

    fn begin_row(&mut self) {
        self.row += 1;
        self.line = self.next_line;
    }

    fn take(&mut self, bytes: usize, lines: u64) {
        self.start += bytes;
        self.next_line += lines;
    }

    /// Passes over a broken row: as far as it reaches, or else to the end of its first line.
    fn pass_over(&mut self, closed: bool) -> io::Result<()> {
        let pending = self.pending();
        match scan::broken_extent(pending, self.delimiter, self.exhausted, self.width, closed) {
            Some(bytes) => {
                let lines = scan::line_ends(&pending[..bytes]);
                let ended = pending[..bytes].ends_with(b"\n");
                self.take(bytes, lines);
                if ended { Ok(()) } else { self.skip_line() }
            }
            None => self.skip_line(),
        }
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(end) = self.pending().iter().position(|byte| *byte == b'\n') {
                self.take(end + 1, 1);
                return Ok(());
            }
            self.start = self.window.len();
            if !self.fill()? {
                return Ok(());
            }
        }
    }

    /// Reads on, as much again as is already pending, so that rescanning a long row stays linear.
    fn fill(&mut self) -> io::Result<bool> {
        if self.start > 0 {
            self.window.drain(..self.start);
            self.start = 0;
            self.window.shrink_to(CHUNK * 4);
        }
        let wanted = self.window.len().max(CHUNK) as u64;
        let read = (&mut self.source).take(wanted).read_to_end(&mut self.window)?;
        self.exhausted |= (read as u64) < wanted;
        Ok(read > 0)
    }
}
