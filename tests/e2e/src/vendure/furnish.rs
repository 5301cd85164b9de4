//! What a shop needs before it can sell, set up as its administrator would.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::{Api, Market};

/// Per cent, contained in every price.
const TAX: f64 = 20.0;

/// Of every parcel, in the currency's smallest unit.
const SHIPPING: &str = "500";

/// What Wharf needs to know of the shop.
pub(super) struct Furnished {
    /// Vendure's id of the stock location by Wharf's name of the place.
    pub(super) locations: Vec<(String, String)>,
    /// The role that may do what the connector does, and nothing else.
    pub(super) role: String,
    /// An API key with that role.
    pub(super) key: String,
}

pub(super) async fn furnish(admin: &Api, market: &Market, password: &str) -> anyhow::Result<Furnished> {
    admin.call(LOGIN, json!({"name": "superadmin", "password": password})).await?;
    settle_in(admin, market).await?;
    accept_orders(admin, market).await?;
    let role = role(admin).await?;
    let key = key(admin, market, &role).await?;
    Ok(Furnished { locations: locations(admin, market).await?, role, key })
}

/// Language, country, currency and taxes.
async fn settle_in(admin: &Api, market: &Market) -> anyhow::Result<()> {
    let settings = "mutation($input: UpdateGlobalSettingsInput!) { updateGlobalSettings(input: $input) {
        __typename ... on ErrorResult { errorCode message } } }";
    // A new shop speaks English, which it may forget once its channel speaks something else.
    let input = json!({"availableLanguages": ["en", market.language], "trackInventory": true});
    admin.call(settings, json!({ "input": input })).await?;
    let zone =
        admin.text("mutation { createZone(input: { name: \"home\" }) { id } }", json!({}), "/createZone/id");
    let zone = zone.await?;
    let country = "mutation($input: CreateCountryInput!) { createCountry(input: $input) { id } }";
    let input =
        json!({"code": market.country, "enabled": true, "translations": names(market, market.country)});
    let country = admin.text(country, json!({ "input": input }), "/createCountry/id").await?;
    let member = "mutation($zone: ID!, $country: ID!) { addMembersToZone(zoneId: $zone, memberIds: [$country]) { id } }";
    admin.call(member, json!({"zone": zone, "country": country})).await?;
    let category = "mutation { createTaxCategory(input: { name: \"standard\", isDefault: true }) { id } }";
    let category = admin.text(category, json!({}), "/createTaxCategory/id").await?;
    let rate = "mutation($input: CreateTaxRateInput!) { createTaxRate(input: $input) { id } }";
    let input =
        json!({"name": "standard", "enabled": true, "value": TAX, "categoryId": category, "zoneId": zone});
    admin.call(rate, json!({ "input": input })).await?;
    let channel = admin.text("{ activeChannel { id } }", json!({}), "/activeChannel/id").await?;
    let update = "mutation($input: UpdateChannelInput!) { updateChannel(input: $input) {
        __typename ... on ErrorResult { errorCode message } } }";
    let input = json!({
        "id": channel, "defaultTaxZoneId": zone, "defaultShippingZoneId": zone, "pricesIncludeTax": true,
        "defaultLanguageCode": market.language, "availableLanguageCodes": [market.language],
        "defaultCurrencyCode": market.currency, "availableCurrencyCodes": [market.currency],
    });
    admin.call(update, json!({ "input": input })).await.map(drop)
}

/// A way to send parcels and a way to pay.
async fn accept_orders(admin: &Api, market: &Market) -> anyhow::Result<()> {
    let argument = |name: &str, value: &str| json!({"name": name, "value": value});
    let shipping = json!({
        "code": "parcel", "fulfillmentHandler": "manual-fulfillment", "translations": described(market, "Parcel"),
        "checker": {"code": "default-shipping-eligibility-checker", "arguments": [argument("orderMinimum", "0")]},
        "calculator": {"code": "default-shipping-calculator", "arguments": [
            argument("rate", SHIPPING), argument("includesTax", "include"), argument("taxRate", "20"),
        ]},
    });
    let create =
        "mutation($input: CreateShippingMethodInput!) { createShippingMethod(input: $input) { id } }";
    admin.call(create, json!({ "input": shipping })).await?;
    let payment = json!({
        "code": "dummy", "enabled": true, "translations": described(market, "Dummy"),
        "handler": {"code": "dummy-payment-handler", "arguments": [argument("automaticSettle", "true")]},
    });
    let create = "mutation($input: CreatePaymentMethodInput!) { createPaymentMethod(input: $input) { id } }";
    admin.call(create, json!({ "input": payment })).await.map(drop)
}

fn names(market: &Market, name: &str) -> Value {
    json!([{"languageCode": market.language, "name": name}])
}

fn described(market: &Market, name: &str) -> Value {
    json!([{"languageCode": market.language, "name": name, "description": ""}])
}

async fn locations(admin: &Api, market: &Market) -> anyhow::Result<Vec<(String, String)>> {
    let (first, others) = market.places.split_first().context("a market has a place")?;
    let known = admin.text("{ stockLocations { items { id } } }", json!({}), "/stockLocations/items/0/id");
    let mut locations = vec![((*first).to_owned(), known.await?)];
    let create = "mutation($name: String!) { createStockLocation(input: { name: $name }) { id } }";
    for place in others {
        let id = admin.text(create, json!({ "name": place }), "/createStockLocation/id").await?;
        locations.push(((*place).to_owned(), id));
    }
    Ok(locations)
}

/// What the first page of the connector asks for.
const PERMISSIONS: [&str; 6] =
    ["CreateCatalog", "ReadCatalog", "UpdateCatalog", "DeleteCatalog", "ReadOrder", "ReadStockLocation"];

async fn role(admin: &Api) -> anyhow::Result<String> {
    let create = "mutation($input: CreateRoleInput!) { createRole(input: $input) { id } }";
    let input = json!({"code": "wharf", "description": "Wharf", "permissions": PERMISSIONS});
    admin.text(create, json!({ "input": input }), "/createRole/id").await
}

async fn key(admin: &Api, market: &Market, role: &str) -> anyhow::Result<String> {
    let create = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { apiKey } }";
    let input = json!({"roleIds": [role], "translations": names(market, "Wharf")});
    admin.text(create, json!({ "input": input }), "/createApiKey/apiKey").await
}

/// Logs in as an administrator of this role.
pub(super) async fn log_in(admin: &Api, session: &Api, role: &str, password: &str) -> anyhow::Result<()> {
    let create = "mutation($input: CreateAdministratorInput!) { createAdministrator(input: $input) { id } }";
    let name = "wharf@shop.example";
    let input = json!({
        "firstName": "Wharf", "lastName": "Wharf", "emailAddress": name, "password": password, "roleIds": [role],
    });
    admin.call(create, json!({ "input": input })).await?;
    session.call(LOGIN, json!({"name": name, "password": password})).await.map(drop)
}

const LOGIN: &str =
    "mutation($name: String!, $password: String!) { login(username: $name, password: $password) {
    __typename ... on ErrorResult { errorCode message } } }";
