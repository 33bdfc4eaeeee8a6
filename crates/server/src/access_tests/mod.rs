//! The door: who gets in, how, and what keeps everybody else out.

mod door;
mod pages;
mod refused;
mod sign_in;
mod way;

use crate::serving::Peer;
use crate::tests::{api_token, application};
use crate::{AccessPolicy, ServerOptions, router};
use app::access::{Origin, Permission, Role};
use app::{App, NewShop};
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Request, StatusCode};
use secrecy::SecretString;
use serde_json::Value;
use std::fmt::Write;
use tower::ServiceExt;

const PASSWORD: &str = "correct horse battery";
const PAGES: [&str; 6] = [
    "/",
    "/shops/main/people",
    "/account",
    "/people",
    "/programs",
    "/api/v1/status",
];

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    /// The cookie that was set, as a browser sends it back.
    fn cookie(&self) -> String {
        let set = self.header("set-cookie");
        set.split(';').next().unwrap().to_owned()
    }
}

pub(crate) struct Place {
    pub(crate) app: App,
    options: ServerOptions,
    router: Router,
    pub(crate) folder: tempfile::TempDir,
}

impl Place {
    /// With one shop, and nobody set up.
    pub(crate) async fn empty(options: ServerOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = application(&folder).await;
        let new = NewShop {
            name: "main".into(),
            location: "loc".into(),
            zone: None,
            country: None,
        };
        app.add_shop(&new).await.unwrap();
        Self::around(app, folder, options)
    }

    /// Around an application.
    pub(crate) fn around(app: App, folder: tempfile::TempDir, options: ServerOptions) -> Self {
        let router = router(app.clone(), &options);
        Self {
            app,
            options,
            router,
            folder,
        }
    }

    /// With an owner, a member of staff, and somebody who looks only.
    async fn with_people() -> Self {
        let place = Self::empty(ServerOptions::default()).await;
        place.add_people().await;
        place
    }

    pub(crate) async fn add_people(&self) {
        let password = SecretString::from(PASSWORD);
        for (name, role) in [
            ("pat", Role::Owner),
            ("sam", Role::Staff),
            ("kim", Role::ReadOnly),
        ] {
            self.app
                .add_user(name, role, Some(&password))
                .await
                .unwrap();
        }
    }

    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.ask_from("127.0.0.1", method, path, headers, body)
            .await
    }

    pub(crate) async fn ask_from(
        &self,
        address: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !headers.iter().any(|(name, _)| *name == "host") {
            request = request.header("host", "127.0.0.1:8780");
        }
        let is_typed = headers.iter().any(|(name, _)| *name == "content-type");
        if method == "POST" && !is_typed {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.to_owned())).unwrap();
        let peer = Peer((address.parse::<std::net::IpAddr>().unwrap(), 40_000).into());
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let body = to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        Answer {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// The cookie of somebody who signed in.
    pub(crate) async fn session_of(&self, name: &str) -> String {
        self.sign_in(name, PASSWORD).await.cookie()
    }

    async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let form = format!("name={name}&password={}", password.replace(' ', "+"));
        self.ask("POST", "/login", &[], &form).await
    }

    /// The cookie of somebody who signed in.
    pub(crate) async fn cookie(&self, name: &str) -> String {
        let answer = self.sign_in(name, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        answer.cookie()
    }
}

fn https() -> ServerOptions {
    ServerOptions {
        hosts: vec!["bridge.example".into()],
        https_host: Some("bridge.example".into()),
        public_origin: Some("https://bridge.example".into()),
        trusted_proxies: vec!["10.1.1.1".parse().unwrap()],
        ..ServerOptions::default()
    }
}
