//! The one place that prints: results to standard output, everything else to standard error.
//!
//! Standard output holds nothing but what was asked for, as lines for people or as JSON for programs, so that it
//! can be piped. A reader that goes away (`wharf export | head`) ends the command without complaint.

use std::{
    fmt::Display,
    io::{self, IsTerminal, Write},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

/// Where a command's words go.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether the caller wants JSON.
    pub fn json(self) -> bool {
        self.json
    }

    /// A line of the result.
    pub fn line(self, text: impl Display) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{text}")
    }

    /// The whole result for a program.
    pub fn value(self, value: &impl Serialize) -> io::Result<()> {
        let mut out = io::stdout().lock();
        serde_json::to_writer_pretty(&mut out, value)?;
        writeln!(out)
    }

    /// The result as JSON when that was asked for, else as `text` puts it.
    pub fn either(self, value: &impl Serialize, text: impl FnOnce() -> String) -> io::Result<()> {
        if self.json { self.value(value) } else { self.line(text()) }
    }

    /// Columns as wide as their widest cell.
    pub fn table(self, header: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        let mut out = io::stdout().lock();
        write_row(&mut out, &widths, header.iter().copied())?;
        rows.iter().try_for_each(|row| write_row(&mut out, &widths, row.iter().map(String::as_str)))
    }

    /// Something the person at the terminal should know, beside the result.
    pub fn note(self, text: impl Display) {
        // Standard error that is closed leaves nowhere to say so.
        drop(writeln!(io::stderr().lock(), "{text}"));
    }

    /// A bar on a terminal. Elsewhere the caller notes plain lines, and the bar draws nothing.
    pub fn bar(self, template: &str, length: u64) -> ProgressBar {
        let target = if io::stderr().is_terminal() && !self.json {
            ProgressDrawTarget::stderr_with_hz(10)
        } else {
            ProgressDrawTarget::hidden()
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(length), target).with_style(style);
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }
}

fn write_row<'a>(
    out: &mut impl Write,
    widths: &[usize],
    cells: impl Iterator<Item = &'a str>,
) -> io::Result<()> {
    let cells: Vec<String> = cells.zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    writeln!(out, "{}", cells.join("  ").trim_end())
}

/// `1 product`, `2 products`.
pub fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
