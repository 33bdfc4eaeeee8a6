//! Who gets in, and what each may do.

use super::*;
use futures::StreamExt;
use std::time::Duration;

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
                for script in page.split("<script").skip(1) {
                    let (tag, rest) = script.split_once('>').unwrap();
                    assert!(tag.contains(" src=") && rest.starts_with("</script>"));
                }
            }
        }
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

#[tokio::test]
async fn whoever_listens_hears_what_changes_and_only_while_signed_in() {
    let place = Place::with_people().await;
    let cookie = place.cookie("kim").await;
    let mut request = Request::get("/api/v1/events")
        .header("host", "127.0.0.1:8780")
        .header("cookie", &cookie)
        .body(Body::empty())
        .unwrap();
    let peer = Peer("127.0.0.1:40000".parse().unwrap());
    request.extensions_mut().insert(ConnectInfo(peer));
    let answer = place.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let mut events = answer.into_body().into_data_stream();
    let mut next = async || {
        let event = tokio::time::timeout(Duration::from_secs(20), events.next());
        let event = event.await.unwrap()?.unwrap();
        Some(String::from_utf8(event.to_vec()).unwrap())
    };
    let first = next().await.unwrap();
    assert!(first.contains("event: status") && first.contains("\"paused\":false"));
    place.app.pause_shop("main", true).await.unwrap();
    loop {
        let event = next().await.unwrap();
        if event.contains("event: status") && event.contains("\"paused\":true") {
            break;
        }
    }
    // The session ends elsewhere: within a heartbeat nothing comes any more.
    place.app.end_sessions(Some("kim")).await.unwrap();
    while next().await.is_some() {}
}
