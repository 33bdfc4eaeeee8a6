use reqwest::Method;
use serde_json::{Value, json};

use super::{SCOPES, claims, message, registered, text};

const DAY: i64 = 86_400_000;

#[tokio::test]
async fn a_code_is_good_once_and_not_for_long() {
    let bench = registered().await;
    let code = bench.code(SCOPES, &bench.here());
    let (status, tokens) = bench.exchange(&code).await;
    assert_eq!(status, 200);
    let gone = (
        401,
        json!("UnAuthorized!"),
        json!("Authorization code not found"),
    );
    let refused = |(status, body): (u16, Value)| {
        (
            status,
            body["error"].clone(),
            body["error_description"].clone(),
        )
    };
    assert_eq!(refused(bench.exchange(&code).await), gone);
    assert_eq!(refused(bench.exchange("nonsense").await), gone);
    let late = bench.code(SCOPES, &bench.here());
    bench.pass(60_000);
    assert_eq!(refused(bench.exchange(&late).await), gone);
    let counts = bench.agency().oauth_counts();
    assert_eq!(
        (counts.codes, counts.refused_codes, counts.all.exchanges),
        (2, 3, 1)
    );

    // Exactly the fields of the reference.
    let mut names: Vec<&str> = tokens
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "access_token",
            "companyId",
            "expires_in",
            "isBulkInstallation",
            "locationId",
            "refreshTokenId",
            "refresh_token",
            "scope",
            "token_type",
            "traceId",
            "userId",
            "userType",
        ]
    );
    assert_eq!(tokens["expires_in"], 86_399);
    assert_eq!(tokens["userType"], "Location");
    assert_eq!(tokens["locationId"], bench.location());
    let claims = claims(text(&tokens, "access_token"));
    assert_eq!(claims["authClass"], "Location");
    assert_eq!(claims["authClassId"], bench.location());
    assert_eq!(claims["sourceId"], bench.agency().app().client_id);
    assert_eq!(claims["channel"], "OAUTH");
}

#[tokio::test]
async fn the_code_is_looked_at_before_the_client_and_the_address_must_match() {
    let bench = registered().await;
    let app = bench.agency().app();
    let with = |code: &str, secret: &str, redirect: &str| {
        let fields = [
            ("grant_type".to_owned(), "authorization_code".to_owned()),
            ("client_id".to_owned(), app.client_id.clone()),
            ("client_secret".to_owned(), secret.to_owned()),
            ("code".to_owned(), code.to_owned()),
            ("redirect_uri".to_owned(), redirect.to_owned()),
        ];
        let bench = &bench;
        async move {
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            let (status, body) = bench.form("/oauth/token", "", &fields).await;
            (status, text(&body, "error").to_owned())
        }
    };
    let right = app.client_secret.as_str();
    let wrong = "00000000-0000-4000-8000-000000000000";
    let answer = |status: u16, error: &str| (status, error.to_owned());
    assert_eq!(
        with("none", wrong, super::BACK).await,
        answer(401, "UnAuthorized!")
    );
    let code = bench.code(SCOPES, &bench.here());
    assert_eq!(
        with(&code, wrong, super::BACK).await,
        answer(401, "invalid_client")
    );
    let elsewhere = with(&code, right, "https://shop.example/").await;
    assert_eq!(elsewhere, answer(400, "invalid_request"));
    assert_eq!(with(&code, right, super::BACK).await, answer(200, ""));
}

#[tokio::test]
async fn a_refresh_token_rotates_and_is_answered_again_only_within_the_grace() {
    let bench = registered().await;
    let first = bench.install(SCOPES, &bench.here()).await;
    let old = text(&first, "refresh_token");
    let (status, second) = bench.refresh(old).await;
    assert_eq!(status, 200);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_ne!(second["access_token"], first["access_token"]);
    bench.pass(30_000);
    let (status, again) = bench.refresh(old).await;
    assert_eq!(status, 200);
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    bench.pass(1);
    let (status, refused) = bench.refresh(old).await;
    assert_eq!((status, text(&refused, "error")), (400, "invalid_grant"));
    let (status, third) = bench.refresh(text(&second, "refresh_token")).await;
    assert_eq!(status, 200, "the successor is still good");
    let counts = bench.agency().oauth_counts();
    let here = counts.installations[bench.location()];
    assert_eq!(
        (here.refreshes, here.graced, here.refused_refreshes),
        (2, 1, 1)
    );
    assert_eq!(counts.all, here);

    let mut policy = bench.agency().oauth_policy();
    policy.invalid_grant_status = 401;
    bench.agency().set_oauth_policy(policy);
    assert_eq!(bench.refresh("nonsense").await.0, 401);

    bench.pass(365 * DAY);
    let (status, _) = bench.refresh(text(&third, "refresh_token")).await;
    assert_eq!(status, 401, "a year is over");
}

