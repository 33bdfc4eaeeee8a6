//! From an HTTP request to the page and the token endpoints, and back.

use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Response};

use super::form::fields;
use super::installed;
use super::policy::TokenFault;
use super::{Agency, Bearer, event::Event};
use super::{location_token, page, token_endpoint, uninstall};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::contacts::model::Writer;
use crate::highlevel::guard;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::server::{self, Answer};
use crate::highlevel::token::Reach;
use crate::serve::Severed;

/// A request as it arrived.
pub(in crate::highlevel) struct Asking<'a> {
    pub method: &'a str,
    pub path: &'a str,
    pub query: &'a str,
    pub headers: &'a HeaderMap,
    pub body: &'a [u8],
    pub now: i64,
}

type Headers = Vec<(&'static str, String)>;

/// The answer to a request that is about authorisation; `None` when it is about something else.
pub(in crate::highlevel) async fn answer(
    agency: &Agency,
    asking: &Asking<'_>,
) -> Option<Response<Body>> {
    let path = asking.path.trim_end_matches('/');
    match (asking.method, path) {
        ("GET", "/oauth/chooselocation" | "/v2/oauth/chooselocation") => {
            Some(page::show(agency, asking))
        }
        ("POST", "/oauth/chooselocation" | "/v2/oauth/chooselocation") => {
            Some(page::decide(agency, asking))
        }
        ("POST", "/oauth/token") => {
            let fault = agency.office().policy.token_faults.pop_front();
            let carry_out = || (agency.token(asking), Headers::new());
            Some(befallen(agency, fault, carry_out).await)
        }
        ("POST", "/oauth/locationToken" | "/oauth/location-token") => {
            if path.ends_with("location-token") && !guard::is_v3(asking.headers) {
                return None;
            }
            let fault = agency.office().policy.location_token_faults.pop_front();
            let carry_out = || agency.admitted(asking, Agency::location_token);
            Some(befallen(agency, fault, carry_out).await)
        }
        ("GET", "/oauth/installedLocations" | "/oauth/installed-locations") => {
            if path.ends_with("installed-locations") && !guard::is_v3(asking.headers) {
                return None;
            }
            let (result, headers) = agency.admitted(asking, Agency::installed_locations);
            Some(agency.response(result, headers))
        }
        ("POST", "/oauth/reconnect") => {
            let gone = Refusal::bad_request("API endpoint has been removed");
            Some(agency.response(Err(gone), Headers::new()))
        }
        ("DELETE", path) => {
            app_of(path)?;
            let (result, headers) = agency.admitted(asking, Agency::uninstall_asked);
            Some(agency.response(result, headers))
        }
        _ => None,
    }
}

fn app_of(path: &str) -> Option<&str> {
    path.strip_prefix("/marketplace/app/")?
        .strip_suffix("/installations")
        .filter(|app| !app.contains('/'))
}

/// Carries a call out with what is planned for it.
async fn befallen(
    agency: &Agency,
    fault: Option<TokenFault>,
    carry_out: impl FnOnce() -> (Result<Reply, Refusal>, Headers),
) -> Response<Body> {
    let pause = |ms| tokio::time::sleep(Duration::from_millis(ms));
    match fault.unwrap_or(TokenFault::Fine) {
        TokenFault::Fine => {}
        TokenFault::Status(status) => return failed(status),
        TokenFault::Reset => return severed(),
        TokenFault::Lost => {
            let _carried_out = carry_out();
            return severed();
        }
        TokenFault::StatusAfter(status) => {
            let _carried_out = carry_out();
            return failed(status);
        }
        TokenFault::Late(ms) => pause(ms).await,
        TokenFault::LateAnswer(ms) => {
            let (result, headers) = carry_out();
            pause(ms).await;
            return agency.response(result, headers);
        }
    }
    let (result, headers) = carry_out();
    agency.response(result, headers)
}

/// The vendor's own failure; its body is not recorded anywhere, a guess.
fn failed(status: u16) -> Response<Body> {
    let refusal = Refusal {
        status,
        body: serde_json::json!({ "statusCode": status, "message": "Internal server error" }),
    };
    let trace = uuid::Uuid::nil().to_string();
    Answer::new(Err(refusal), Headers::new()).into_response(trace)
}

/// Becomes a connection that is cut.
fn severed() -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    answer.extensions_mut().insert(Severed);
    answer
}

