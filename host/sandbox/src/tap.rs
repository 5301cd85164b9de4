//! A listener on what passes between the host and a connector that publishes. Its calls are pure, so what is heard is
//! all that is needed to repeat them elsewhere.

use wharf_catalog::{Context, Operation};

use crate::{
    connector::Connector,
    error::CallError,
    exchange::{Answer, Preparation, Settlement},
};

/// Hears every call of a tapped connector, on the caller's thread, after it has ended.
pub trait Tap: Send + Sync {
    fn prepared(
        &self,
        connector: &Connector,
        context: &Context,
        operations: &[Operation],
        preparation: &Preparation,
    );

    /// One settlement for each answer, in the same order.
    fn settled(
        &self,
        connector: &Connector,
        context: &Context,
        answers: &[Answer],
        settlements: &[Result<Settlement, CallError>],
    );
}
