//! Where an order goes, and who bought it: the stream of orders and the webhooks tell it alike.

use serde::Deserialize;
use wharf_sdk::inbound::{Address, Buyer};

/// As the Admin API names its parts; webhooks name the country `country_code`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MailingAddress {
    name: Option<String>,
    address1: Option<String>,
    address2: Option<String>,
    zip: Option<String>,
    city: Option<String>,
    province: Option<String>,
    #[serde(alias = "country_code")]
    country_code_v2: Option<String>,
    phone: Option<String>,
}

impl MailingAddress {
    pub(crate) fn read(&self) -> Address {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Address {
            name: text(&self.name),
            lines: [&self.address1, &self.address2].into_iter().flatten().cloned().collect(),
            postal_code: text(&self.zip),
            city: text(&self.city),
            region: self.province.clone(),
            country: text(&self.country_code_v2),
        }
    }
}

/// The order's own contact; what it does not say, the address does.
pub(crate) fn buyer(
    email: Option<&String>,
    phone: Option<&String>,
    address: Option<&MailingAddress>,
) -> Buyer {
    Buyer {
        name: address.and_then(|address| address.name.clone()),
        email: email.filter(|email| !email.is_empty()).cloned(),
        phone: phone.cloned().or_else(|| address.and_then(|address| address.phone.clone())),
    }
}
