//! Requests and answers between the connector's words and the gateway's.

use bytes::Bytes;
use wharf_gateway::{Route, SendError};
use wharf_sandbox::exchange::{Allowance, Body, Request, Response};

use crate::{
    active::ActiveChannel,
    payload::Payload,
    route::{budget_position, method},
};

/// As the gateway takes a request that carries this; it may be repeated, and nobody waits for it.
pub(crate) fn outgoing(request: Request, payload: &Payload) -> wharf_gateway::Request {
    wharf_gateway::Request {
        method: method(request.method),
        endpoint: request.endpoint as usize,
        target: request.target,
        headers: payload.headers(request.headers),
        body: payload.body.clone(),
        idempotency_key: None,
        repeatable: true,
        urgency: wharf_gateway::Urgency::default(),
        cost: request.cost,
        unpack: request.unpack,
    }
}

/// Sends a request that only reads, whatever its method; it has no document.
pub(crate) async fn read(route: &Route, mut request: Request) -> Result<wharf_gateway::Response, SendError> {
    let body = std::mem::replace(&mut request.body, Body::None);
    let payload = Payload::read(route, body, Bytes::new()).await?;
    route.send(outgoing(request, &payload)).await
}

pub(crate) fn incoming(response: wharf_gateway::Response) -> Response {
    Response { status: response.status, headers: response.headers, body: response.body.into() }
}

/// Passes on what the channel said of its budgets.
pub(crate) fn allow(channel: &ActiveChannel, allowances: &[Allowance]) {
    for Allowance { budget, remaining, wait } in allowances {
        if let Some(position) = budget_position(channel.connector.description(), *budget) {
            channel.route.allow(position, *remaining, *wait);
        }
    }
}
