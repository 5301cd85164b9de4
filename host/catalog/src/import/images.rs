//! Addresses of pictures: absolute, or completed by the mapping's base.

use super::{
    error::{Fault, Rule},
    mapping::ImageRule,
};
use crate::item::Picture;

/// The pictures of one cell.
pub(super) fn pictures(rule: &ImageRule, text: &str, alt: Option<&str>) -> Result<Vec<Picture>, Fault> {
    match &rule.separator {
        Some(separator) => {
            let entries = text.split(separator.as_str()).map(str::trim).filter(|entry| !entry.is_empty());
            entries.map(|entry| picture(rule, entry, alt)).collect()
        }
        None => picture(rule, text, alt).map(|picture| vec![picture]),
    }
}

/// One picture, with an absolute address.
pub(super) fn picture(rule: &ImageRule, address: &str, alt: Option<&str>) -> Result<Picture, Fault> {
    let url = match &rule.base_url {
        _ if is_absolute(address) => address.replace(' ', "%20"),
        Some(base) => {
            let path = address.trim_start_matches('/').replace(' ', "%20");
            format!("{}/{path}", base.trim_end_matches('/'))
        }
        None => String::new(),
    };
    if !is_absolute(&url) || url.contains(char::is_whitespace) {
        return Err(Fault::new(
            Rule::ImageAddress,
            "this is no http or https address",
            "Write the whole address, or give the column a `base-url` in the mapping",
        ));
    }
    let alt = alt.map(str::trim).filter(|alt| !alt.is_empty()).map(String::from);
    Ok(Picture { url, alt })
}

fn is_absolute(address: &str) -> bool {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_addresses_are_joined_with_exactly_one_slash() {
        let rule = ImageRule {
            column: "image".into(),
            separator: Some(",".into()),
            base_url: Some("https://images.example.com/p/".into()),
            alt_column: None,
            optional: false,
            on_error: None,
        };
        let urls: Vec<String> = pictures(&rule, "/m/a b.jpg, c.jpg,,https://cdn.example.com/d.jpg", None)
            .unwrap()
            .into_iter()
            .map(|picture| picture.url)
            .collect();
        assert_eq!(
            urls,
            [
                "https://images.example.com/p/m/a%20b.jpg",
                "https://images.example.com/p/c.jpg",
                "https://cdn.example.com/d.jpg"
            ]
        );
        let bare = ImageRule { base_url: None, ..rule };
        assert_eq!(pictures(&bare, "c.jpg", None).unwrap_err().rule, Rule::ImageAddress);
    }
}
