//! Bodies made of parts, as forms in browsers send them: `multipart/form-data`
//! ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)).
//!
//! Equal parts give equal bytes, so that a repeat is one: the boundary is made of what it separates.

use aws_lc_rs::digest;
use bytes::{Bytes, BytesMut};
use memchr::memmem;

use crate::assets::Picture;

/// One part of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPart {
    pub name: String,
    /// With it the part is a file.
    pub filename: Option<String>,
    /// Media type. None: as a picture's host says, if that is an image's, or as its first bytes show; else what a
    /// receiver takes for granted.
    pub content_type: Option<String>,
    pub content: FormContent,
}

/// What a part carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormContent {
    Bytes(Bytes),
    /// The picture at this address; see [`crate::Route::asset`].
    Picture(String),
}

/// A form as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormBody {
    /// For the header of that name; says where parts end.
    pub content_type: String,
    pub body: Bytes,
}

/// A part with all that it carries.
#[derive(Debug)]
pub(crate) struct WholePart {
    head: String,
    content: Bytes,
}

impl WholePart {
    pub(crate) fn of_bytes(part: &FormPart, content: Bytes) -> Self {
        let file = part.filename.is_some().then_some(UNKNOWN);
        Self { head: head(part, part.content_type.as_deref().or(file)), content }
    }

    pub(crate) fn of_picture(part: &FormPart, picture: Picture) -> Self {
        let Picture { bytes, media_type } = picture;
        let told = part.content_type.as_deref().or(media_type.as_deref());
        let head = head(part, Some(told.or_else(|| image_type(&bytes)).unwrap_or(UNKNOWN)));
        Self { head, content: bytes }
    }

    pub(crate) fn length(&self) -> usize {
        self.head.len() + self.content.len()
    }
}

/// A file of which nothing is known (RFC 7578, section 4.4).
const UNKNOWN: &str = "application/octet-stream";

/// The part's headers, up to the empty line.
fn head(part: &FormPart, content_type: Option<&str>) -> String {
    let mut head = format!("content-disposition: form-data; name=\"{}\"", quoted(&part.name));
    if let Some(filename) = &part.filename {
        head.push_str("; filename=\"");
        head.push_str(&quoted(filename));
        head.push('"');
    }
    if let Some(content_type) = content_type {
        head.push_str("\r\ncontent-type: ");
        head.extend(content_type.chars().filter(|c| !c.is_control()));
    }
    head.push_str("\r\n\r\n");
    head
}

/// Without anything that could end a line or the quoted text, written as
/// [browsers do](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data).
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("%22"),
            '\r' => quoted.push_str("%0D"),
            '\n' => quoted.push_str("%0A"),
            other => quoted.push(other),
        }
    }
    quoted
}

/// What a picture's first bytes say that it is, for the kinds that every browser shows
/// ([signatures](https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern)).
fn image_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

pub(crate) fn encode(parts: &[WholePart]) -> FormBody {
    let boundary = boundary(digested(&[], parts), parts);
    let length: usize = parts.iter().map(|part| part.length() + boundary.len() + 6).sum();
    let mut body = BytesMut::with_capacity(length + boundary.len() + 6);
    for part in parts {
        for piece in ["--", &boundary, "\r\n", &part.head] {
            body.extend_from_slice(piece.as_bytes());
        }
        body.extend_from_slice(&part.content);
        body.extend_from_slice(b"\r\n");
    }
    for piece in ["--", &boundary, "--\r\n"] {
        body.extend_from_slice(piece.as_bytes());
    }
    FormBody { content_type: format!("multipart/form-data; boundary={boundary}"), body: body.freeze() }
}

/// A text that is in none of the parts; made of this digest, or of a digest of it.
fn boundary(mut digest: digest::Digest, parts: &[WholePart]) -> String {
    loop {
        let boundary = of_digest(&digest);
        let finder = memmem::Finder::new(&boundary);
        if parts.iter().all(|part| finder.find(&part.content).is_none()) {
            return boundary;
        }
        digest = digested(digest.as_ref(), &[]);
    }
}

fn of_digest(digest: &digest::Digest) -> String {
    let digits = digest.as_ref().iter().take(16).map(|byte| format!("{byte:02x}"));
    std::iter::once("wharf-".to_owned()).chain(digits).collect()
}

fn digested(before: &[u8], parts: &[WholePart]) -> digest::Digest {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(before);
    for part in parts {
        for piece in [part.head.as_bytes(), &part.content] {
            context.update(&(piece.len() as u64).to_le_bytes());
            context.update(piece);
        }
    }
    context.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(name: &str, content: impl Into<Bytes>) -> FormPart {
        let content = FormContent::Bytes(content.into());
        FormPart { name: name.into(), filename: None, content_type: None, content }
    }

    fn encoded(parts: &[(FormPart, &[u8])]) -> FormBody {
        let whole: Vec<_> = parts
            .iter()
            .map(|(part, content)| WholePart::of_bytes(part, Bytes::copy_from_slice(content)))
            .collect();
        encode(&whole)
    }

    #[test]
    fn equal_parts_give_equal_bytes_and_other_parts_another_boundary() {
        let form = |content: &[u8]| encoded(&[(part("a", ""), content)]);
        assert_eq!(form(b"x"), form(b"x"));
        assert_ne!(form(b"x").content_type, form(b"y").content_type);
    }

    #[test]
    fn no_content_holds_the_boundary() {
        let digest = digested(b"any", &[]);
        let taken = of_digest(&digest);
        let holding =
            |text: &str| [WholePart::of_bytes(&part("a", ""), Bytes::copy_from_slice(text.as_bytes()))];
        assert_eq!(boundary(digest, &holding("another text")), taken);
        assert_ne!(boundary(digest, &holding(&format!("\r\n--{taken}--"))), taken);
    }

    #[test]
    fn names_and_types_cannot_end_their_header() {
        let evil = FormPart {
            filename: Some("b\".jpg\r\nx-evil: 1".into()),
            content_type: Some("image/png\r\nx-evil: 1".into()),
            ..part("a\"; name=\"b", "")
        };
        let head = WholePart::of_bytes(&evil, Bytes::new()).head;
        assert_eq!(head.matches("\r\n").count(), 3, "{head}");
        assert!(head.starts_with("content-disposition: form-data; name=\"a%22; name=%22b\"; filename=\"b%22.jpg%0D%0Ax-evil: 1\"\r\n"));
    }

    #[test]
    fn a_picture_is_what_somebody_says_or_what_it_looks_like() {
        let jpeg = Bytes::from_static(&[0xff, 0xd8, 0xff, 0xe0]);
        let typed = |own: Option<&str>, told: Option<&str>, bytes: &Bytes| {
            let part = FormPart { content_type: own.map(str::to_owned), ..part("a", "") };
            let picture = Picture { bytes: bytes.clone(), media_type: told.map(str::to_owned) };
            let head = WholePart::of_picture(&part, picture).head;
            head.trim_end().rsplit(' ').next().unwrap().to_owned()
        };
        assert_eq!(typed(Some("image/x-own"), Some("image/avif"), &jpeg), "image/x-own");
        assert_eq!(typed(None, Some("image/avif"), &jpeg), "image/avif");
        assert_eq!(typed(None, None, &jpeg), "image/jpeg");
        assert_eq!(typed(None, None, &Bytes::from_static(b"RIFF....WEBPVP8 ")), "image/webp");
        assert_eq!(typed(None, None, &Bytes::from_static(b"<html>")), "application/octet-stream");
    }
}
