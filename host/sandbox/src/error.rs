//! What can go wrong with a connector, said so that an operator knows which one, where, and what to do.

use std::sync::Arc;

use crate::limits::Exceeded;

/// The sandbox itself cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Usually the address space: every place for a call reserves some.
    #[error(
        "the WebAssembly engine does not start: {0}; a lower `concurrent-calls` needs less address space"
    )]
    Engine(String),
    #[error("the directory for compiled connectors cannot be used: {0}")]
    Cache(#[source] std::io::Error),
    #[error("the thread that watches deadlines does not start: {0}")]
    Clock(#[source] std::io::Error),
}

/// A file that was refused as a connector.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct LoadError {
    /// The name under which the file was handed in.
    pub file: String,
    pub reason: Refusal,
}

/// Why a file was refused.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("the file has {bytes} bytes, {limit}")]
    TooLarge { bytes: usize, limit: Exceeded },
    #[error("this is not WebAssembly")]
    NotWebAssembly,
    #[error("this is a core WebAssembly module, not a component; build it with `wharf connector build`")]
    CoreModule,
    #[error("the file is cut off: the section at byte {offset} is longer than what is left of the file")]
    Truncated { offset: usize },
    #[error("this is not a valid component: {0}")]
    Invalid(String),
    #[error("it imports {}, but a connector may import only {allowed} and an inert {inert}", quoted(.imports))]
    UnknownImport { imports: Vec<String>, allowed: &'static str, inert: &'static str },
    #[error("it was built against another version of the contract: {0}")]
    OtherContract(String),
    #[error("it does not export `{expected}`; it exports {}", quoted(.exports))]
    NoConnector { expected: String, exports: Vec<String> },
    #[error(
        "it can do nothing: it exports none of `publisher`, `feed`, `puller`, `receiver`, `intake` and `fulfiller`, only {}",
        quoted(.exports)
    )]
    NoAbility { exports: Vec<String> },
    #[error("its export does not have the contract's type: {0}")]
    WrongExport(String),
    #[error("it needs {needed} {}, {limit}", .limit.unit)]
    TooHungry { needed: u64, limit: Exceeded },
    #[error("it cannot be asked what it is: {0}")]
    Describe(#[from] CallError),
    #[error("it describes itself differently on each instance")]
    Inconsistent,
    #[error("its description is not valid: {}", .0.join("; "))]
    Description(Vec<String>),
}

fn quoted(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".into();
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A call that did not give a usable answer. It cost its instance, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error("connector `{connector}` trapped in `{function}`: {reason}{}", backtrace(.frames))]
    Trap {
        connector: Arc<str>,
        function: &'static str,
        reason: String,
        /// Innermost first.
        frames: Vec<String>,
    },
    #[error("connector `{connector}` used too much in `{function}`: {exceeded}{}", backtrace(.frames))]
    Limit {
        connector: Arc<str>,
        function: &'static str,
        exceeded: Exceeded,
        /// Innermost first.
        frames: Vec<String>,
    },
    #[error("connector `{connector}` broke the contract in `{function}`: {what}")]
    Contract { connector: Arc<str>, function: &'static str, what: String },
    #[error("connector `{connector}` does not export `{ability}`")]
    NoAbility { connector: Arc<str>, ability: &'static str },
    /// Too many calls of one batch failed to look for the rest of what they failed on.
    #[error("not tried, because {exceeded}; the last call: {last}")]
    GivenUp { exceeded: Exceeded, last: Box<CallError> },
}

impl CallError {
    /// The same error of a call that had only its share of the processor, so that nobody takes it for the setting.
    pub(crate) fn of_a_part(mut self) -> Self {
        if let Self::Limit { exceeded, .. } = &mut self
            && exceeded.setting == "cpu-ms"
        {
            exceeded.unit = "milliseconds of processor time, its share for a part of a list";
        }
        self
    }
}

fn backtrace(frames: &[String]) -> String {
    if frames.is_empty() { String::new() } else { format!(" (in {})", frames.join(" < ")) }
}
