//! The terms of each ability.

use super::owned;
use crate::{
    ChangeDetection, FileIntake, Idempotency, Placement, Publishing, PullStream, Receiving, Signature,
    StreamKind,
};

impl Publishing {
    /// Whole upserts by natural key, at most this many operations a `prepare`.
    pub fn new(maximum_operations: u32) -> Self {
        Self {
            stock_alone: false,
            price_alone: false,
            maximum_operations,
            maximum_request_bytes: None,
            idempotency: Idempotency::NaturalKey,
            whole_groups: false,
            stock_apart: false,
            price_apart: false,
        }
    }

    /// `prepare` takes operations that carry only stock fields.
    pub fn stock_alone(self) -> Self {
        Self { stock_alone: true, ..self }
    }

    /// `prepare` takes operations that carry only price fields.
    pub fn price_alone(self) -> Self {
        Self { price_alone: true, ..self }
    }

    /// `prepare` wants all items of a group when one has changed: the others come as `Action::Keep`.
    pub fn whole_groups(self) -> Self {
        Self { whole_groups: true, ..self }
    }

    /// Stock may overtake an upsert of an existing listing that is still under way, which then comes without stock.
    pub fn stock_apart(self) -> Self {
        Self { stock_apart: true, ..self }
    }

    /// The same for prices.
    pub fn price_apart(self) -> Self {
        Self { price_apart: true, ..self }
    }

    /// The most bytes the vendor takes in one request's body.
    pub fn request_bytes(self, maximum: u64) -> Self {
        Self { maximum_request_bytes: Some(maximum), ..self }
    }

    /// What the host may rely on when it repeats a request.
    pub fn idempotency(self, idempotency: Idempotency) -> Self {
        Self { idempotency, ..self }
    }
}

impl PullStream {
    /// `name` is kebab-case, such as `orders`. Say with [`PullStream::by`] how changes are found.
    pub fn new(name: &str, kind: StreamKind, every_seconds: u32) -> Self {
        Self { name: name.to_owned(), kind, changes: Vec::new(), every_seconds }
    }

    /// How the host can learn what changed; the best way first.
    pub fn by(mut self, change: ChangeDetection) -> Self {
        self.changes.push(change);
        self
    }
}

impl Receiving {
    /// Deliveries without a signature or an id.
    pub fn new() -> Self {
        Self { signature: None, delivery_id: None }
    }

    /// The host checks this signature, made with the secret setting of that name.
    pub fn signed(self, secret: &str, signature: Signature) -> Self {
        Self { signature: Some((secret.to_owned(), signature)), ..self }
    }

    /// What names a delivery, so that a repeat is dropped.
    pub fn delivery_id(self, placed: Placement) -> Self {
        Self { delivery_id: Some(placed), ..self }
    }
}

impl Default for Receiving {
    fn default() -> Self {
        Self::new()
    }
}

impl FileIntake {
    /// Media types or file name endings, such as `text/csv` or `.xlsx`.
    pub fn new(formats: &[&str]) -> Self {
        Self { formats: owned(formats), members: Vec::new() }
    }

    /// The files are zip files, of which these members are read, each as a file of its own, in this order.
    pub fn members(self, members: &[&str]) -> Self {
        Self { members: owned(members), ..self }
    }
}
