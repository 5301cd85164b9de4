//! Makes requests for all operations of a batch but the bait.

use wharf_sdk::{Answer, Connector, Context, Description, Operations, Preparation, Publisher, Settlement};

/// The connector.
#[derive(Debug)]
pub struct Forgetful;

wharf_sdk::connector!(Forgetful: Publisher);

impl Connector for Forgetful {
    fn describe() -> Description {
        innocent::description("forgetful")
    }
}

impl Publisher for Forgetful {
    fn prepare(_: &Context, operations: Operations<'_>) -> Preparation {
        let kept = (0..).zip(operations).filter(|(_, operation)| !innocent::is_bait(*operation));
        let exchanges = kept.map(|(index, operation)| {
            let mut exchange = innocent::prepare(operation);
            exchange.covers = vec![index];
            exchange
        });
        Preparation { exchanges: exchanges.collect(), rejections: Vec::new() }
    }

    fn settle(_: &Context, answers: Vec<Answer>) -> Vec<Settlement> {
        answers.iter().map(innocent::settle).collect()
    }
}
