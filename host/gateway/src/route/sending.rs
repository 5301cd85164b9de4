//! Everything that one request passes, in order: grant, circuit breaker, credentials, budgets, pause, in-flight limit,
//! the wire; and again until there is an answer for the connector or an error for the host.

use std::{
    sync::{Arc, atomic::Ordering::Relaxed},
    time::SystemTime,
};

use http::{StatusCode, header};

use super::Inner;
use crate::{
    assets::{self, Picture},
    authorization::Authorization,
    breaker::Pass,
    error::{AssetError, CredentialsError, Refusal, SendError},
    exchange::{Bounds, Reply, exchange, is_outage},
    figures::count,
    form::{self, FormBody, FormContent, FormPart, WholePart},
    prepared::Prepared,
    request::{self, Request, Response},
    retry::{Delay, Judgement, Setback, Situation, retry_after},
    turnstile::Turn,
};

/// What has become of one request so far.
#[derive(Debug, Default)]
struct Course {
    attempts: u32,
    /// A new token was fetched for it.
    renewed: bool,
    /// The last attempt on which the channel may have acted. What goes wrong later takes nothing of that back.
    doubt: Option<SendError>,
}

impl Inner {
    pub(super) async fn send(&self, request: Request) -> Result<Response, SendError> {
        let (settings, user_agent) = (self.gateway.settings(), self.gateway.user_agent());
        let (endpoints, turnstile) = (&self.endpoints, &self.turnstile);
        let prepared = Prepared::new(request, endpoints, turnstile, &self.grants, settings, user_agent)?;
        if prepared.base.is_some() {
            self.authorizer.check(prepared.destination.uri.query())?;
        }
        let (reply, authorization) = self.reply(&prepared).await?;
        Ok(self.answer(&prepared, reply, &authorization))
    }

    pub(super) async fn asset(&self, address: &str) -> Result<Picture, AssetError> {
        let (settings, user_agent) = (self.gateway.settings(), self.gateway.user_agent());
        let prepared = self.assets.prepare(address, &self.grants, settings, user_agent)?;
        assets::picture(&prepared, self.reply(&prepared).await.map(|(reply, _)| reply))
    }

    /// Reads one picture after the other, and no further once the form is too large to be sent.
    pub(super) async fn form(&self, parts: &[FormPart]) -> Result<FormBody, SendError> {
        let limit = self.gateway.settings().request_bytes;
        let mut whole = Vec::with_capacity(parts.len());
        let mut bytes = 0;
        for part in parts {
            let read = match &part.content {
                FormContent::Bytes(content) => WholePart::of_bytes(part, content.clone()),
                FormContent::Picture(address) => WholePart::of_picture(part, self.asset(address).await?),
            };
            bytes += read.length();
            if bytes > limit {
                return Err(Refusal::RequestTooLarge { bytes, limit }.into());
            }
            whole.push(read);
        }
        Ok(form::encode(&whole))
    }

    /// Attempts until there is a reply, with the authorization that it was given for.
    async fn reply(&self, prepared: &Prepared<'_>) -> Result<(Reply, Arc<Authorization>), SendError> {
        let mut course = Course::default();
        loop {
            let attempted = self.attempt(prepared, &mut course).await;
            let setback = match attempted.map_err(|error| course.end(error))? {
                Ok((reply, authorization)) if is_refusal(prepared, &reply) => {
                    self.renew(prepared, &authorization, &mut course)?;
                    continue;
                }
                Ok(replied) => return Ok(replied),
                Err(setback) => setback,
            };
            self.wait(setback, prepared, &mut course).await?;
        }
    }

    /// One attempt, when its turn has come; an error where there is no turn.
    async fn attempt(
        &self,
        prepared: &Prepared<'_>,
        course: &mut Course,
    ) -> Result<Result<(Reply, Arc<Authorization>), Setback>, SendError> {
        let pass = admit(prepared).await?;
        let authorization = match self.authorization(prepared).await {
            Ok(authorization) => authorization,
            Err(error) => {
                course.attempts += 1;
                return Ok(Err(Setback::Credentials(error)));
            }
        };
        let turn = turn(prepared).await?;
        course.attempts += 1;
        let outcome = self.exchange(prepared, &authorization).await;
        drop(turn);
        match outcome.as_ref().err().map_or(Some(true), Setback::is_alive) {
            Some(true) => pass.succeeded(),
            Some(false) => pass.failed(),
            None => drop(pass),
        }
        Ok(outcome.map(|reply| (reply, authorization)))
    }

    async fn authorization(&self, prepared: &Prepared<'_>) -> Result<Arc<Authorization>, CredentialsError> {
        match prepared.base {
            Some(_) => self.authorizer.authorization(&self.gateway).await,
            None => Ok(Arc::clone(&self.nobody)),
        }
    }

