//! Google's discovery format in OpenAPI's words
//! ([format](https://developers.google.com/discovery/v1/reference/apis)).

use serde_json::{Map, Value, json};

/// The operations and schemas of a discovery document.
pub(crate) fn openapi(mut document: Value) -> Value {
    let mut paths = Map::new();
    let common: Vec<Value> = parameters(&document["parameters"]);
    collect(&document["resources"], &common, &mut paths);
    let mut schemas = document["schemas"].take();
    refer(&mut schemas);
    json!({"paths": paths, "components": {"schemas": schemas}})
}

fn collect(resources: &Value, common: &[Value], paths: &mut Map<String, Value>) {
    for resource in resources.as_object().into_iter().flat_map(Map::values) {
        for method in resource["methods"].as_object().into_iter().flat_map(Map::values) {
            let path = format!("/{}", method["flatPath"].as_str().unwrap_or_default());
            let verb = method["httpMethod"].as_str().unwrap_or_default().to_ascii_lowercase();
            let of_path = paths.entry(path).or_insert_with(|| json!({}));
            of_path[verb] = operation(method, common);
        }
        collect(&resource["resources"], common, paths);
    }
}

fn operation(method: &Value, common: &[Value]) -> Value {
    let mut all = parameters(&method["parameters"]);
    all.extend_from_slice(common);
    let mut operation = json!({"operationId": method["id"], "parameters": all});
    if let Some(name) = method["request"]["$ref"].as_str() {
        let schema = json!({"$ref": format!("#/components/schemas/{name}")});
        operation["requestBody"] =
            json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    operation
}

/// The parameters of the query; those of the path are part of it.
fn parameters(all: &Value) -> Vec<Value> {
    let queried =
        all.as_object().into_iter().flatten().filter(|(_, parameter)| parameter["location"] == "query");
    let written = queried.map(|(name, parameter)| {
        json!({"name": name, "in": "query", "required": parameter["required"] == true, "schema": bare(parameter)})
    });
    written.collect()
}

fn bare(parameter: &Value) -> Value {
    let members = parameter.as_object().into_iter().flatten();
    let kept = members
        .filter(|(name, _)| matches!(name.as_str(), "type" | "enum" | "items" | "minimum" | "maximum"));
    Value::Object(kept.map(|(name, member)| (name.clone(), member.clone())).collect())
}

/// Schemas name each other by name alone, and what is `readOnly` is not for requests. An enum's value "unspecified" is
/// the absence of one.
fn refer(schema: &mut Value) {
    match schema {
        Value::Array(all) => all.iter_mut().for_each(refer),
        Value::Object(members) => {
            if let Some(Value::String(name)) = members.get_mut("$ref") {
                *name = format!("#/components/schemas/{name}");
            }
            if let Some(Value::Array(values)) = members.get_mut("enum") {
                values.retain(|value| value.as_str().is_none_or(|value| !value.ends_with("_UNSPECIFIED")));
            }
            if let Some(Value::Object(properties)) = members.get_mut("properties") {
                properties.retain(|_, property| property["readOnly"] != true);
            }
            members.remove("id");
            members.values_mut().for_each(refer);
        }
        _ => {}
    }
}
