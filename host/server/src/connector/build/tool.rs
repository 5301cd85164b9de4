//! Programs that a build calls: whether they are there, and what they say.

use std::{
    io,
    path::Path,
    process::{Command, Stdio},
};

use super::BuildError;

/// A program that a partner installs, the oldest version that will do, and where it is had from.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) program: &'static str,
    /// Major and minor.
    pub(super) least: (u32, u32),
    pub(super) remedy: &'static str,
}

impl Tool {
    /// Refuses what is missing or too old, before anything is written.
    pub(super) fn check(&self) -> Result<(), BuildError> {
        let output = Command::new(self.program)
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .map_err(|source| self.missing(&source.to_string()))?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        match version(&said) {
            Some(found) if found >= self.least => Ok(()),
            Some(_) => Err(BuildError::ToolOld {
                tool: self.program,
                found: said,
                least: format!("{}.{}", self.least.0, self.least.1),
                remedy: self.remedy,
            }),
            None => Err(self.missing("it does not tell its version")),
        }
    }

    pub(super) fn missing(&self, reason: &str) -> BuildError {
        BuildError::ToolMissing { tool: self.program, reason: reason.to_owned(), remedy: self.remedy }
    }
}

/// Major and minor version in what a tool says, such as `v20.20.2` or `Python 3.11.7`.
fn version(said: &str) -> Option<(u32, u32)> {
    let digits = said.find(|letter: char| letter.is_ascii_digit())?;
    let mut numbers = said[digits..].split('.');
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next().and_then(|minor| minor.parse().ok()).unwrap_or_default();
    Some((major, minor))
}

/// Runs a step of a build in `folder`. What it says goes to standard error: standard output holds results alone.
///
/// `tool` names it and `remedy` follows when it fails.
pub(super) fn run(
    command: &mut Command,
    folder: &Path,
    tool: &'static str,
    remedy: &'static str,
) -> Result<(), BuildError> {
    let status = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(io::stderr())
        .stderr(Stdio::inherit())
        .status()
        .map_err(|source| BuildError::ToolMissing { tool, reason: source.to_string(), remedy })?;
    if status.success() {
        return Ok(());
    }
    Err(BuildError::Failed { tool, folder: folder.into(), remedy })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_a_tool_says() {
        assert_eq!(version("v20.20.2"), Some((20, 20)));
        assert_eq!(version("Python 3.11.7"), Some((3, 11)));
        assert_eq!(version("11"), Some((11, 0)));
        assert_eq!(version("command not found"), None);
    }

    #[test]
    fn a_tool_that_is_missing_or_old_is_named_with_its_remedy() {
        let absent = Tool { program: "no-such-tool", least: (1, 0), remedy: "Get it from there." };
        let said = absent.check().unwrap_err().to_string();
        assert!(said.contains("`no-such-tool`") && said.ends_with("Get it from there."), "{said}");
        let old = Tool { program: "cargo", least: (99, 0), remedy: "Get a newer one." };
        let said = old.check().unwrap_err().to_string();
        assert!(
            said.contains("cargo 1.") && said.contains("needs 99.0 or later. Get a newer one."),
            "{said}"
        );
    }
}
