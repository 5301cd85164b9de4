//! Deletions. The last variant goes with its product, which would stay in the shop without anything to buy.

use serde_json::{Value, json};
use wharf_sdk::{Action, Answer, Outcome, Preparation, Problem, Reason, Settlement, Verdict};

use crate::{
    documents,
    graphql::{self, Blame},
    group::Member,
    memo::{Deletion, Doomed, Memo},
    settings::Settings,
};

/// The deletions of one product, with the items that only came along.
pub(crate) fn prepare(settings: &Settings, members: &[Member<'_>], done: &mut Preparation) {
    if members.is_empty() {
        return;
    }
    let product = members.iter().find_map(Member::product);
    let body = match product {
        Some(product) => graphql::body(documents::DOOMED, &json!({ "id": product })),
        None => {
            let skus: Vec<&str> = members.iter().map(Member::sku).collect();
            graphql::body(documents::FIND_VARIANTS, &json!({ "skus": skus }))
        }
    };
    let entry = |member: &Member<'_>| Doomed {
        sku: member.sku().to_owned(),
        id: member.id().map(str::to_owned),
        goes: member.is(Action::Delete),
    };
    let deletion =
        Deletion { product: product.map(str::to_owned), entries: members.iter().map(entry).collect() };
    let covers = members.iter().map(|member| member.index).collect();
    done.exchanges
        .push(graphql::request(settings, body).covering(covers).memo(Memo::Doomed(deletion).to_bytes()));
}

/// What the reading brought.
pub(crate) fn read(settings: &Settings, deletion: Deletion, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        Err(refusal) => return Settlement::all(answer.covers, &refusal.verdict()),
    };
    let Some(there) = there(&data) else { return Settlement::all(answer.covers, &graphql::left_out()) };
    let mut settlement = Settlement::of(Vec::new());
    let mut covers = Vec::new();
    let mut doomed = Vec::new();
    for (index, entry) in (0..).zip(deletion.entries) {
        match there.iter().find(|variant| entry.goes && is_meant(variant, &entry)) {
            Some(variant) => {
                covers.push(index);
                doomed.push(Doomed { id: variant["id"].as_str().map(str::to_owned), ..entry });
            }
            None => settlement.outcomes.push(Outcome::new(index, Verdict::accepted())),
        }
    }
    let goes = |variant: &&Value| doomed.iter().any(|entry| entry.id.as_deref() == variant["id"].as_str());
    let last = there.iter().all(goes);
    if !covers.is_empty() {
        let body = match deletion.product.as_deref().filter(|_| last) {
            Some(product) => graphql::body(documents::DELETE_PRODUCT, &json!({ "id": product })),
            None => {
                let ids: Vec<Option<&str>> = doomed.iter().map(|entry| entry.id.as_deref()).collect();
                graphql::body(documents::DELETE_VARIANTS, &json!({ "ids": ids }))
            }
        };
        let memo = Memo::Deleted(Deletion { product: deletion.product, entries: doomed });
        settlement.further.push(graphql::request(settings, body).covering(covers).memo(memo.to_bytes()));
    }
    settlement
}

/// The variants that are there; nothing for an answer that does not say so. A product that is gone has none.
fn there(data: &Value) -> Option<Vec<&Value>> {
    if data.get("product").is_some_and(Value::is_null) {
        return Some(Vec::new());
    }
    let lists = ["/product/variants", "/productVariants/items"];
    let list = lists.iter().find_map(|pointer| data.pointer(pointer)?.as_array())?;
    Some(list.iter().collect())
}

fn is_meant(variant: &Value, entry: &Doomed) -> bool {
    match &entry.id {
        Some(id) => variant["id"] == id.as_str(),
        None => variant["sku"] == entry.sku.as_str(),
    }
}

pub(crate) fn settle(deletion: &Deletion, answer: &Answer) -> Settlement {
    let data = match graphql::read(&answer.response) {
        Ok(data) => data,
        // One of them went in the meantime: the next try reads again which are left.
        Err(refusal) if refusal.blame == Blame::Missing => {
            let problem = Problem { reason: Reason::Conflict, ..refusal.problem };
            return Settlement::all(answer.covers, &Verdict::retry(problem));
        }
        Err(refusal) => return Settlement::all(answer.covers, &refusal.verdict()),
    };
    if let Some(product) = data.get("deleteProduct") {
        return Settlement::all(answer.covers, &verdict(Some(product)));
    }
    let mut deletions = graphql::list(&data, "/deleteProductVariants");
    let outcomes =
        (0..).zip(&deletion.entries).map(|(index, _)| Outcome::new(index, verdict(deletions.next())));
    Settlement::of(outcomes.collect())
}

/// What a `DeletionResponse` says.
pub(crate) fn verdict(deletion: Option<&Value>) -> Verdict {
    match deletion.map(|deletion| (deletion["result"].as_str(), deletion["message"].as_str())) {
        Some((Some("DELETED"), _)) => Verdict::accepted(),
        Some((Some("NOT_DELETED"), message)) => {
            let message = format!("Vendure keeps it: {}", message.unwrap_or("it does not say why."));
            Verdict::rejected(Problem::error("not-deleted", message).reason(Reason::Policy))
        }
        _ => graphql::left_out(),
    }
}
