//! A channel that replaces a product with all its variants, and takes stock by itself; for tests, no vendor has it.
//!
//! | operation | request |
//! |---|---|
//! | a group of upserts, deletes and keeps | `PUT /groups/G` with a JSON array of the items that stay |
//! | stock | `PATCH /stock/SKU` with the number of units, at most twice in two seconds for one SKU |

use wharf_sdk::{
    Action, Answer, AuthScheme, Budget, Connector, Context, Description, Endpoint, Exchange, Failure, Field,
    Json, Method, Operation, Operations, Preparation, Publisher, Publishing, Request, Settlement, Verdict,
    fields, push_percent_encoded,
};

/// Position in the description's endpoints.
const API: u32 = 0;

const GROUPS: &str = "/groups/";
const STOCK: &str = "/stock/";

fields! {
    TITLE = Field::text("title").required().source("name");
    QUANTITY = Field::quantity("quantity").source("stock");
}

/// The connector.
#[derive(Debug)]
pub struct Grouped;

wharf_sdk::connector!(Grouped: Publisher);

impl Connector for Grouped {
    fn describe() -> Description {
        let api = Endpoint::new("api", "https://grouped.example", &[Method::Put, Method::Patch]);
        let stock = Budget::new("stock of a listing", 2, 2).per_listing();
        Description::new("grouped", env!("CARGO_PKG_VERSION"), "Sends whole groups to a test channel.")
            .fields(fields())
            .auth(AuthScheme::Bearer)
            .endpoint(api.json().path(GROUPS).path(STOCK))
            .budget(stock.counting(API, &[Method::Patch], STOCK))
            .publishing(Publishing::new(100).stock_alone().whole_groups())
    }
}

impl Publisher for Grouped {
    fn prepare(_: &Context, operations: Operations<'_>) -> Preparation {
        let numbered: Vec<(u32, Operation<'_>)> = (0..).zip(operations.iter()).collect();
        let together = |(_, one): &(u32, Operation<'_>), (_, next): &(u32, Operation<'_>)| {
            let moves = |operation: &Operation<'_>| operation.action != Action::Stock;
            moves(one) && moves(next) && one.item.group().is_some() && one.item.group() == next.item.group()
        };
        let exchanges = numbered.chunk_by(together).map(exchange).collect();
        Preparation { exchanges, rejections: Vec::new() }
    }

    fn settle(_: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        answers.iter().map(settlement).collect()
    }
}

fn exchange(unit: &[(u32, Operation<'_>)]) -> Exchange {
    let (_, first) = unit[0];
    let covers = unit.iter().map(|(position, _)| *position).collect();
    let request = if first.action == Action::Stock {
        let mut body = Json::default();
        body.integer(first.item.quantity(QUANTITY).unwrap_or(0));
        Request::patch(API, target(STOCK, first.item.sku())).json(body)
    } else {
        let name = first.item.group().unwrap_or(first.item.sku());
        Request::put(API, target(GROUPS, name)).json(body(unit))
    };
    request.covering(covers)
}

fn target(prefix: &str, name: &str) -> String {
    let mut target = prefix.to_owned();
    push_percent_encoded(name, &mut target);
    target
}

fn body(unit: &[(u32, Operation<'_>)]) -> Json {
    let mut json = Json::default();
    json.begin_array();
    for (_, Operation { item, .. }) in unit.iter().filter(|(_, operation)| operation.action != Action::Delete)
    {
        json.begin_object().member("sku", item.sku());
        json.member("title", item.text(TITLE).unwrap_or_default());
        json.key("quantity").integer(item.quantity(QUANTITY).unwrap_or(0)).end_object();
    }
    json.end_array();
    json
}

fn settlement(answer: &Answer) -> Settlement {
    let status = answer.response.status;
    let verdict = match Failure::of(status) {
        None => Verdict::accepted(),
        Some(failure) => failure.verdict(format!("The channel refused the request with status {status}.")),
    };
    Settlement::all(answer.covers, &verdict)
}
