//! `wharf connector check`: a look at a component before it goes anywhere.

use std::path::Path;

use serde::Serialize;
use wharf_catalog::Description;
use wharf_sandbox::{Connector as Component, conformance};
use wharf_sync::{Ask, Asks, abilities};

use super::{
    super::{Outcome, Session},
    source::Source,
};
use crate::connector::package::Label;

/// What a connector is and what it asks for.
#[derive(Serialize)]
struct Portrait<'a> {
    digest: &'a str,
    bytes: usize,
    abilities: Vec<&'static str>,
    asks: Asks,
    /// What its author says of it, in a package.
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<&'a Label>,
    /// What the quick conformance run found wrong.
    breach: Option<String>,
    #[serde(flatten)]
    description: &'a Description,
}

impl<'a> Portrait<'a> {
    fn new(component: &'a Component, source: &'a Source) -> Self {
        Self {
            digest: component.digest(),
            bytes: source.bytes.len(),
            package: source.label.as_ref(),
            abilities: abilities(component),
            asks: Asks::of(component),
            breach: conformance::quick(component).err().map(|breach| breach.to_string()),
            description: component.description(),
        }
    }

    fn text(&self) -> String {
        let Description { name, version, summary, fields, streams, budgets, .. } = self.description;
        let mut lines = vec![
            format!("{name} {version}: {summary}"),
            format!("  abilities  {}", self.abilities.join(", ")),
            format!("  size       {} KiB", self.bytes.div_ceil(1024)),
            format!("  digest     {}", self.digest),
        ];
        lines.extend(self.package.map(packed));
        let further = self.asks.iter().filter(|ask| !matches!(ask, Ask::Ability { .. }));
        lines.extend(further.map(|ask| format!("  asks       {ask}")));
        lines.extend(budgets.iter().map(|budget| {
            format!("  budget     {}: {} per {} s", budget.name, budget.units, budget.per_seconds)
        }));
        lines.extend(streams.iter().map(|stream| format!("  stream     {}", stream.name)));
        let required: Vec<_> =
            fields.iter().filter(|field| field.required).map(|field| field.name.as_str()).collect();
        lines.push(format!("  fields     {}, required: {}", fields.len(), required.join(", ")));
        let conformance = self.breach.as_deref().unwrap_or("the quick run found nothing wrong");
        lines.push(format!("  conformance {conformance}"));
        lines.join("\n")
    }
}

fn packed(label: &Label) -> String {
    let Label { authors, license, repository, signature, .. } = label;
    let known = [license, repository].into_iter().flatten().chain(authors).map(String::as_str);
    let signed = if signature.is_some() { "signed" } else { "not signed" };
    format!("  package    {}", [signed].into_iter().chain(known).collect::<Vec<_>>().join(", "))
}

pub(super) fn check(session: &Session, file: &Path) -> anyhow::Result<Outcome> {
    let source = Source::read(session.output, file)?;
    let component = source.load(session)?;
    let portrait = Portrait::new(&component, &source);
    session.output.either(&portrait, || portrait.text())?;
    Ok(Outcome::refused_if(portrait.breach.is_some()))
}
