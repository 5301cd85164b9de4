//! All GraphQL documents. Those whose number of parts depends on the product are made here, too.

use std::fmt::Write;

/// Whether SKUs, or a product of this slug, are there already.
pub(crate) const FIND: &str = "query Find($skus: [String!]!, $slug: String!) {
  productVariants(options: { filter: { sku: { in: $skus } }, take: 1000 }) { items { id sku productId } }
  product(slug: $slug) { id variants { id sku } }
}";

/// The same by SKUs alone.
pub(crate) const FIND_VARIANTS: &str = "query FindVariants($skus: [String!]!) {
  productVariants(options: { filter: { sku: { in: $skus } }, take: 1000 }) { items { id sku productId } }
}";

pub(crate) const CREATE_PRODUCT: &str = concat!(
    "mutation CreateProduct($input: CreateProductInput!) { createProduct(input: $input) { ...State } }\n",
    "fragment State on Product { id assets { id } optionGroups { id code options { id code } } ",
    "variants { id sku options { id groupId } stockLevels { stockLocationId stockAllocated } } }"
);

pub(crate) const UPDATE_PRODUCT: &str = concat!(
    "mutation UpdateProduct($input: UpdateProductInput!) { updateProduct(input: $input) { ...State } }\n",
    "fragment State on Product { id assets { id } optionGroups { id code options { id code } } ",
    "variants { id sku options { id groupId } stockLevels { stockLocationId stockAllocated } } }"
);

/// One picture, sent beside the document.
pub(crate) const CREATE_ASSET: &str = "mutation CreateAsset($input: [CreateAssetInput!]!) {
  createAssets(input: $input) { ... on Asset { id } ... on MimeTypeError { errorCode message } }
}";

/// Product and variants apart, as two arguments `input` of different types do not go together; see [`update_variants`].
pub(crate) const SHOW_PICTURES: &str = "mutation ShowPictures($input: UpdateProductInput!) {
  updateProduct(input: $input) { id assets { id } }
}";

pub(crate) const SHOW_VARIANT_PICTURES: &str =
    "mutation ShowVariantPictures($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id }
}";

pub(crate) const UPDATE_PRICES: &str = "mutation UpdatePrices($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id prices { currencyCode price } }
}";

pub(crate) const ALLOCATED: &str = "query Allocated($ids: [String!]!, $take: Int!) {
  productVariants(options: { filter: { id: { in: $ids } }, take: $take }) {
    items { id stockLevels { stockLocationId stockAllocated } }
  }
}";

pub(crate) const UPDATE_STOCK: &str = "mutation UpdateStock($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id stockLevels { stockLocationId stockOnHand stockAllocated } }
}";

pub(crate) const DOOMED: &str = "query Doomed($id: ID!) { product(id: $id) { id variants { id } } }";

pub(crate) const DELETE_VARIANTS: &str = "mutation DeleteVariants($ids: [ID!]!) {
  deleteProductVariants(ids: $ids) { result message }
}";

pub(crate) const DELETE_PRODUCT: &str =
    "mutation DeleteProduct($id: ID!) { deleteProduct(id: $id) { result message } }";

pub(crate) const PROBE: &str = "query Probe {
  activeChannel { code defaultCurrencyCode availableLanguageCodes }
  stockLocations(options: { take: 1000 }) { items { id name } }
}";

pub(crate) const STOCK: &str = "query Stock($skip: Int!, $take: Int!) {
  productVariants(options: { skip: $skip, take: $take, sort: { id: ASC } }) {
    totalItems
    items { id sku stockLevels { stockLocationId stockOnHand stockAllocated } }
  }
}";

pub(crate) const ORDERS: &str = "query Orders($filter: OrderFilterParameter!, $skip: Int!, $take: Int!) {
  orders(options: { filter: $filter, skip: $skip, take: $take, sort: { id: ASC } }) {
    totalItems
    items {
      id code state orderPlacedAt createdAt updatedAt currencyCode totalWithTax shippingWithTax
      customer { firstName lastName emailAddress phoneNumber }
      shippingAddress {
        fullName company streetLine1 streetLine2 city province postalCode countryCode
      }
      lines {
        id quantity orderPlacedQuantity unitPriceWithTax linePriceWithTax proratedLinePriceWithTax lineTax
        productVariant { id sku name }
        fulfillmentLines { quantity fulfillment { state } }
      }
    }
  }
}";

/// New option groups `$g0`, `$g1`, ... with their options, and new options `$o0`, `$o1`, ... of groups that are there.
pub(crate) fn create_options(groups: usize, options: usize) -> String {
    let mut document = String::from("mutation CreateOptions(");
    let mut separator = "";
    for (prefix, input, count) in
        [("g", "CreateProductOptionGroupInput", groups), ("o", "CreateProductOptionInput", options)]
    {
        for index in 0..count {
            let _ = write!(document, "{separator}${prefix}{index}: {input}!");
            separator = ", ";
        }
    }
    document.push_str(") {");
    for index in 0..groups {
        let _ = write!(
            document,
            "\n  g{index}: createProductOptionGroup(input: $g{index}) {{ id code options {{ id code }} }}"
        );
    }
    for index in 0..options {
        let _ = write!(document, "\n  o{index}: createProductOption(input: $o{index}) {{ id code groupId }}");
    }
    document.push_str("\n}");
    document
}

/// A product's variants that are there, changed and deleted in one. Option groups `$a0`, `$a1`, ... are added first, as
/// every variant needs an option of each.
///
/// What is new has a document of its own: Vendure knows the ids within arguments by the arguments' names, and in a
/// document with two arguments `input` of different types it takes the last one's for both.
pub(crate) fn update_variants(added_groups: usize) -> String {
    variants(
        "UpdateVariants($update: [UpdateProductVariantInput!]!, $updates: Boolean!, $delete: [ID!]!, $deletes: Boolean!",
        "\n  deleteProductVariants(ids: $delete) @include(if: $deletes) { result message }\
         \n  updateProductVariants(input: $update) @include(if: $updates) { ...Written }",
        added_groups,
    )
}

/// A product's new variants, and option groups as above.
pub(crate) fn create_variants(added_groups: usize) -> String {
    variants(
        "CreateVariants($create: [CreateProductVariantInput!]!",
        "\n  createProductVariants(input: $create) { ...Written }",
        added_groups,
    )
}

fn variants(head: &str, changes: &str, added_groups: usize) -> String {
    let mut document = format!("mutation {head}");
    // A variable that is declared and not used makes a document invalid.
    if added_groups > 0 {
        document.push_str(", $product: ID!");
    }
    for index in 0..added_groups {
        let _ = write!(document, ", $a{index}: ID!");
    }
    document.push_str(") {");
    for index in 0..added_groups {
        let _ = write!(
            document,
            "\n  a{index}: addOptionGroupToProduct(productId: $product, optionGroupId: $a{index}) {{ id }}"
        );
    }
    document.push_str(changes);
    document.push_str(
        "\n}\nfragment Written on ProductVariant { id sku productId prices { currencyCode price } }",
    );
    document
}
