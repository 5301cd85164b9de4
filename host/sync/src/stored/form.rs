//! A form at rest, with the addresses of its pictures and not the pictures themselves.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use wharf_sandbox::exchange::{Form, Part, PartContent};

#[derive(Serialize, Deserialize)]
pub(super) struct StoredForm(Vec<StoredPart>);

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct StoredPart {
    name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    filename: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content_type: Option<String>,
    content: StoredContent,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum StoredContent {
    Text(String),
    Base64(String),
    Document,
    Picture(String),
}

impl From<&Form> for StoredForm {
    fn from(form: &Form) -> Self {
        let part = |part: &Part| StoredPart {
            name: part.name.clone(),
            filename: part.filename.clone(),
            content_type: part.content_type.clone(),
            content: match &part.content {
                PartContent::Text(text) => StoredContent::Text(text.clone()),
                PartContent::Bytes(bytes) => StoredContent::Base64(STANDARD.encode(bytes)),
                PartContent::Document => StoredContent::Document,
                PartContent::Picture(address) => StoredContent::Picture(address.clone()),
            },
        };
        Self(form.parts.iter().map(part).collect())
    }
}

impl StoredForm {
    pub(super) fn restore(self) -> Option<Form> {
        let part = |StoredPart { name, filename, content_type, content }| {
            let content = match content {
                StoredContent::Text(text) => PartContent::Text(text),
                StoredContent::Base64(text) => PartContent::Bytes(STANDARD.decode(text).ok()?),
                StoredContent::Document => PartContent::Document,
                StoredContent::Picture(address) => PartContent::Picture(address),
            };
            Some(Part { name, filename, content_type, content })
        };
        let parts = self.0.into_iter().map(part).collect::<Option<_>>()?;
        Some(Form { parts })
    }
}
