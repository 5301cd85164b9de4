//! A group of items as one of Shopify's products: which variants go, how they differ, and what is known of them.

use wharf_sdk::{Action, Exchange, Item, Rejection, Request};

use crate::{
    API,
    fields::*,
    graphql, ids,
    media::Media,
    memo::{Flags, Memo, Set, Step, Variant},
    note::{self, Note},
    plan::Numbered,
    product_set,
    selection::{Candidate, Selected},
    settings::Settings,
};

/// Past so many variants a product is set in the background. Shopify
/// [took no more](https://shopify.dev/docs/api/admin-graphql/2024-10/mutations/productSet) in the foreground, and
/// recommends the background where requests time out.
const FOREGROUND: usize = 100;

/// Levels of one product that are remembered and compared; a memo has room for no more. Past them, quantities travel
/// with the product and without comparison.
const COMPARED_LEVELS: usize = 500;

pub(crate) struct Product<'a> {
    pub(crate) settings: &'a Settings,
    /// The SKU that names the group.
    pub(crate) name: &'a str,
    pub(crate) id: Option<u64>,
    /// In the order of their SKUs, which is the order in the request.
    pub(crate) variants: Vec<Candidate<'a>>,
    deleted: Vec<Numbered<'a>>,
    /// The option fields in which they differ.
    pub(crate) axes: Vec<u32>,
    pub(crate) media: Media<'a>,
    /// Whether quantities are remembered, and compared when they change.
    compared: bool,
    /// Bits of fields that were filled before, and that are now.
    before: u32,
    filled: u32,
}

impl<'a> Product<'a> {
    /// The group, sorted by SKU, without the variants that cannot be listed. Nothing when none is left, or when a
    /// variant that is listed cannot be: without it, Shopify would delete it, so the group waits.
    pub(crate) fn of(
        settings: &'a Settings,
        group: Vec<Numbered<'a>>,
        rejections: &mut Vec<Rejection>,
    ) -> Option<Self> {
        let first = group.first()?.operation.item;
        let name = first.group().unwrap_or(first.sku());
        let digest = note::group_digest(first);
        let (deleted, wanted): (Vec<_>, Vec<_>) =
            group.into_iter().partition(|numbered| numbered.operation.action == Action::Delete);
        let id = product_id(wanted.iter().chain(&deleted), digest);
        let candidates = wanted.into_iter().map(|numbered| Candidate::of(numbered, id, digest)).collect();
        let Selected { mut variants, axes } = Selected::of(candidates, &deleted, rejections)?;
        let levels = variants.iter().map(|variant| variant.numbered.operation.item.levels(QUANTITIES).len());
        let compared = levels.sum::<usize>() <= COMPARED_LEVELS;
        let media = Media::of(variants.iter().map(|variant| variant.numbered.operation.item));
        let shown = variants[0].numbered.operation.item;
        for (position, variant) in variants.iter_mut().enumerate() {
            variant.take_stock(settings, compared);
            variant.note_losses(shown, media.loses(position));
        }
        let before = variants.iter().filter_map(|variant| variant.note.as_ref()).map(|note| note.filled);
        let before = before.fold(0, |bits, filled| bits | filled);
        let filled = variants.iter().fold(0, |bits, variant| bits | filled(variant.numbered.operation.item));
        Some(Self { settings, name, id, variants, deleted, axes, media, compared, before, filled })
    }

    pub(crate) fn exchange(self) -> Exchange {
        let media = self.media.digest();
        let sends_media = self.notes_disagree(|note| note.media, media);
        let publications = self.settings.publications_digest();
        let body = product_set::body(&self, sends_media);
        let set = Set {
            step: Step::Set,
            variants: self.memo_variants(),
            group: note::group_digest(self.first()),
            media,
            publications,
            filled: self.filled,
            publish: publications != 0 && self.notes_disagree(|note| note.publications, publications),
            seed: self.seed(),
        };
        let points = self.points(sends_media);
        let request = Request::post(API, graphql::PATH).json(body).cost(points);
        let kept = self.variants.iter().map(|variant| variant.numbered.index);
        let covers = kept.chain(self.deleted.iter().map(|numbered| numbered.index)).collect();
        request.covering(covers).memo(Memo::Set(set).to_bytes())
    }

    pub(crate) fn first(&self) -> Item<'a> {
        self.variants[0].numbered.operation.item
    }

    pub(crate) fn is_small(&self) -> bool {
        self.variants.len() <= FOREGROUND
    }

    /// Whether the field is empty now and Wharf had filled it.
    pub(crate) fn clears(&self, field: u32) -> bool {
        self.before & (1 << field) != 0
    }

    /// Whether a listing does not say this yet. A listing without a note says nothing.
    fn notes_disagree(&self, said: impl Fn(&Note) -> u64, now: u64) -> bool {
        let disagrees = |variant: &Candidate<'_>| variant.note.as_ref().map_or(0, &said) != now;
        self.variants.iter().any(disagrees)
    }

    fn memo_variants(&self) -> Vec<Variant> {
        let kept = self.variants.iter().map(|variant| Variant {
            sku: ids::digest(variant.numbered.operation.item.sku()),
            flags: variant.flags,
            levels: variant.remembered(self.compared),
        });
        let deleted = self.deleted.iter().map(|numbered| Variant {
            sku: ids::digest(numbered.operation.item.sku()),
            flags: Flags::new(Action::Delete),
            levels: Vec::new(),
        });
        kept.chain(deleted).collect()
    }

    fn seed(&self) -> String {
        let operations = self.variants.iter().map(|variant| variant.numbered.operation);
        let key = operations.fold(ids::Key::default(), |key, operation| {
            key.operation(operation.item.sku(), operation.revision, operation.attempt)
        });
        key.finish()
    }

    /// A mutation, what it writes by the schema's complexity costs, and what it reads back.
    fn points(&self, sends_media: bool) -> u32 {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let variants = count(self.variants.len());
        let files = if sends_media { count(self.media.files().len()) } else { 0 };
        let variant_files = if sends_media && !self.axes.is_empty() { variants } else { 0 };
        let tenths = variants.saturating_mul(2) + files.saturating_mul(19) + variant_files.saturating_mul(6);
        graphql::MUTATION + tenths.div_ceil(10) + product_set::read_points(self.variants.len())
    }
}

/// The product in which the group was listed before.
fn product_id<'a: 'b, 'b>(group: impl Iterator<Item = &'b Numbered<'a>>, digest: u64) -> Option<u64> {
    let mut notes = group.filter_map(|numbered| Note::of(&numbered.operation));
    notes.find(|note| note.group == digest).map(|note| note.product)
}

/// One bit for each field that the item fills.
fn filled(item: Item<'_>) -> u32 {
    item.values().fold(0, |bits, (field, _)| bits | 1_u32.checked_shl(field).unwrap_or(0))
}

/// What an axis is called, as the settings say.
pub(crate) fn axis_name(settings: &Settings, axis: u32) -> &str {
    let position = OPTIONS.iter().position(|field| *field == axis).unwrap_or_default();
    settings.option_names.get(position).map_or("Option", String::as_str)
}
