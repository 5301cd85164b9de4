//! A dry run: what would be sent, to the byte, and nothing sent.

use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use wharf_catalog::{Action, Lane, declaration::Method};
use wharf_sandbox::exchange::Body;
use wharf_store::{Selection, Settled};

use crate::{
    error::SyncError,
    figures::{Figures, Report},
    groups,
    reconciler::Reconciler,
    translate::{Translation, translate},
};

/// What the next run would do first.
#[derive(Debug, Clone, Serialize)]
pub struct Preview {
    pub report: Report,
    pub requests: Vec<PreviewedRequest>,
    /// Listings that would be held back or refused before anything is sent.
    pub held: Vec<Held>,
}

/// One request as it would leave, without the credentials that the host adds.
#[derive(Debug, Clone, Serialize)]
pub struct PreviewedRequest {
    pub method: Method,
    pub endpoint: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub covers: Vec<PreviewedOperation>,
}

#[derive(Debug, Clone, Serialize)]
pub struct PreviewedOperation {
    pub sku: String,
    pub action: Action,
}

/// A listing that would not travel.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    pub sku: String,
    pub state: wharf_store::ListingState,
    pub problems: Vec<wharf_catalog::Problem>,
}

impl Reconciler {
    /// The requests that the first `limit` due listings of each lane would cause. Only for API channels.
    pub async fn preview(&self, name: &str, limit: u32) -> Result<Preview, SyncError> {
        let channel = self.channel(name).await?;
        let active = self.active(&channel).await?;
        let now = Timestamp::now().as_millisecond();
        let mut due = Vec::new();
        for lane in Lane::ALL {
            due.extend(self.store().page(channel.id, Selection::Due { lane, now }, 0, limit).await?);
        }
        if active.takes_whole_groups() {
            due = groups::gather(self.store(), channel.id, due, limit).await?;
        }
        let skus: Vec<_> =
            due.iter().map(|candidate| (candidate.product_id, candidate.sku.to_string())).collect();
        let figures = Arc::new(Figures::default());
        let (translator, counters) = (Arc::clone(&active), Arc::clone(&figures));
        let translation =
            tokio::task::spawn_blocking(move || translate(&translator, &due, &counters)).await??;
        let sku = |product: i64| {
            skus.iter().find(|(id, _)| *id == product).map(|(_, sku)| sku.clone()).unwrap_or_default()
        };
        let endpoints = &active.connector.description().endpoints;
        let endpoint =
            |index: u32| endpoints.get(index as usize).map(|one| one.name.clone()).unwrap_or_default();
        Ok(preview(translation, figures.report(), sku, endpoint))
    }
}

fn preview(
    translation: Translation,
    report: Report,
    sku: impl Fn(i64) -> String,
    endpoint: impl Fn(u32) -> String,
) -> Preview {
    let Translation { settled, tickets, exchanges, .. } = translation;
    let requests = exchanges.into_iter().map(|exchange| PreviewedRequest {
        method: exchange.request.method,
        endpoint: endpoint(exchange.request.endpoint),
        target: exchange.request.target,
        headers: exchange.request.headers,
        body: match exchange.request.body {
            Body::None => String::new(),
            Body::Text(text) => text,
            Body::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Body::Document => exchange
                .document
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                .unwrap_or_default(),
            Body::Asset(address) => format!("the picture at {address}"),
            Body::Form(form) => form.to_string(),
        },
        covers: exchange
            .covers
            .iter()
            .map(|index| &tickets[*index as usize])
            .map(|ticket| PreviewedOperation { sku: sku(ticket.product_id), action: ticket.action })
            .collect(),
    });
    let held = |settled: Settled| Held {
        sku: sku(settled.product_id),
        state: settled.state,
        problems: settled.problems.unwrap_or_default(),
    };
    Preview {
        report,
        requests: requests.collect(),
        held: settled
            .into_iter()
            .filter(|settled| settled.problems.as_ref().is_some_and(|problems| !problems.is_empty()))
            .map(held)
            .collect(),
    }
}
