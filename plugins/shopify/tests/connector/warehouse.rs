//! As much of Shopify's shipping as parcels need: fulfillment orders that are divided and shipped, and close by it.

use serde_json::{Value as Json, json};

pub(crate) const ORDER: &str = "gid://shopify/Order/1";

/// A fulfillment order as Shopify shows it.
#[derive(Debug, Clone)]
pub(crate) struct FulfillmentOrder {
    number: u64,
    pub(crate) status: &'static str,
    pub(crate) location: u64,
    pub(crate) actions: Vec<&'static str>,
    /// Number of its line, the order's line, and units that are left.
    lines: Vec<(u64, String, i64)>,
}

/// The order `ORDER`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Warehouse {
    pub(crate) orders: Vec<FulfillmentOrder>,
    pub(crate) parcels: Vec<Json>,
    /// Units that left, by the order's lines.
    pub(crate) left: Vec<(String, i64)>,
    /// Whether a divided fulfillment order keeps what was split off, and the rest becomes a new one.
    pub(crate) keeps_split: bool,
    numbers: u64,
}

pub(crate) fn line(name: &str) -> String {
    format!("gid://shopify/LineItem/{name}")
}

fn number(id: &Json) -> u64 {
    id.as_str().unwrap().rsplit('/').next().unwrap().parse().unwrap()
}

fn errors(code: &str, message: &str) -> Json {
    json!([{"code": code, "field": ["fulfillment"], "message": message}])
}

pub(crate) fn page(nodes: &[Json], more: bool) -> Json {
    json!({"nodes": nodes, "pageInfo": {"hasNextPage": more, "endCursor": if more { Some("c1") } else { None }}})
}

impl FulfillmentOrder {
    pub(crate) fn shown(&self, lines: usize) -> Json {
        let nodes = self.lines.iter().map(|(number, line, left)| {
            json!({
                "id": format!("gid://shopify/FulfillmentOrderLineItem/{number}"),
                "remainingQuantity": left, "lineItem": {"id": line},
            })
        });
        let nodes: Vec<Json> = nodes.take(lines).collect();
        json!({
            "id": format!("gid://shopify/FulfillmentOrder/{}", self.number), "status": self.status,
            "assignedLocation": {
                "name": "Depot", "location": {"id": format!("gid://shopify/Location/{}", self.location)},
            },
            "fulfillmentHolds": [{"displayReason": "risk of fraud"}],
            "supportedActions": self.actions.iter().map(|action| json!({"action": action})).collect::<Vec<_>>(),
            "lineItems": page(&nodes, self.lines.len() > lines),
        })
    }
}

impl Warehouse {
    /// Adds a fulfillment order of these units of the order's lines.
    pub(crate) fn holding(mut self, lines: &[(&str, i64)]) -> Self {
        let lines = lines.iter().map(|(name, units)| (line(name), *units)).collect();
        self.add(70, lines);
        self
    }

    /// The last fulfillment order is another.
    pub(crate) fn but(mut self, change: impl FnOnce(&mut FulfillmentOrder)) -> Self {
        change(self.orders.last_mut().unwrap());
        self
    }

    fn add(&mut self, location: u64, lines: Vec<(String, i64)>) {
        self.numbers += 100;
        let numbered = (self.numbers..).zip(lines).map(|(number, (line, units))| (number, line, units));
        self.orders.push(FulfillmentOrder {
            number: self.numbers,
            status: "OPEN",
            location,
            actions: vec!["CREATE_FULFILLMENT", "SPLIT"],
            lines: numbered.collect(),
        });
    }

    /// The `data` for a request.
    pub(crate) fn answer(&mut self, name: &str, variables: &Json) -> Json {
        match name {
            "FulfillmentOrders" => json!({ "order": self.shown(variables) }),
            "Split" => json!({"fulfillmentOrderSplit": {"userErrors": self.split(&variables["splits"])}}),
            "Fulfill" => json!({"fulfillmentCreate": self.fulfill(&variables["fulfillment"])}),
            other => panic!("{other}"),
        }
    }

