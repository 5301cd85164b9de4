//! A description that tests bend out of shape.

use wharf_catalog::{
    Description, Field, FieldKind,
    declaration::{Endpoint, Idempotency, LengthLimit, LengthUnit, Method, Publishing, Reach},
};

/// A sound description of a publisher with one endpoint.
pub(crate) fn publisher() -> Description {
    Description {
        fields: vec![field("title")],
        endpoints: vec![Endpoint {
            name: "api".into(),
            url: "https://api.example:8443/base".into(),
            reach: Reach::Fixed,
            methods: vec![Method::Post],
            paths: vec![],
            headers: vec![],
        }],
        reads_headers: vec!["retry-after".into()],
        publishing: Some(Publishing {
            stock_alone: false,
            price_alone: false,
            maximum_operations: 100,
            maximum_request_bytes: None,
            idempotency: Idempotency::NaturalKey,
            whole_groups: false,
            stock_apart: false,
            price_apart: false,
        }),
        ..Description::new("test-channel", "1.0.0-rc.1", "For tests")
    }
}

/// A required text of at most 150 characters.
pub(crate) fn field(name: &str) -> Field {
    Field {
        required: true,
        length: Some(LengthLimit { maximum: 150, unit: LengthUnit::Characters, truncate: true }),
        ..Field::new(name, FieldKind::Text)
    }
}
