//! Webhooks: points 38 to 40.

use std::collections::BTreeMap;

use super::{Held, Question, failed, held, trial::Trial};
use crate::{
    conformance::{Connector, Finding, difference::same, responses::NONSENSE},
    inbound::{Delivery, Receipt},
};

pub(super) const POINTS: &[Question] = &[
    Question {
        number: 38,
        name: "deliveries-repeat-and-differ",
        why: "channels call two to four times for one event, and call with garbage: each event counts once, garbage never",
        without: "it has no receiver",
        parts: &[deliveries_repeat, garbage_brings_nothing, ids_differ],
    },
    Question {
        number: 39,
        name: "a-wrong-signature-brings-nothing",
        why: "anybody can call a webhook, and an order that nobody placed is shipped",
        without: "it has no receiver",
        parts: &[wrong_signatures],
    },
    Question {
        number: 40,
        name: "echoes-are-ignored",
        why: "a channel tells of every change, also of those that it was just told",
        without: "a connector remembers nothing; the host compares what comes back with what it sent",
        parts: &[],
    },
];

/// Deliveries without sense, with what to call them.
fn garbage() -> Vec<(String, Delivery)> {
    let delivery =
        |body: Vec<u8>| Delivery { method: "POST".into(), target: "/".into(), headers: Vec::new(), body };
    let nonsense = NONSENSE.iter().map(|it| (it.name.to_owned(), delivery(it.response().body)));
    let own: [&[u8]; 3] = [b"{}", b"a=1&b=%zz", b"null"];
    let own =
        own.into_iter().map(|body| (String::from_utf8_lossy(body).into_owned(), delivery(body.to_vec())));
    nonsense.chain(own).collect()
}

impl Trial<'_> {
    fn deliveries(&self) -> Vec<(String, Delivery)> {
        let own = (1..).zip(&self.material.deliveries);
        own.map(|(number, call)| (format!("delivery {number} of the run's own"), call.delivery())).collect()
    }

    fn receives(&self) -> bool {
        self.connector().abilities().receiver
    }

    fn receive(&self, connector: &Connector, tried: &str, delivery: &Delivery) -> Result<Receipt, Finding> {
        connector.receive(self.context(), delivery).map_err(|error| Finding::new(tried, error))
    }
}

fn deliveries_repeat(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.receives() {
        return Ok(None);
    }
    let all: Vec<_> = trial.deliveries().into_iter().chain(garbage()).collect();
    for (name, delivery) in &all {
        let tried = format!("{name}, twice");
        let receive = || trial.receive(trial.connector(), &tried, delivery);
        same(&tried, &receive()?, &receive()?)?;
    }
    held(format!("{} deliveries twice", all.len()), "the same")
}

fn garbage_brings_nothing(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.receives() {
        return Ok(None);
    }
    let garbage = garbage();
    for (name, delivery) in &garbage {
        let receipt = trial.receive(trial.connector(), name, delivery)?;
        if !receipt.entries.is_empty() {
            return failed(format!("a delivery of {name}"), format!("it brings {:?}", receipt.entries));
        }
    }
    held(format!("{} deliveries without sense", garbage.len()), "they bring nothing")
}

fn ids_differ(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.receives() {
        return Ok(None);
    }
    let mut seen: BTreeMap<String, (String, Vec<u8>)> = BTreeMap::new();
    for (name, delivery) in trial.deliveries().into_iter().chain(garbage()) {
        let Some(id) = trial.receive(trial.connector(), &name, &delivery)?.delivery_id else { continue };
        let other = seen.insert(id.clone(), (name.clone(), delivery.body.clone()));
        if let Some((other, body)) = other
            && body != delivery.body
        {
            return failed(
                format!("{other} and {name}"),
                format!("both have the id {id:?}, so the second is dropped"),
            );
        }
    }
    held("the ids of different deliveries", format!("{} ids, none twice", seen.len()))
}

fn wrong_signatures(trial: &Trial<'_>) -> Result<Option<Held>, Finding> {
    if !trial.receives() {
        return Ok(None);
    }
    let terms = trial.connector().description().receiving.as_ref();
    if terms.is_some_and(|terms| terms.signature.is_some()) {
        return held("the declared signature", "the host checks it before the connector sees anything");
    }
    let deliveries = trial.deliveries();
    for (name, delivery) in deliveries.iter().cloned().chain(garbage()) {
        let tried = format!("{name}, whose signature is wrong");
        let receipt = trial.receive(&trial.suspicious, &tried, &delivery)?;
        if !receipt.entries.is_empty() || !receipt.pull.is_empty() {
            return failed(tried, "it is believed; declare the signature, or verify it and answer 401");
        }
    }
    held(
        format!("{} deliveries with a wrong signature", deliveries.len() + garbage().len()),
        "none is believed",
    )
}
