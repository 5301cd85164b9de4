//! Every ability has its terms, and no terms stand without their ability.

use std::collections::HashSet;

use wharf_catalog::{
    Description,
    declaration::{Publishing, PullStream},
};

use super::{super::form::is_kebab_case, Breaches};
use crate::exports::Interface;

impl Breaches {
    pub(super) fn terms(&mut self, description: &Description, abilities: &[Interface]) {
        let able = |ability| abilities.contains(&ability);
        self.pair(
            "publishing",
            description.publishing.is_some(),
            Interface::Publisher,
            able(Interface::Publisher),
        );
        self.pair(
            "receiving",
            description.receiving.is_some(),
            Interface::Receiver,
            able(Interface::Receiver),
        );
        self.pair("intake", description.intake.is_some(), Interface::Intake, able(Interface::Intake));
        if let Some(terms) = &description.publishing {
            self.publishing(terms, description);
        }
        self.streams(&description.streams, able(Interface::Puller));
        if let Some((secret, signature)) = description.receiving.iter().find_map(|it| it.signature.as_ref()) {
            self.signature(signature);
            self.require(is_secret(&description.settings_schema, secret), || {
                format!("webhooks are signed with `{secret}`, but no property of this name is marked `writeOnly` in the settings schema")
            });
        }
    }

    fn pair(&mut self, terms: &str, declared: bool, ability: Interface, exported: bool) {
        let name = ability.name();
        self.require(declared || !exported, || format!("it exports `{name}` but declares no `{terms}`"));
        self.require(exported || !declared, || format!("it declares `{terms}` but exports no `{name}`"));
    }

    fn publishing(&mut self, terms: &Publishing, description: &Description) {
        self.require(!description.endpoints.is_empty(), || "it publishes but declares no endpoint".into());
        self.require(terms.maximum_operations > 0, || "`publishing` takes no operations at all".into());
    }

    fn streams(&mut self, streams: &[PullStream], pulls: bool) {
        self.require(pulls || streams.is_empty(), || "it declares streams but exports no `puller`".into());
        self.require(!pulls || !streams.is_empty(), || "it exports `puller` but declares no stream".into());
        let mut names = HashSet::new();
        for stream in streams {
            let name = &stream.name;
            self.require(is_kebab_case(name), || format!("the stream name {name:?} is not kebab-case"));
            self.require(names.insert(name), || format!("two streams are named `{name}`"));
            self.require(!stream.changes.is_empty(), || {
                format!("stream `{name}` does not say how it changes")
            });
            self.require(stream.every_seconds > 0, || format!("stream `{name}` is pulled every 0 seconds"));
        }
    }
}

/// Whether a property of the settings is marked as a secret.
fn is_secret(schema: &str, property: &str) -> bool {
    let schema = serde_json::from_str::<serde_json::Value>(schema).unwrap_or_default();
    schema["properties"][property]["writeOnly"] == true
}
