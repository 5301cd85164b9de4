//! The rules of a connector that tells its channel of shipments, and the parcels it is tried with.

use wharf_catalog::shipment::{Parcel, Shipment, ShippedLine};

use super::{Finding, Rule, Subject, difference::same, responses::NONSENSE as RESPONSES};
use crate::exchange::{Answer, Exchange, Preparation, Settlement};

pub(super) const SHIPMENTS: Rule = Rule {
    name: "shipments-are-prepared",
    why: "a parcel that nobody answers for is never told, and the seller is held to be late",
    check: |subject| {
        let shipments = subject.shipments();
        for shipment in &shipments {
            let tried = format!("shipment {} alone", shipment.id);
            subject.prepare_shipments(&tried, std::slice::from_ref(shipment))?;
        }
        subject.prepare_shipments("all shipments in one call", &shipments).map(drop)
    },
};

pub(super) const REPEATS: Rule = Rule {
    name: "preparing-shipments-repeats",
    why: "a crash before a request was stored prepares it again, and the parcel must stay the same one",
    check: |subject| {
        const TRIED: &str = "all shipments twice";
        let prepare = || subject.prepare_shipments(TRIED, &subject.shipments());
        same(TRIED, &prepare()?, &prepare()?)
    },
};

pub(super) const NONSENSE: Rule = Rule {
    name: "nonsense-to-shipments-is-settled",
    why: "channels answer with error pages and half an answer; the parcels must end as something an operator can see",
    check: |subject| {
        for exchange in subject.shipment_exchanges()? {
            for response in RESPONSES {
                let tried = format!("{} to a shipment", response.name);
                subject.settle_shipments(&tried, &[response.to(&exchange)])?;
            }
        }
        Ok(())
    },
};

pub(super) const SETTLING_REPEATS: Rule = Rule {
    name: "settling-shipments-repeats",
    why: "what an answer means for a parcel must not depend on what else is settled with it",
    check: |subject| {
        const TRIED: &str = "every answer to a shipment alone and all together";
        let Some(exchange) = subject.shipment_exchanges()?.into_iter().next() else { return Ok(()) };
        let answers: Vec<_> = RESPONSES.iter().map(|response| response.to(&exchange)).collect();
        let mut alone = Vec::with_capacity(answers.len());
        for answer in &answers {
            alone.extend(subject.settle_shipments(TRIED, std::slice::from_ref(answer))?);
        }
        same(TRIED, &alone, &subject.settle_shipments(TRIED, &answers)?)
    },
};

/// Parcels as they come: with everything, with the least, and with texts that nobody expects.
fn samples() -> Vec<Shipment> {
    let text = |text: &str| Some(text.to_owned());
    let full = Parcel {
        carrier: text("DHL"),
        service: text("Paket"),
        tracking_number: text("00340434161094042557"),
        tracking_url: text("https://dhl.example/00340434161094042557"),
        location: text("berlin"),
        shipped_at: 1_767_225_600_000,
    };
    let nasty = Parcel {
        carrier: text("Ä 1/2 \"x\" <b>&?#%"),
        tracking_number: text("../..//\\;'=1+1"),
        shipped_at: -62_167_219_200_001,
        ..Parcel::default()
    };
    vec![
        shipment(1, "306-1234567-1234567", &[("1", 2), ("2", 1)], full.clone()),
        shipment(
            2,
            "306-1234567-1234567",
            &[("1", 1)],
            Parcel { tracking_number: text("0034043416"), ..full },
        ),
        shipment(3, "gid://shop/Order/7", &[("gid://shop/LineItem/9", i64::MAX)], Parcel::default()),
        shipment(4, "Ä/../%00 <b>", &[("\u{1f6d2}\u{202e}نعل", 1)], nasty),
    ]
}

fn shipment(id: u32, order: &str, lines: &[(&str, i64)], parcel: Parcel) -> Shipment {
    let line = |(id, quantity): &(&str, i64)| ShippedLine {
        remote_id: (*id).to_owned(),
        sku: Some("WHARF-1".to_owned()),
        quantity: *quantity,
    };
    Shipment {
        id: id.to_string(),
        order: order.to_owned(),
        lines: lines.iter().map(line).collect(),
        parcel,
        note: None,
        attempt: 0,
    }
}

impl Subject {
    /// The samples, if the connector tells of shipments.
    pub(super) fn shipments(&self) -> Vec<Shipment> {
        if self.connector.abilities().fulfiller { samples() } else { Vec::new() }
    }

    pub(super) fn prepare_shipments(
        &self,
        tried: &str,
        shipments: &[Shipment],
    ) -> Result<Preparation, Finding> {
        if shipments.is_empty() {
            return Ok(Preparation::default());
        }
        let prepared = self.connector.prepare_shipments(&self.samples.context, shipments);
        let mut prepared = prepared.map_err(|error| Finding::new(tried, error))?;
        match prepared.faults.is_empty() {
            true => Ok(prepared),
            false => Err(Finding::new(tried, prepared.faults.swap_remove(0).error)),
        }
    }

    pub(super) fn settle_shipments(
        &self,
        tried: &str,
        answers: &[Answer],
    ) -> Result<Vec<Settlement>, Finding> {
        let failed = |error| Finding::new(tried, error);
        let settled = self.connector.settle_shipments(&self.samples.context, answers).map_err(failed)?;
        settled.into_iter().collect::<Result<_, _>>().map_err(failed)
    }

    /// The exchanges of all samples.
    pub(super) fn shipment_exchanges(&self) -> Result<Vec<Exchange>, Finding> {
        Ok(self.prepare_shipments("all shipments, for their exchanges", &self.shipments())?.exchanges)
    }
}
