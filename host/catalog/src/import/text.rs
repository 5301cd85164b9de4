//! What every text cell goes through before it means anything.

use std::borrow::Cow;

use super::error::{Fault, Rule};

/// Without the apostrophe that keeps a spreadsheet from running the cell as a formula.
pub(super) fn unguarded(text: &str, guarded: bool) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if guarded && rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => text,
    }
}

/// With a new line wherever the file writes a backslash and an `n`.
pub(super) fn with_newlines(text: &str, escaped: bool) -> Cow<'_, str> {
    if escaped && text.contains("\\n") { text.replace("\\n", "\n").into() } else { text.into() }
}

pub(super) fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => text.trim().into(),
        Cow::Owned(text) => match text.trim() {
            inner if inner.len() == text.len() => text.into(),
            inner => inner.to_owned().into(),
        },
    }
}

/// Refuses control characters other than tab and line ends: databases and channels choke on them.
pub(super) fn check(text: &str) -> Result<(), Fault> {
    let control = |byte: &u8| (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || *byte == 0x7f;
    match text.bytes().find(|byte| control(byte)) {
        None => Ok(()),
        Some(byte) => Err(Fault::new(
            Rule::ControlCharacter,
            format!("the text holds the control character U+{byte:04X}"),
            "Remove it; it is invisible in most editors",
        )),
    }
}
