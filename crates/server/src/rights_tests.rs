//! With the API's own rights: over every route of the document, by hand-made requests.

use crate::ServerOptions;
use crate::access_tests::{Answer, Place};
use crate::tests::api_token;
use app::access::{Permission, Role};
use axum::http::StatusCode;
use domain::Side;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

/// What takes a body and changes nothing: whoever may look may ask it.
const ASKS_ONLY: [&str; 3] = [
    "/api/v1/shops/{shop}/rules/check",
    "/api/v1/shops/{shop}/recipes/{recipe}/preview",
    "/api/v1/shops/{shop}/operations/{id}",
];
const EVENTS: &str = "/api/v1/events";

/// A route of the document, with something in place of each name.
struct Route {
    path: String,
    asked: String,
    method: String,
    permission: String,
}

fn routes() -> Vec<Route> {
    let document = crate::openapi_document();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let mut asked = path.clone();
            for name in catalogue::path_names(path) {
                let given = match name {
                    "shop" => "main",
                    "side" => "highlevel",
                    "deed" => "enable",
                    "name" => "sam",
                    "recipe" => "ticket-ready",
                    "id" if path.contains("operations") => "highlevel.contact.delete",
                    _ => "1",
                };
                asked = asked.replace(&format!("{{{name}}}"), given);
            }
            let permission = operation["x-permission"].as_str().unwrap().to_owned();
            routes.push(Route {
                asked,
                method: method.to_uppercase(),
                permission,
                path: path.clone(),
            });
        }
    }
    assert!(routes.len() > 150, "{}", routes.len());
    routes
}

/// A place with every secret that there is, and those as texts.
async fn with_secrets() -> (Place, Vec<String>) {
    let place = Place::empty(ServerOptions::default()).await;
    place.add_people().await;
    let app = &place.app;
    let mut secrets = vec![
        "pit-0123456789abcdef-of-highlevel".to_owned(),
        "key-fedcba9876543210-of-the-counter".to_owned(),
    ];
    for (side, secret) in Side::BOTH.into_iter().zip(secrets.clone()) {
        let secret = SecretString::from(secret);
        app.connect("main", side, &secret).await.unwrap();
    }
    let client = SecretString::from("client-secret-0123456789");
    app.set_client_secret(&client).await.unwrap();
    secrets.push(client.expose_secret().to_owned());
    secrets.extend(told_by(app).await);
    let shop = app.shop("main").await.unwrap();
    let webhook = app.counter_webhook(&shop).await.unwrap();
    let hidden = webhook.url.rsplit('/').next().unwrap().to_owned();
    let token = webhook.headers["X-Sync-Token"].as_str().unwrap().to_owned();
    secrets.extend([hidden, webhook.password, token]);
    app.add_user("lee", Role::Staff, None).await.unwrap();
    let link = app.setup_link_for("lee").await.unwrap();
    secrets.push(link.expose().to_owned());
    (place, secrets)
}

/// Sets up every way of telling somebody; answers what is secret of them.
async fn told_by(app: &app::App) -> Vec<String> {
    let secrets = [
        "mail-password-0123456789",
        "hook-0123456789",
        "alarm-0123456789",
    ];
    let address = |secret: &str| SecretString::from(format!("https://example.com/{secret}"));
    let wish = app::NotificationsWish {
        email: Some(app::EmailWish {
            host: "mail.example.com".to_owned(),
            port: 465,
            encryption: app::MailEncryption::Tls,
            user: Some("kim".to_owned()),
            password: Some(SecretString::from(secrets[0])),
            from: "sync@example.com".to_owned(),
            to: vec!["kim@example.com".to_owned()],
        }),
        webhook: Some(app::WebhookWish {
            address: Some(address(secrets[1])),
            new_secret: false,
        }),
        alarm: Some(app::AlarmWish {
            address: Some(address(secrets[2])),
            minutes: 5,
        }),
        ..app::NotificationsWish::default()
    };
    let kept = app.set_notifications(wish).await.unwrap();
    let secrets = secrets.map(str::to_owned).into_iter();
    secrets.chain(kept.webhook_secret).collect()
}