    async fn exchange(
        &self,
        prepared: &Prepared<'_>,
        authorization: &Authorization,
    ) -> Result<Reply, Setback> {
        let settings = self.gateway.settings();
        let mut request = prepared.request();
        if let Some(address) = prepared.base {
            self.authorizer
                .apply(authorization, &mut request, &prepared.body, address.path())
                .map_err(Setback::Credentials)?;
        }
        count(&self.counters.bytes_out, prepared.body.len());
        let bounds = Bounds {
            timeout: settings.request_timeout(),
            response_bytes: prepared.response_bytes,
            unpack: prepared.unpack,
        };
        let client = prepared.destination.address.client(self.gateway.clients());
        let reply = exchange(client, request, bounds).await.map_err(Setback::Failure)?;
        count(&self.counters.bytes_in, reply.body.len());
        if is_outage(reply.status) {
            let retry_after = retry_after(&reply.headers, SystemTime::now())
                .map(|wait| wait.min(settings.retry.pause_cap()));
            return Err(Setback::Status { status: reply.status, retry_after });
        }
        Ok(reply)
    }

    /// After a 401: the way is free for one more attempt with a new token, where there can be one.
    fn renew(
        &self,
        prepared: &Prepared<'_>,
        refused: &Arc<Authorization>,
        course: &mut Course,
    ) -> Result<(), SendError> {
        let host = &prepared.destination.address.host;
        if course.renewed || !self.authorizer.renew(refused) {
            return Err(course.end(CredentialsError::NotTaken { host: host.clone() }.into()));
        }
        tracing::debug!(%host, status = 401, "access token not taken, getting a new one");
        course.renewed = true;
        count(&self.counters.retries, 1);
        Ok(())
    }

    fn answer(&self, prepared: &Prepared<'_>, reply: Reply, authorization: &Authorization) -> Response {
        if reply.status.is_redirection() && reply.headers.contains_key(header::LOCATION) {
            self.tell_of_redirect(prepared, &reply);
        }
        Response {
            status: reply.status.as_u16(),
            headers: request::readable(&reply.headers, &self.reads_headers, authorization),
            body: authorization.redact(reply.body),
        }
    }

    /// Once; a channel that has moved redirects every request.
    fn tell_of_redirect(&self, prepared: &Prepared<'_>, reply: &Reply) {
        if self.redirected.swap(true, Relaxed) {
            return;
        }
        let location = reply.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
        let to = location.and_then(|location| url::Url::parse(location).ok());
        tracing::warn!(
            endpoint = prepared.endpoint,
            host = %prepared.destination.address.host,
            status = reply.status.as_u16(),
            to = to.as_ref().and_then(url::Url::host_str).unwrap_or("the same host"),
            "redirects are not followed; the connector gets them as answers. If the channel has moved, point the \
             endpoint to its new address"
        );
    }

    /// Waits until the next attempt, or gives up.
    async fn wait(
        &self,
        setback: Setback,
        prepared: &Prepared<'_>,
        course: &mut Course,
    ) -> Result<(), SendError> {
        let settings = self.gateway.settings();
        let host = &prepared.destination.address.host;
        let status = setback.status();
        if status == Some(StatusCode::TOO_MANY_REQUESTS) {
            count(&self.counters.throttled, 1);
        }
        let Judgement { error, again } = setback.judge(&Situation {
            host,
            attempts: course.attempts,
            repeatable: prepared.repeatable,
            open: prepared.breaker.remaining().is_some(),
            timeout: settings.request_timeout(),
            response_bytes: prepared.response_bytes,
            retry: &settings.retry,
        });
        let Some(Delay { wait, shared }) = again else {
            if let SendError::Throttled { retry_after, .. } = &error {
                prepared.turnstile.pause.extend(*retry_after);
            }
            return Err(course.end(error));
        };
        let (attempts, wait_ms) = (course.attempts, wait.as_millis() as u64);
        tracing::debug!(%host, ?status, attempts, wait_ms, "repeating a request");
        count(&self.counters.retries, 1);
        if error.uncertain() {
            course.doubt = Some(error);
        }
        if shared {
            prepared.turnstile.pause.extend(wait);
        } else {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }
}

async fn admit<'p>(prepared: &Prepared<'p>) -> Result<Pass<'p>, SendError> {
    prepared.breaker.admit().await.map_err(|pause| SendError::Open {
        host: prepared.destination.address.host.clone(),
        until: SystemTime::now() + pause,
    })
}

async fn turn<'p>(prepared: &Prepared<'p>) -> Result<Turn<'p>, SendError> {
    let Prepared { turnstile, index, method, urgency, cost, .. } = prepared;
    let turn = turnstile.turn(*index, method, prepared.path(), (*urgency, *cost)).await;
    turn.map_err(|retry_after| SendError::Throttled {
        host: prepared.destination.address.host.clone(),
        retry_after,
    })
}

/// Whether the channel did not take the credentials. Where none were sent, none could be renewed.
fn is_refusal(prepared: &Prepared<'_>, reply: &Reply) -> bool {
    reply.status == StatusCode::UNAUTHORIZED && prepared.base.is_some()
}

impl Course {
    /// The error that tells most: one that leaves doubt, if there was any.
    fn end(&mut self, error: SendError) -> SendError {
        match self.doubt.take() {
            Some(doubt) if !error.uncertain() => doubt,
            _ => error,
        }
    }
}
