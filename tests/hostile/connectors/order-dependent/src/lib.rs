//! Makes a request that depends on which items happen to be in the same batch.

use wharf_sdk::{Answer, Connector, Context, Description, Operations, Preparation, Publisher, Settlement};

/// The connector.
#[derive(Debug)]
pub struct OrderDependent;

wharf_sdk::connector!(OrderDependent: Publisher);

impl Connector for OrderDependent {
    fn describe() -> Description {
        innocent::description("order-dependent")
    }
}

impl Publisher for OrderDependent {
    fn prepare(_: &Context, operations: Operations<'_>) -> Preparation {
        let exchanges = (0..).zip(operations).map(|(index, operation)| {
            let mut exchange = innocent::prepare(operation);
            exchange.covers = vec![index];
            exchange.request = exchange.request.header("x-position", index.to_string());
            exchange
        });
        Preparation { exchanges: exchanges.collect(), rejections: Vec::new() }
    }

    fn settle(_: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        answers.iter().map(innocent::settle).collect()
    }
}
