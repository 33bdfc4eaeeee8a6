//! Authorisation: the page, the token endpoints, the agency and its locations.

mod agency;
mod dispatch;
mod events;
mod faults;
mod page;
mod tokens;

use reqwest::Method;
use serde_json::{Value, json};

use super::{Bench, empty};
use crate::highlevel::{Agency, Consent, HighLevelTwin};

const BACK: &str = "http://127.0.0.1:9/oauth/callback";
const SCOPES: &str = "contacts.readonly contacts.write calendars.readonly";

/// An app whose redirect address is registered, on an empty location.
async fn registered() -> Bench {
    let bench = empty().await;
    bench.agency().register_redirect(BACK).unwrap();
    bench
}

/// The same with four further locations; all five.
async fn five() -> (Bench, Vec<HighLevelTwin>) {
    let bench = registered().await;
    for number in 2..=5 {
        bench.agency().add_location(7, &format!("Shop {number}"));
    }
    let locations = bench.agency().locations();
    (bench, locations)
}

fn parameter(address: &str, name: &str) -> Option<String> {
    url::Url::parse(address)
        .unwrap()
        .query_pairs()
        .find(|(known, _)| known == name)
        .map(|(_, value)| value.into_owned())
}

impl Bench {
    fn agency(&self) -> Agency {
        self.twins.highlevel().agency()
    }

    fn link(&self, scopes: &str) -> String {
        let app = self.agency().app();
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &app.client_id)
            .append_pair("version_id", &app.app_id)
            .append_pair("redirect_uri", BACK)
            .append_pair("scope", scopes)
            .append_pair("state", "s t&te")
            .finish();
        format!(
            "{}/oauth/chooselocation?{query}",
            self.twins.highlevel_url()
        )
    }

    fn code(&self, scopes: &str, consent: &Consent) -> String {
        let back = self.agency().consent(&self.link(scopes), consent).unwrap();
        assert_eq!(parameter(&back, "state").as_deref(), Some("s t&te"));
        parameter(&back, "code").unwrap()
    }

    fn here(&self) -> Consent {
        Consent::Location(self.location().to_owned())
    }

    async fn form(&self, path: &str, bearer: &str, fields: &[(&str, &str)]) -> (u16, Value) {
        let mut request = self
            .client
            .post(format!("{}{path}", self.twins.highlevel_url()))
            .form(fields);
        if !bearer.is_empty() {
            request = request.bearer_auth(bearer);
        }
        if let Some(version) = self.version {
            request = request.header("Version", version);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Dated, as a client would ask.
    async fn token(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let app = self.agency().app();
        let mut all = vec![
            ("client_id", app.client_id.as_str()),
            ("client_secret", app.client_secret.as_str()),
        ];
        all.extend_from_slice(fields);
        self.form("/oauth/token", "", &all).await
    }

    async fn exchange(&self, code: &str) -> (u16, Value) {
        self.token(&[("grant_type", "authorization_code"), ("code", code)])
            .await
    }

    async fn refresh(&self, token: &str) -> (u16, Value) {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Consents, exchanges, and answers the tokens.
    async fn install(&self, scopes: &str, consent: &Consent) -> Value {
        let (status, tokens) = self.exchange(&self.code(scopes, consent)).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    async fn with(
        &self,
        bearer: &str,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> (u16, Value) {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.twins.highlevel_url()))
            .bearer_auth(bearer)
            .header("Version", self.version.unwrap_or("2021-07-28"));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn location_token(&self, company: &Value, location: &str) -> (u16, Value) {
        let bearer = text(company, "access_token");
        let company = self.agency().company_id();
        let fields = [("companyId", company.as_str()), ("locationId", location)];
        self.form("/oauth/locationToken", bearer, &fields).await
    }
}

fn text<'a>(of: &'a Value, name: &str) -> &'a str {
    of[name].as_str().unwrap_or_default()
}

fn everywhere() -> Consent {
    Consent::Agency {
        locations: None,
        future: false,
    }
}

/// The payload of a token that looks like a JWT.
fn claims(token: &str) -> Value {
    use base64::Engine;
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3, "{token}");
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(parts[1])
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "reads better where it is called"
)]
fn message(answer: (u16, Value)) -> (u16, Value) {
    (answer.0, json!(answer.1["message"]))
}
