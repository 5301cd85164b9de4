//! Listings of which nothing is noted, such as after Shopify lost them: they are looked for by SKU.

use serde::Deserialize;
use wharf_sdk::{Action, Exchange, Outcome, Problem, Reason, Settlement, Verdict};

use crate::{
    deletion, documents,
    graphql::{self, Identified},
    ids::{self, VARIANT, gid},
    memo::{Find, Memo},
    note::{self, Note},
    plan::Numbered,
};

/// Ten variants, each with its product and inventory item.
const POINTS: u32 = 32;

pub(crate) fn exchange(numbered: Numbered<'_>) -> Exchange {
    let item = numbered.operation.item;
    let request = graphql::request(documents::FIND, POINTS, |json| {
        json.member("query", &format!("sku:'{}'", escaped(item.sku())));
    });
    let find = Find {
        sku: item.sku().to_owned(),
        group: note::group_digest(item),
        delete: numbered.operation.action == Action::Delete,
    };
    request.covering(vec![numbered.index]).memo(Memo::Find(find).to_bytes())
}

/// In Shopify's [search syntax](https://shopify.dev/docs/api/usage/search-syntax), quotes end a text.
fn escaped(sku: &str) -> String {
    sku.replace('\\', "\\\\").replace('\'', "\\'")
}

#[derive(Deserialize)]
struct Data {
    #[serde(rename = "productVariants")]
    variants: Nodes,
}

#[derive(Deserialize)]
struct Nodes {
    nodes: Vec<Variant>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Variant {
    id: String,
    sku: Option<String>,
    product: Identified,
    inventory_item: Identified,
}

struct Found {
    variant: u64,
    product: u64,
    inventory_item: u64,
}

impl Variant {
    fn found(&self) -> Option<Found> {
        Some(Found {
            variant: ids::number(&self.id)?,
            product: ids::number(&self.product.id)?,
            inventory_item: ids::number(&self.inventory_item.id)?,
        })
    }
}

pub(crate) fn settle(find: &Find, data: &serde_json::value::RawValue) -> Settlement {
    let nodes = match graphql::shape::<Data>(data) {
        Ok(data) => data.variants.nodes,
        Err(refusal) => return refusal.settlement(1),
    };
    // The search is blind to case, and finds beginnings.
    let same = nodes.iter().filter(|variant| variant.sku.as_deref() == Some(&find.sku));
    match same.map(Variant::found).collect::<Option<Vec<Found>>>().as_deref() {
        None => Verdict::retry(graphql::unreadable()).into(),
        Some([]) if find.delete => Verdict::accepted().into(),
        Some([]) => Verdict::retry(missing()).into(),
        Some([found]) if find.delete => {
            Settlement::further(deletion::variants(found.product, &[found.variant], vec![0]))
        }
        Some([found]) => adopted(find, found),
        Some(several) => Verdict::rejected(ambiguous(&find.sku, several.len())).into(),
    }
}

/// The operation is prepared again, with the ids it needs.
fn adopted(find: &Find, found: &Found) -> Settlement {
    let note = Note {
        group: find.group,
        product: found.product,
        inventory_item: found.inventory_item,
        stock: std::collections::BTreeMap::new(),
        media: 0,
        publications: 0,
        filled: 0,
    };
    let message = "The variant was found at Shopify by its SKU; the change is sent to it next.";
    let verdict = Verdict::retry(Problem::error("found", message).reason(Reason::Conflict));
    Outcome::new(0, verdict).remote_id(gid(VARIANT, found.variant)).note(note.to_text()).into()
}

fn missing() -> Problem {
    let message = "Shopify has no variant of this SKU; it is sent whole.";
    Problem::error("not-found", message).reason(Reason::Missing)
}

fn ambiguous(sku: &str, count: usize) -> Problem {
    let message = format!("Shopify has {count} variants with the SKU `{sku}`; leave one of them.");
    Problem::error("ambiguous-sku", message).reason(Reason::Conflict)
}