async fn ask(place: &Place, route: &Route, headers: &[(&str, &str)]) -> Answer {
    let mut headers = headers.to_vec();
    headers.push(("content-type", "application/json"));
    let asked = place.ask(&route.method, &route.asked, &headers, "{}");
    asked.await
}

#[tokio::test]
async fn who_may_only_look_changes_nothing_and_sees_no_secret_whatever_is_asked() {
    let (place, mut secrets) = with_secrets().await;
    let reading = api_token(&place.folder, Permission::Read).await;
    secrets.push(reading.clone());
    let token = format!("Bearer {reading}");
    let cookie = place.cookie("kim").await;
    let before = place.app.audit(1_000).await.unwrap();
    for headers in [
        [("authorization", token.as_str())],
        [("cookie", cookie.as_str())],
    ] {
        for route in routes().iter().filter(|route| route.path != EVENTS) {
            let (path, method) = (&route.asked, &route.method);
            let answer = ask(&place, route, &headers).await;
            let may = route.permission == "read";
            if method == "GET" {
                assert_eq!(answer.status == StatusCode::FORBIDDEN, !may, "{path}");
            } else if may {
                let is_call = path.starts_with("/api/v1/shops/main/operations/");
                assert!(
                    is_call || ASKS_ONLY.contains(&route.path.as_str()),
                    "{method} {path}"
                );
            } else {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {path}");
            }
            assert_ne!(
                answer.status,
                StatusCode::INTERNAL_SERVER_ERROR,
                "{method} {path}"
            );
            for secret in &secrets {
                assert!(
                    !answer.body.contains(secret),
                    "{method} {path}: {}",
                    answer.body
                );
            }
        }
    }
    assert_eq!(place.app.audit(1_000).await.unwrap(), before);
    // What changes something takes more, also by the general way to call operations.
    let call = "/api/v1/shops/main/operations/highlevel.contact.delete";
    let own = [
        ("authorization", token.as_str()),
        ("content-type", "application/json"),
    ];
    let all = r#"{"input":{"contactId":"c1"},"allow":{"writes":true,"deletes":true}}"#;
    assert_eq!(place.ask("POST", call, &own, all).await.status, 403);
}

#[tokio::test]
async fn without_a_proof_of_who_asks_everything_is_refused() {
    let (place, _) = with_secrets().await;
    let wrong = "Bearer rb_0123456789012345678901234567890123456789012";
    for headers in [&[][..], &[("authorization", wrong)][..]] {
        for route in routes() {
            let answer = ask(&place, &route, headers).await;
            let (method, path) = (&route.method, &route.asked);
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
        }
    }
}

/// The secrets above are where they are looked for: whoever may do everything is shown those that are to be copied.
#[tokio::test]
async fn owners_are_shown_what_they_have_to_copy_and_no_credentials() {
    let (place, secrets) = with_secrets().await;
    let token = format!(
        "Bearer {}",
        api_token(&place.folder, Permission::Admin).await
    );
    let headers = [("authorization", token.as_str())];
    let answer = place
        .ask("GET", "/api/v1/shops/main/webhooks", &headers, "")
        .await;
    for secret in &secrets[7..10] {
        assert!(answer.body.contains(secret), "{}", answer.body);
    }
    for route in routes()
        .iter()
        .filter(|route| route.path != EVENTS && route.method == "GET")
    {
        let answer = ask(&place, route, &headers).await;
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "{}", route.asked);
        for secret in &secrets[..7] {
            assert!(
                !answer.body.contains(secret),
                "{}: {}",
                route.asked,
                answer.body
            );
        }
        if answer.status == StatusCode::OK {
            let document: Result<Value, _> = serde_json::from_str(&answer.body);
            assert!(document.is_ok(), "{}: {}", route.asked, answer.body);
        }
    }
}
