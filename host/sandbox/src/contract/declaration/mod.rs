//! A description is the base of everything else, so it is checked whole before a connector is let in.

mod access;
mod fields;
mod terms;

use wharf_catalog::Description;

use super::form::{is_kebab_case, is_line, is_semantic_version};
use crate::exports::Interface;

/// Everything that is wrong with a description, in the order of its members; empty when it is sound.
pub(crate) fn breaches(description: &Description, abilities: &[Interface]) -> Vec<String> {
    let mut breaches = Breaches::default();
    breaches.identity(description);
    breaches.fields(description);
    breaches.settings_schema(&description.settings_schema);
    breaches.access(description);
    breaches.terms(description, abilities);
    breaches.0
}

#[derive(Debug, Default)]
struct Breaches(Vec<String>);

impl Breaches {
    fn require(&mut self, holds: bool, breach: impl FnOnce() -> String) {
        if !holds {
            self.0.push(breach());
        }
    }

    fn identity(&mut self, description: &Description) {
        let (name, version) = (&description.name, &description.version);
        self.require(is_kebab_case(name), || format!("the name {name:?} is not kebab-case"));
        self.require(is_semantic_version(version), || format!("the version {version:?} is not like 1.2.3"));
        self.require(is_line(&description.summary), || "the summary is not one line".into());
    }

    fn settings_schema(&mut self, schema: &str) {
        let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(schema);
        if let Err(error) = object {
            self.0.push(format!("the settings schema is not a JSON object: {error}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use wharf_catalog::{
        FieldKind,
        declaration::{
            AuthScheme, Budget, BudgetRule, BudgetScope, Categories, ChangeDetection, PullStream, Reach,
            Requirement, StreamKind, TokenGrant,
        },
    };

    use super::*;
    use crate::contract::sample::{field, publisher};

    fn found(change: impl FnOnce(&mut Description)) -> String {
        let mut description = publisher();
        change(&mut description);
        breaches(&description, &[Interface::Publisher]).join("; ")
    }

    #[test]
    fn a_sound_description_has_no_breaches() {
        assert_eq!(found(|_| {}), "");
    }

    #[test]
    fn names_and_versions_follow_their_forms() {
        for name in ["", "Google", "a--b", "-a", "a_b", "1a"] {
            assert!(found(|it| it.name = name.into()).contains("kebab-case"), "{name:?}");
        }
        for version in ["", "1", "1.2", "1.2.3.4", "1.x.3", "v1.2.3", "1.2.3-a b"] {
            assert!(found(|it| it.version = version.into()).contains("version"), "{version:?}");
        }
    }

    #[test]
    fn fields_are_unique_and_consistent() {
        assert!(found(|it| it.fields.push(field("title"))).contains("two fields are named `title`"));
        assert!(found(|it| it.fields[0].kind = FieldKind::Choice).contains("needs choices"));
        assert!(found(|it| it.fields[0].choices.push("a".into())).contains("needs choices"));
        assert!(found(|it| it.fields[0].kind = FieldKind::Flag).contains("length limit"));
        assert!(found(|it| it.fields[0].maximum_values = Some(3)).contains("takes one"));
    }

    #[test]
    fn addresses_are_bases_without_secrets_or_trailing_slash() {
        for url in ["ftp://a", "https://", "https://a/", "https://u:p@a", "https://a?b", "https://:80", "//a"]
        {
            assert!(found(|it| it.endpoints[0].url = url.into()).contains("address"), "{url}");
        }
    }

    #[test]
    fn limits_are_not_zero_and_the_schema_is_an_object() {
        let budget = Budget { units: 0, per_seconds: 0, ..budget(vec![]) };
        assert_eq!(found(|it| it.budgets.push(budget)).matches("budget `b`").count(), 2);
        assert!(found(|it| it.settings_schema = "[]".into()).contains("not a JSON object"));
    }

    #[test]
    fn publishing_is_declared_exactly_when_it_is_exported() {
        assert!(found(|it| it.publishing = None).contains("declares no `publishing`"));
        assert_eq!(
            breaches(&publisher(), &[Interface::Feed]),
            ["it declares `publishing` but exports no `publisher`"]
        );
    }

    fn budget(counts: Vec<BudgetRule>) -> Budget {
        Budget {
            name: "b".into(),
            scope: BudgetScope::Account,
            units: 1,
            per_seconds: 1,
            burst: None,
            concurrent: None,
            counts,
        }
    }

    #[test]
    fn what_is_named_by_number_has_to_be_there() {
        let rule = BudgetRule { endpoint: 1, methods: vec![], path: String::new() };
        assert!(found(|it| it.budgets.push(budget(vec![rule]))).contains("endpoint 1"));
        let requirement = Requirement { category: "a".into(), field: 7, required: true, choices: vec![] };
        let categories = Categories { field: 0, requirements: vec![requirement] };
        assert!(found(|it| it.categories = Some(categories)).contains("field 7"));
    }

    #[test]
    fn streams_are_declared_exactly_when_they_can_be_pulled() {
        let stream = || PullStream {
            name: "orders".into(),
            kind: StreamKind::Orders,
            changes: vec![ChangeDetection::Full],
            every_seconds: 60,
        };
        assert!(found(|it| it.streams.push(stream())).contains("exports no `puller`"));
        let mut description = publisher();
        let abilities = [Interface::Publisher, Interface::Puller];
        assert!(breaches(&description, &abilities)[0].contains("declares no stream"));
        description.streams = vec![PullStream { changes: vec![], ..stream() }, stream()];
        let both = breaches(&description, &abilities).join("; ");
        assert!(both.contains("how it changes") && both.contains("two streams"), "{both}");
    }

    #[test]
    fn addresses_that_a_channel_hands_out_are_bounded_by_a_domain() {
        let pattern = |url: &str| {
            found(|it| {
                it.endpoints[0].reach = Reach::Open;
                it.endpoints[0].url = url.into();
            })
        };
        assert_eq!(pattern("https://*.s3.amazonaws.com"), "");
        for url in ["https://*", "https://*.com", "https://a.*.com", "*.a.com"] {
            assert!(pattern(url).contains("address"), "{url}");
        }
        assert!(found(|it| it.endpoints[0].url = "https://*.a.com".into()).contains("address"));
    }

    #[test]
    fn headers_of_an_endpoint_leave_alone_what_the_host_adds() {
        let header = |name: &str| (name.to_owned(), "x".to_owned());
        assert!(found(|it| it.endpoints[0].headers.push(header("host"))).contains("`host`"));
        assert!(found(|it| it.endpoints[0].headers.push(header("A"))).contains("\"A\""));
        assert_eq!(found(|it| it.endpoints[0].headers.push(header("accept"))), "");
    }

    #[test]
    fn tokens_come_from_an_encrypted_address() {
        let grant = |url: &str| TokenGrant {
            token_url: url.into(),
            scopes: vec![],
            client_in_body: true,
            presented_in: None,
        };
        let scheme = |url| AuthScheme::RefreshToken(grant(url));
        assert_eq!(found(|it| it.auth = vec![scheme("https://id.example/token")]), "");
        assert!(found(|it| it.auth = vec![scheme("token")]).contains("token"));
    }
}