    fn shown(&self, variables: &Json) -> Json {
        if variables["id"] != json!(ORDER) {
            return Json::Null;
        }
        let size = |name: &str| usize::try_from(variables[name].as_u64().unwrap()).unwrap();
        let first = variables["after"].as_str().map_or(0, |after| after.parse().unwrap());
        let end = self.orders.len().min(first + size("orders"));
        let nodes: Vec<Json> =
            self.orders[first..end].iter().map(|order| order.shown(size("lines"))).collect();
        let more = json!({"hasNextPage": end < self.orders.len(), "endCursor": end.to_string()});
        json!({"fulfillments": self.parcels, "fulfillmentOrders": {"nodes": nodes, "pageInfo": more}})
    }

    fn split(&mut self, splits: &Json) -> Json {
        let mut after = self.clone();
        for split in splits.as_array().unwrap() {
            if !after.split_one(split) {
                return errors("INVALID_LINE_ITEM_QUANTITY", "There are fewer, or no others.");
            }
        }
        *self = after;
        json!([])
    }

    fn split_one(&mut self, split: &Json) -> bool {
        let wanted = number(&split["fulfillmentOrderId"]);
        let Some(order) = self.orders.iter_mut().find(|order| order.number == wanted) else { return false };
        let mut moved = Vec::new();
        for taken in split["fulfillmentOrderLineItems"].as_array().unwrap() {
            let (wanted, units) = (number(&taken["id"]), taken["quantity"].as_i64().unwrap());
            let Some(line) = order.lines.iter_mut().find(|line| line.0 == wanted) else { return false };
            line.2 -= units;
            moved.push((line.1.clone(), units));
        }
        let rest: Vec<(String, i64)> =
            order.lines.iter().filter(|line| line.2 > 0).map(|line| (line.1.clone(), line.2)).collect();
        if order.status != "OPEN" || rest.is_empty() || order.lines.iter().any(|line| line.2 < 0) {
            return false;
        }
        let apart = if self.keeps_split {
            order.lines.iter_mut().for_each(|line| {
                line.2 = moved.iter().find(|(of, _)| *of == line.1).map_or(0, |(_, units)| *units);
            });
            rest
        } else {
            moved
        };
        let location = order.location;
        self.add(location, apart);
        true
    }

    fn fulfill(&mut self, fulfillment: &Json) -> Json {
        let mut after = self.clone();
        let entries = fulfillment["lineItemsByFulfillmentOrder"].as_array().unwrap();
        let Some(units) = entries.iter().map(|entry| after.take(entry)).sum::<Option<i64>>() else {
            return json!({"fulfillment": null, "userErrors": errors("", "It is closed, or holds less.")});
        };
        *self = after;
        let tracking = fulfillment.get("trackingInfo").map(|info| json!({"number": info.get("number")}));
        let id = format!("gid://shopify/Fulfillment/{}", self.parcels.len() + 1);
        self.parcels.push(json!({
            "id": id, "status": "SUCCESS", "totalQuantity": units,
            "trackingInfo": tracking.into_iter().collect::<Vec<_>>(),
        }));
        json!({"fulfillment": {"id": id, "totalQuantity": units}, "userErrors": []})
    }

    /// What leaves of a fulfillment order.
    fn take(&mut self, entry: &Json) -> Option<i64> {
        let wanted = number(&entry["fulfillmentOrderId"]);
        let order = self.orders.iter_mut().find(|order| order.number == wanted && order.status == "OPEN")?;
        let mut sum = 0;
        for taken in entry["fulfillmentOrderLineItems"].as_array()? {
            let (wanted, units) = (number(&taken["id"]), taken["quantity"].as_i64()?);
            let line = order.lines.iter_mut().find(|line| line.0 == wanted && line.2 >= units)?;
            line.2 -= units;
            self.left.push((line.1.clone(), units));
            sum += units;
        }
        if order.lines.iter().all(|line| line.2 == 0) {
            order.status = "CLOSED";
        }
        Some(sum)
    }

    /// Units of a line that left.
    pub(crate) fn left(&self, name: &str) -> i64 {
        self.left.iter().filter(|(of, _)| *of == line(name)).map(|(_, units)| units).sum()
    }
}
