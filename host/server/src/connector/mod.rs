//! Connectors as files, before they are handed to a host.

pub mod build;
