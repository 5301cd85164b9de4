//! JSON Schema: compiled once, and stricter than vendors write it.

use anyhow::Context as _;
use jsonschema::{Draft, Validator};
use serde_json::{Map, Value};

use crate::request::Refusal;

/// Compiles a schema. `shared` are the parts that its references lead to, under the name they have at the root.
pub(crate) fn compile(schema: &Value, shared: &[(&str, &Value)], draft: Draft) -> anyhow::Result<Validator> {
    let mut root: Map<String, Value> = schema.as_object().cloned().context("a schema is an object")?;
    for (name, part) in shared {
        root.insert((*name).to_owned(), (*part).clone());
    }
    let options = jsonschema::options().with_draft(draft).should_validate_formats(true);
    let options = options.with_format("int64", |text: &str| text.parse::<i64>().is_ok());
    Ok(options.build(&Value::Object(root))?)
}

/// The first thing that is wrong with a body.
pub(crate) fn check(validator: &Validator, operation: &str, body: &Value) -> Result<(), Refusal> {
    match validator.iter_errors(body).next() {
        None => Ok(()),
        Some(error) => {
            let place = error.instance_path().as_str().to_owned();
            Err(Refusal::new(operation, &place, error.to_string()).within(body))
        }
    }
}

/// Refuses members that an object's schema does not name, where the vendor lets them pass in silence: a misspelt member
/// is no member. Says what OpenAPI calls `nullable` in JSON Schema's words.
pub(crate) fn tighten(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(tighten),
        Value::Object(members) => {
            let names_members = members.get("properties").is_some_and(Value::is_object);
            if names_members && !members.contains_key("additionalProperties") {
                members.insert("additionalProperties".into(), false.into());
            }
            if members.get("nullable") == Some(&Value::Bool(true))
                && let Some(kind @ Value::String(_)) = members.get("type").cloned()
            {
                members.insert("type".into(), Value::Array(vec![kind, "null".into()]));
            }
            for (name, member) in members.iter_mut() {
                match name.as_str() {
                    "example" | "examples" | "enum" | "default" => {}
                    "properties" => {
                        member.as_object_mut().into_iter().flatten().for_each(|(_, it)| tighten(it));
                    }
                    _ => tighten(member),
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_misspelt_member_is_refused_and_a_null_only_where_it_is_allowed() -> anyhow::Result<()> {
        let mut schema = json!({"type": "object", "properties": {
            "properties": {"type": "string", "nullable": true}, "quantity": {"type": "string", "format": "int64"},
        }});
        tighten(&mut schema);
        let validator = compile(&schema, &[], Draft::Draft4)?;
        assert!(validator.is_valid(&json!({"properties": null, "quantity": "7"})));
        for wrong in [json!({"propertys": "a"}), json!({"quantity": null}), json!({"quantity": "7.5"})] {
            assert!(check(&validator, "set", &wrong).is_err(), "{wrong}");
        }
        Ok(())
    }
}
