//! A connector as one file to hand on: the component, and behind it what its author says of it and its signature.
//!
//! A package is the component with one custom section, `wharf-package`, at its end. So it is still a component to every
//! tool that reads those, and nothing has to be unpacked. The signature is that of the component without the section,
//! the same that `wharf connector sign` makes; the rest is for people, and nothing is decided by it.

use std::{fmt::Write as _, ops::Range};

use serde::{Deserialize, Serialize};
use wharf_sync::signature::{SigningKey, digest};

const SECTION: &str = "wharf-package";
const MAGIC: &[u8] = b"\0asm";
/// Magic number, version and layer of a WebAssembly file.
const HEADER: usize = 8;
/// The id of sections that mean nothing to WebAssembly itself.
const CUSTOM: u8 = 0;

/// Why a package cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    #[error("the package is damaged: {0}; ask for it again, or pack it again")]
    Damaged(&'static str),
    #[error("it is a package already: pack the component itself")]
    Nested,
    #[error("what the package says of itself cannot be written: {0}")]
    Label(#[from] serde_json::Error),
}

/// What its author says of a connector beside what it says itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Label {
    pub name: String,
    pub version: String,
    /// SHA-256 of the component without the label, in lower-case hexadecimal.
    pub digest: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// SPDX expression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub license: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The Wharf that packed it.
    pub packed_by: String,
    /// As `wharf connector sign` writes it beside a component.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// A package that was opened.
#[derive(Debug, PartialEq, Eq)]
pub struct Package {
    /// Without the label: what was signed, and what is installed.
    pub component: Vec<u8>,
    pub label: Label,
}

impl Package {
    /// A package of this component. Digest and signature of the label are filled in.
    ///
    /// # Errors
    /// When the component is a package itself.
    pub fn new(component: Vec<u8>, label: Label, key: Option<&SigningKey>) -> Result<Self, PackageError> {
        if !labels(&component).is_empty() {
            return Err(PackageError::Nested);
        }
        let bare = digest(&component);
        let signature = key.map(|key| key.sign(&bare).trim().to_owned());
        Ok(Self { component, label: Label { digest: hexadecimal(&bare), signature, ..label } })
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// Never for a label that was read or made here.
    pub fn to_bytes(&self) -> Result<Vec<u8>, PackageError> {
        let label = serde_json::to_vec(&self.label)?;
        let mut content = Vec::with_capacity(SECTION.len() + 1 + label.len());
        push_number(SECTION.len(), &mut content);
        content.extend_from_slice(SECTION.as_bytes());
        content.extend(label);
        let mut bytes = self.component.clone();
        bytes.push(CUSTOM);
        push_number(content.len(), &mut bytes);
        bytes.extend(content);
        Ok(bytes)
    }

    /// Opens a package; a file that is none, whatever else it may be, is handed back.
    ///
    /// # Errors
    /// When it is a package of which something is missing or was changed.
    pub fn open(mut bytes: Vec<u8>) -> Result<Result<Self, Vec<u8>>, PackageError> {
        let (start, label) = match labels(&bytes).as_slice() {
            [] => return Ok(Err(bytes)),
            [Section { whole, label }] if whole.end == bytes.len() => (whole.start, label.clone()),
            _ => return Err(PackageError::Damaged("something stands behind its label")),
        };
        let label: Label = serde_json::from_slice(&bytes[label])
            .map_err(|_| PackageError::Damaged("its label cannot be read"))?;
        bytes.truncate(start);
        if label.digest != hexadecimal(&digest(&bytes)) {
            return Err(PackageError::Damaged("its component is not the one that was packed"));
        }
        Ok(Ok(Self { component: bytes, label }))
    }
}

/// Where a label stands.
struct Section {
    whole: Range<usize>,
    label: Range<usize>,
}

/// Every label among the sections of a WebAssembly file, up to where it is none any more.
fn labels(bytes: &[u8]) -> Vec<Section> {
    let mut found = Vec::new();
    let mut at = HEADER;
    while let Some((section, end)) = bytes.starts_with(MAGIC).then(|| section(bytes, at)).flatten() {
        found.extend(section);
        at = end;
    }
    found
}

/// The section that begins here, if it is a label, and where it ends; nothing at the end of the file.
fn section(bytes: &[u8], start: usize) -> Option<(Option<Section>, usize)> {
    let id = *bytes.get(start)?;
    let (size, content) = number(bytes, start + 1)?;
    let end = content.checked_add(size).filter(|end| *end <= bytes.len())?;
    let named = number(&bytes[..end], content).and_then(|(length, name)| {
        let label = name.checked_add(length)?;
        (id == CUSTOM && bytes[..end].get(name..label)? == SECTION.as_bytes())
            .then_some(Section { whole: start..end, label: label..end })
    });
    Some((named, end))
}

/// An unsigned LEB128 number of at most 32 bits, and where it ends.
fn number(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut value = 0_u64;
    for index in 0..5 {
        let byte = *bytes.get(at + index)?;
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(value).ok()?, at + index + 1));
        }
    }
    None
}

fn push_number(mut value: usize, bytes: &mut Vec<u8>) {
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use wharf_sync::signature::TrustedKeys;

    use super::*;

    /// The header of a component, and a section that is none of ours.
    const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0\0\x05\x04name";

    fn label() -> Label {
        Label { name: "shop".into(), version: "1.0.0".into(), packed_by: "0.1.0".into(), ..Label::default() }
    }

    #[test]
    fn a_package_opens_to_the_component_that_was_signed() {
        let key = SigningKey::generate().unwrap();
        let label = Label { authors: vec!["x".repeat(500)], ..label() };
        let package = Package::new(COMPONENT.to_vec(), label, Some(&key)).unwrap();
        let opened = Package::open(package.to_bytes().unwrap()).unwrap().unwrap();
        assert_eq!(opened, package);
        let trusted = TrustedKeys::parse(&[format!("us:{}", key.public())]).unwrap();
        let signature = opened.label.signature.as_deref();
        assert_eq!(trusted.check(&digest(&opened.component), signature), Ok(Some("us")));
    }

    #[test]
    fn what_is_no_package_is_handed_back() {
        for bytes in [COMPONENT, b"", b"\0asm", b"text", b"\0asm\x0d\0\x01\0\0\xff\xff\xff\xff\xff\xff"] {
            assert_eq!(Package::open(bytes.to_vec()).unwrap(), Err(bytes.to_vec()));
        }
    }

    #[test]
    fn a_package_that_was_changed_is_refused() {
        let bytes = Package::new(COMPONENT.to_vec(), label(), None).unwrap().to_bytes().unwrap();
        let mut changed = bytes.clone();
        changed[HEADER + 4] ^= 1;
        let behind = [bytes.as_slice(), b"\0\x01\0"].concat();
        for wrong in [changed, behind, [bytes.as_slice(), &bytes[COMPONENT.len()..]].concat()] {
            assert!(matches!(Package::open(wrong), Err(PackageError::Damaged(_))));
        }
        assert!(matches!(Package::new(bytes, label(), None), Err(PackageError::Nested)));
    }

    proptest::proptest! {
        #[test]
        fn nothing_that_is_opened_breaks_it(bytes: Vec<u8>) {
            let wasm = [b"\0asm\x0d\0\x01\0".as_slice(), &bytes].concat();
            let _ = Package::open(wasm);
        }
    }
}
