//! How Google names a product input, and the paths that carry the name.
//!
//! The name is `contentLanguage~feedLabel~offerId`. In a path it is sent as unpadded base64url, as the API
//! reference recommends for all names and demands for those with `/`, `%` or `~` in them.

use wharf_sdk::{Context, push_base64url, push_percent_encoded};

use crate::{INVENTORIES, PRODUCTS, settings::Settings};

/// The parts that identify a product in an account.
pub(crate) struct Name<'a> {
    pub(crate) content_language: &'a str,
    pub(crate) feed_label: &'a str,
    pub(crate) offer_id: &'a str,
}

impl<'a> Name<'a> {
    pub(crate) fn new(context: &'a Context, settings: &'a Settings, sku: &'a str) -> Self {
        Self {
            content_language: settings.content_language.as_deref().unwrap_or_else(|| context.language()),
            feed_label: settings.feed_label.as_deref().unwrap_or(&context.country),
            offer_id: sku,
        }
    }

    /// Replaces these attributes: those of the mask that the body lacks are cleared.
    pub(crate) fn patch_target(
        &self,
        settings: &Settings,
        remote_id: Option<&str>,
        attributes: &[&str],
    ) -> String {
        let mut target = self.target(settings, remote_id);
        for (index, attribute) in attributes.iter().enumerate() {
            target.push_str(if index == 0 {
                "&updateMask=productAttributes."
            } else {
                ",productAttributes."
            });
            target.push_str(attribute);
        }
        target
    }

    pub(crate) fn delete_target(&self, settings: &Settings, remote_id: Option<&str>) -> String {
        self.target(settings, remote_id)
    }

    /// Prefers the name that Google gave, as the label or language may have been set differently since.
    fn target(&self, settings: &Settings, remote_id: Option<&str>) -> String {
        let mut target = collection(settings);
        target.push('/');
        match remote_id.and_then(last_segment) {
            Some(name) => push_name(name, &mut target),
            None => {
                let name = format!("{}~{}~{}", self.content_language, self.feed_label, self.offer_id);
                push_base64url(name.as_bytes(), &mut target);
            }
        }
        push_data_source(settings, &mut target);
        target
    }
}

/// Where the stores' stock of a product goes. `remote_id` is the product input's name, which is the product's as well.
pub(crate) fn local_inventories_target(settings: &Settings, remote_id: &str) -> String {
    let mut target = String::with_capacity(160);
    target.push_str(INVENTORIES);
    push_percent_encoded(&settings.account, &mut target);
    target.push_str("/products/");
    push_name(last_segment(remote_id).unwrap_or(remote_id), &mut target);
    target.push_str("/localInventories:insert");
    target
}

/// Only a plain name has tildes; Google tells the two forms apart in the same way.
fn push_name(name: &str, target: &mut String) {
    if name.contains('~') {
        push_base64url(name.as_bytes(), target);
    } else {
        push_percent_encoded(name, target);
    }
}

/// The name in `accounts/{account}/productInputs/{name}`. A plain name may itself hold slashes.
fn last_segment(remote_id: &str) -> Option<&str> {
    remote_id.split_once("/productInputs/").map(|(_, name)| name).filter(|name| !name.is_empty())
}

/// Inserts, or replaces the whole of, any product.
pub(crate) fn insert_target(settings: &Settings) -> String {
    let mut target = collection(settings);
    target.push_str(":insert");
    push_data_source(settings, &mut target);
    target
}

fn collection(settings: &Settings) -> String {
    let mut target = String::with_capacity(160);
    target.push_str(PRODUCTS);
    push_percent_encoded(&settings.account, &mut target);
    target.push_str("/productInputs");
    target
}

fn push_data_source(settings: &Settings, target: &mut String) {
    target.push_str("?dataSource=accounts/");
    push_percent_encoded(&settings.account, target);
    target.push_str("/dataSources/");
    push_percent_encoded(&settings.data_source, target);
}
