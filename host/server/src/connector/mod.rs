//! Connectors as files, before they are handed to a host: a new one from a template, its component, its cases, its
//! package.

pub mod build;
pub mod case;
mod embedded;
pub mod language;
pub mod package;
pub mod scaffold;
