//! A description is the base of everything else, so it is checked whole before a connector is let in.

use std::collections::HashSet;

use wharf_catalog::{
    Description, Field, FieldKind,
    declaration::{AuthScheme, Endpoint, Publishing},
};

use super::message::is_header_name;

/// Everything that is wrong with a description, in the order of its members; empty when it is sound.
pub(crate) fn breaches(description: &Description, publishes: bool) -> Vec<String> {
    let mut breaches = Breaches::default();
    breaches.identity(description);
    breaches.fields(&description.fields);
    breaches.settings_schema(&description.settings_schema);
    breaches.auth(&description.auth);
    breaches.endpoints(&description.endpoints);
    for budget in &description.budgets {
        let name = &budget.name;
        breaches.require(budget.requests > 0, || format!("budget `{name}` lets no request through"));
        breaches.require(budget.per_seconds > 0, || format!("budget `{name}` counts per 0 seconds"));
    }
    breaches.publishing(description, publishes);
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

    fn fields(&mut self, fields: &[Field]) {
        let mut names = HashSet::new();
        for field in fields {
            self.require(is_line(&field.name), || format!("the field name {:?} is not one line", field.name));
            self.require(names.insert(&field.name), || format!("two fields are named `{}`", field.name));
            self.field(field);
        }
    }

    fn field(&mut self, field: &Field) {
        let name = &field.name;
        let measured = !matches!(
            field.kind,
            FieldKind::Number | FieldKind::Quantity | FieldKind::Money | FieldKind::Flag | FieldKind::Images
        );
        let several = matches!(field.kind, FieldKind::Texts | FieldKind::Images);
        let choice = field.kind == FieldKind::Choice;
        self.require(choice != field.choices.is_empty(), || {
            format!("field `{name}` needs choices if, and only if, it is a choice")
        });
        if let Some(length) = field.length {
            self.require(measured, || format!("field `{name}` has a length limit but no text"));
            self.require(length.maximum > 0, || format!("field `{name}` takes no text at all"));
        }
        if let Some(maximum) = field.maximum_values {
            self.require(several, || format!("field `{name}` limits its values but takes one"));
            self.require(maximum > 0, || format!("field `{name}` takes no values at all"));
        }
        self.require(field.source.as_deref() != Some(""), || format!("field `{name}` has an empty source"));
    }

    fn settings_schema(&mut self, schema: &str) {
        let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(schema);
        if let Err(error) = object {
            self.0.push(format!("the settings schema is not a JSON object: {error}"));
        }
    }

    fn auth(&mut self, auth: &AuthScheme) {
        if let AuthScheme::Header(name) = auth {
            let valid = is_header_name(&name.to_ascii_lowercase());
            self.require(valid, || format!("the header for the secret, {name:?}, is not a header name"));
        }
    }

    fn endpoints(&mut self, endpoints: &[Endpoint]) {
        let mut names = HashSet::new();
        for endpoint in endpoints {
            let Endpoint { name, url, methods, paths } = endpoint;
            self.require(is_line(name), || format!("the endpoint name {name:?} is not one line"));
            self.require(names.insert(name), || format!("two endpoints are named `{name}`"));
            self.require(is_base_address(url), || {
                format!("the address {url:?} of endpoint `{name}` is not http(s)://HOST[:PORT][/PATH] without a trailing slash")
            });
            self.require(!methods.is_empty(), || format!("endpoint `{name}` allows no method"));
            self.require(paths.iter().all(|path| path.starts_with('/')), || {
                format!("a path of endpoint `{name}` does not begin with `/`")
            });
        }
    }

    fn publishing(&mut self, description: &Description, publishes: bool) {
        let Some(Publishing { maximum_operations, reads_headers, .. }) = &description.publishing else {
            self.require(!publishes, || "it exports `publisher` but declares no `publishing`".into());
            return;
        };
        self.require(publishes, || "it declares `publishing` but exports no `publisher`".into());
        self.require(!description.endpoints.is_empty(), || "it publishes but declares no endpoint".into());
        self.require(*maximum_operations > 0, || "`publishing` takes no operations at all".into());
        for name in reads_headers {
            self.require(is_header_name(name), || {
                format!("the header {name:?} to read is not a lower-case token")
            });
        }
    }
}

fn is_kebab_case(name: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_lowercase()) && name.split('-').all(word)
}

/// Three numbers, optionally with a pre-release and build.
fn is_semantic_version(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let rest = &version[core.len()..];
    core.split('.').count() == 3
        && core.split('.').all(number)
        && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".+-".contains(&byte))
}

fn is_line(text: &str) -> bool {
    !text.trim().is_empty() && !text.chars().any(char::is_control)
}

fn is_base_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let foreign = |c: char| !c.is_ascii_graphic() || matches!(c, '?' | '#' | '@' | '\\');
    !host.is_empty() && !host.starts_with(':') && !rest.contains(foreign) && !rest.ends_with('/')
}

#[cfg(test)]
mod tests {
    use wharf_catalog::declaration::Budget;

    use super::*;
    use crate::contract::sample::{field, publisher};

    fn found(change: impl FnOnce(&mut Description)) -> String {
        let mut description = publisher();
        change(&mut description);
        breaches(&description, true).join("; ")
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
        let budget = Budget { name: "b".into(), requests: 0, per_seconds: 0 };
        assert_eq!(found(|it| it.budgets.push(budget)).matches("budget `b`").count(), 2);
        assert!(found(|it| it.settings_schema = "[]".into()).contains("not a JSON object"));
    }

    #[test]
    fn publishing_is_declared_exactly_when_it_is_exported() {
        assert!(found(|it| it.publishing = None).contains("declares no `publishing`"));
        assert_eq!(breaches(&publisher(), false), ["it declares `publishing` but exports no `publisher`"]);
    }
}
