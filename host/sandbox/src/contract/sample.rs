//! A description that tests bend out of shape.

use wharf_catalog::{
    Description, Field, FieldKind, Lane,
    declaration::{AuthScheme, Endpoint, Idempotency, LengthLimit, LengthUnit, Method, Publishing},
};

/// A sound description of a publisher with one endpoint.
pub(crate) fn publisher() -> Description {
    Description {
        name: "test-channel".into(),
        version: "1.0.0-rc.1".into(),
        summary: "For tests".into(),
        fields: vec![field("title")],
        settings_schema: "{}".into(),
        auth: AuthScheme::None,
        endpoints: vec![Endpoint {
            name: "api".into(),
            url: "https://api.example:8443/base".into(),
            methods: vec![Method::Post],
            paths: vec![],
        }],
        budgets: vec![],
        publishing: Some(Publishing {
            stock_alone: false,
            price_alone: false,
            maximum_operations: 100,
            idempotency: Idempotency::NaturalKey,
            reads_headers: vec!["retry-after".into()],
        }),
    }
}

/// A required text of at most 150 characters.
pub(crate) fn field(name: &str) -> Field {
    Field {
        name: name.into(),
        description: String::new(),
        kind: FieldKind::Text,
        lane: Lane::Content,
        required: true,
        length: Some(LengthLimit { maximum: 150, unit: LengthUnit::Characters, truncate: true }),
        maximum_values: None,
        choices: vec![],
        source: None,
    }
}
