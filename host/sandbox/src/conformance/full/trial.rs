//! The connector under trial, and the items, operations and contexts that all points build on.

use std::sync::Arc;

use wharf_catalog::{
    Action, Context, Field, FieldKind, Item, Operation, declaration::DigestAlgorithm, item::Content,
};

use super::{
    super::{
        Connector, Finding, Material, Subject,
        samples::{self, Samples},
        values::{Style, content},
    },
    output::{Output, Way},
};
use crate::{limits::ChannelLimits, signer::Signer};

/// Everything that a part may use.
pub(super) struct Trial<'a> {
    pub(super) subject: Subject,
    /// The same connector on a channel whose secrets fit nothing that comes in.
    pub(super) suspicious: Connector,
    pub(super) material: &'a Material,
}

/// Signs everything alike, and takes every signature for right or for wrong.
struct Stamp {
    fits: bool,
}

impl Signer for Stamp {
    fn sign(&self, _: &str, _: DigestAlgorithm, _: &[u8]) -> Result<Vec<u8>, String> {
        Ok(vec![7; 32])
    }

    fn verify(&self, _: &str, _: DigestAlgorithm, _: &[u8], _: &[u8]) -> Result<bool, String> {
        Ok(self.fits)
    }
}

impl<'a> Trial<'a> {
    pub(super) fn new(connector: &Connector, material: &'a Material) -> Self {
        let stamped = |fits| connector.for_channel(&ChannelLimits::default(), Some(Arc::new(Stamp { fits })));
        let mut samples = Samples::of(connector.description());
        if let Some(settings) = &material.settings {
            samples.context.settings = settings.to_string();
        }
        let subject = Subject { connector: stamped(true).strict(), samples };
        Self { subject, suspicious: stamped(false), material }
    }

    pub(super) fn connector(&self) -> &Connector {
        &self.subject.connector
    }

    pub(super) fn context(&self) -> &Context {
        &self.subject.samples.context
    }

    pub(super) fn fields(&self) -> &[Field] {
        &self.connector().description().fields
    }

    /// The fields of these kinds, with their index.
    pub(super) fn fields_of(&self, kinds: &[FieldKind]) -> Vec<(usize, &Field)> {
        self.fields().iter().enumerate().filter(|(_, field)| kinds.contains(&field.kind)).collect()
    }

    pub(super) fn publishes(&self) -> bool {
        self.connector().abilities().publisher
    }

    pub(super) fn feeds(&self) -> bool {
        self.connector().abilities().feed
    }

    /// An ordinary item with every field.
    pub(super) fn item(&self, sku: &str) -> Item {
        samples::plain_item(sku, self.fields(), &|_| true)
    }

    /// An ordinary item with what the channel requires and no more.
    pub(super) fn sparse_item(&self, sku: &str) -> Item {
        samples::plain_item(sku, self.fields(), &|field| field.required)
    }

    /// Ordinary items with every field, as many as this.
    pub(super) fn items(&self, count: usize) -> Vec<Item> {
        (0..count).map(|number| self.item(&format!("WHARF-{number:05}"))).collect()
    }

    /// What an ordinary item has in this field.
    pub(super) fn ordinary(&self, index: usize) -> Option<Content> {
        self.fields().get(index).map(|field| content(field, index, Style::Plain))
    }

    /// What becomes of the item, on each way that it can go.
    pub(super) fn outputs(&self, item: &Item) -> Result<Vec<Output>, Finding> {
        self.ways().into_iter().map(|way| self.output(way, item)).collect()
    }

    /// The ways for whole items.
    pub(super) fn ways(&self) -> Vec<Way> {
        let ways = [(Way::Operation(Action::Upsert), self.publishes()), (Way::Row, self.feeds())];
        ways.into_iter().filter_map(|(way, open)| open.then_some(way)).collect()
    }
}

/// The item with another content in one field, or with none.
pub(super) fn with(item: &Item, index: usize, content: Option<Content>) -> Item {
    let mut item = item.clone();
    let Ok(field) = u32::try_from(index) else { return item };
    let place = item.values.partition_point(|value| value.field < field);
    let known = item.values.get(place).is_some_and(|value| value.field == field);
    match (content, known) {
        (Some(content), true) => item.values[place].content = content,
        (Some(content), false) => item.values.insert(place, wharf_catalog::FieldValue { field, content }),
        (None, true) => drop(item.values.remove(place)),
        (None, false) => {}
    }
    item
}

/// The first operation on a new listing.
pub(super) fn upsert(item: Item) -> Operation {
    samples::operation(Action::Upsert, item, None)
}
