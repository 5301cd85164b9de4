//! What the connector says of itself: points 1 to 5.

use serde_json::{Map, Value, json};
use wharf_catalog::{Context, Problem, Reason, declaration::Budget};

use super::{
    Held, Question, failed, held, shipping,
    state::{foreign_cursors, foreign_intake_states, foreign_memos, foreign_notes},
    trial::{Trial, upsert},
};
use crate::{conformance::Finding, exchange::Request, exports::Exports};

pub(super) const POINTS: &[Question] = &[
    Question {
        number: 1,
        name: "the-description-is-constant-and-complete",
        why: "mapping, completeness and console are drawn from it; what it leaves out an operator has to guess",
        without: "",
        parts: &[described_alike, everything_is_explained],
    },
    Question {
        number: 2,
        name: "secrets-are-marked",
        why: "a secret that is not marked is stored, shown and logged like any other setting",
        without: "it has no settings",
        parts: &[secrets_are_marked],
    },
    Question {
        number: 3,
        name: "declared-limits-are-kept",
        why: "the host plans with them: a request beyond them is refused by the vendor, or waits forever",
        without: "it does not publish",
        parts: &[a_full_batch, costs_within_budgets],
    },
    Question {
        number: 4,
        name: "other-settings-are-told",
        why: "an update meets the settings of the version before; what it then guesses goes out to customers",
        without: "it takes no settings, or reads none of them for items",
        parts: &[settings_that_lack_something, settings_of_another_form],
    },
    Question {
        number: 5,
        name: "foreign-state-is-survived",
        why: "memos, notes and cursors outlive the version that wrote them",
        without: "it keeps no state",
        parts: &[
            foreign_memos,
            foreign_notes,
            foreign_cursors,
            foreign_intake_states,
            shipping::foreign_state,
        ],
    },
];

/// A moment that all points share: 2026-01-01.
pub(super) const NOW: i64 = 1_767_225_600_000;

fn described_alike(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "describing itself again in a fresh instance";
    let connector = trial.connector();
    let again = connector
        .call("connector.describe", Exports::describe)
        .map_err(|error| Finding::new(TRIED, error))?;
    match again == *connector.description() {
        true => held(TRIED, "the same"),
        false => failed(TRIED, "another description than when it was loaded"),
    }
}

fn everything_is_explained(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "fields and settings";
    let description = trial.connector().description();
    if let Some(field) = description.fields.iter().find(|field| field.description.trim().is_empty()) {
        return failed(TRIED, format!("the field `{}` has no description", field.name));
    }
    let properties = properties(&description.settings_schema);
    let explained = |schema: &Value| ["title", "description"].iter().any(|key| schema[*key].is_string());
    if let Some((name, _)) = properties.iter().find(|(_, schema)| !explained(schema)) {
        return failed(TRIED, format!("the setting `{name}` has neither title nor description"));
    }
    held(
        TRIED,
        format!("all {} fields and {} settings are explained", description.fields.len(), properties.len()),
    )
}

fn secrets_are_marked(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "the names of settings";
    let properties = properties(&trial.connector().description().settings_schema);
    for (name, schema) in &properties {
        let marked = schema["writeOnly"] == true;
        if !marked && schema["type"] == "string" && sounds_secret(name) {
            return failed(
                TRIED,
                format!("`{name}` sounds like a secret and is not marked \"writeOnly\": true"),
            );
        }
        if marked && ["default", "examples", "const", "enum"].iter().any(|key| schema.get(key).is_some()) {
            return failed(
                TRIED,
                format!("the secret `{name}` has a value in the schema, where all can read it"),
            );
        }
    }
    let secret = properties.values().filter(|schema| schema["writeOnly"] == true).count();
    if properties.is_empty() {
        return Ok(None);
    }
    held(
        TRIED,
        format!("{secret} of {} are marked as secrets, and no other sounds like one", properties.len()),
    )
}

/// Whether a setting of this name usually holds something that nobody may see.
fn sounds_secret(name: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        "password",
        "passphrase",
        "secret",
        "accesstoken",
        "apitoken",
        "authtoken",
        "refreshtoken",
        "apikey",
        "privatekey",
        "accesskey",
        "signingkey",
        "signaturekey",
    ];
    let plain: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    plain == "token" || ENDINGS.iter().any(|ending| plain.ends_with(ending))
}

/// Operations of a full batch, and bytes of texts in it.
const FULL_BATCH: usize = 1_000;
const FULL_BATCH_BYTES: usize = 8 << 20;

fn a_full_batch(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let Some(terms) = trial.connector().description().publishing.as_ref().filter(|_| trial.publishes())
    else {
        return Ok(None);
    };
    let count = (terms.maximum_operations as usize).clamp(1, FULL_BATCH);
    let tried = format!("a batch of {count} items with long texts");
    let operations: Vec<_> =
        trial.long_items(count, FULL_BATCH_BYTES / count).into_iter().map(upsert).collect();
    let prepared = trial.subject.prepare_all(&tried, &operations)?;
    held(tried, format!("{} requests within all limits", prepared.exchanges.len()))
}

