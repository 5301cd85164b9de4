//! The GraphQL documents that are sent, in the words of version 2026-10 of Shopify's
//! [Admin API](https://shopify.dev/docs/api/admin-graphql/2026-10).

/// A product's id, and its variants with theirs.
macro_rules! shown {
    ($after:literal) => {
        concat!(
            "id variants(first: $first",
            $after,
            ") { nodes { id sku inventoryItem { id } } pageInfo { hasNextPage endCursor } }"
        )
    };
}

pub(crate) const SET: &str = concat!(
    "mutation Set($identifier: ProductSetIdentifiers!, $input: ProductSetInput!, $synchronous: Boolean!, ",
    "$first: Int!) { ",
    "productSet(identifier: $identifier, input: $input, synchronous: $synchronous) { product { ",
    shown!(""),
    " } productSetOperation { id } userErrors { code field message } } }"
);

pub(crate) const OPERATION: &str = concat!(
    "query Operation($id: ID!, $first: Int!) { productOperation(id: $id) { status product { ",
    shown!(""),
    " } ... on ProductSetOperation { userErrors { code field message } } } }"
);

pub(crate) const PUBLISH: &str = concat!(
    "mutation Publish($id: ID!, $input: [PublicationInput!]!, $first: Int!) { ",
    "publishablePublish(id: $id, input: $input) { publishable { ... on Product { ",
    shown!(""),
    " } } userErrors { field message } } }"
);

pub(crate) const VARIANTS: &str = concat!(
    "query Variants($id: ID!, $first: Int!, $after: String) { product(id: $id) { ",
    shown!(", after: $after"),
    " } }"
);

pub(crate) const PRICES: &str = "mutation Prices($product: ID!, $variants: [ProductVariantsBulkInput!]!) { \
    productVariantsBulkUpdate(productId: $product, variants: $variants, allowPartialUpdates: true) { \
    productVariants { id } userErrors { code field message } } }";

pub(crate) const STOCK: &str = "mutation Stock($input: InventorySetQuantitiesInput!, $key: String!) { \
    inventorySetQuantities(input: $input) @idempotent(key: $key) { \
    inventoryAdjustmentGroup { id } userErrors { code field message } } }";

pub(crate) const STOCK_HELD: &str = "query StockHeld($ids: [ID!]!) { nodes(ids: $ids) { ... on InventoryItem { id \
    inventoryLevels(first: 25) { nodes { location { id } quantities(names: [\"available\"]) { quantity } } } } } }";

pub(crate) const FIND: &str = "query Find($query: String!) { productVariants(first: 10, query: $query) { \
    nodes { id sku product { id } inventoryItem { id } } } }";

pub(crate) const DELETE_VARIANTS: &str = "mutation DeleteVariants($product: ID!, $variants: [ID!]!) { \
    productVariantsBulkDelete(productId: $product, variantsIds: $variants) { \
    product { id } userErrors { code field message } } }";

pub(crate) const DELETE: &str = "mutation Delete($input: ProductDeleteInput!) { productDelete(input: $input) { \
    deletedProductId userErrors { field message } } }";

pub(crate) const EXISTS: &str = "query Exists($id: ID!) { product(id: $id) { id } }";

pub(crate) const PROBE: &str =
    "query Probe { shop { currencyCode } currentAppInstallation { accessScopes { handle } } }";

/// What is read of an order.
macro_rules! order {
    ($lines:literal) => {
        concat!(
            "id name createdAt updatedAt cancelledAt closed displayFinancialStatus displayFulfillmentStatus ",
            "taxesIncluded email phone currentTotalPriceSet { shopMoney { amount currencyCode } } ",
            "totalShippingPriceSet { shopMoney { amount currencyCode } } ",
            "shippingAddress { name address1 address2 zip city province countryCodeV2 phone } ",
            "lineItems(",
            $lines,
            ") { nodes { id sku title quantity currentQuantity unfulfilledQuantity nonFulfillableQuantity ",
            "variant { id } originalUnitPriceSet { shopMoney { amount currencyCode } } ",
            "discountedTotalSet(withCodeDiscounts: true) { shopMoney { amount currencyCode } } ",
            "taxLines(first: 5) { priceSet { shopMoney { amount currencyCode } } } } ",
            "pageInfo { hasNextPage endCursor } }"
        )
    };
}

/// Six orders of five lines each: about 750 of 1,000 points. Longer ones are read by themselves.
pub(crate) const ORDERS: &str = concat!(
    "query Orders($query: String, $after: String) { ",
    "orders(first: 6, after: $after, sortKey: UPDATED_AT, query: $query) { nodes { ",
    order!("first: 5"),
    " } pageInfo { hasNextPage endCursor } } }"
);

/// One order, forty lines a page: about 860 points.
pub(crate) const ORDER: &str = concat!(
    "query Order($id: ID!, $after: String) { order(id: $id) { ",
    order!("first: 40, after: $after"),
    " } }"
);

pub(crate) const LEVELS: &str = "query Levels($location: ID!, $query: String, $after: String) { \
    location(id: $location) { inventoryLevels(first: 100, after: $after, query: $query) { \
    nodes { item { sku } quantities(names: [\"available\"]) { quantity updatedAt } } \
    pageInfo { hasNextPage endCursor } } } }";

/// Every page is the first one past an id, as paging by cursors ends after 25,000 variants.
pub(crate) const LISTINGS: &str = "query Listings($query: String) { \
    productVariants(first: 100, sortKey: ID, query: $query) { \
    nodes { id sku price inventoryQuantity product { status onlineStoreUrl } } \
    pageInfo { hasNextPage endCursor } } shop { currencyCode } }";
