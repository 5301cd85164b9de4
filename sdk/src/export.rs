//! How a connector becomes the component's exports.

use std::marker::PhantomData;

use crate::{
    Answer, Connector, Context, Description, Feed, Item, Opening, Operation, Preparation, Publisher,
    RowsWritten, Settlement, bindings,
};

/// Exports a connector and its abilities from the component.
///
/// Name the type, then the abilities it implements:
///
/// ```text
/// wharf_sdk::connector!(GoogleMerchant: Publisher);
/// wharf_sdk::connector!(ProductFeed: Feed);
/// wharf_sdk::connector!(Both: Publisher, Feed);
/// ```
///
/// It does nothing except on `wasm32`, so the same crate can be linked natively by tests and benchmarks.
#[macro_export]
macro_rules! connector {
    ($connector:ident: $($ability:ident),+ $(,)?) => {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            type WharfExport = $crate::export::Exported<$connector>;
            $crate::bindings::connector::export!(WharfExport with_types_in $crate::bindings::connector);
            $($crate::__export_ability!($ability);)+
        };
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __export_ability {
    (Publisher) => {
        $crate::bindings::publisher::export!(WharfExport with_types_in $crate::bindings::publisher);
    };
    (Feed) => {
        $crate::bindings::feed::export!(WharfExport with_types_in $crate::bindings::feed);
    };
}

/// Stands between the generated bindings and the traits that connectors implement.
#[derive(Debug)]
pub struct Exported<T>(PhantomData<T>);

impl<T: Connector> bindings::connector::Guest for Exported<T> {
    fn describe() -> Description {
        report_panics();
        T::describe()
    }
}

impl<T: Publisher> bindings::publisher::Guest for Exported<T> {
    fn prepare(context: Context, operations: Vec<Operation>) -> Preparation {
        report_panics();
        T::prepare(&context, operations)
    }

    fn settle(context: Context, answers: Vec<Answer>) -> Vec<Settlement> {
        report_panics();
        T::settle(&context, answers)
    }
}

impl<T: Feed> bindings::feed::Guest for Exported<T> {
    fn head(context: Context) -> Opening {
        report_panics();
        T::head(&context)
    }

    fn rows(context: Context, items: Vec<Item>) -> RowsWritten {
        report_panics();
        T::rows(&context, items)
    }

    fn tail(context: Context) -> Vec<u8> {
        report_panics();
        T::tail(&context)
    }
}

/// A panic becomes a trap, which has no message; so the message goes to the operator's log first.
fn report_panics() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|panic| crate::log::error(&panic.to_string())));
}
