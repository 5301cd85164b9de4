//! A vendor's HTTP interface, from an OpenAPI 3 document, a Swagger 2 model, or what `discovery` makes of Google's.

use jsonschema::Draft;
use serde_json::Value;

use crate::{
    operation::Operation,
    request::{Contract, Judged, Refusal, Sent},
    schema::tighten,
};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Where documents of the two kinds keep the schemas that others refer to.
const SHARED: [&str; 2] = ["components", "definitions"];

pub(crate) struct Rest {
    operations: Vec<Operation>,
    /// The document's shared schemas, by name.
    shared: Vec<(&'static str, Value)>,
}

impl Rest {
    /// Of documents whose paths do not overlap, and whose schemas stand apart.
    pub(crate) fn new(mut document: Value) -> Self {
        let mut operations = Vec::new();
        for (path, definitions) in document["paths"].as_object_mut().into_iter().flatten() {
            let shared = definitions["parameters"].as_array().cloned().unwrap_or_default();
            for method in METHODS {
                if let Some(definition) = definitions.get_mut(method) {
                    tighten(definition);
                    operations.push(Operation::new(method, path, definition, &shared));
                }
            }
        }
        let shared = SHARED.into_iter().filter_map(|name| {
            let mut schemas = document.get_mut(name)?.take();
            tighten(&mut schemas);
            Some((name, schemas))
        });
        Self { shared: shared.collect(), operations }
    }
}

impl Contract for Rest {
    fn judge(&self, sent: &Sent) -> Judged {
        let segments = sent.segments();
        let fitting = self
            .operations
            .iter()
            .filter_map(|operation| operation.fits(&sent.method, &segments).map(|named| (named, operation)));
        let Some((_, operation)) = fitting.max_by_key(|(named, _)| *named) else {
            return Err(Refusal::new(
                &format!("{} {}", sent.method, sent.path()),
                "path",
                "there is no such operation",
            ));
        };
        let shared: Vec<_> = self.shared.iter().map(|(name, schemas)| (*name, schemas)).collect();
        operation.judge(sent, &shared, Draft::Draft4)?;
        Ok(operation.name.clone())
    }
}
