//! How often Amazon lets each operation be called: its published
//! [usage plans](https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits-in-the-sp-api).
//!
//! A plan is a bucket that fills at a rate and holds a burst, for each seller and application, so for an account. The
//! figures are those of the operations' [models](https://github.com/amzn/selling-partner-api-models); a rate below one
//! a second, such as 0.0083, is written as whole requests in more seconds.

use wharf_sdk::{Budget, Method};

use crate::{
    API, DOCUMENTS_PATH, FEEDS_PATH, INVENTORY_PATH, LISTINGS_PATH, ORDERS_PATH, PARTICIPATIONS_PATH,
    PRODUCT_TYPES_PATH, SHIPMENTS_PATH,
};

/// One operation's plan: so many requests in so many seconds, and how many at once.
struct Plan {
    operation: &'static str,
    units: u32,
    per_seconds: u32,
    burst: u32,
    method: Method,
    path: &'static str,
}

const PLANS: [Plan; 12] = [
    // 0.0083 a second.
    plan("createFeed", 83, 10_000, 15, Method::Post, FEEDS_PATH),
    plan("createFeedDocument", 1, 2, 15, Method::Post, DOCUMENTS_PATH),
    plan("getFeed", 2, 1, 15, Method::Get, FEEDS_PATH),
    // 0.0222 a second.
    plan("getFeedDocument", 222, 10_000, 10, Method::Get, DOCUMENTS_PATH),
    plan("putListingsItem", 5, 1, 10, Method::Put, LISTINGS_PATH),
    plan("patchListingsItem", 5, 1, 5, Method::Patch, LISTINGS_PATH),
    plan("deleteListingsItem", 5, 1, 5, Method::Delete, LISTINGS_PATH),
    // 0.0056 a second.
    plan("searchOrders", 56, 10_000, 20, Method::Get, ORDERS_PATH),
    plan("confirmShipment", 2, 1, 10, Method::Post, SHIPMENTS_PATH),
    plan("getInventorySummaries", 2, 1, 2, Method::Get, INVENTORY_PATH),
    plan("searchDefinitionsProductTypes", 5, 1, 10, Method::Get, PRODUCT_TYPES_PATH),
    // 0.016 a second.
    plan("getMarketplaceParticipations", 16, 1_000, 15, Method::Get, PARTICIPATIONS_PATH),
];

const fn plan(
    operation: &'static str,
    units: u32,
    per_seconds: u32,
    burst: u32,
    method: Method,
    path: &'static str,
) -> Plan {
    Plan { operation, units, per_seconds, burst, method, path }
}

/// A budget for each operation, and the feed type's own: five feeds in five minutes
/// ([building listings management workflows](https://developer-docs.amazon.com/sp-api/docs/building-listings-management-workflows-guide)).
pub(crate) fn budgets() -> impl Iterator<Item = Budget> {
    let of_type = Budget::new("JSON_LISTINGS_FEED", 5, 300).counting(API, &[Method::Post], FEEDS_PATH);
    let of_plan = |plan: &Plan| {
        let budget = Budget::new(plan.operation, plan.units, plan.per_seconds).burst(plan.burst);
        budget.counting(API, &[plan.method], plan.path)
    };
    PLANS.iter().map(of_plan).chain([of_type])
}
