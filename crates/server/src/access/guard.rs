//! The guard before everything that is not public.

use super::caller::Caller;
use super::{AccessPolicy, Door, cookie, html};
use app::AppError;
use app::access::{Doer, Origin, Permission, Who};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use domain::normalize::text::capitalised;
use std::sync::Arc;
use store::StoreError;

/// Whoever asks, proven. Every handler behind the guard can take this as an argument.
#[derive(Clone, Debug)]
pub struct Signed {
    /// Who it is.
    pub who: Who,
    /// Where the request comes from.
    pub from: Origin,
}

impl Signed {
    /// Goes on only where this one may do something.
    ///
    /// # Errors
    /// The answer to who may not: status 403, with words.
    pub fn require(&self, wanted: Permission) -> Result<(), Forbidden> {
        if self.who.may(wanted) {
            Ok(())
        } else {
            Err(Forbidden(wanted))
        }
    }

    /// For the audit log.
    #[must_use]
    pub fn doer(&self) -> Doer<'_> {
        Doer::signed(&self.who, &self.from)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Signed {
    type Rejection = Response;

    /// Refuses where the guard did not let anybody in: a route before it cannot use this by mistake.
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        let signed = parts.extensions.get::<Self>().cloned();
        signed.ok_or_else(|| unknown(parts.uri.path()))
    }
}

/// An owner: whoever asks, proven, and allowed everything. Handlers that take this refuse everybody else.
pub(super) struct Owner(pub(super) Signed);

impl<S: Send + Sync> FromRequestParts<S> for Owner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let signed = Signed::from_request_parts(parts, state).await?;
        match signed.require(Permission::Admin) {
            Ok(()) => Ok(Self(signed)),
            Err(forbidden) => Err(forbidden.into_response()),
        }
    }
}

/// The answer to somebody who is known and may not do this.
#[derive(Clone, Copy, Debug)]
pub struct Forbidden(Permission);

impl From<Forbidden> for Response {
    fn from(forbidden: Forbidden) -> Self {
        forbidden.into_response()
    }
}

impl IntoResponse for Forbidden {
    fn into_response(self) -> Response {
        let says = match self.0 {
            Permission::Read => "this API token may not read; make one with the scope `read`",
            Permission::Operate => {
                "this takes the role staff or owner, or an API token with the scope `operate`"
            }
            Permission::Admin => {
                "this takes the role owner, or an API token with the scope `admin`"
            }
        };
        html::error(StatusCode::FORBIDDEN, "FORBIDDEN", says)
    }
}

/// Lets in who has proved who it is and may look, and sends everybody else to where that is done.
pub(crate) async fn guard(
    State(door): State<Arc<Door>>,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(caller) = request.extensions().get::<Caller>().cloned() else {
        return unknown(request.uri().path());
    };
    match signed_in(&door, &caller, request.uri(), request.headers()).await {
        Ok(signed) => {
            request.extensions_mut().insert(signed);
            next.run(request).await
        }
        Err(sent_away) => sent_away,
    }
}

/// Whoever asks for something, where they may look at all; else the answer that sends them away.
pub(crate) async fn signed_in(
    door: &Door,
    caller: &Caller,
    wanted: &Uri,
    headers: &HeaderMap,
) -> Result<Signed, Response> {
    match recognise(door, caller, headers).await {
        Ok(Some(who)) => {
            let from = caller.origin.clone();
            let signed = Signed { who, from };
            match signed.require(Permission::Read) {
                Ok(()) => Ok(signed),
                Err(forbidden) => Err(forbidden.into_response()),
            }
        }
        Ok(None) => Err(send_away(door, wanted).await),
        Err(error) => Err(trouble(&error)),
    }
}

/// Who shows a cookie or a token, if either is worth anything. A token that is shown counts, and no cookie beside it.
async fn recognise(
    door: &Door,
    caller: &Caller,
    headers: &HeaderMap,
) -> Result<Option<Who>, AppError> {
    if door.options.access == AccessPolicy::Open {
        return Ok(caller.is_local.then_some(Who::Anybody));
    }
    if let Some(header) = headers.get(header::AUTHORIZATION) {
        let bearer = header.to_str().ok().and_then(|text| {
            let (scheme, token) = text.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token)
        });
        return match bearer {
            Some(token) => door.app.who_by_api_token(token).await,
            None => Ok(None),
        };
    }
    match cookie::SESSION.read(caller, headers) {
        Some(value) => door.app.who_by_session(value).await,
        None => Ok(None),
    }
}

async fn send_away(door: &Door, wanted: &Uri) -> Response {
    let path = wanted.path();
    if html::is_for_programs(path) || door.options.access == AccessPolicy::Open {
        return unknown(path);
    }
    match door.app.needs_setup().await {
        Ok(true) => Redirect::to("/setup").into_response(),
        Ok(false) if path == "/" => Redirect::to("/login").into_response(),
        Ok(false) => {
            let all = wanted.path_and_query().map_or(path, |all| all.as_str());
            let wanted = form_escaped(all);
            Redirect::to(&format!("/login?next={wanted}")).into_response()
        }
        Err(error) => trouble(&error),
    }
}

/// Percent-encoded, for a value in a query.
fn form_escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'/' => {
            char::from(byte).to_string()
        }
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

/// The answer to somebody who is not known.
fn unknown(path: &str) -> Response {
    let says = "sign in, or send `Authorization: Bearer TOKEN` with a token that `repairbridge token create` made; this one is missing, wrong, revoked or too old";
    let mut answer = html::refusal(path, StatusCode::UNAUTHORIZED, "NOT-SIGNED-IN", says);
    let scheme = axum::http::HeaderValue::from_static("Bearer");
    answer
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, scheme);
    answer
}

/// What a page says of something that was refused, above its form; nothing for a fault in here.
pub(super) fn told(error: &AppError) -> Option<String> {
    match error {
        AppError::Refused(_) | AppError::Store(StoreError::Exists { .. }) => {
            Some(format!("{}.", capitalised(&error.to_string())))
        }
        _ => None,
    }
}

pub(super) fn trouble(error: &AppError) -> Response {
    tracing::warn!(%error, "it could not be looked up who is asking");
    let says = "this could not be looked up; the log of the service says why";
    html::error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", says)
}
