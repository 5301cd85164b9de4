//! One SKU as one channel should show it: scope, inheritance, mapping, conversion, completeness.
//!
//! A [`Projector`] is compiled once per channel. Its answer for the same product, stock and channel is always
//! the same, so the [`Fingerprint`] of an item tells whether a channel already shows it.

mod category;
mod convert;
mod fingerprint;
mod scope;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use minijinja::Value as TemplateValue;

use crate::{
    declaration::{Description, FieldKind, Lanes},
    item::{Content, Context, FieldValue, Item, Problem},
    mapping::{CompiledMapping, CompiledRule, Filling, Mapping, MappingError, Source, locale_chain},
    product::{Product, Status, Value},
};
use convert::{Raw, convert};

pub use fingerprint::{Fingerprint, Seed};
pub use scope::{Scope, Selection};

/// A product with everything that its projection needs.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    pub product: &'a Product,
    /// Its models, nearest first.
    pub ancestors: &'a [&'a Product],
    /// Units by location; empty when nothing is known.
    pub stock: &'a [(String, i64)],
}

/// What the channel should show for one SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Projection {
    /// This item, perhaps with warnings.
    Listed { item: Item, warnings: Vec<Problem> },
    /// It belongs on the channel, but not like this.
    Incomplete(Vec<Problem>),
    /// Nothing: out of scope, disabled, or a model.
    Absent,
}

/// The compiled view of one channel on the catalog.
#[derive(Debug)]
pub struct Projector {
    description: Description,
    mapping: CompiledMapping,
    scope: Scope,
}

impl Projector {
    pub fn new(description: Description, mapping: &Mapping, scope: Scope) -> Result<Self, MappingError> {
        let locales = locale_chain(
            std::iter::once(scope.locale.as_str()).chain(scope.fallback_locales.iter().map(String::as_str)),
        );
        let mapping = CompiledMapping::new(&description, mapping, &locales)?;
        Ok(Self { description, mapping, scope })
    }

    pub fn description(&self) -> &Description {
        &self.description
    }

    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The context that goes with this channel's items.
    pub fn context(&self, settings: String) -> Context {
        Context {
            settings,
            locale: self.scope.locale.clone(),
            country: self.scope.country.clone(),
            currency: self.scope.currency.clone(),
        }
    }

    /// What the channel should show for `candidate`.
    pub fn project(&self, candidate: Candidate<'_>) -> Projection {
        if candidate.product.model || !self.is_active(candidate) || !self.scope.selection.admits(candidate) {
            return Projection::Absent;
        }
        let (values, problems) = self.fill(candidate);
        if problems.iter().any(Problem::is_error) {
            return Projection::Incomplete(problems);
        }
        let item = Item {
            sku: candidate.product.sku.as_str().to_owned(),
            group: candidate.product.parent.as_ref().map(|parent| parent.as_str().to_owned()),
            values,
        };
        Projection::Listed { item, warnings: problems }
    }

    /// Only the fields of these lanes, for operations that carry no more.
    pub fn restrict(&self, mut item: Item, lanes: Lanes) -> Item {
        item.values.retain(|value| lanes.contains(self.description.fields[value.field as usize].lane));
        item
    }

    fn is_active(&self, candidate: Candidate<'_>) -> bool {
        let mut chain = std::iter::once(candidate.product).chain(candidate.ancestors.iter().copied());
        chain.all(|product| product.status == Status::Active)
    }

    fn fill(&self, candidate: Candidate<'_>) -> (Vec<FieldValue>, Vec<Problem>) {
        let mut values = Vec::with_capacity(self.description.fields.len());
        let mut problems = Vec::new();
        if let Some(parent) = candidate.product.parent.as_ref().filter(|_| candidate.ancestors.is_empty()) {
            problems.push(Problem::error(
                "parent-missing",
                None,
                format!("the model `{parent}` is not in the catalog: import it, or clear the parent"),
            ));
        }
        for (index, (field, rule)) in self.description.fields.iter().zip(&self.mapping.rules).enumerate() {
            let content = match field.kind {
                FieldKind::Levels => self.levels(candidate),
                _ => {
                    let raw = self.resolve(rule, candidate, &mut problems, &field.name);
                    convert(field, raw, &rule.translate, &self.scope.currency, &mut problems)
                }
            };
            match content {
                Some(content) => values.push(FieldValue { field: index as u32, content }),
                None if field.required && !blamed(&problems, &field.name) => {
                    problems.push(self.missing(&field.name, &rule.origin));
                }
                None => {}
            }
        }
        if let Some(categories) = &self.description.categories {
            category::check(&self.description, categories, &values, &mut problems);
        }
        (values, problems)
    }

