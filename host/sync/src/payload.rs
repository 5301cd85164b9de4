//! What a request carries: the connector's own bytes, the document of its chain, or pictures that are read for it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wharf_gateway::{FormContent, FormPart, Route, SendError};
use wharf_sandbox::{
    CallError,
    exchange::{Body, Form, PartContent, Response},
};
use wharf_store::{NewDocument, Store, StoreError};

use crate::{active::ActiveChannel, settings::SyncSettings};

/// Why a request was not sent.
#[derive(Debug)]
pub(crate) enum Unsent {
    Picture(SendError),
    /// The same of a form, of which the connector is told.
    Form(SendError),
    Connector(CallError),
    Store(StoreError),
}

/// A body as it is sent.
#[derive(Debug, Default)]
pub(crate) struct Payload {
    pub(crate) body: Bytes,
    /// A form's, which says where its parts end.
    content_type: Option<String>,
    /// Kept until the request is answered: pictures are large.
    _place: Option<OwnedSemaphorePermit>,
}

impl Payload {
    /// What a request of this route carries; `document` is that of its chain, if it says so.
    pub(crate) async fn read(route: &Route, body: Body, document: Bytes) -> Result<Self, SendError> {
        let body = match body {
            Body::None => Bytes::new(),
            Body::Document => document,
            Body::Text(text) => text.into(),
            Body::Bytes(bytes) => bytes.into(),
            Body::Asset(address) => route.asset(&address).await?,
            Body::Form(form) => {
                let form = route.form(&parts(form, &document)).await?;
                return Ok(Self { body: form.body, content_type: Some(form.content_type), _place: None });
            }
        };
        Ok(Self { body, ..Self::default() })
    }

    /// The request's headers. A form's content type stands above whatever the connector or its endpoint says.
    pub(crate) fn headers(&self, mut headers: Vec<(String, String)>) -> Vec<(String, String)> {
        if let Some(content_type) = &self.content_type {
            headers.retain(|(name, _)| name != "content-type");
            headers.push(("content-type".to_owned(), content_type.clone()));
        }
        headers
    }
}

fn parts(form: Form, document: &Bytes) -> Vec<FormPart> {
    let part = |part: wharf_sandbox::exchange::Part| FormPart {
        name: part.name,
        filename: part.filename,
        content_type: part.content_type,
        content: match part.content {
            PartContent::Text(text) => FormContent::Bytes(text.into()),
            PartContent::Bytes(bytes) => FormContent::Bytes(bytes.into()),
            PartContent::Document => FormContent::Bytes(document.clone()),
            PartContent::Picture(address) => FormContent::Picture(address),
        },
    };
    form.parts.into_iter().map(part).collect()
}

/// What the connector is told instead of an answer when a form's picture cannot be read, as `wit/v1/forms.wit` says.
pub(crate) fn unread(error: &SendError) -> Response {
    let status = if error.retryable() { 503 } else { 424 };
    Response { status, headers: Vec::new(), body: error.to_string().into_bytes() }
}

/// What payloads are made of, beside what the connector gave.
#[derive(Debug, Clone)]
pub(crate) struct Hold {
    store: Store,
    channel: Arc<ActiveChannel>,
    /// For requests that hold pictures.
    picture_places: Arc<Semaphore>,
}

impl Hold {
    pub(crate) fn new(store: Store, channel: Arc<ActiveChannel>, settings: &SyncSettings) -> Self {
        let picture_places = Arc::new(Semaphore::new(settings.pictures_in_flight.max(1)));
        Self { store, channel, picture_places }
    }

    pub(crate) async fn payload(&self, body: Body, document: &NewDocument) -> Result<Payload, Unsent> {
        let unread: fn(SendError) -> Unsent =
            if matches!(body, Body::Form(_)) { Unsent::Form } else { Unsent::Picture };
        let document = if carries_document(&body) { self.document(document).await? } else { Bytes::new() };
        let place = if carries_pictures(&body) { place(&self.picture_places).await } else { None };
        let payload = Payload::read(&self.channel.route, body, document).await.map_err(unread)?;
        Ok(Payload { _place: place, ..payload })
    }

    async fn document(&self, document: &NewDocument) -> Result<Bytes, Unsent> {
        let content = match document {
            NewDocument::None => None,
            NewDocument::New(content) => Some(content.clone()),
            NewDocument::Same(id) => self.store.document(*id).await.map_err(Unsent::Store)?,
        };
        content.map(Bytes::from).ok_or_else(|| {
            let what = "a request carries its chain's document, but the chain has none".to_owned();
            let connector = self.channel.connector.name().into();
            Unsent::Connector(CallError::Contract { connector, function: "prepare or settle", what })
        })
    }
}

fn carries_document(body: &Body) -> bool {
    match body {
        Body::Document => true,
        Body::Form(form) => form.carries_document(),
        Body::None | Body::Text(_) | Body::Bytes(_) | Body::Asset(_) => false,
    }
}

fn carries_pictures(body: &Body) -> bool {
    match body {
        Body::Asset(_) => true,
        Body::Form(form) => form.pictures().next().is_some(),
        Body::None | Body::Text(_) | Body::Bytes(_) | Body::Document => false,
    }
}

/// Semaphores of couriers are never closed.
async fn place(places: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(places).acquire_owned().await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_content_type_stands_above_the_connectors() {
        let given = || vec![("content-type".to_owned(), "application/json".to_owned())];
        let form =
            Payload { content_type: Some("multipart/form-data; boundary=a".into()), ..Payload::default() };
        assert_eq!(
            form.headers(given()),
            [("content-type".into(), "multipart/form-data; boundary=a".into())]
        );
        assert_eq!(Payload::default().headers(given()), given());
    }
}
