//! The pictures of a product: those of all variants, each once, of which the first of each variant is its own.
//!
//! Shopify fetches every picture that a request names, again with each request. So they are named only when they
//! change, which the digest in the notes tells.

use std::collections::HashMap;

use wharf_sdk::{Image, Item, Json};

use crate::{
    fields::{IMAGES, MAXIMUM_MEDIA},
    ids,
};

#[derive(Debug, Default)]
pub(crate) struct Media<'a> {
    files: Vec<Image<'a>>,
    /// For each variant the place of its picture among the files.
    own: Vec<Option<usize>>,
    /// For each variant whether some of its pictures are not among the files.
    lost: Vec<bool>,
}

impl<'a> Media<'a> {
    pub(crate) fn of(items: impl Iterator<Item = Item<'a>>) -> Self {
        let mut media = Self::default();
        let mut places = HashMap::new();
        for item in items {
            let (mut own, mut lost) = (None, false);
            for image in item.images(IMAGES) {
                let known = places.get(image.url).copied();
                let place = known.or_else(|| media.push(image));
                lost |= place.is_none();
                own = own.or(place);
                places.extend(place.map(|place| (image.url, place)));
            }
            media.own.push(own);
            media.lost.push(lost);
        }
        media
    }

    fn push(&mut self, image: Image<'a>) -> Option<usize> {
        let place = self.files.len();
        (place < MAXIMUM_MEDIA).then(|| {
            self.files.push(image);
            place
        })
    }

    pub(crate) fn files(&self) -> &[Image<'a>] {
        &self.files
    }

    /// Whether pictures of the variant at this position are left out.
    pub(crate) fn loses(&self, variant: usize) -> bool {
        self.lost.get(variant).copied().unwrap_or_default()
    }

    /// Changes with every picture and every variant's choice; 0 when there is none.
    pub(crate) fn digest(&self) -> u64 {
        if self.files.is_empty() {
            return 0;
        }
        let mut text = String::new();
        for file in &self.files {
            text.extend([file.url, "\n", file.alt.unwrap_or_default(), "\n"]);
        }
        for own in &self.own {
            text.push_str(&own.map_or_else(|| "-".to_owned(), |own| own.to_string()));
            text.push(' ');
        }
        ids::digest(&text)
    }

    /// The list of all of them.
    pub(crate) fn write(&self, json: &mut Json) {
        json.key("files").begin_array();
        for file in &self.files {
            write_file(file, json);
        }
        json.end_array();
    }

    /// The picture of the variant at this position.
    pub(crate) fn write_own(&self, variant: usize, json: &mut Json) {
        let own = self.own.get(variant).copied().flatten();
        if let Some(file) = own.and_then(|own| self.files.get(own)) {
            json.key("file");
            write_file(file, json);
        }
    }
}

fn write_file(file: &Image<'_>, json: &mut Json) {
    json.begin_object().member("originalSource", file.url).member("contentType", "IMAGE");
    if let Some(alt) = file.alt {
        json.member("alt", alt);
    }
    json.end_object();
}