#[tokio::test]
async fn several_who_refresh_at_once_get_one_and_the_same_token() {
    let bench = registered().await;
    let first = bench.install(SCOPES, &bench.here()).await;
    let old = text(&first, "refresh_token");
    let answers = tokio::join!(
        bench.refresh(old),
        bench.refresh(old),
        bench.refresh(old),
        bench.refresh(old),
    );
    for (status, tokens) in [&answers.0, &answers.1, &answers.2, &answers.3] {
        assert_eq!(*status, 200);
        assert_eq!(tokens["refresh_token"], answers.0.1["refresh_token"]);
    }
    let counts = bench.agency().oauth_counts().all;
    assert_eq!((counts.refreshes, counts.graced), (1, 3));
}

#[tokio::test]
async fn the_grace_is_for_the_same_client_only() {
    let bench = registered().await;
    let first = bench.install(SCOPES, &bench.here()).await;
    let old = text(&first, "refresh_token");
    bench.refresh(old).await;
    let app = bench.agency().app();
    let (status, refused) = bench
        .form(
            "/oauth/token",
            "",
            &[
                ("grant_type", "refresh_token"),
                ("client_id", &app.client_id),
                ("client_secret", "wrong"),
                ("refresh_token", old),
            ],
        )
        .await;
    assert_eq!((status, text(&refused, "error")), (401, "invalid_client"));
}

#[tokio::test]
async fn an_access_token_ends_and_a_refreshed_one_goes_on() {
    let bench = registered().await;
    let mut policy = bench.agency().oauth_policy();
    policy.access_token_seconds = 120;
    bench.agency().set_oauth_policy(policy);
    let tokens = bench.install(SCOPES, &bench.here()).await;
    assert_eq!(tokens["expires_in"], 120);
    let path = format!("/calendars/?locationId={}", bench.location());
    let call = |token: String| {
        let (bench, path) = (&bench, &path);
        async move { bench.with(&token, Method::GET, path, None).await }
    };
    let access = text(&tokens, "access_token").to_owned();
    assert_eq!(call(access.clone()).await.0, 200);
    bench.pass(120_000);
    assert_eq!(
        message(call(access.clone()).await),
        (401, json!("Invalid token: access token is invalid"))
    );
    let renewed = bench.refresh(text(&tokens, "refresh_token")).await.1;
    assert_eq!(call(text(&renewed, "access_token").to_owned()).await.0, 200);
    assert_eq!(
        message(call(format!("{access}x")).await),
        (401, json!("Invalid JWT"))
    );
    let counts = bench.agency().oauth_counts();
    assert_eq!(counts.installations[bench.location()].stale_calls, 1);
}

#[tokio::test]
async fn scopes_are_those_of_the_consent_and_do_not_grow() {
    let bench = registered().await;
    let narrow = bench.install("contacts.readonly", &bench.here()).await;
    let wide = bench
        .install("contacts.readonly contacts.write", &bench.here())
        .await;
    let body = json!({ "locationId": bench.location(), "firstName": "Ada" });
    let write = |token: String| {
        let (bench, body) = (&bench, body.clone());
        async move {
            bench
                .with(&token, Method::POST, "/contacts/", Some(body))
                .await
        }
    };
    let old = bench.refresh(text(&narrow, "refresh_token")).await.1;
    assert_eq!(old["scope"], "contacts.readonly");
    assert_eq!(
        message(write(text(&old, "access_token").to_owned()).await),
        (401, json!("The token is not authorized for this scope."))
    );
    let (status, made) = write(text(&wide, "access_token").to_owned()).await;
    assert_eq!(status, 201, "{made}");
    let source = &made["contact"]["createdBy"]["sourceId"];
    assert_eq!(source, &json!(bench.agency().app().client_id), "{made}");
}