    /// Stock by location has one source, whatever is mapped.
    fn levels(&self, candidate: Candidate<'_>) -> Option<Content> {
        let levels = self.scope.levels(candidate.stock);
        (!levels.is_empty()).then_some(Content::Levels(levels))
    }

    fn missing(&self, field: &str, origin: &str) -> Problem {
        let remedy = if origin.is_empty() {
            "map the field to a source".to_owned()
        } else {
            format!("fill `{origin}` for {} in {}", self.scope.locale, self.scope.currency)
        };
        Problem::error("missing", Some(field), format!("`{field}` is required and empty: {remedy}"))
    }

    fn resolve<'a>(
        &'a self,
        rule: &'a CompiledRule,
        candidate: Candidate<'a>,
        problems: &mut Vec<Problem>,
        field: &str,
    ) -> Raw<'a> {
        match &rule.filling {
            Filling::Nothing => Raw::Nothing,
            Filling::Constant(text) => Raw::Text(text.into()),
            Filling::Sources(sources) => sources
                .iter()
                .map(|source| self.look_up(source, candidate))
                .find(|raw| !raw.is_empty())
                .unwrap_or(Raw::Nothing),
            Filling::Template { name, variables } => match self.render(name, variables, candidate) {
                Ok(text) if text.trim().is_empty() => Raw::Nothing,
                Ok(text) => Raw::Text(text.into()),
                Err(error) => {
                    problems.push(Problem::error("template", Some(field), error.to_string()));
                    Raw::Nothing
                }
            },
        }
    }

    fn render(
        &self,
        name: &str,
        variables: &[(String, Source)],
        candidate: Candidate<'_>,
    ) -> Result<String, minijinja::Error> {
        let values: BTreeMap<&str, TemplateValue> = variables
            .iter()
            .map(|(name, source)| (name.as_str(), self.look_up(source, candidate).into_template()))
            .collect();
        self.mapping.templates.get_template(name)?.render(values)
    }

    fn look_up<'a>(&self, source: &Source, candidate: Candidate<'a>) -> Raw<'a> {
        let product = candidate.product;
        let nearest = || std::iter::once(product).chain(candidate.ancestors.iter().copied());
        match source {
            Source::Sku => Raw::Text(product.sku.as_str().into()),
            Source::Parent => {
                product.parent.as_ref().map_or(Raw::Nothing, |sku| Raw::Text(sku.as_str().into()))
            }
            Source::Family => nearest()
                .find_map(|product| product.family.as_deref())
                .map_or(Raw::Nothing, |family| Raw::Text(family.into())),
            Source::Categories => nearest()
                .map(|product| product.categories.as_slice())
                .find(|categories| !categories.is_empty())
                .map_or(Raw::Nothing, Raw::List),
            Source::Images => nearest()
                .map(|product| product.images.as_slice())
                .find(|images| !images.is_empty())
                .map_or(Raw::Nothing, Raw::Images),
            Source::Price { list } => {
                let list = list.as_deref().unwrap_or(&self.scope.price_list);
                nearest()
                    .flat_map(|product| &product.prices)
                    .find(|price| price.list == list && price.currency == self.scope.currency)
                    .map_or(Raw::Nothing, |price| Raw::Number(price.amount))
            }
            Source::Stock => self.scope.allocate(candidate.stock).map_or(Raw::Nothing, Raw::Quantity),
            Source::Attribute { keys } => keys
                .iter()
                .find_map(|key| nearest().find_map(|product| product.attributes.get(key)))
                .map_or(Raw::Nothing, Raw::from),
        }
    }
}

fn blamed(problems: &[Problem], field: &str) -> bool {
    problems.iter().any(|problem| problem.is_error() && problem.field.as_deref() == Some(field))
}

impl<'a> From<&'a Value> for Raw<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text.as_str().into()),
            Value::Number(number) => Self::Number(*number),
            Value::Flag(flag) => Self::Flag(*flag),
            Value::List(list) => Self::List(list),
            Value::Measure { amount, unit } => Self::Measure { amount: *amount, unit },
        }
    }
}
