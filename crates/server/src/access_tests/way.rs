//! The way to the page: encrypted, through a proxy, or neither.

use super::*;

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
async fn whoever_comes_through_a_proxy_on_this_machine_does_not_sit_at_it() {
    let ours = "203.0.113.9";
    let unnamed = Place::empty(ServerOptions::default()).await;
    for proxied in [
        ("x-forwarded-for", ours),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=203.0.113.9"),
        ("via", "1.1 proxy"),
        ("x-real-ip", ours),
        ("x-forwarded-proto", "http"),
    ] {
        let answer = unnamed.ask("GET", "/login", &[proxied], "").await;
        assert_eq!(answer.status, 403, "{proxied:?}");
        assert!(answer.body.contains("without encryption"), "{proxied:?}");
    }
    // Neither does it where no login is asked for.
    let open = Place::empty(ServerOptions {
        access: AccessPolicy::Open,
        allow_plain_http: true,
        ..ServerOptions::default()
    })
    .await;
    let pause = "/api/v1/shops/main/pause";
    let proxied = [("x-real-ip", ours)];
    assert_eq!(open.ask("POST", pause, &proxied, "").await.status, 401);
    assert_eq!(open.ask("POST", pause, &[], "").await.status, 200);
    // A proxy of ours is believed when it says that the caller is here.
    let named = Place::empty(ServerOptions {
        trusted_proxies: vec!["127.0.0.1".parse().unwrap(), "10.1.1.1".parse().unwrap()],
        ..ServerOptions::default()
    })
    .await;
    for (peer, forwarded, expected) in [
        ("127.0.0.1", "127.0.0.1", 303),
        ("127.0.0.1", "::1", 303),
        ("127.0.0.1", "127.0.0.1, 203.0.113.9", 403),
        ("127.0.0.1", "203.0.113.9, 127.0.0.1", 403),
        ("127.0.0.1", "nonsense", 403),
        ("127.0.0.1", "", 403),
        // Its own loopback is not ours.
        ("10.1.1.1", "127.0.0.1", 403),
    ] {
        let headers = [("x-forwarded-for", forwarded)];
        let answer = named.ask_from(peer, "GET", "/login", &headers, "").await;
        assert_eq!(answer.status, expected, "{peer} {forwarded}");
    }
    let via = [("via", "1.1 proxy")];
    assert_eq!(named.ask("GET", "/login", &via, "").await.status, 403);
}

#[tokio::test]
async fn the_install_pages_cookie_bears_the_prefix_over_https() {
    let place = Place::empty(https()).await;
    let path = "/oauth/crm/callback?code=x&state=y";
    for (host, begins, has) in [
        ("bridge.example", "__Host-rb_install=;", "; Path=/; Secure"),
        ("127.0.0.1", "rb_install=;", "; Path=/oauth/crm"),
    ] {
        let answer = place.ask("GET", path, &[("host", host)], "").await;
        let set = answer.header("set-cookie");
        assert!(set.starts_with(begins) && set.ends_with(has), "{set}");
        assert!(!set.contains("Domain"), "{set}");
    }
}
