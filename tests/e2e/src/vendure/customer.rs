//! Somebody who buys, through the shop's own API.

use anyhow::ensure;
use serde_json::{Value, json};

use super::{Api, Vendure};

/// An order that was placed and paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Vendure's id.
    pub id: String,
    /// What the customer sees.
    pub code: String,
    /// With shipping and tax, in the currency's smallest unit.
    pub total: i64,
}

const RESULT: &str =
    "__typename ... on ErrorResult { errorCode message } ... on Order { id code state totalWithTax }";

impl Vendure {
    /// Buys these units of variants, by Vendure's id, as a guest.
    pub async fn buy(&self, lines: &[(&str, i64)]) -> anyhow::Result<Placed> {
        let shop = self.shop()?;
        for (variant, quantity) in lines {
            let variables = json!({"variant": variant, "quantity": quantity});
            let arguments = "productVariantId: $variant, quantity: $quantity";
            change(&shop, "$variant: ID!, $quantity: Int!", "addItemToOrder", arguments, variables).await?;
        }
        let customer =
            json!({"firstName": "Ada", "lastName": "Lovelace", "emailAddress": "ada@customer.example"});
        let (declared, arguments) = ("$input: CreateCustomerInput!", "input: $input");
        change(&shop, declared, "setCustomerForOrder", arguments, json!({ "input": customer })).await?;
        let address = json!({
            "fullName": "Ada Lovelace", "streetLine1": "Lindenweg 7", "city": "Berlin", "postalCode": "10115",
            "countryCode": self.market.country,
        });
        let (declared, name) = ("$input: CreateAddressInput!", "setOrderShippingAddress");
        change(&shop, declared, name, arguments, json!({ "input": address })).await?;
        let methods = shop.call("{ eligibleShippingMethods { id } }", json!({})).await?;
        let method = &methods["eligibleShippingMethods"][0]["id"];
        let (declared, arguments) = ("$method: [ID!]!", "shippingMethodId: $method");
        change(&shop, declared, "setOrderShippingMethod", arguments, json!({ "method": [method] })).await?;
        let (declared, arguments) = ("$state: String!", "state: $state");
        let state = json!({"state": "ArrangingPayment"});
        change(&shop, declared, "transitionOrderToState", arguments, state).await?;
        let payment = json!({"input": {"method": "dummy", "metadata": {}}});
        let (declared, arguments) = ("$input: PaymentInput!", "input: $input");
        let order = change(&shop, declared, "addPaymentToOrder", arguments, payment).await?;
        ensure!(order["state"] == "PaymentSettled", "{order}");
        let text = |name: &str| order[name].as_str().unwrap_or_default().to_owned();
        let total = order["totalWithTax"].as_i64().unwrap_or_default();
        Ok(Placed { id: text("id"), code: text("code"), total })
    }

    /// The warehouse sends everything that was ordered.
    pub async fn ship(&self, order: &Placed) -> anyhow::Result<()> {
        let lines = "query($id: ID!) { order(id: $id) { lines { id quantity } } }";
        let data = self.admin.call(lines, json!({ "id": order.id })).await?;
        let lines: Vec<Value> = data["order"]["lines"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|line| json!({"orderLineId": line["id"], "quantity": line["quantity"]}))
            .collect();
        let argument = |name: &str, value: &str| json!({"name": name, "value": value});
        let handler = json!({"code": "manual-fulfillment", "arguments": [
            argument("method", "parcel"), argument("trackingCode", "1"),
        ]});
        let fulfil = "mutation($input: FulfillOrderInput!) { addFulfillmentToOrder(input: $input) {
            __typename ... on ErrorResult { errorCode message } ... on Fulfillment { id } } }";
        let input = json!({ "input": {"lines": lines, "handler": handler} });
        let parcel = self.admin.text(fulfil, input, "/addFulfillmentToOrder/id").await?;
        let transition = "mutation($id: ID!) { transitionFulfillmentToState(id: $id, state: \"Shipped\") {
            __typename ... on FulfillmentStateTransitionError { errorCode message } } }";
        self.admin.call(transition, json!({ "id": parcel })).await.map(drop)
    }

    /// The shop cancels all of it.
    pub async fn cancel(&self, order: &Placed) -> anyhow::Result<()> {
        let cancel = "mutation($id: ID!) { cancelOrder(input: { orderId: $id, cancelShipping: true }) {
            __typename ... on ErrorResult { errorCode message } } }";
        self.admin.call(cancel, json!({ "id": order.id })).await.map(drop)
    }
}

/// One step towards an order; answers with it.
async fn change(
    shop: &Api,
    declared: &str,
    name: &str,
    arguments: &str,
    variables: Value,
) -> anyhow::Result<Value> {
    let document = format!("mutation({declared}) {{ {name}({arguments}) {{ {RESULT} }} }}");
    let mut data = shop.call(&document, variables).await?;
    Ok(data[name].take())
}
