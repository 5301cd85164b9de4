//! Answers must not contradict themselves: a rejection has a reason, an acceptance has none to fail.

use wharf_catalog::{Problem, Severity};

fn has_error(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| problem.severity == Severity::Error)
}

/// Requires an error among the problems of a rejection.
pub(crate) fn check_rejected(index: u32, problems: &[Problem]) -> Result<(), String> {
    if has_error(problems) {
        Ok(())
    } else {
        Err(format!("it rejects {index} without a problem that is an error"))
    }
}

/// Requires that the problems of an acceptance are only warnings.
pub(crate) fn check_warnings(index: u32, problems: &[Problem]) -> Result<(), String> {
    if has_error(problems) {
        Err(format!("it accepts {index} with a problem that is an error"))
    } else {
        Ok(())
    }
}

/// Requires an id that can be stored and shown.
pub(crate) fn check_remote_id(index: u32, id: &str) -> Result<(), String> {
    if id.is_empty() || id.chars().any(char::is_control) {
        return Err(format!("the remote id {id:?} of {index} is empty or holds control characters"));
    }
    Ok(())
}

/// Requires a plain file name and a media type that fits into a header.
pub(crate) fn check_opening(file_name: &str, content_type: &str) -> Result<(), String> {
    let outside = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':');
    if file_name.is_empty() || file_name.starts_with('.') || file_name.contains(outside) {
        return Err(format!("{file_name:?} is not a plain file name"));
    }
    if !content_type.contains('/') || !content_type.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(format!("{content_type:?} is not a media type"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_needs_an_error_and_an_acceptance_must_not_have_one() {
        let (error, warning) = ([Problem::error("a", None, "b")], [Problem::warning("a", None, "b")]);
        check_rejected(0, &error).unwrap();
        check_warnings(0, &warning).unwrap();
        check_rejected(0, &warning).unwrap_err();
        check_rejected(0, &[]).unwrap_err();
        check_warnings(0, &error).unwrap_err();
    }

    #[test]
    fn a_feed_cannot_name_a_file_elsewhere() {
        check_opening("products.xml", "application/rss+xml; charset=utf-8").unwrap();
        for name in ["", "..", ".hidden", "a/b.xml", "..\\b.xml", "c:b.xml", "a\n.xml"] {
            check_opening(name, "text/csv").unwrap_err();
        }
        check_opening("a.csv", "text/csv\r\nset-cookie: a").unwrap_err();
    }
}
