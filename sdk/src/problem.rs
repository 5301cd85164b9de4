//! Why something is not as the operator wants it.

use crate::{Problem, Reason, Severity};

impl Problem {
    /// A problem of the product's data that keeps the item from being listed.
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity: Severity::Error,
            reason: Reason::Data,
            field: None,
            message: message.into(),
        }
    }

    /// A loss that does not keep the item from being listed.
    pub fn warning(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Where the fault lies, when it is not in the product's data.
    pub fn reason(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }

    /// Names the field that is to blame.
    pub fn at(self, field: u32) -> Self {
        Self { field: Some(field), ..self }
    }
}
