//! How a connector becomes the component's exports.

use std::marker::PhantomData;

use crate::{
    Answer, Connector, Context, Delivery, Description, Feed, Fetch, Fulfiller, Intake, Items, Opening,
    Operations, Page, Position, Preparation, Problem, Progress, Publisher, Puller, Receipt, Receiver,
    Request, Response, RowsWritten, Settlement, Shipment, Source,
    bindings::{self, items::Batch},
};

/// Exports a connector and its abilities from the component.
///
/// Name the type, then the abilities it implements:
///
/// ```text
/// wharf_sdk::connector!(GoogleMerchant: Publisher);
/// wharf_sdk::connector!(ProductFeed: Feed);
/// wharf_sdk::connector!(Marketplace: Publisher, Puller, Fulfiller);
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
    (Puller) => {
        $crate::bindings::puller::export!(WharfExport with_types_in $crate::bindings::puller);
    };
    (Receiver) => {
        $crate::bindings::receiver::export!(WharfExport with_types_in $crate::bindings::receiver);
    };
    (Intake) => {
        $crate::bindings::intake::export!(WharfExport with_types_in $crate::bindings::intake);
    };
    (Fulfiller) => {
        $crate::bindings::fulfiller::export!(WharfExport with_types_in $crate::bindings::fulfiller);
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

    fn probe(context: Context) -> Option<Request> {
        report_panics();
        T::probe(&context)
    }

    fn probed(context: Context, response: Response) -> Vec<Problem> {
        report_panics();
        T::probed(&context, &response)
    }
}

impl<T: Publisher> bindings::publisher::Guest for Exported<T> {
    fn prepare(
        context: Context,
        batch: Batch,
        operations: Vec<bindings::publisher::Operation>,
    ) -> Preparation {
        report_panics();
        T::prepare(&context, Operations::new(&batch, &operations))
    }

    fn settle(context: Context, answers: Vec<Answer>) -> Vec<Settlement> {
        report_panics();
        T::settle(&context, answers)
    }
}

impl<T: Feed> bindings::feed::Guest for Exported<T> {
    fn head(context: Context) -> Result<Opening, Problem> {
        report_panics();
        T::head(&context)
    }

    fn rows(context: Context, batch: Batch) -> RowsWritten {
        report_panics();
        T::rows(&context, Items::new(&batch))
    }

    fn tail(context: Context, listed: u64) -> Vec<u8> {
        report_panics();
        T::tail(&context, listed)
    }
}

impl<T: Puller> bindings::puller::Guest for Exported<T> {
    fn request(context: Context, stream: u32, position: Position) -> Fetch {
        report_panics();
        T::request(&context, stream, &position)
    }

    fn digest(context: Context, stream: u32, memo: Vec<u8>, response: Response) -> Page {
        report_panics();
        T::digest(&context, stream, &memo, &response)
    }
}

impl<T: Receiver> bindings::receiver::Guest for Exported<T> {
    fn receive(context: Context, delivery: Delivery) -> Receipt {
        report_panics();
        T::receive(&context, &delivery)
    }
}

impl<T: Intake> bindings::intake::Guest for Exported<T> {
    fn parse(context: Context, source: Source, state: Vec<u8>, chunk: Vec<u8>, last: bool) -> Progress {
        report_panics();
        T::parse(&context, &source, &state, &chunk, last)
    }
}

impl<T: Fulfiller> bindings::fulfiller::Guest for Exported<T> {
    fn prepare(context: Context, shipments: Vec<Shipment>) -> Preparation {
        report_panics();
        T::prepare_shipments(&context, &shipments)
    }

    fn settle(context: Context, answers: Vec<Answer>) -> Vec<bindings::fulfiller::Settlement> {
        report_panics();
        T::settle_shipments(&context, answers).into_iter().map(Into::into).collect()
    }
}

/// A panic becomes a trap, which has no message; so the message goes to the operator's log first.
fn report_panics() {
    #[cfg(target_arch = "wasm32")]
    std::panic::set_hook(Box::new(|panic| crate::log::error(&panic.to_string())));
}
