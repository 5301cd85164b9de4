//! Builders for what a connector says about itself.

mod auth;
mod endpoint;
mod field;
mod rules;
mod terms;

use crate::{
    AuthScheme, Budget, Categories, Description, Endpoint, Field, FileIntake, Publishing, PullStream,
    Receiving, Variants,
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
            categories: None,
            variants: None,
            settings_schema: r#"{"type":"object","additionalProperties":false}"#.to_owned(),
            auth: Vec::new(),
            endpoints: Vec::new(),
            budgets: Vec::new(),
            reads_headers: Vec::new(),
            publishing: None,
            streams: Vec::new(),
            receiving: None,
            intake: None,
        }
    }

    /// Made by [`fields!`].
    pub fn fields(self, fields: Vec<Field>) -> Self {
        Self { fields, ..self }
    }

    /// Categories that ask for different fields.
    pub fn categories(self, categories: Categories) -> Self {
        Self { categories: Some(categories), ..self }
    }

    /// How the channel groups variants.
    pub fn variants(self, variants: Variants) -> Self {
        Self { variants: Some(variants), ..self }
    }

    /// JSON Schema 2020-12 of the settings object. Without it there are no settings.
    pub fn settings_schema(self, schema: &str) -> Self {
        Self { settings_schema: schema.to_owned(), ..self }
    }

    /// How the vendor wants to be shown who calls; without it, not at all. Called more than once, the operator
    /// chooses, and the first is the usual one.
    pub fn auth(mut self, auth: AuthScheme) -> Self {
        self.auth.push(auth);
        self
    }

    /// Requests name endpoints by their position, so the order matters.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoints.push(endpoint);
        self
    }

    /// How much the vendor lets through. The host keeps to the strictest that applies.
    pub fn budget(mut self, budget: Budget) -> Self {
        self.budgets.push(budget);
        self
    }

    /// This response header is read; the name in lower case. No other header is handed in.
    pub fn reads_header(mut self, name: &str) -> Self {
        self.reads_headers.push(name.to_owned());
        self
    }

    /// Needed by a publisher.
    pub fn publishing(self, publishing: Publishing) -> Self {
        Self { publishing: Some(publishing), ..self }
    }

    /// Needed by a puller, which names streams by their position.
    pub fn stream(mut self, stream: PullStream) -> Self {
        self.streams.push(stream);
        self
    }

    /// Needed by a receiver.
    pub fn receiving(self, receiving: Receiving) -> Self {
        Self { receiving: Some(receiving), ..self }
    }

    /// Needed by an intake.
    pub fn intake(self, intake: FileIntake) -> Self {
        Self { intake: Some(intake), ..self }
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}
