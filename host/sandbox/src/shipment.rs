//! The calls that tell a channel of parcels that left, under the same rules as those that bring it items.

use wharf_catalog::{Context, shipment::Shipment};

use crate::{
    connector::Connector,
    error::CallError,
    exchange::{Answer, Preparation, Settlement},
    exports::Interface,
    isolate::Isolated,
    sending::{Sending, joined, numbered},
    units::runs,
};

const PREPARE: Sending = Sending { function: "fulfiller.prepare", noun: "shipment" };
const SETTLE: Sending = Sending { function: "fulfiller.settle", noun: "shipment" };

impl Connector {
    /// Turns shipments into exchanges. Every shipment is covered by one exchange, rejected once, or at fault once.
    ///
    /// # Errors
    /// Only when the connector tells its channel of no shipments.
    pub fn prepare_shipments(
        &self,
        context: &Context,
        shipments: &[Shipment],
    ) -> Result<Preparation, CallError> {
        self.require(Interface::Fulfiller)?;
        let whole = runs(shipments.len(), &[], usize::MAX);
        let Isolated { parts, faults } = self.isolate(whole, |part| {
            self.prepare_part(PREPARE, &part, shipments.len(), |exports, store, instance| {
                exports.prepare_shipments(store, instance, context, &shipments[part.clone()])
            })
        });
        let (exchanges, rejections) = joined(parts);
        Ok(Preparation { exchanges, rejections, faults: numbered(faults) })
    }

    /// Reads the channel's answers: one settlement for each, in the same order.
    ///
    /// # Errors
    /// Only when the connector tells its channel of no shipments.
    pub fn settle_shipments(
        &self,
        context: &Context,
        answers: &[Answer],
    ) -> Result<Vec<Result<Settlement, CallError>>, CallError> {
        self.require(Interface::Fulfiller)?;
        let reads_headers = &self.description().reads_headers;
        Ok(self.settle_parts(SETTLE, answers, |exports, store, instance, answers| {
            exports.settle_shipments(store, instance, context, answers, reads_headers)
        }))
    }
}