#[tokio::test]
async fn the_newer_generation_has_its_own_spelling() {
    let mut bench = registered().await;
    let app = bench.agency().app();
    let code = bench.code(SCOPES, &bench.here());
    bench.version = Some("v3");
    let body = json!({
        "clientId": app.client_id, "clientSecret": app.client_secret,
        "grantType": "authorization_code", "code": code, "userType": "Location",
    });
    bench.token = String::new();
    let (status, tokens) = bench.post("/oauth/token", body).await;
    assert_eq!(status, 200, "{tokens}");
    assert_eq!(tokens["userType"], "Location");
    assert_eq!(tokens["expiresIn"], 86_399);
    assert!(tokens.get("access_token").is_none());
    let form = [
        ("clientId", app.client_id.as_str()),
        ("clientSecret", app.client_secret.as_str()),
        ("grantType", "refresh_token"),
        ("refreshToken", text(&tokens, "refreshToken")),
    ];
    let (status, renewed) = bench.form("/oauth/token", "", &form).await;
    assert_eq!(status, 200, "{renewed}");
    assert!(renewed["accessToken"].is_string());
    bench.pass(30_001);
    let refused = bench.form("/oauth/token", "", &form).await;
    assert_eq!(
        message(refused),
        (400, json!("Invalid grant: refresh token is invalid"))
    );
    let missing = bench
        .post("/oauth/token", json!({ "grantType": "refresh_token" }))
        .await;
    assert_eq!(
        message(missing),
        (400, json!("Missing parameter: clientId"))
    );
    let wrong = json!({ "grantType": "password", "clientId": "a", "clientSecret": "b" });
    let wrong = bench.post("/oauth/token", wrong).await;
    assert_eq!(message(wrong), (400, json!("Invalid parameter: grantType")));
    let dated = bench
        .post("/oauth/token", json!({ "client_id": "a" }))
        .await;
    assert_eq!(
        message(dated),
        (422, json!(["property client_id should not exist"]))
    );
}

#[tokio::test]
async fn the_dated_body_is_a_closed_form() {
    let bench = registered().await;
    let (status, refused) = bench
        .token(&[
            ("grant_type", "refresh_token"),
            ("clientId", "x"),
            ("user_type", "Agency"),
        ])
        .await;
    assert_eq!(status, 422);
    assert_eq!(
        refused["message"],
        json!([
            "property clientId should not exist",
            "user_type must be one of the following values: Company, Location",
        ])
    );
    let (status, refused) = bench.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(
        (status, text(&refused, "error")),
        (400, "unsupported_grant_type")
    );
    let app = bench.agency().app();
    let json = json!({
        "client_id": app.client_id, "client_secret": app.client_secret, "grant_type": "refresh_token",
    });
    assert_eq!(bench.post("/oauth/token", json).await.0, 422, "not JSON");
    let gone = bench
        .post("/oauth/reconnect", json!({ "clientKey": "x" }))
        .await;
    assert_eq!(message(gone), (400, json!("API endpoint has been removed")));
}

#[tokio::test]
async fn a_paused_location_is_refused_and_keeps_its_refresh_token() {
    let bench = registered().await;
    let tokens = bench.install(SCOPES, &bench.here()).await;
    let refresh = text(&tokens, "refresh_token");
    bench.agency().suspend(bench.location(), true);
    let paused = (400, json!("Location is not active"));
    assert_eq!(message(bench.refresh(refresh).await), paused);
    let path = format!("/calendars/?locationId={}", bench.location());
    let access = text(&tokens, "access_token");
    assert_eq!(
        message(bench.with(access, Method::GET, &path, None).await),
        paused
    );
    assert_eq!(
        message(bench.get(&path).await),
        paused,
        "private tokens too"
    );
    bench.agency().suspend(bench.location(), false);
    assert_eq!(bench.refresh(refresh).await.0, 200);
}
