//! What is remembered of a listing: `PRODUCT DIGEST=ASSET DIGEST=ASSET ...`, with Vendure's id of the product and, for
//! each of its pictures that was uploaded, a digest of the address and Vendure's id of the asset.

use std::fmt::Write as _;

use super::Media;

/// The note of a listing that shows these of the product's pictures.
pub(crate) fn text(product: &str, media: &Media, shown: &[u32]) -> String {
    let mut note = product.to_owned();
    let pictures = shown.iter().filter_map(|position| media.pictures.get(*position as usize));
    for picture in pictures {
        // An id that the note could not be read back with is not remembered.
        if let Some(id) = picture.asset.id().filter(|id| !id.contains(char::is_whitespace)) {
            let _ = write!(note, " {:016x}={id}", digest(&picture.url));
        }
    }
    note
}

/// The product's id; a listing that is gone has none.
pub(crate) fn product(note: &str) -> Option<&str> {
    note.split(' ').next().filter(|id| !id.is_empty())
}

/// Digests and assets of pictures.
pub(crate) fn assets(note: &str) -> impl Iterator<Item = (u64, &str)> {
    note.split(' ').skip(1).filter_map(|entry| {
        let (digest, id) = entry.split_once('=')?;
        Some((u64::from_str_radix(digest, 16).ok()?, id))
    })
}

/// [FNV-1a](https://datatracker.ietf.org/doc/draft-eastlake-fnv/) of 64 bits: it only tells the pictures of one product apart.
pub(crate) fn digest(url: &str) -> u64 {
    url.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::{Asset, Picture};

    #[test]
    fn a_note_is_read_back_and_an_old_one_too() {
        let picture = |url: &str, asset| Picture { url: url.to_owned(), asset };
        let pictures = vec![
            picture("https://cdn.example/a.jpg", Asset::There("7".into())),
            picture("https://cdn.example/b.jpg", Asset::Refused),
            picture("https://cdn.example/c.jpg", Asset::There("8".into())),
        ];
        let note = text("9", &Media { pictures, ..Media::default() }, &[2, 1, 0]);
        assert_eq!(product(&note), Some("9"));
        let [c, a] = ["https://cdn.example/c.jpg", "https://cdn.example/a.jpg"].map(digest);
        assert_eq!(assets(&note).collect::<Vec<_>>(), [(c, "8"), (a, "7")]);
        assert_eq!((product("9"), assets("9").count()), (Some("9"), 0));
        assert_eq!(product(""), None);
    }

    /// The test vectors of the specification.
    #[test]
    fn the_digest_never_changes() {
        assert_eq!((digest(""), digest("a")), (0xcbf2_9ce4_8422_2325, 0xaf63_dc4c_8601_ec8c));
    }
}
