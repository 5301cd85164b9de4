//! The GraphQL documents about parcels, in the words of version 2026-10 of Shopify's
//! [Admin API](https://shopify.dev/docs/api/admin-graphql/2026-10).

/// An order's fulfillment orders, and its parcels, of which Shopify shows no more than it is asked for at once.
pub(super) const FULFILLMENT_ORDERS: &str = "query FulfillmentOrders($id: ID!, $orders: Int!, $lines: Int!, $after: String) { order(id: $id) { \
    fulfillments(first: 50) { id status totalQuantity trackingInfo(first: 2) { number } } \
    fulfillmentOrders(first: $orders, after: $after) { nodes { id status \
    assignedLocation { name location { id } } fulfillmentHolds { displayReason } supportedActions { action } \
    lineItems(first: $lines) { nodes { id remainingQuantity lineItem { id } } pageInfo { hasNextPage endCursor } } \
    } pageInfo { hasNextPage endCursor } } } }";

pub(super) const SPLIT: &str = "mutation Split($splits: [FulfillmentOrderSplitInput!]!) { \
    fulfillmentOrderSplit(fulfillmentOrderSplits: $splits) { userErrors { code field message } } }";

pub(super) const FULFILL: &str = "mutation Fulfill($fulfillment: FulfillmentInput!) { \
    fulfillmentCreate(fulfillment: $fulfillment) { \
    fulfillment { id totalQuantity } userErrors { field message } } }";
