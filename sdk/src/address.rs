//! Parts of an address: percent-encoding and base64url.

const HEX: &[u8; 16] = b"0123456789ABCDEF";
const BASE64URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Appends `text` as one path segment or query value: all but RFC 3986's unreserved characters is encoded.
pub fn push_percent_encoded(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// `text` as one path segment or query value.
pub fn percent_encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_percent_encoded(text, &mut out);
    out
}

/// Appends base64 in the alphabet for addresses, without padding (RFC 4648, section 5).
pub fn push_base64url(bytes: &[u8], out: &mut String) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits =
            (0..3).fold(0_u32, |bits, index| bits << 8 | u32::from(group.get(index).copied().unwrap_or(0)));
        for index in 0..=group.len() {
            let sextet = bits >> (18 - 6 * index) & 63;
            out.push(char::from(BASE64URL[sextet as usize]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        assert_eq!(percent_encoded("A-1.b_c~d"), "A-1.b_c~d");
        assert_eq!(percent_encoded("ä/?#&= +%"), "%C3%A4%2F%3F%23%26%3D%20%2B%25");
    }

    #[test]
    fn base64url_has_no_padding() {
        let encode = |text: &str| {
            let mut out = String::new();
            push_base64url(text.as_bytes(), &mut out);
            out
        };
        assert_eq!(encode(""), "");
        assert_eq!(encode("f"), "Zg");
        assert_eq!(encode("fo"), "Zm8");
        assert_eq!(encode("foo"), "Zm9v");
        assert_eq!(encode("en~US~sku/123"), "ZW5-VVN-c2t1LzEyMw");
    }
}
