//! The texts of a form's part stand in headers of their own, so none of them may end a line or a quoted text.

use crate::exchange::{Form, Part, PartContent};

/// Bytes of a part's name or filename: what file systems take, and so what vendors expect.
const NAME_BYTES: usize = 255;

pub(crate) fn check_form(form: &Form) -> Result<(), String> {
    if form.parts.is_empty() {
        return Err("it composes a form without parts".into());
    }
    form.parts.iter().try_for_each(check_part)
}

fn check_part(part: &Part) -> Result<(), String> {
    let Part { name, filename, content_type, content } = part;
    check_name("name", name)?;
    if let Some(filename) = filename {
        check_name("filename", filename)?;
        if filename.contains('/') {
            return Err(format!("the filename {filename:?} of a form's part names a folder"));
        }
    } else if matches!(content, PartContent::Picture(_)) {
        return Err(format!("the picture in part {name:?} of a form has no filename"));
    }
    match content_type {
        Some(given) if !is_media_type(given) => {
            Err(format!("{given:?}, the content type of part {name:?} of a form, is not a media type"))
        }
        _ => Ok(()),
    }
}

fn check_name(what: &str, name: &str) -> Result<(), String> {
    if name.is_empty() || name.len() > NAME_BYTES {
        return Err(format!(
            "the {what} of a form's part has {} bytes; 1 to {NAME_BYTES} are allowed",
            name.len()
        ));
    }
    match name.chars().find(|c| c.is_control() || matches!(c, '"' | '\\')) {
        Some(bad) => Err(format!("the {what} {name:?} of a form's part holds {bad:?}")),
        None => Ok(()),
    }
}

/// `type/subtype`, perhaps with parameters (RFC 9110, section 8.3.1).
fn is_media_type(text: &str) -> bool {
    let token = |text: &str| {
        let of_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        !text.is_empty() && text.bytes().all(of_token)
    };
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    let halves = essence.trim_end_matches(' ').split_once('/');
    halves.is_some_and(|(kind, subtype)| token(kind) && token(subtype))
        && parameters.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Part {
        let content = PartContent::Text("{}".into());
        Part { name: "operations".into(), filename: None, content_type: None, content }
    }

    fn picture() -> Part {
        let content = PartContent::Picture("https://cdn.example/a.jpg".into());
        Part { name: "0".into(), filename: Some("Hütte blau.jpg".into()), content_type: None, content }
    }

    fn breach(part: Part) -> String {
        check_form(&Form { parts: vec![text(), part] }).unwrap_err()
    }

    #[test]
    fn ordinary_parts_pass() {
        let json = Part { content_type: Some("application/json; charset=\"utf-8\"".into()), ..text() };
        check_form(&Form { parts: vec![text(), picture(), json] }).unwrap();
    }

    #[test]
    fn a_part_cannot_smuggle_in_a_header_or_another_part() {
        for name in ["", "a\r\nx-evil: 1", "a\nb", "a\"; filename=\"b", "a\\", "a\0", &"a".repeat(256)] {
            assert!(breach(Part { name: name.into(), ..text() }).contains("name"), "{name:?}");
            assert!(
                breach(Part { filename: Some(name.into()), ..picture() }).contains("filename"),
                "{name:?}"
            );
        }
        for given in ["", "image", "image/", "/png", "a b/c", "image/png\r\nx: y", "image/png; a=\u{7f}"] {
            assert!(
                breach(Part { content_type: Some(given.into()), ..text() }).contains("media type"),
                "{given:?}"
            );
        }
    }

    #[test]
    fn a_picture_is_a_plain_file_and_a_form_is_not_empty() {
        assert!(breach(Part { filename: None, ..picture() }).contains("no filename"));
        assert!(breach(Part { filename: Some("../a.jpg".into()), ..picture() }).contains("folder"));
        assert!(check_form(&Form::default()).unwrap_err().contains("without parts"));
    }
}
