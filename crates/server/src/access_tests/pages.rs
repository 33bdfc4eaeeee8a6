//! The pages about oneself, and of owners about everybody.

use super::*;

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
