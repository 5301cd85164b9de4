//! What the end-to-end tests share: a host in a temporary folder, a channel that can be made to fail, and the
//! `wharf` binary as a child process.

pub mod amazon;
pub mod binary;
pub mod channel;
pub mod components;
pub mod gallery;
pub mod harbor;
pub mod jobs;
pub mod products;
pub mod shelf;
pub mod till;
pub mod vendure;
