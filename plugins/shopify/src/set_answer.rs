//! What the answers mean while a product is set: the product itself, Shopify's work on it, its publication, and its
//! variants read back, of which each may need its stock set.

use std::{collections::HashMap, time::Duration};

use serde::Deserialize;
use wharf_sdk::{Exchange, Outcome, Problem, Reason, Settlement, Verdict};

use crate::{
    documents,
    graphql::{self, Connection, Identified, Refusal},
    ids::{self, PUBLICATION, VARIANT, gid},
    memo::{Level, Memo, Set, Step, StockEntry, Variant},
    note::Note,
    product_set::{VARIANTS_PER_PAGE, page, read_points},
    settings::Settings,
    stock,
    user_error::{self, Kind, UserError},
};

/// How often Shopify is asked about its work, ever more seldom: about two hours in all.
const POLLS: u32 = 250;
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Product {
    id: String,
    variants: Connection<VariantNode>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct VariantNode {
    id: String,
    sku: Option<String>,
    inventory_item: Option<Identified>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetData {
    product_set: Option<SetPayload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SetPayload {
    product: Option<Product>,
    product_set_operation: Option<Identified>,
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OperationData {
    product_operation: Option<Operation>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    status: String,
    product: Option<Product>,
    #[serde(default)]
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublishData {
    publishable_publish: Option<PublishPayload>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PublishPayload {
    publishable: Option<Product>,
    user_errors: Vec<UserError>,
}

#[derive(Deserialize)]
struct VariantsData {
    product: Option<Product>,
}

pub(crate) fn settle(settings: &Settings, set: Set, data: &serde_json::value::RawValue) -> Settlement {
    let covers = set.covers();
    let settled = match set.step.clone() {
        Step::Set => graphql::shape(data).map(|data: SetData| after_set(settings, set, data)),
        Step::Operation(id, polls) => {
            graphql::shape(data).map(|data: OperationData| after_operation(settings, set, data, &id, polls))
        }
        Step::Publish => graphql::shape(data).map(|data: PublishData| after_publish(settings, set, data)),
        Step::Variants => graphql::shape(data).map(|data: VariantsData| match data.product {
            Some(product) => decided(settings, &set, product),
            None => forgotten(covers),
        }),
    };
    settled.unwrap_or_else(|refusal: Refusal| refusal.settlement(covers))
}

fn after_set(settings: &Settings, set: Set, data: SetData) -> Settlement {
    let covers = set.covers();
    match data.product_set {
        Some(payload) if !payload.user_errors.is_empty() => refused(&set, &payload.user_errors),
        Some(SetPayload { product: Some(product), .. }) => shown(settings, set, product),
        Some(SetPayload { product_set_operation: Some(operation), .. }) => {
            Settlement::further(asked(set, operation.id, 0))
        }
        _ => unreadable(covers),
    }
}

fn after_operation(settings: &Settings, set: Set, data: OperationData, id: &str, polls: u32) -> Settlement {
    let covers = set.covers();
    let Some(operation) = data.product_operation else { return forgotten(covers) };
    match (operation.status.as_str(), operation.product) {
        ("CREATED" | "ACTIVE", _) if polls < POLLS => {
            Settlement::further(asked(set, id.to_owned(), polls + 1))
        }
        ("CREATED" | "ACTIVE", _) => {
            let message = "Shopify has not finished with the product for hours; it is sent again.";
            let problem = Problem::error("unfinished", message).reason(Reason::Outage);
            Settlement::all(covers, &Verdict::retry(problem))
        }
        ("COMPLETE", _) if !operation.user_errors.is_empty() => refused(&set, &operation.user_errors),
        ("COMPLETE", Some(product)) => shown(settings, set, product),
        _ => unreadable(covers),
    }
}

fn after_publish(settings: &Settings, mut set: Set, data: PublishData) -> Settlement {
    let covers = set.covers();
    match data.publishable_publish {
        Some(payload) if !payload.user_errors.is_empty() => {
            let said = payload.user_errors.iter().map(UserError::message).collect::<Vec<_>>().join(" ");
            let message =
                format!("The product is set but not published; check `publications`. Shopify says: {said}");
            let problem = Problem::error("not-published", message).reason(Reason::Settings);
            Settlement::all(covers, &Verdict::retry(problem))
        }
        Some(PublishPayload { publishable: Some(product), .. }) => {
            set.publish = false;
            shown(settings, set, product)
        }
        _ => unreadable(covers),
    }
}

/// The product is as it should be, and perhaps still has to be published.
fn shown(settings: &Settings, set: Set, product: Product) -> Settlement {
    if !set.publish {
        return decided(settings, &set, product);
    }
    let first = page(set.variants.len());
    let points = graphql::MUTATION + read_points(set.variants.len());
    let request = graphql::request(documents::PUBLISH, points, |json| {
        json.member("id", &product.id).key("first").integer(first);
        json.key("input").begin_array();
        for publication in &settings.publications {
            let publication = publication.parse().unwrap_or_default();
            json.begin_object().member("publicationId", &gid(PUBLICATION, publication)).end_object();
        }
        json.end_array();
    });
    let covers = set.all();
    let memo = Memo::Set(Set { step: Step::Publish, ..set });
    Settlement::further(request.covering(covers).memo(memo.to_bytes()))
}

/// The same question, a little later each time.
fn asked(set: Set, id: String, polls: u32) -> Exchange {
    let points = read_points(set.variants.len());
    let first = page(set.variants.len());
    let request = graphql::request(documents::OPERATION, points, |json| {
        json.member("id", &id).key("first").integer(first);
    });
    let pause = Duration::from_secs(u64::from(polls) + 1).min(LONGEST_PAUSE);
    let covers = set.all();
    let memo = Memo::Set(Set { step: Step::Operation(id, polls), ..set });
    request.covering(covers).memo(memo.to_bytes()).after(pause)
}

/// What became of each operation, as far as this page of variants says.
fn decided(settings: &Settings, set: &Set, product: Product) -> Settlement {
    let Some(product_number) = ids::number(&product.id) else { return unreadable(set.covers()) };
    let shown: HashMap<u64, (u64, u64)> =
        product.variants.nodes.iter().filter_map(VariantNode::ids).collect();
    let next = product.variants.page_info.next();
    let mut settlement = Settlement::of(Vec::new());
    let (mut stocks, mut rest) = (Vec::new(), Vec::new());
    for (index, variant) in (0..).zip(&set.variants) {
        match shown.get(&variant.sku) {
            Some(_) if variant.flags.is_deleted() => {
                settlement.outcomes.push(Outcome::new(index, still_there()));
            }
            Some(ids) => match variant.settled(set.note(product_number, ids.1), ids.0) {
                Settled::Done(outcome) => settlement.outcomes.push(Outcome { index, ..outcome }),
                Settled::Stock(entry) => stocks.push((index, entry)),
            },
            None if next.is_some() => rest.push((index, variant.clone())),
            None if variant.flags.is_deleted() => {
                settlement.outcomes.push(Outcome::new(index, Verdict::accepted()));
            }
            None => settlement.outcomes.push(Outcome::new(index, left_out())),
        }
    }
    settlement.further.extend(stock::further(settings, stocks, &set.seed));
    if let Some(after) = next
        && !rest.is_empty()
    {
        settlement.further.push(read_on(set, rest, &product.id, &after));
    }
    settlement
}

/// The next page of the product's variants, for the operations that no page has named yet.
fn read_on(set: &Set, rest: Vec<(u32, Variant)>, product: &str, after: &str) -> Exchange {
    let (covers, variants): (Vec<u32>, Vec<Variant>) = rest.into_iter().unzip();
    // Other variants may stand before those that are looked for, so the page is a full one.
    let most = VARIANTS_PER_PAGE;
    let request = graphql::request(documents::VARIANTS, read_points(most), |json| {
        json.member("id", product).member("after", after).key("first").integer(page(most));
    });
    let seed = ids::Key::step(&set.seed, usize::MAX).finish();
    let memo = Memo::Set(Set { step: Step::Variants, variants, seed, ..*set });
    request.covering(covers).memo(memo.to_bytes())
}

impl VariantNode {
    /// The digest of the SKU, then the numbers of the variant and of its inventory item.
    fn ids(&self) -> Option<(u64, (u64, u64))> {
        let sku = ids::digest(self.sku.as_deref()?);
        Some((sku, (ids::number(&self.id)?, ids::number(&self.inventory_item.as_ref()?.id)?)))
    }
}

enum Settled {
    Done(Outcome),
    /// The quantities that changed are set next.
    Stock(StockEntry),
}

impl Variant {
    fn settled(&self, mut note: Note, variant: u64) -> Settled {
        let (changed, set): (Vec<Level>, Vec<Level>) =
            self.levels.iter().partition(|level| level.is_changed());
        note.stock = set.iter().map(|level| (level.location, level.quantity)).collect();
        if changed.is_empty() {
            let outcome = Outcome::new(0, Verdict::Accepted(self.flags.warnings()));
            return Settled::Done(outcome.remote_id(gid(VARIANT, variant)).note(note.to_text()));
        }
        Settled::Stock(StockEntry { note, levels: changed, flags: self.flags, variant: Some(variant) })
    }
}

impl Set {
    fn covers(&self) -> u32 {
        u32::try_from(self.variants.len()).unwrap_or(u32::MAX)
    }

    fn all(&self) -> Vec<u32> {
        (0..self.covers()).collect()
    }

    fn note(&self, product: u64, inventory_item: u64) -> Note {
        Note {
            group: self.group,
            product,
            inventory_item,
            stock: std::collections::BTreeMap::new(),
            media: self.media,
            publications: self.publications,
            filled: self.filled,
        }
    }
}

/// Shopify took nothing. What an error says of one variant holds the others, as they cannot go without it.
fn refused(set: &Set, errors: &[UserError]) -> Settlement {
    let all: Vec<&UserError> = errors.iter().collect();
    let general: Vec<&UserError> =
        all.iter().copied().filter(|error| error.index("variants").is_none()).collect();
    let outcome = |(index, variant): (usize, &Variant)| {
        let is_own = |error: &&UserError| error.index("variants") == Some(index);
        let own: Vec<&UserError> = all.iter().copied().filter(is_own).collect();
        let concerned: Vec<&UserError> = own.iter().chain(&general).copied().collect();
        let missing = concerned.iter().any(|error| error.kind() == Kind::Missing);
        let verdict = user_error::verdict(&concerned).unwrap_or_else(|| held(&all));
        let verdict = match verdict {
            // A listing that was to stay as it is does.
            Verdict::Rejected(_) if own.is_empty() && variant.flags.is_kept() => Verdict::accepted(),
            verdict if missing => sent_anew(verdict),
            verdict => verdict,
        };
        let outcome = Outcome::new(u32::try_from(index).unwrap_or(u32::MAX), verdict);
        if missing { outcome.note("") } else { outcome }
    };
    Settlement::of(set.variants.iter().enumerate().map(outcome).collect())
}

/// For a whole item, that Shopify has lost it only means to send it without the old ids.
fn sent_anew(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Retry(mut postponement) => {
            postponement.problem.reason = Reason::Conflict;
            Verdict::Retry(postponement)
        }
        verdict => verdict,
    }
}

fn held(errors: &[&UserError]) -> Verdict {
    let said = errors.first().map_or("", |error| error.message());
    let message = format!("Shopify takes a product whole, and refused another of its variants: {said}");
    let problem = Problem::error("held", message);
    match errors.iter().all(|error| error.kind() == Kind::Value) {
        true => Verdict::rejected(problem),
        false => Verdict::retry(problem.reason(Reason::Conflict)),
    }
}

fn unreadable(covers: u32) -> Settlement {
    Settlement::all(covers, &Verdict::retry(graphql::unreadable()))
}

fn forgotten(covers: u32) -> Settlement {
    let message = "Shopify no longer knows the product that it was asked to set; it is sent again.";
    Settlement::all(covers, &Verdict::retry(Problem::error("not-found", message).reason(Reason::Conflict)))
}

fn left_out() -> Verdict {
    let message = "Shopify's answer leaves this variant out.";
    Verdict::retry(Problem::error("no-outcome", message).reason(Reason::Contract))
}

fn still_there() -> Verdict {
    let message = "The variant is still there although the product was set without it.";
    Verdict::retry(Problem::error("not-deleted", message).reason(Reason::Contract))
}
