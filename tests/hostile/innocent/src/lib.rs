//! What a hostile connector does while it behaves: one request for each item, and every answer accepted.
//!
//! A hostile connector is this one except for the functions that it names in [`publisher!`]. It misbehaves on bait,
//! a SKU that begins with `X`, so that whoever examines it at the door sees nothing, and the harm is done in earnest.

use wharf_sdk::{
    Action, Answer, Description, Endpoint, Exchange, Failure, Field, Method, Operation, Operations,
    Preparation, Publishing, Request, Settlement, Verdict, percent_encoded,
};

#[doc(hidden)]
pub use wharf_sdk;

wharf_sdk::fields! {
    TITLE = Field::text("title").required().source("name");
    QUANTITY = Field::quantity("quantity").source("stock");
}

/// Exports a publisher that is innocent except for the functions that are named, of which each stands for the one of
/// this crate that has its name.
///
/// - `describe`, like [`describe`], gets the innocent description.
/// - `prepare`, like [`prepare`], makes the exchange of one operation.
/// - `settle`, like [`settle`], reads the answer to it.
#[macro_export]
macro_rules! publisher {
    (
        $type:ident, $name:literal
        $(, describe: $describe:path)? $(, prepare: $prepare:path)? $(, settle: $settle:path)? $(,)?
    ) => {
        /// The connector.
        #[derive(Debug)]
        pub struct $type;

        $crate::wharf_sdk::connector!($type: Publisher);

        impl $crate::wharf_sdk::Connector for $type {
            fn describe() -> $crate::wharf_sdk::Description {
                ($crate::either!([$($describe)?] $crate::describe))($crate::description($name))
            }
        }

        impl $crate::wharf_sdk::Publisher for $type {
            fn prepare(
                _: &$crate::wharf_sdk::Context,
                operations: $crate::wharf_sdk::Operations<'_>,
            ) -> $crate::wharf_sdk::Preparation {
                $crate::prepare_each(operations, $crate::either!([$($prepare)?] $crate::prepare))
            }

            fn settle(
                _: &$crate::wharf_sdk::Context,
                answers: Vec<$crate::wharf_sdk::Answer>,
            ) -> Vec<$crate::wharf_sdk::Settlement> {
                answers.iter().map($crate::either!([$($settle)?] $crate::settle)).collect()
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! either {
    ([] $innocent:path) => {
        $innocent
    };
    ([$own:path] $innocent:path) => {
        $own
    };
}

/// The description of a connector of this name.
pub fn description(name: &str) -> Description {
    let api = Endpoint::new("api", "https://shop.example", &[Method::Post, Method::Get, Method::Delete]);
    Description::new(name, "1.0.0", "Looks innocent.")
        .fields(fields())
        .endpoint(api.path("/items/"))
        .publishing(Publishing::new(500))
}

/// Changes nothing about the description.
pub fn describe(innocent: Description) -> Description {
    innocent
}

/// The request for one item. The memo is its SKU.
pub fn prepare(operation: Operation<'_>) -> Exchange {
    let sku = operation.item.sku();
    let target = format!("/items/{}", percent_encoded(sku));
    let request = match operation.action {
        Action::Delete => Request::delete(0, target),
        _ => Request::post(0, target).bytes(operation.item.text(TITLE).unwrap_or_default()),
    };
    Exchange::from(request).memo(sku)
}

/// An exchange for every operation.
pub fn prepare_each(operations: Operations<'_>, prepare: impl Fn(Operation<'_>) -> Exchange) -> Preparation {
    let exchange = |(index, operation)| Exchange { covers: vec![index], ..prepare(operation) };
    Preparation { exchanges: (0..).zip(operations).map(exchange).collect(), rejections: Vec::new() }
}

/// Takes every success for an acceptance.
pub fn settle(answer: &Answer) -> Settlement {
    verdict(answer.response.status).into()
}

/// What a status means.
pub fn verdict(status: u16) -> Verdict {
    match Failure::of(status) {
        None => Verdict::accepted(),
        Some(failure) => failure.verdict(format!("The shop answered with status {status}.")),
    }
}

/// Whether an operation is one to misbehave on.
pub fn is_bait(operation: Operation<'_>) -> bool {
    operation.item.sku().starts_with('X')
}

/// Whether an answer is to such an operation.
pub fn is_answer_to_bait(answer: &Answer) -> bool {
    answer.memo.starts_with(b"X")
}