fn costs_within_budgets(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    const TRIED: &str = "the cost of every request";
    let budgets = &trial.connector().description().budgets;
    if !trial.publishes() || budgets.is_empty() {
        return Ok(None);
    }
    let prepared = trial.subject.prepare_all(TRIED, &trial.subject.operations())?;
    for exchange in &prepared.exchanges {
        let over =
            |budget: &&Budget| counts(budget, &exchange.request) && exchange.request.cost > most(budget);
        if let Some(budget) = budgets.iter().find(over) {
            let (cost, most) = (exchange.request.cost, most(budget));
            return failed(
                TRIED,
                format!("{cost} units of `{}`, which never holds more than {most}", budget.name),
            );
        }
    }
    held(TRIED, "none is more than its budgets ever hold")
}

/// The units that a budget holds at most.
fn most(budget: &Budget) -> u32 {
    budget.units.max(budget.burst.unwrap_or(0))
}

fn counts(budget: &Budget, request: &Request) -> bool {
    budget.counts.is_empty()
        || budget.counts.iter().any(|rule| {
            rule.endpoint == request.endpoint
                && (rule.methods.is_empty() || rule.methods.contains(&request.method))
                && request.target.starts_with(&rule.path)
        })
}

fn settings_that_lack_something(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let schema = schema(&trial.connector().description().settings_schema);
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut tried = Vec::new();
    for name in required {
        let Some(Value::Object(mut settings)) = trial.settings() else { return Ok(None) };
        if settings.remove(name).is_none() {
            continue;
        }
        let about = format!("settings without the required `{name}`");
        let Some(complaint) = trial.told_of(&about, settings)? else { return Ok(None) };
        if complaint.is_none_or(|problem| problem.reason != Reason::Settings) {
            return failed(about, "it went on, or blamed something other than the settings");
        }
        tried.push(name.to_owned());
    }
    match tried.is_empty() {
        true => Ok(None),
        false => held(
            format!("settings without {}", tried.join(", ")),
            "each is told as a problem of the settings",
        ),
    }
}

fn settings_of_another_form(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    let Some(Value::Object(known)) = trial.settings() else { return Ok(None) };
    if properties(&trial.connector().description().settings_schema).is_empty() {
        return Ok(None);
    }
    let mut tried = 0;
    let unknown = ("wharf_unknown".to_owned(), json!({"a": 1}));
    let changed = known.keys().map(|name| (name.clone(), json!([{"wharf": null}]))).chain([unknown]);
    for (name, value) in changed.collect::<Vec<_>>() {
        let mut settings = known.clone();
        settings.insert(name.clone(), value);
        if trial.told_of(&format!("settings with a `{name}` of another form"), settings)?.is_none() {
            return Ok(None);
        }
        tried += 1;
    }
    held(format!("{tried} settings of another form"), "each is told, or makes no difference")
}

impl Trial<'_> {
    pub(super) fn settings(&self) -> Option<Value> {
        serde_json::from_str(&self.context().settings).ok()
    }

    /// What an ordinary item is told under these settings: the first problem, if any. Nothing when it takes no items.
    fn told_of(&self, tried: &str, settings: Map<String, Value>) -> Result<Option<Option<Problem>>, Finding> {
        let context = Context { settings: Value::Object(settings).to_string(), ..self.context().clone() };
        let error = |error| Finding::new(tried, error);
        let item = self.item("WHARF-1");
        if self.publishes() {
            let operation = upsert(item);
            let mut prepared = self.connector().prepare(&context, &[operation]).map_err(error)?;
            if let Some(fault) = prepared.faults.pop() {
                return Err(error(fault.error));
            }
            let problems = prepared.rejections.into_iter().flat_map(|rejection| rejection.problems);
            return Ok(Some(problems.into_iter().next()));
        }
        if self.feeds() {
            return Ok(Some(self.connector().head(&context).map_err(error)?.err()));
        }
        Ok(None)
    }
}

fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// The settings at the top, by name.
fn properties(text: &str) -> Map<String, Value> {
    match schema(text)["properties"].take() {
        Value::Object(properties) => properties,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_secret_is_known_by_its_name() {
        for name in ["api_key", "apiKey", "client-secret", "webhook_signature_key", "accessToken", "password"]
        {
            assert!(sounds_secret(name), "{name}");
        }
        for name in
            ["token_url", "keyword", "idempotency_key_name", "channel_token", "secret_name", "key_field"]
        {
            assert!(!sounds_secret(name), "{name}");
        }
    }
}
