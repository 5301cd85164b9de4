//! The stream of product types: what `product_type` may be.

use std::borrow::Cow;

use serde::Deserialize;
use wharf_sdk::{
    Failure, Fetch, Page, Pass, Request, Response,
    inbound::{Category, Entry},
};

use crate::{API, PRODUCT_TYPES_PATH, pull, settings::Market};

/// `ProductTypeList`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProductTypeList<'a> {
    #[serde(borrow)]
    product_types: Vec<ProductType<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProductType<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    display_name: Cow<'a, str>,
}

/// Amazon gives all of them at once.
pub(crate) fn request(market: &Market) -> Fetch {
    let (marketplace, locale) = (market.marketplace(), &market.language_tag);
    Request::get(API, format!("{PRODUCT_TYPES_PATH}?marketplaceIds={marketplace}&locale={locale}")).into()
}

pub(crate) fn digest(response: &Response) -> Page {
    if let Some(failure) = Failure::of(response.status) {
        return pull::failed(failure, &response.body, "The product types were not listed.");
    }
    let Ok(list) = serde_json::from_slice::<ProductTypeList<'_>>(&response.body) else {
        return pull::unread();
    };
    let entry = |product_type: ProductType<'_>| {
        Entry::Category(Category {
            id: product_type.name.into_owned(),
            parent: None,
            name: product_type.display_name.into_owned(),
            selectable: true,
        })
    };
    Page::end(list.product_types.into_iter().map(entry).collect(), Pass { cursor: None, complete: true })
}
