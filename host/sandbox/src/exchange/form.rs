//! A body made of parts (`multipart/form-data`), before its pictures are read and it has a boundary.

use std::fmt;

/// Parts in the order in which they are sent; at least one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Form {
    pub parts: Vec<Part>,
}

/// One part. Its texts hold nothing that could end a line or a quoted text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub name: String,
    /// With it the part is a file; a picture always has one.
    pub filename: Option<String>,
    /// Media type; none for a picture: as its host says.
    pub content_type: Option<String>,
    pub content: PartContent,
}

/// What a part carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartContent {
    Text(String),
    Bytes(Vec<u8>),
    /// The document of the chain.
    Document,
    /// The picture at this address.
    Picture(String),
}

impl Form {
    /// Bytes that the connector gave; documents and pictures are counted where they are.
    pub(crate) fn length(&self) -> usize {
        self.parts.iter().map(|part| part.content.length()).sum()
    }

    /// Bytes that the host holds for it.
    pub(crate) fn weight(&self) -> usize {
        self.parts.iter().map(Part::weight).sum()
    }

    /// The addresses of its pictures.
    pub fn pictures(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match &part.content {
            PartContent::Picture(address) => Some(address.as_str()),
            PartContent::Text(_) | PartContent::Bytes(_) | PartContent::Document => None,
        })
    }

    /// Whether the document of the chain is a part of it.
    pub fn carries_document(&self) -> bool {
        self.parts.iter().any(|part| part.content == PartContent::Document)
    }
}

impl Part {
    fn weight(&self) -> usize {
        let texts = [self.filename.as_ref(), self.content_type.as_ref()];
        let texts: usize = texts.into_iter().flatten().map(String::len).sum();
        let address = match &self.content {
            PartContent::Picture(address) => address.len(),
            PartContent::Text(_) | PartContent::Bytes(_) | PartContent::Document => 0,
        };
        size_of::<Self>() + self.name.len() + texts + address + self.content.length()
    }
}

impl PartContent {
    fn length(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Document | Self::Picture(_) => 0,
        }
    }
}

/// For people: a line for each part, longer where its text is.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for Part { name, filename, content_type, content } in &self.parts {
            write!(f, "{separator}{name}")?;
            for detail in [filename, content_type].into_iter().flatten() {
                write!(f, ", {detail}")?;
            }
            match content {
                PartContent::Text(text) => write!(f, ": {text}")?,
                PartContent::Bytes(bytes) => write!(f, ": {}", String::from_utf8_lossy(bytes))?,
                PartContent::Document => write!(f, ": the document")?,
                PartContent::Picture(address) => write!(f, ": the picture at {address}")?,
            }
            separator = "\n";
        }
        Ok(())
    }
}
