//! Pictures. Vendure takes them as files, so each is uploaded once and then shown by the product and its variants.
//!
//! They come after everything else of the product, and one that cannot be had is told as a warning: no picture keeps a
//! title, a price or stock away. What was uploaded is remembered with the listing under the picture's address, so an
//! address that is known is not uploaded again. Assets that are no longer shown stay in Vendure's library, where others
//! may use them; so does one whose upload was repeated because its answer was lost.
//!
//! - `note`: what is remembered of a listing: the product's id, and the assets of its pictures.
//! - `gallery`: the chain that follows the variants: one upload after the other, then what is shown.

pub(crate) mod gallery;
pub(crate) mod note;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use wharf_sdk::{Action, Field, ImageRules};

use crate::{
    fields::PICTURES,
    graphql,
    group::Member,
    memo::{BYTES, Loss, Memo, Product, Variant},
};

/// Bytes of a file that Vendure takes unless its `uploadMaxFileSize` says otherwise
/// ([docs](https://docs.vendure.io/reference/typescript-api/assets/asset-options/)), which permits every `image/*`.
const FILE_BYTES: u64 = 20 << 20;

/// Pictures of one variant. Vendure sets no limit; the chain remembers the addresses of all.
const AT_MOST: u32 = 20;

/// Bytes that a picture takes in a memo beside its address, its asset's id included.
const PICTURE_BYTES: usize = 96;

/// Bytes that a variant's reference to a picture takes.
const REFERENCE_BYTES: usize = 5;

/// The field of pictures, with what Vendure asks of them.
pub(crate) fn field() -> Field {
    Field::images("assets")
        .source("images")
        .at_most(AT_MOST)
        .image_rules(ImageRules::new(&[]).bytes(FILE_BYTES))
        .about("Pictures of the variant, the main one first; the product shows those of all its variants. Uploaded as files, at most 20 MiB each.")
}

/// A product's pictures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Media {
    /// Those of all variants, each once.
    pub(crate) pictures: Vec<Picture>,
    /// Whether Vendure was given some before.
    pub(crate) shown_before: bool,
    /// How often the product was tried before.
    pub(crate) attempt: u32,
}

/// One picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Picture {
    pub(crate) url: String,
    pub(crate) asset: Asset,
}

/// Whether Vendure has a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Asset {
    Missing,
    /// Vendure's id.
    There(String),
    /// It cannot be had.
    Refused,
    /// It cannot be had now.
    Unavailable,
}

impl Asset {
    pub(crate) fn id(&self) -> Option<&str> {
        match self {
            Self::There(id) => Some(id),
            Self::Missing | Self::Refused | Self::Unavailable => None,
        }
    }
}

impl Media {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the product and its variants can say at once what they show: Vendure has every picture.
    fn is_complete(&self) -> bool {
        let is_there = |picture: &Picture| picture.asset.id().is_some();
        self.pictures.iter().all(is_there) && (self.shown_before || !self.pictures.is_empty())
    }

    /// Ids of the assets that Vendure has.
    fn assets(&self) -> impl Iterator<Item = &str> {
        self.pictures.iter().filter_map(|picture| picture.asset.id())
    }

    /// The same of those that a variant shows.
    fn assets_of(&self, shown: &[u32]) -> impl Iterator<Item = &str> {
        let picture = |position: &u32| self.pictures.get(*position as usize);
        shown.iter().filter_map(picture).filter_map(|picture| picture.asset.id())
    }

    /// Those that are still to be uploaded, unless the answer to a write says that Vendure has them.
    fn forget_all_but(&mut self, written: &Value) {
        if !written["assets"].is_array() {
            return;
        }
        for picture in &mut self.pictures {
            let is_shown = |id: &str| graphql::list(written, "/assets").any(|asset| asset["id"] == id);
            if picture.asset.id().is_some_and(|id| !is_shown(id)) {
                picture.asset = Asset::Missing;
            }
        }
    }
}

/// Notes the pictures of a product's variants, as far as a memo has room for their addresses.
pub(crate) fn collect(members: &[Member<'_>], product: &mut Product) {
    let uploaded: HashMap<u64, &str> = members.iter().flat_map(Member::assets).collect();
    let mut room = BYTES.saturating_sub(Memo::Product(product.clone()).to_bytes().len());
    let mut media = Media {
        shown_before: !uploaded.is_empty(),
        attempt: members.iter().map(|member| member.operation.attempt).max().unwrap_or(0),
        ..Media::default()
    };
    let mut positions = HashMap::new();
    let members = members.iter().zip(&mut product.variants).filter(|(member, _)| !member.is(Action::Delete));
    for (member, variant) in members {
        for url in member.operation.item.images(PICTURES).map(|image| image.url) {
            let known = positions.get(url).copied();
            let weight = known.map_or(url.len() + PICTURE_BYTES, |_| 0) + REFERENCE_BYTES;
            let Some(left) = room.checked_sub(weight) else {
                variant.losses.push(Loss::Pictures);
                break;
            };
            room = left;
            let position = known.unwrap_or_else(|| add(&mut media, url, &uploaded));
            positions.insert(url, position);
            variant.pictures.push(position);
        }
    }
    if !media.pictures.is_empty() || media.shown_before {
        product.media = media;
    }
}

/// Its position. A list of so many addresses does not fit a memo.
#[expect(clippy::cast_possible_truncation, reason = "a memo holds less than 2^32 pictures")]
fn add(media: &mut Media, url: &str, uploaded: &HashMap<u64, &str>) -> u32 {
    let asset = uploaded.get(&note::digest(url)).map_or(Asset::Missing, |id| Asset::There((*id).to_owned()));
    media.pictures.push(Picture { url: url.to_owned(), asset });
    media.pictures.len() as u32 - 1
}

/// The product with its pictures, if they can be said at once.
pub(crate) fn of_product(mut input: Value, media: &Media) -> Value {
    if media.is_complete() {
        show(&mut input, media.assets().collect());
    }
    input
}

/// The same for one of its variants.
pub(crate) fn of_variant(mut input: Value, media: &Media, variant: &Variant) -> Value {
    if media.is_complete() {
        show(&mut input, media.assets_of(&variant.pictures).collect());
    }
    input
}

/// An empty list takes the main picture away as well.
fn show(input: &mut Value, assets: Vec<&str>) {
    if let Some(main) = assets.first() {
        input["featuredAssetId"] = (*main).into();
    }
    input["assetIds"] = assets.into();
}

/// What was written of a product shows which of its pictures Vendure still has: unknown ids are left out without a word.
pub(crate) fn noticed(media: &mut Media, written: &Value) {
    if media.is_complete() {
        media.forget_all_but(written);
    }
}
