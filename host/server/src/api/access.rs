//! Who may call `/v1`: a bearer token with the scope that the method needs.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::Timestamp;
use wharf_store::Token;

use super::{
    Api, Authentication,
    problem::{Kind, Problem},
};
use crate::token::{self, Access};

/// How stale the note of a token's last use may be, in milliseconds. Each note is a write.
const USE_NOTED_EVERY_MS: i64 = 60_000;

pub(super) async fn check(State(api): State<Api>, request: Request, next: Next) -> Response {
    if api.authentication == Authentication::Off {
        return next.run(request).await;
    }
    let needed = match *request.method() {
        Method::GET | Method::HEAD | Method::OPTIONS => Access::Read,
        _ => Access::Write,
    };
    match admit(&api, request.headers(), needed).await {
        Ok(token) => {
            tracing::Span::current().record("token", &token.name);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

async fn admit(api: &Api, headers: &HeaderMap, needed: Access) -> Result<Token, Problem> {
    let unauthorized = |detail: &str| Problem::new(Kind::Unauthorized, detail);
    let presented = bearer(headers)
        .ok_or_else(|| unauthorized("send `authorization: Bearer TOKEN`; `wharf token add` makes a token"))?;
    let token = api.host.site.store.token(&token::hash(presented)).await?;
    let token = token.ok_or_else(|| unauthorized("this token is unknown or was removed"))?;
    if !needed.is_allowed_by(&token.scopes) {
        return Err(Problem::new(
            Kind::Forbidden,
            format!("the token `{}` may only read; add one with `--scope write`", token.name),
        ));
    }
    note_use(api, &token);
    Ok(token)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Beside the request, which need not wait for it.
fn note_use(api: &Api, token: &Token) {
    let now = Timestamp::now().as_millisecond();
    if token.last_used_at.is_some_and(|used| now - used < USE_NOTED_EVERY_MS) {
        return;
    }
    let (store, id) = (api.host.site.store.clone(), token.id);
    tokio::spawn(async move {
        if let Err(error) = store.touch_token(id).await {
            tracing::debug!(%error, "the use of a token was not noted");
        }
    });
}
