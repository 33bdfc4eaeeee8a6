//! Setting up and signing in.

use super::*;

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
