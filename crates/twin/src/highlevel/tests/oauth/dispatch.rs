use reqwest::Method;
use serde_json::{Value, json};

use super::{SCOPES, empty, everywhere, five, message, text};
use crate::highlevel::{Consent, HighLevelTwin, Settings};

const STRANGE: &str = "The token does not have access to this location.";

fn id(location: &HighLevelTwin) -> &str {
    &location.credentials().location_id
}

fn named(location: &HighLevelTwin, name: &str) -> Value {
    json!({ "locationId": id(location), "firstName": name })
}

#[tokio::test]
async fn five_locations_are_apart_whichever_kind_of_token_is_used() {
    let (bench, locations) = five().await;
    let ids: std::collections::BTreeSet<&str> = locations.iter().map(id).collect();
    assert_eq!(ids.len(), 5);
    let scopes = format!("{SCOPES} oauth.write oauth.readonly");
    let company = bench.install(&scopes, &everywhere()).await;
    let mut tokens = Vec::new();
    for (number, location) in locations.iter().enumerate() {
        let token = match number % 3 {
            0 => location.credentials().token.secret.clone(),
            1 => {
                let tokens = bench
                    .install(SCOPES, &Consent::Location(id(location).to_owned()))
                    .await;
                text(&tokens, "access_token").to_owned()
            }
            _ => {
                let (status, minted) = bench.location_token(&company, id(location)).await;
                assert_eq!(status, 201, "{minted}");
                text(&minted, "access_token").to_owned()
            }
        };
        tokens.push(token);
    }
    let mut contacts = Vec::new();
    for (location, token) in locations.iter().zip(&tokens) {
        let body = named(location, &format!("Of {}", id(location)));
        let (status, made) = bench
            .with(token, Method::POST, "/contacts/", Some(body))
            .await;
        assert_eq!(status, 201, "{made}");
        contacts.push(made["contact"]["id"].as_str().unwrap().to_owned());
    }
    for (at, token) in tokens.iter().enumerate() {
        assert_eq!(locations[at].counts().contacts, 1);
        for (to, contact) in contacts.iter().enumerate() {
            let path = format!("/contacts/{contact}");
            let read = bench.with(token, Method::GET, &path, None).await;
            let list = format!("/calendars/?locationId={}", id(&locations[to]));
            let listed = bench.with(token, Method::GET, &list, None).await;
            let body = named(&locations[to], "Strange");
            if at == to {
                assert_eq!((read.0, listed.0), (200, 200));
                assert_eq!(read.1["contact"]["locationId"], id(&locations[to]));
            } else {
                assert_eq!(message(read), (403, json!(STRANGE)));
                assert_eq!(message(listed), (403, json!(STRANGE)));
                let write = bench
                    .with(token, Method::POST, "/contacts/", Some(body))
                    .await;
                assert_eq!(message(write), (403, json!(STRANGE)));
                let change = bench.with(token, Method::PUT, &path, Some(json!({}))).await;
                assert_eq!(message(change), (403, json!(STRANGE)));
            }
        }
    }
    assert!(
        locations
            .iter()
            .all(|location| location.counts().contacts == 1)
    );
}

/// The twin's own seed is 11.
#[tokio::test]
async fn no_two_locations_share_an_id_or_a_token() {
    let (bench, _) = five().await;
    for seed in [0, 1, 11, 11, u64::MAX] {
        for _ in 0..6 {
            bench.agency().add_location(seed, "Another");
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for location in bench.agency().locations() {
        let known = location.credentials();
        assert!(seen.insert(known.location_id.clone()));
        assert!(seen.insert(known.token.secret.clone()));
    }
    assert_eq!(seen.len(), 70);
}

#[tokio::test]
async fn the_agencys_token_reaches_no_contact_and_every_location() {
    let (bench, locations) = five().await;
    let scopes = format!("{SCOPES} locations.readonly oauth.write oauth.readonly");
    let company = bench.install(&scopes, &everywhere()).await;
    let bearer = text(&company, "access_token");
    let class = "This authClass type is not allowed to access this scope. Please verify your IAM configuration if this is not the case.";
    let body = named(&locations[1], "Ada");
    let refused = bench
        .with(bearer, Method::POST, "/contacts/", Some(body.clone()))
        .await;
    assert_eq!(message(refused), (401, json!(class)));
    let mut policy = bench.agency().oauth_policy();
    policy.auth_class_status = 403;
    bench.agency().set_oauth_policy(policy);
    let refused = bench
        .with(bearer, Method::POST, "/contacts/", Some(body))
        .await;
    assert_eq!(message(refused), (403, json!(class)));
    let private = locations[0].credentials().agency.secret.clone();
    for location in &locations {
        let path = format!("/locations/{}", id(location));
        for bearer in [bearer, &private] {
            let (status, shown) = bench.with(bearer, Method::GET, &path, None).await;
            assert_eq!(status, 200, "{shown}");
            assert_eq!(shown["location"]["name"], location.name());
        }
    }
    let nowhere = bench
        .with(bearer, Method::GET, "/locations/elsewhere", None)
        .await;
    assert_eq!(message(nowhere), (403, json!(STRANGE)));
}

#[tokio::test]
async fn tokens_of_the_app_share_a_locations_budget_and_no_other() {
    let bench = super::super::bench(
        0,
        Settings {
            requests_per_10s: Some(2),
            ..Settings::default()
        },
    )
    .await;
    bench.agency().register_redirect(super::BACK).unwrap();
    let other = bench.agency().add_location(7, "Shop 2");
    let one = bench.install(SCOPES, &bench.here()).await;
    let two = bench.install(SCOPES, &bench.here()).await;
    let there = bench
        .install(SCOPES, &Consent::Location(id(&other).to_owned()))
        .await;
    let here_path = format!("/calendars/?locationId={}", bench.location());
    let there_path = format!("/calendars/?locationId={}", id(&other));
    let call = |token: &Value, path: &str| {
        let (bearer, path) = (text(token, "access_token").to_owned(), path.to_owned());
        let bench = &bench;
        async move { bench.with(&bearer, Method::GET, &path, None).await.0 }
    };
    assert_eq!(call(&one, &here_path).await, 200);
    assert_eq!(call(&two, &here_path).await, 200);
    assert_eq!(call(&one, &here_path).await, 429);
    assert_eq!(call(&two, &here_path).await, 429);
    assert_eq!(call(&there, &there_path).await, 200);
    assert_eq!(
        bench.get(&here_path).await.0,
        200,
        "a private token is an app of its own"
    );
    // A refresh is no call of the app.
    assert_eq!(bench.refresh(text(&one, "refresh_token")).await.0, 200);
}

#[tokio::test]
async fn without_further_locations_nothing_is_different() {
    let bench = empty().await;
    let known = bench.twins.highlevel().credentials();
    assert_eq!(bench.agency().locations().len(), 1);
    let shown = bench.get("/_twin/credentials").await.1;
    assert_eq!(shown["locationId"], known.location_id);
    assert_eq!(shown["locations"].as_array().unwrap().len(), 1);
    assert_eq!(shown["clientId"], bench.agency().app().client_id);
    let (app, rest) = shown["clientId"].as_str().unwrap().split_once('-').unwrap();
    assert_eq!((app, rest.len()), (shown["appId"].as_str().unwrap(), 8));
    assert_eq!(app, bench.twins.highlevel().webhooks().app_id);
}
