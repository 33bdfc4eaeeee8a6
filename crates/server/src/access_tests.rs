//! The door: who gets in, how, and what keeps everybody else out.

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
    "/status.js",
    "/account",
    "/people",
    "/programs",
    "/api/v1/status",
];

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
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

struct Place {
    app: App,
    options: ServerOptions,
    router: Router,
    folder: tempfile::TempDir,
}

impl Place {
    /// With one shop, and nobody set up.
    async fn empty(options: ServerOptions) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = application(&folder).await;
        let new = NewShop {
            name: "main".into(),
            location: "loc".into(),
            zone: None,
            country: None,
        };
        app.add_shop(&new).await.unwrap();
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

    async fn add_people(&self) {
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

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.ask_from("127.0.0.1", method, path, headers, body)
            .await
    }

    async fn ask_from(
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
        if method == "POST" {
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

    async fn sign_in(&self, name: &str, password: &str) -> Answer {
        let form = format!("name={name}&password={}", password.replace(' ', "+"));
        self.ask("POST", "/login", &[], &form).await
    }

    /// The cookie of somebody who signed in.
    async fn cookie(&self, name: &str) -> String {
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

#[tokio::test]
async fn nobody_gets_in_without_signing_in_and_every_answer_has_the_policy() {
    let place = Place::with_people().await;
    for path in PAGES {
        let answer = place.ask("GET", path, &[], "").await;
        let expected = if path.starts_with("/api/") { 401 } else { 303 };
        assert_eq!(answer.status, expected, "{path}");
        assert!(!answer.body.contains("main"), "{path}: {}", answer.body);
    }
    let wrong = [(
        "authorization",
        "Bearer rb_0123456789012345678901234567890123456789012",
    )];
    assert_eq!(
        place.ask("GET", "/", &wrong, "").await.header("location"),
        "/login"
    );
    let cookie = place.cookie("pat").await;
    let signed = [("cookie", cookie.as_str())];
    let more = [
        "/login",
        "/setup",
        "/setup?token=x",
        "/healthz",
        "/readyz",
        "/status.css",
        "/nowhere",
    ];
    for path in PAGES.into_iter().chain(more) {
        for headers in [&signed[..], &[], &[("sec-fetch-site", "cross-site")]] {
            for method in ["GET", "POST", "DELETE"] {
                let answer = place.ask(method, path, headers, "").await;
                let policy = answer.header("content-security-policy");
                assert!(
                    policy.starts_with("default-src 'none'; script-src 'self'")
                        && policy.contains("form-action 'self'")
                        && policy.contains("frame-ancestors 'none'")
                        && !policy.contains("unsafe"),
                    "{method} {path}: {policy}"
                );
                assert_eq!(answer.header("cache-control"), "no-store");
                let page = &answer.body;
                let inline = ["<style", " style=", " onclick", "javascript:"];
                assert!(inline.iter().all(|part| !page.contains(part)), "{path}");
                assert!(page.matches("<script").count() == page.matches("<script src=").count());
            }
        }
    }
}

#[tokio::test]
async fn who_signs_in_gets_a_cookie_that_scripts_and_other_sites_cannot_use() {
    let place = Place::with_people().await;
    let answer = place.sign_in("pat", PASSWORD).await;
    assert_eq!(answer.header("location"), "/");
    let set = answer.header("set-cookie").to_owned();
    for part in [
        "repairbridge_session=rbs_",
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Lax",
    ] {
        assert!(set.contains(part), "{set}");
    }
    let cookie = answer.cookie();
    let signed = [("cookie", cookie.as_str())];
    for path in PAGES {
        assert_eq!(
            place.ask("GET", path, &signed, "").await.status,
            200,
            "{path}"
        );
    }
    let me = place.ask("GET", "/api/v1/me", &signed, "").await;
    let me: Value = serde_json::from_str(&me.body).unwrap();
    assert_eq!((&me["name"], &me["role"]), (&"pat".into(), &"owner".into()));

    // Signing in anew ends the session before.
    let form = "name=pat&password=correct+horse+battery";
    let other = place.ask("POST", "/login", &signed, form).await.cookie();
    assert_eq!(
        place.ask("GET", "/api/v1/status", &signed, "").await.status,
        401
    );

    let signed = [("cookie", other.as_str())];
    let out = place.ask("POST", "/logout", &signed, "").await;
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(
        place.ask("GET", "/api/v1/status", &signed, "").await.status,
        401
    );
}

#[tokio::test]
async fn over_https_the_cookie_stays_there_and_another_is_not_taken() {
    let place = Place::empty(https()).await;
    place.add_people().await;
    let form = "name=pat&password=correct+horse+battery";
    let host = ("host", "bridge.example");
    let answer = place.ask("POST", "/login", &[host], form).await;
    let set = answer.header("set-cookie");
    assert!(set.starts_with("__Host-repairbridge_session=") && set.contains("; Secure"));
    assert!(
        answer
            .header("strict-transport-security")
            .contains("max-age")
    );
    let cookie = answer.cookie();
    let seen = place
        .ask("GET", "/", &[host, ("cookie", &cookie)], "")
        .await;
    assert_eq!(seen.status, 200);
    let plain = cookie.replace("__Host-", "");
    let seen = place.ask("GET", "/", &[host, ("cookie", &plain)], "").await;
    assert_eq!(
        seen.status, 303,
        "a neighbour's site could have set this one"
    );
}

#[tokio::test]
async fn over_a_network_that_others_read_nothing_is_typed() {
    let place = Place::empty(https()).await;
    place.add_people().await;
    let token = api_token(&place.folder, Permission::Admin).await;
    let bearer = format!("Bearer {token}");
    let known = [("authorization", bearer.as_str())];
    for path in ["/", "/login", "/setup", "/api/v1/status"] {
        let answer = place.ask_from("192.168.1.7", "GET", path, &known, "").await;
        assert_eq!(answer.status, 403, "{path}");
        assert!(
            answer.body.contains("server.tls_certificate"),
            "{}",
            answer.body
        );
    }
    // The right name alone does not make it encrypted, and health is no secret.
    let named = [("host", "bridge.example"), known[0]];
    let direct = place
        .ask_from("192.168.1.7", "GET", "/api/v1/status", &named, "")
        .await;
    assert_eq!(direct.status, 403);
    let health = place
        .ask_from("192.168.1.7", "GET", "/healthz", &[], "")
        .await;
    assert_eq!(health.status, 200);
    // Through our own proxy it is, and so it is where the risk is taken.
    let proxied = place
        .ask_from("10.1.1.1", "GET", "/api/v1/status", &named, "")
        .await;
    assert_eq!(proxied.status, 200);
    for options in [
        ServerOptions {
            allow_plain_http: true,
            ..ServerOptions::default()
        },
        ServerOptions {
            tls: true,
            ..ServerOptions::default()
        },
    ] {
        let router = router(place.app.clone(), &options);
        let place = Place {
            router,
            options,
            app: place.app.clone(),
            folder: tempfile::tempdir().unwrap(),
        };
        let answer = place
            .ask_from("192.168.1.7", "GET", "/api/v1/status", &known, "")
            .await;
        assert_eq!(answer.status, 200, "{:?}", place.options);
    }
}

#[tokio::test]
async fn only_our_proxys_word_about_the_caller_counts() {
    let place = Place::empty(https()).await;
    place.add_people().await;
    let form = "name=pat&password=correct+horse+battery";
    for (peer, forwarded, expected) in [
        ("10.1.1.1", "203.0.113.9", "203.0.113.9"),
        ("10.1.1.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("10.1.1.1", "203.0.113.9, 10.1.1.1", "203.0.113.9"),
        ("10.1.1.1", "nonsense", "10.1.1.1"),
        ("127.0.0.1", "203.0.113.9", "127.0.0.1"),
    ] {
        let headers = [("host", "bridge.example"), ("x-forwarded-for", forwarded)];
        let answer = place.ask_from(peer, "POST", "/login", &headers, form).await;
        assert_eq!(answer.status, 303, "{peer} {forwarded}");
        let newest = place.app.sessions(None).await.unwrap().remove(0);
        assert_eq!(newest.network, expected, "{peer} {forwarded}");
    }
}

#[tokio::test]
async fn another_sites_page_can_do_nothing_with_a_persons_cookie() {
    let place = Place::with_people().await;
    let cookie = place.cookie("pat").await;
    let signed = ("cookie", cookie.as_str());
    let form = "name=pat&password=correct+horse+battery";
    for strange in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "http://127.0.0.1:9999"),
        ("origin", "null"),
    ] {
        for (path, body) in [
            ("/api/v1/shops/main/pause", ""),
            ("/logout", ""),
            ("/account/end", "session=1"),
            ("/account/password", ""),
            ("/login", form),
            ("/setup", "token=x"),
        ] {
            let answer = place.ask("POST", path, &[signed, strange], body).await;
            assert_eq!(answer.status, 403, "{path} {strange:?}");
            assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        }
    }
    assert!(!place.app.shop("main").await.unwrap().paused);
    for own in [
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
        ("origin", "http://127.0.0.1:8780"),
    ] {
        let answer = place
            .ask("POST", "/api/v1/shops/main/pause", &[signed, own], "")
            .await;
        assert_eq!(answer.status, 200, "{own:?}: {}", answer.body);
    }
    // Webhooks carry their own proof: they are refused for lack of it, not for where they come from.
    let hook = place
        .ask(
            "POST",
            "/hooks/crm",
            &[("origin", "https://x.example")],
            "{}",
        )
        .await;
    assert_eq!(hook.status, 401);
}

#[tokio::test]
async fn each_may_do_what_the_role_or_the_scope_says() {
    let place = Place::with_people().await;
    let mut known = Vec::new();
    for (name, level) in [("kim", 0), ("sam", 1), ("pat", 2)] {
        known.push((("cookie", place.cookie(name).await), level));
    }
    for (level, scope) in Permission::ALL.into_iter().enumerate() {
        let token = api_token(&place.folder, scope).await;
        known.push((("authorization", format!("Bearer {token}")), level));
    }
    for ((header, value), level) in &known {
        let headers = [(*header, value.as_str())];
        let log = place
            .ask("GET", "/api/v1/shops/main/log", &headers, "")
            .await;
        assert_eq!(log.status, 200);
        for (method, path, needs) in [
            ("POST", "/api/v1/shops/main/pause", 1),
            ("POST", "/api/v1/shops/main/resume", 1),
            ("GET", "/api/v1/audit", 2),
            ("GET", "/api/v1/sessions", 2),
        ] {
            let answer = place.ask(method, path, &headers, "").await;
            let expected = if *level >= needs { 200 } else { 403 };
            assert_eq!(answer.status, expected, "{value} {path}: {}", answer.body);
            if expected == 403 {
                let says: Value = serde_json::from_str(&answer.body).unwrap();
                assert_eq!(says["error"]["code"], "FORBIDDEN");
            }
        }
    }
    let audit = place.app.audit(1_000).await.unwrap();
    let paused = |who: &str, via: &str| {
        audit.iter().any(|row| {
            row.who == who
                && row.via == via
                && row.what == "paused a shop"
                && row.target.as_deref() == Some("main")
        })
    };
    assert!(paused("sam", "dashboard") && paused("pat", "dashboard"));
    assert!(
        paused("test-operate", "api") && !paused("kim", "dashboard") && !paused("test-read", "api")
    );
    // What is no shop of ours does not get into the log either.
    let headers = [("cookie", known[2].0.1.as_str())];
    let nowhere = place
        .ask("POST", "/api/v1/shops/nowhere/pause", &headers, "")
        .await;
    assert_eq!(nowhere.status, 404);
    assert_eq!(place.app.audit(1_000).await.unwrap().len(), audit.len());
}

#[tokio::test]
async fn a_wrong_password_tells_nobody_whether_there_is_such_a_user_and_guessing_waits() {
    let place = Place::with_people().await;
    let mut bodies = Vec::new();
    for name in ["pat", "nobody"] {
        let answer = place.sign_in(name, "a guess of many").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.headers.contains_key("set-cookie"));
        assert!(!answer.body.contains("a guess of many"));
        bodies.push(answer.body.replace(name, "NAME"));
    }
    assert_eq!(bodies[0], bodies[1]);
    let mut last = None;
    for _ in 0..6 {
        last = Some(place.sign_in("pat", "a guess of many").await);
    }
    let last = last.unwrap();
    assert_eq!(last.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(last.header("retry-after").parse::<u32>().unwrap() >= 1);
    assert!(last.body.contains("Too many wrong passwords"));
    assert_eq!(place.sign_in("pat", PASSWORD).await.status, 429);
    assert_eq!(place.sign_in("sam", PASSWORD).await.status, 303);
}

#[tokio::test]
async fn before_anybody_is_set_up_only_the_page_for_that_is_shown_and_its_link_works_once() {
    let place = Place::empty(ServerOptions::default()).await;
    for path in ["/", "/account", "/login"] {
        let answer = place.ask("GET", path, &[], "").await;
        assert_eq!(answer.header("location"), "/setup", "{path}");
    }
    assert_eq!(
        place.ask("GET", "/api/v1/status", &[], "").await.status,
        401
    );
    let page = place.ask("GET", "/setup", &[], "").await;
    assert!(page.body.contains("repairbridge user setup-link"));
    let link = place.app.first_setup_link().await.unwrap().unwrap();
    let token = link.expose();
    let page = place
        .ask("GET", &format!("/setup?token={token}"), &[], "")
        .await;
    assert!(page.body.contains("name=\"again\"") && page.status == 200);
    let form = |password: &str, again: &str| {
        format!("token={token}&name=pat&password={password}&again={again}").replace(' ', "+")
    };
    let short = place
        .ask("POST", "/setup", &[], &form("short", "short"))
        .await;
    assert_eq!(short.status, 400);
    assert!(short.body.contains("too short"), "{}", short.body);
    let differ = place
        .ask("POST", "/setup", &[], &form(PASSWORD, "another one"))
        .await;
    assert!(differ.status == 400 && differ.body.contains("differ"));
    let done = place
        .ask("POST", "/setup", &[], &form(PASSWORD, PASSWORD))
        .await;
    assert_eq!(done.status, 303);
    let cookie = done.cookie();
    assert_eq!(
        place
            .ask("GET", "/", &[("cookie", &cookie)], "")
            .await
            .status,
        200
    );
    for (method, body) in [("GET", String::new()), ("POST", form(PASSWORD, PASSWORD))] {
        let path = if method == "GET" {
            format!("/setup?token={token}")
        } else {
            "/setup".into()
        };
        let again = place.ask(method, &path, &[], &body).await;
        assert_eq!(again.status, StatusCode::GONE);
    }
    assert_eq!(place.app.dashboard_users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_login_only_this_machine_is_served() {
    let options = ServerOptions {
        access: AccessPolicy::Open,
        allow_plain_http: true,
        ..ServerOptions::default()
    };
    let place = Place::empty(options).await;
    for path in ["/", "/api/v1/status"] {
        assert_eq!(place.ask("GET", path, &[], "").await.status, 200);
        assert_eq!(
            place
                .ask_from("192.168.1.7", "GET", path, &[], "")
                .await
                .status,
            401
        );
    }
    assert_eq!(
        place.ask("GET", "/login", &[], "").await.header("location"),
        "/"
    );
    let pause = place.ask("POST", "/api/v1/shops/main/pause", &[], "").await;
    assert_eq!(pause.status, 200);
    let strange = [("sec-fetch-site", "cross-site")];
    let pause = place
        .ask("POST", "/api/v1/shops/main/pause", &strange, "")
        .await;
    assert_eq!(pause.status, 403);
}

#[tokio::test]
async fn a_user_ends_own_sessions_and_an_owner_everybodys() {
    let place = Place::with_people().await;
    let (pat, sam) = (place.cookie("pat").await, place.cookie("sam").await);
    let ids: Vec<i64> = place
        .app
        .sessions(None)
        .await
        .unwrap()
        .iter()
        .map(|one| one.id)
        .collect();
    let [of_sam, of_pat] = ids[..] else {
        panic!("{ids:?}")
    };
    let end = async |cookie: &str, id: i64| {
        let body = format!("session={id}");
        place
            .ask("POST", "/account/end", &[("cookie", cookie)], &body)
            .await
    };
    end(&sam, of_pat).await;
    assert_eq!(
        place.ask("GET", "/", &[("cookie", &pat)], "").await.status,
        200
    );
    let page = place.ask("GET", "/account", &[("cookie", &sam)], "").await;
    assert!(!page.body.contains("<td>pat</td>"), "{}", page.body);
    let foreign = format!("/api/v1/sessions/{of_pat}/end");
    let refused = place.ask("POST", &foreign, &[("cookie", &sam)], "").await;
    assert_eq!(refused.status, 403);
    end(&pat, of_sam).await;
    assert_eq!(
        place.ask("GET", "/", &[("cookie", &sam)], "").await.status,
        303
    );
    let page = place.ask("GET", "/account", &[("cookie", &pat)], "").await;
    assert!(page.body.contains("ended a session"), "{}", page.body);
    let own = format!("/api/v1/sessions/{of_pat}/end");
    let ended = place.ask("POST", &own, &[("cookie", &pat)], "").await;
    assert_eq!(ended.status, 200);
    let again = place.ask("POST", &own, &[("cookie", &pat)], "").await;
    assert_eq!(again.status, 401);
}

#[tokio::test]
async fn an_owner_adds_people_and_changes_what_they_may_and_nobody_else_does() {
    let place = Place::empty(ServerOptions {
        page: "https://bridge.example/".into(),
        ..ServerOptions::default()
    })
    .await;
    place.add_people().await;
    let (pat, sam) = (place.cookie("pat").await, place.cookie("sam").await);
    let post = async |cookie: &str, path: &str, form: &str| {
        place.ask("POST", path, &[("cookie", cookie)], form).await
    };
    for path in ["/people", "/programs"] {
        assert_eq!(
            place.ask("GET", path, &[("cookie", &sam)], "").await.status,
            403
        );
        assert_eq!(
            place.ask("GET", path, &[("cookie", &pat)], "").await.status,
            200
        );
    }
    for (path, form) in [
        ("/people/add", "name=eve&role=owner"),
        ("/people/change", "name=sam&what=owner"),
        ("/people/change", "name=pat&what=link"),
        ("/programs/add", "name=eve&scope=admin&days=1"),
        ("/programs/revoke", "name=eve"),
    ] {
        assert_eq!(post(&sam, path, form).await.status, 403, "{path}");
    }
    let before = place.app.dashboard_users().await.unwrap();
    assert_eq!(before.len(), 3);
    assert!(place.app.api_tokens().await.unwrap().is_empty());

    let added = post(&pat, "/people/add", "name=eve&role=staff").await;
    let link = added
        .body
        .split_once("https://bridge.example/setup?token=")
        .unwrap()
        .1;
    let token = link.split_once('<').unwrap().0;
    let form = format!("token={token}&password=four+words+for+eve&again=four+words+for+eve");
    assert_eq!(place.ask("POST", "/setup", &[], &form).await.status, 303);
    let again = post(&pat, "/people/add", "name=EVE&role=staff").await;
    assert!(again.status == 400 && again.body.contains("exists already"));
    for name in ["", "a+b", "%3Cscript%3E"] {
        let refused = post(&pat, "/people/add", &format!("name={name}&role=staff")).await;
        assert_eq!(refused.status, 400, "{name}");
    }
    assert_eq!(
        post(&pat, "/people/change", "name=sam&what=read-only")
            .await
            .status,
        303
    );
    assert_eq!(
        post(&pat, "/people/change", "name=kim&what=disable")
            .await
            .status,
        303
    );
    let last = post(&pat, "/people/change", "name=pat&what=disable").await;
    assert!(
        last.status == 400 && last.body.contains("last owner"),
        "{}",
        last.body
    );
    let users = place.app.dashboard_users().await.unwrap();
    let sam = users.iter().find(|user| user.name == "sam").unwrap();
    let kim = users.iter().find(|user| user.name == "kim").unwrap();
    assert!(sam.role == Role::ReadOnly && kim.disabled_at.is_some());
    let log = place.app.audit(100).await.unwrap();
    let noted = |what: &str| log.iter().any(|row| row.who == "pat" && row.what == what);
    assert!(noted("added a user, staff") && noted("disabled a user"));
    assert!(noted("gave a user the role read-only"));
}

#[tokio::test]
async fn an_owner_makes_and_revokes_tokens_that_are_shown_once() {
    let place = Place::with_people().await;
    let pat = place.cookie("pat").await;
    let cookie = [("cookie", pat.as_str())];
    let form = "name=reports&scope=read&days=30";
    let made = place.ask("POST", "/programs/add", &cookie, form).await;
    let token = &made.body[made.body.find("rb_").unwrap()..][..46];
    let bearer = format!("Bearer {token}");
    let known = [("authorization", bearer.as_str())];
    assert_eq!(
        place.ask("GET", "/api/v1/status", &known, "").await.status,
        200
    );
    let page = place.ask("GET", "/programs", &cookie, "").await;
    assert!(page.body.contains("reports") && !page.body.contains("rb_"));
    for form in [
        "name=x&scope=write&days=1",
        "name=x&scope=&days=1",
        "name=x&scope=read&days=999",
        "name=x&scope=read",
    ] {
        assert_eq!(
            place
                .ask("POST", "/programs/add", &cookie, form)
                .await
                .status,
            400,
            "{form}"
        );
    }
    let revoked = place
        .ask("POST", "/programs/revoke", &cookie, "name=reports")
        .await;
    assert_eq!(revoked.status, 303);
    assert_eq!(
        place.ask("GET", "/api/v1/status", &known, "").await.status,
        401
    );
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_that_ends_the_other_sessions() {
    let place = Place::with_people().await;
    let (here, there) = (place.cookie("sam").await, place.cookie("sam").await);
    let change = async |current: &str, new: &str| {
        let body = format!("current={current}&password={new}&again={new}").replace(' ', "+");
        place
            .ask("POST", "/account/password", &[("cookie", &here)], &body)
            .await
    };
    let wrong = change("a guess of many", "another long secret").await;
    assert!(wrong.status == 400 && wrong.body.contains("current password is wrong"));
    assert!(change(PASSWORD, "short").await.body.contains("too short"));
    let done = change(PASSWORD, "another long secret").await;
    assert_eq!(done.status, 303);
    for old in [&here, &there] {
        assert_eq!(
            place.ask("GET", "/", &[("cookie", old)], "").await.status,
            303
        );
    }
    let cookie = done.cookie();
    assert_eq!(
        place
            .ask("GET", "/", &[("cookie", &cookie)], "")
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn signing_in_leads_back_to_where_one_came_from_and_never_to_another_site() {
    let place = Place::with_people().await;
    let away = place.ask("GET", "/account?a=b&c", &[], "").await;
    assert_eq!(away.header("location"), "/login?next=/account%3Fa%3Db%26c");
    for (next, expected) in [
        ("/account%3Fa%3Db", "/account?a=b"),
        ("//evil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("https://evil.example", "/"),
        ("/%0d%0aSet-Cookie:x", "/"),
        ("/%09/evil.example", "/"),
        ("", "/"),
    ] {
        let form = format!("name=sam&password=correct+horse+battery&next={next}");
        let answer = place.ask("POST", "/login", &[], &form).await;
        assert_eq!(answer.header("location"), expected, "{next}");
    }
}

#[tokio::test]
async fn a_token_that_is_shown_counts_and_no_cookie_beside_it() {
    let place = Place::with_people().await;
    let cookie = place.cookie("pat").await;
    for wrong in ["Bearer rb_wrong", "Basic cGF0OmE=", "Bearer", ""] {
        let headers = [("cookie", cookie.as_str()), ("authorization", wrong)];
        let answer = place.ask("GET", "/api/v1/status", &headers, "").await;
        assert_eq!(answer.status, 401, "{wrong}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    let value = cookie.split_once('=').unwrap().1;
    let bearer = format!("Bearer {value}");
    let as_token = [("authorization", bearer.as_str())];
    let answer = place.ask("GET", "/api/v1/status", &as_token, "").await;
    assert_eq!(answer.status, 401, "a session is no API token");
}

#[tokio::test]
async fn what_a_stranger_sends_gets_into_no_page_as_more_than_text() {
    let place = Place::with_people().await;
    let evil = "<script>alert(1)</script>\"'&";
    let mut escaped = String::new();
    for byte in evil.bytes() {
        write!(escaped, "%{byte:02X}").unwrap();
    }
    let pages = [
        place
            .ask("GET", &format!("/login?next=/{escaped}"), &[], "")
            .await,
        place
            .ask(
                "POST",
                "/login",
                &[],
                &format!("name={escaped}&password=x&next=/{escaped}"),
            )
            .await,
        place
            .ask("GET", &format!("/setup?token={escaped}"), &[], "")
            .await,
    ];
    let origin = Origin::new("10.0.0.1".parse().unwrap(), evil);
    let password = SecretString::from(PASSWORD);
    place.app.sign_in("pat", &password, &origin).await.unwrap();
    let cookie = place.cookie("pat").await;
    let account = place
        .ask("GET", "/account", &[("cookie", &cookie)], "")
        .await;
    assert!(account.body.contains("&lt;script&gt;"));
    for page in pages.iter().chain([&account]) {
        assert!(!page.body.contains("<script"), "{}", page.body);
    }
}
