//! Builders for what a connector says about itself.

use crate::{
    AuthScheme, Budget, Description, Endpoint, Field, FieldKind, Idempotency, Lane, LengthLimit, LengthUnit,
    Method, Publishing,
};

/// Names the channel's fields: one constant for each, and `fields()` for the description.
///
/// The constants count as the list does, so an index cannot point at another field. Everything is `pub(crate)`.
///
/// ```
/// use wharf_sdk::Field;
///
/// wharf_sdk::fields! {
///     TITLE = Field::text("title").required().source("name").characters(150);
///     PRICE = Field::money("price").required().source("price");
/// }
///
/// assert_eq!(fields()[PRICE as usize].name, "price");
/// ```
#[macro_export]
macro_rules! fields {
    ($($name:ident = $field:expr;)+) => {
        $crate::fields!(@constant 0; $($name)+);

        pub(crate) fn fields() -> Vec<$crate::Field> {
            vec![$($field),+]
        }
    };
    (@constant $index:expr; $name:ident $($rest:ident)*) => {
        pub(crate) const $name: u32 = $index;
        $crate::fields!(@constant $name + 1; $($rest)*);
    };
    (@constant $index:expr;) => {};
}

impl Description {
    /// `name` is kebab-case and unique among connectors, `version` semantic, `summary` one line for the operator.
    pub fn new(name: &str, version: &str, summary: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            summary: summary.to_owned(),
            fields: Vec::new(),
            settings_schema: r#"{"type":"object","additionalProperties":false}"#.to_owned(),
            auth: AuthScheme::None,
            endpoints: Vec::new(),
            budgets: Vec::new(),
            publishing: None,
        }
    }

    /// Made by [`fields!`].
    pub fn fields(self, fields: Vec<Field>) -> Self {
        Self { fields, ..self }
    }

    /// JSON Schema 2020-12 of the settings object. Without it there are no settings.
    pub fn settings_schema(self, schema: &str) -> Self {
        Self { settings_schema: schema.to_owned(), ..self }
    }

    /// How the vendor wants to be shown who calls; without it, not at all.
    pub fn auth(self, auth: AuthScheme) -> Self {
        Self { auth, ..self }
    }

    /// Requests name endpoints by their position, so the order matters.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// How much the vendor lets through: at most `requests` in any `per_seconds`.
    pub fn budget(mut self, name: &str, requests: u32, per_seconds: u32) -> Self {
        self.budgets.push(Budget { name: name.to_owned(), requests, per_seconds });
        self
    }

    /// Needed by a publisher.
    pub fn publishing(self, publishing: Publishing) -> Self {
        Self { publishing: Some(publishing), ..self }
    }
}

impl Endpoint {
    /// `url` is the base address without a trailing slash.
    pub fn new(name: &str, url: &str, methods: &[Method]) -> Self {
        Self { name: name.to_owned(), url: url.to_owned(), methods: methods.to_vec(), paths: Vec::new() }
    }

    /// Requests keep to paths with this prefix, or another one that was named.
    pub fn path(mut self, prefix: &str) -> Self {
        self.paths.push(prefix.to_owned());
        self
    }
}

impl Publishing {
    /// Whole upserts by natural key, at most this many operations a `prepare`.
    pub fn new(maximum_operations: u32) -> Self {
        Self {
            stock_alone: false,
            price_alone: false,
            maximum_operations,
            idempotency: Idempotency::NaturalKey,
            reads_headers: Vec::new(),
        }
    }

    /// `prepare` takes operations that carry only stock fields.
    pub fn stock_alone(self) -> Self {
        Self { stock_alone: true, ..self }
    }

    /// `prepare` takes operations that carry only price fields.
    pub fn price_alone(self) -> Self {
        Self { price_alone: true, ..self }
    }

    /// What the host may rely on when it repeats a request.
    pub fn idempotency(self, idempotency: Idempotency) -> Self {
        Self { idempotency, ..self }
    }