impl Agency {
    fn response(&self, result: Result<Reply, Refusal>, headers: Headers) -> Response<Body> {
        let trace = self.office().ids.uuid();
        Answer::new(result, headers).into_response(trace)
    }

    fn token(&self, asking: &Asking<'_>) -> Result<Reply, Refusal> {
        let v3 = guard::is_v3(asking.headers);
        let fields = fields(asking.headers, asking.body, v3)?;
        let (body, events) = token_endpoint::answer(&mut self.office(), &fields, v3, asking.now)?;
        self.tell(events);
        Ok(Reply::ok(body))
    }

    /// Version, token and budget, as before every operation; then what was asked for.
    fn admitted(
        &self,
        asking: &Asking<'_>,
        run: fn(&Self, &Asking<'_>, &Bearer, bool) -> Result<Reply, Refusal>,
    ) -> (Result<Reply, Refusal>, Headers) {
        let admitted = guard::version(asking.headers, false)
            .and_then(|v3| Ok((v3, self.bearer(asking.headers, asking.now)?)));
        let (v3, bearer) = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => return (Err(refusal), Headers::new()),
        };
        let allowance = guard::spend(&mut bearer.home.world(), &bearer, asking.now);
        let result = if allowance.over {
            Err(Refusal::too_many())
        } else {
            run(self, asking, &bearer, v3)
        };
        (result, allowance.headers)
    }

    fn location_token(
        &self,
        asking: &Asking<'_>,
        bearer: &Bearer,
        v3: bool,
    ) -> Result<Reply, Refusal> {
        guard::scope(&bearer.token, "oauth.write")?;
        let grant = bearer
            .grant
            .as_ref()
            .filter(|grant| matches!(grant.reach, Reach::Agency(_)))
            .ok_or_else(|| bearer.not_of_app())?;
        let fields = fields(asking.headers, asking.body, false)?;
        let mut office = self.office();
        let (status, body) = location_token::answer(&mut office, grant, &fields, v3, asking.now)?;
        Ok(Reply { status, body })
    }

    fn installed_locations(
        &self,
        asking: &Asking<'_>,
        bearer: &Bearer,
        v3: bool,
    ) -> Result<Reply, Refusal> {
        guard::scope(&bearer.token, "oauth.readonly")?;
        if bearer.grant.is_none() || !matches!(bearer.token.reach, Reach::Agency(_)) {
            return Err(bearer.not_of_app());
        }
        let listed = self.listed();
        let query = super::consent::pairs(asking.query).into_iter().collect();
        let call = Call {
            params: Vec::new(),
            query: &query,
            body: &serde_json::Map::new(),
            now: asking.now,
            v3,
            writer: Writer::integration(bearer.source.clone()),
        };
        installed::answer(&self.office(), &listed, &call).map(Reply::ok)
    }

    fn uninstall_asked(
        &self,
        asking: &Asking<'_>,
        bearer: &Bearer,
        _v3: bool,
    ) -> Result<Reply, Refusal> {
        guard::scope(&bearer.token, "oauth.write")?;
        // A private token of a location is not taken, one of the agency is (the vendor's marketplace document).
        if bearer.grant.is_none() && matches!(bearer.token.reach, Reach::Location(_)) {
            return Err(bearer.not_of_app());
        }
        let fields = server::parse(asking.body)?;
        let app = app_of(asking.path.trim_end_matches('/')).unwrap_or_default();
        let answered = uninstall::answer(&mut self.office(), &bearer.token.reach, app, &fields);
        let (body, events): (_, Vec<Event>) = answered?;
        self.tell(events);
        Ok(Reply::ok(body))
    }
}
