//! A parcel is noted. Whether its channel can be told is known at once, as far as the database knows the connector.

use wharf_catalog::{Problem, Reason, shipment::ShipmentRefusal};
use wharf_store::{NewShipment, ShipmentRecord, Store, StoreError};

use crate::connectors::{Asks, serving};

/// The name of the interface that tells of shipments.
const FULFILLER: &str = "fulfiller";

/// Records a parcel of an order, or says why there can be no such parcel. Where the channel cannot be told, it is only
/// recorded, with the reason.
pub async fn record_shipment(
    store: &Store,
    order_id: i64,
    shipment: NewShipment,
) -> Result<Result<ShipmentRecord, ShipmentRefusal>, StoreError> {
    let Some(order) = store.order(order_id).await? else {
        return Ok(Err(ShipmentRefusal::UnknownOrder(order_id)));
    };
    let not_carried = obstacle(store, order.channel_id).await?;
    store.record_shipment(order_id, NewShipment { not_carried, ..shipment }).await
}

/// Why a channel will not be told. Of one whose connector is out of service for now, nothing is known.
async fn obstacle(store: &Store, channel_id: i64) -> Result<Option<Problem>, StoreError> {
    let Some(channel) = store.channel(channel_id).await? else {
        return Ok(Some(gone()));
    };
    let Ok(release) = serving(store, &channel).await? else { return Ok(None) };
    let carries = Asks::stored(&release.asks).abilities().iter().any(|ability| ability == FULFILLER);
    Ok((!carries).then(|| not_carried(&channel.connector)))
}

/// What is told of a parcel whose channel's connector knows nothing of shipments.
pub(super) fn not_carried(connector: &str) -> Problem {
    let message = format!(
        "connector `{connector}` tells its channel of no shipments, so the parcel is recorded here only: confirm it at \
         the channel"
    );
    Problem::warning("not-carried", None, message).because(Reason::Settings)
}

fn gone() -> Problem {
    let message =
        "the order's channel is gone, so the parcel is recorded here only: confirm it at the vendor";
    Problem::warning("not-carried", None, message).because(Reason::Settings)
}