    /// `settle` reads this response header; the name in lower case.
    pub fn reads_header(mut self, name: &str) -> Self {
        self.reads_headers.push(name.to_owned());
        self
    }
}

impl Field {
    /// An optional content field of this kind.
    pub fn new(name: &str, kind: FieldKind) -> Self {
        Self {
            name: name.to_owned(),
            description: String::new(),
            kind,
            lane: Lane::Content,
            required: false,
            length: None,
            maximum_values: None,
            choices: Vec::new(),
            source: None,
        }
    }

    /// One line or paragraph of plain text.
    pub fn text(name: &str) -> Self {
        Self::new(name, FieldKind::Text)
    }

    /// Text that may hold markup; see [`crate::strip_html`] for channels that show none.
    pub fn html(name: &str) -> Self {
        Self::new(name, FieldKind::Html)
    }

    /// A list of texts, such as categories or selling points.
    pub fn texts(name: &str) -> Self {
        Self::new(name, FieldKind::Texts)
    }

    /// An exact number without a unit.
    pub fn number(name: &str) -> Self {
        Self::new(name, FieldKind::Number)
    }

    /// Whole units that may be sold; travels in the stock lane.
    pub fn quantity(name: &str) -> Self {
        Self { lane: Lane::Stock, ..Self::new(name, FieldKind::Quantity) }
    }

    /// An amount with its currency; travels in the price lane.
    pub fn money(name: &str) -> Self {
        Self { lane: Lane::Price, ..Self::new(name, FieldKind::Money) }
    }

    /// Yes or no.
    pub fn flag(name: &str) -> Self {
        Self::new(name, FieldKind::Flag)
    }

    /// An absolute address.
    pub fn url(name: &str) -> Self {
        Self::new(name, FieldKind::Url)
    }

    /// Pictures by address; the first is the main one.
    pub fn images(name: &str) -> Self {
        Self::new(name, FieldKind::Images)
    }

    /// A Global Trade Item Number, see [`crate::gtin`].
    pub fn gtin(name: &str) -> Self {
        Self::new(name, FieldKind::Gtin)
    }

    /// A day or moment in ISO 8601.
    pub fn date(name: &str) -> Self {
        Self::new(name, FieldKind::Date)
    }

    /// One of these values.
    pub fn choice(name: &str, choices: &[&str]) -> Self {
        let choices = choices.iter().map(|&choice| choice.to_owned()).collect();
        Self { choices, ..Self::new(name, FieldKind::Choice) }
    }

    /// What it means to the shopper, and the channel's rule with its source.
    pub fn about(self, description: &str) -> Self {
        Self { description: description.to_owned(), ..self }
    }

    /// An item without it is not sent.
    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The catalog source that fills it by default: an attribute's code, or `sku`, `categories`, `price`, ...
    pub fn source(self, source: &str) -> Self {
        Self { source: Some(source.to_owned()), ..self }
    }

    /// Which lane a change of the field travels in, where the kind's own does not fit.
    pub fn lane(self, lane: Lane) -> Self {
        Self { lane, ..self }
    }

    /// The most Unicode characters it takes.
    pub fn characters(self, maximum: u32) -> Self {
        self.limit(maximum, LengthUnit::Characters)
    }

    /// The most bytes of UTF-8 it takes.
    pub fn bytes(self, maximum: u32) -> Self {
        self.limit(maximum, LengthUnit::Bytes)
    }

    /// The most UTF-16 code units it takes.
    pub fn utf16(self, maximum: u32) -> Self {
        self.limit(maximum, LengthUnit::Utf16)
    }

    /// The host cuts longer text at a word boundary and warns, instead of rejecting the item.
    pub fn truncate(mut self) -> Self {
        if let Some(length) = &mut self.length {
            length.truncate = true;
        }
        self
    }

    /// The most values a list takes.
    pub fn at_most(self, values: u32) -> Self {
        Self { maximum_values: Some(values), ..self }
    }

    fn limit(self, maximum: u32, unit: LengthUnit) -> Self {
        Self { length: Some(LengthLimit { maximum, unit, truncate: false }), ..self }
    }
}
