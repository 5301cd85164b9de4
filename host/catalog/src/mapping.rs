//! How an operator fills a connector's fields: from an attribute, a template or a constant.
//!
//! A mapping is declared per channel and compiled once against the connector's description. What it does
//! not mention is filled from the field's declared source, so most channels need few rules or none.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::{Deserialize, Serialize};

use crate::declaration::Description;

/// Rules by field name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<String, Rule>);

/// What fills one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Rule {
    /// The short form: one source.
    Source(String),
    /// The long form.
    Detailed(DetailedRule),
}

/// A rule with more than a single source. Exactly one of `from`, `template` and `value` is given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DetailedRule {
    /// Sources in order of preference; the first that holds something wins. An empty list leaves the field empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Vec<String>>,
    /// A Jinja template over sources, such as `{{ brand }} {{ name }}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// The same text for every item.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Replaces whole values, such as `Bleu = "blue"`. Values not listed pass unchanged.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub translate: BTreeMap<String, String>,
}

/// Why a mapping cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    #[error("the mapping names a field `{field}` that the connector does not take{}", suggestion(.nearest.as_deref()))]
    UnknownField { field: String, nearest: Option<String> },
    #[error("the rule for `{field}` needs exactly one of `from`, `template` and `value`")]
    Ambiguous { field: String },
    #[error("the template for `{field}` does not parse: {reason}")]
    Template { field: String, reason: String },
}

fn suggestion(name: Option<&str>) -> String {
    name.map(|name| format!("; did you mean `{name}`?")).unwrap_or_default()
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Sku,
    Parent,
    Family,
    Categories,
    /// Of this list, or of the channel's own.
    Price {
        list: Option<String>,
    },
    Stock,
    Images,
    /// Keys in order of preference, from the channel's own locale to the value without one.
    Attribute {
        keys: Vec<String>,
    },
}

impl Source {
    fn parse(name: &str, locales: &[String]) -> Self {
        match name {
            "sku" => Self::Sku,
            "parent" => Self::Parent,
            "family" => Self::Family,
            "categories" => Self::Categories,
            "stock" => Self::Stock,
            "images" => Self::Images,
            "price" => Self::Price { list: None },
            _ => match name.strip_prefix("price:") {
                Some(list) => Self::Price { list: Some(list.into()) },
                None => Self::Attribute { keys: attribute_keys(name, locales) },
            },
        }
    }
}

fn attribute_keys(name: &str, locales: &[String]) -> Vec<String> {
    if name.contains('@') {
        return vec![name.into()];
    }
    let localized = locales.iter().map(|locale| format!("{name}@{locale}"));
    localized.chain([name.to_owned()]).collect()
}

/// The locale, its language alone, then the same for each fallback.
pub(crate) fn locale_chain<'a>(locales: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut chain: Vec<String> = Vec::new();
    for locale in locales {
        let language = locale.split('-').next().unwrap_or(locale);
        for candidate in [locale, language] {
            if !chain.iter().any(|known| known == candidate) {
                chain.push(candidate.to_owned());
            }
        }
    }
    chain
}

/// A rule, ready to run.
#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(crate) filling: Filling,
    pub(crate) translate: BTreeMap<String, String>,
    /// What the operator would name as the place to fill, for messages.
    pub(crate) origin: String,
}

#[derive(Debug)]
pub(crate) enum Filling {
    Nothing,
    Sources(Vec<Source>),
    Template { name: String, variables: Vec<(String, Source)> },
    Constant(String),
}

/// The rules of a channel, one per field of the description, and the templates they use.
#[derive(Debug)]
pub(crate) struct CompiledMapping {
    pub(crate) rules: Vec<CompiledRule>,
    pub(crate) templates: Environment<'static>,
}

impl CompiledMapping {
    pub(crate) fn new(
        description: &Description,
        mapping: &Mapping,
        locales: &[String],
    ) -> Result<Self, MappingError> {
        if let Some(field) = mapping.0.keys().find(|name| description.field_index(name).is_none()) {
            let nearest = closest(field, description.fields.iter().map(|field| field.name.as_str()));
            return Err(MappingError::UnknownField { field: field.clone(), nearest });
        }
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::None);
        templates.set_undefined_behavior(UndefinedBehavior::Lenient);
        let rules = description
            .fields
            .iter()
            .map(|field| {
                let default = field.source.clone().map(Rule::Source);
                let rule = mapping.0.get(&field.name).cloned().or(default);
                compile(&field.name, rule, locales, &mut templates)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { rules, templates })
    }
}

fn compile(
    field: &str,
    rule: Option<Rule>,
    locales: &[String],
    templates: &mut Environment<'static>,
) -> Result<CompiledRule, MappingError> {
    let rule = match rule {
        None => DetailedRule { from: Some(Vec::new()), ..DetailedRule::default() },
        Some(Rule::Source(name)) => DetailedRule { from: Some(vec![name]), ..DetailedRule::default() },
        Some(Rule::Detailed(rule)) => rule,
    };
    let (filling, origin) = match (rule.from, rule.template, rule.value) {
        (Some(names), None, None) if names.is_empty() => (Filling::Nothing, String::new()),
        (Some(names), None, None) => {
            let sources = names.iter().map(|name| Source::parse(name, locales)).collect();
            (Filling::Sources(sources), names.join("` or `"))
        }
        (None, Some(text), None) => (compile_template(field, &text, locales, templates)?, text),
        (None, None, Some(value)) => (Filling::Constant(value.clone()), value),
        _ => return Err(MappingError::Ambiguous { field: field.into() }),
    };
    Ok(CompiledRule { filling, translate: rule.translate, origin })
}

fn compile_template(
    field: &str,
    text: &str,
    locales: &[String],
    templates: &mut Environment<'static>,
) -> Result<Filling, MappingError> {
    let fail =
        |error: minijinja::Error| MappingError::Template { field: field.into(), reason: error.to_string() };
    templates.add_template_owned(field.to_owned(), text.to_owned()).map_err(fail)?;
    let template = templates.get_template(field).map_err(fail)?;
    let mut variables: Vec<_> = template.undeclared_variables(false).into_iter().collect();
    variables.sort();
    let variables = variables.into_iter().map(|name| (name.clone(), Source::parse(&name, locales))).collect();
    Ok(Filling::Template { name: field.into(), variables })
}

/// The candidate that a person most probably meant, if any is close.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let wanted = name.to_lowercase();
    candidates
        .map(|candidate| (distance(&wanted, &candidate.to_lowercase()), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 1 + wanted.chars().count() / 3)
        .map(|(_, candidate)| candidate.to_owned())
}

/// Levenshtein distance in characters.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
