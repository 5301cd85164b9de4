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
    "fragment State on Product { id optionGroups { id code options { id code } } ",
    "variants { id sku options { id groupId } stockLevels { stockLocationId stockAllocated } } }"
);

pub(crate) const UPDATE_PRODUCT: &str = concat!(
    "mutation UpdateProduct($input: UpdateProductInput!) { updateProduct(input: $input) { ...State } }\n",
    "fragment State on Product { id optionGroups { id code options { id code } } ",
    "variants { id sku options { id groupId } stockLevels { stockLocationId stockAllocated } } }"
);

pub(crate) const UPDATE_PRICES: &str = "mutation UpdatePrices($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id prices { currencyCode price } }
}";

pub(crate) const ALLOCATED: &str = "query Allocated($ids: [String!]!, $take: Int!) {
  productVariants(options: { filter: { id: { in: $ids } }, take: $take }) {
    items { id stockLevels { stockLocationId stockAllocated } }
  }
}";

pub(crate) const UPDATE_STOCK: &str = "mutation UpdateStock($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id stockLevels { stockLocationId stockOnHand } }
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

/// A product's variants, all in one: option groups `$a0`, `$a1`, ... are added first, as every variant needs an option
/// of each.
pub(crate) fn write_variants(added_groups: usize) -> String {
    let mut document = String::from(
        "mutation WriteVariants($update: [UpdateProductVariantInput!]!, $updates: Boolean!, \
         $create: [CreateProductVariantInput!]!, $creates: Boolean!, $delete: [ID!]!, $deletes: Boolean!",
    );
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
    document.push_str(
        "\n  deleteProductVariants(ids: $delete) @include(if: $deletes) { result message }\
         \n  updateProductVariants(input: $update) @include(if: $updates) { ...Written }\
         \n  createProductVariants(input: $create) @include(if: $creates) { ...Written }\
         \n}\
         \nfragment Written on ProductVariant { id sku productId prices { currencyCode price } }",
    );
    document
}
