//! The requests of pulls: on their way out, and at rest between two pages.

use bytes::Bytes;
use wharf_sandbox::exchange::{Allowance, Body, Request, Response};

use crate::{
    active::ActiveChannel,
    route::{budget_position, method},
};

/// As the gateway takes it. A pull only reads, whatever its method, so it may be repeated.
pub(super) fn outgoing(request: Request) -> wharf_gateway::Request {
    let body = match request.body {
        Body::Text(text) => text.into(),
        Body::Bytes(bytes) => bytes.into(),
        // A pull has no document, and sends no pictures.
        Body::None | Body::Document | Body::Asset(_) => Bytes::new(),
    };
    wharf_gateway::Request {
        method: method(request.method),
        endpoint: request.endpoint as usize,
        target: request.target,
        headers: request.headers,
        body,
        idempotency_key: None,
        repeatable: true,
        urgency: wharf_gateway::Urgency::default(),
        cost: request.cost,
        unpack: request.unpack,
    }
}

pub(super) fn incoming(response: wharf_gateway::Response) -> Response {
    Response { status: response.status, headers: response.headers, body: response.body.into() }
}

/// Passes on what the channel said of its budgets.
pub(super) fn allow(channel: &ActiveChannel, allowances: &[Allowance]) {
    for Allowance { budget, remaining, wait } in allowances {
        if let Some(position) = budget_position(channel.connector.description(), *budget) {
            channel.route.allow(position, *remaining, *wait);
        }
    }
}
