//! A copy is answered for like a shop, with the same rights, and goes no further.

use crate::ServerOptions;
use crate::access_tests::Place;
use app::{App, JobKind, JobState, MadeTwins, PersonEdit, Snapshot, TwinMaker, TwinStaff};
use async_trait::async_trait;
use axum::http::StatusCode;
use secrecy::SecretString;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use testkit::{Bench, SHOP};
use twin::RunningTwins;

/// Twins of a made-up shop, whatever they should be filled with.
struct AnyTwins;

struct Nobody(#[expect(dead_code, reason = "held until the copy is closed")] RunningTwins);

#[async_trait]
impl TwinMaker for AnyTwins {
    async fn make(&self, _: Snapshot) -> Result<MadeTwins, String> {
        let twins = twin::start(Bench::options(7, 5, 3)).await.unwrap();
        Ok(MadeTwins {
            highlevel_base: twins.highlevel_url().parse().unwrap(),
            mygadgetrepairs_base: twins.mygadgetrepairs_url().parse().unwrap(),
            location: twins.location_id().to_owned(),
            token: SecretString::from(twins.token()),
            key: SecretString::from(twins.key()),
            staff: Box::new(Nobody(twins)),
        })
    }
}

#[async_trait]
impl TwinStaff for Nobody {
    async fn edit(&self, _: &PersonEdit) -> Result<(), String> {
        Err("nobody works here".to_owned())
    }
}

async fn with_copy() -> (Bench, Place) {
    let bench = Bench::new(3, 4, 2).await;
    let app = bench.app.clone().with_twins(Arc::new(AnyTwins));
    let folder = tempfile::tempdir().unwrap();
    let place = Place::around(app, folder, ServerOptions::default());
    place.add_people().await;
    copied(&place.app).await;
    (bench, place)
}

async fn copied(app: &App) {
    let job = app.begin_job(SHOP, JobKind::Copy, "pat").await.unwrap();
    loop {
        match app.job(&job.id).unwrap().state {
            JobState::Running => tokio::time::sleep(Duration::from_millis(50)).await,
            state => return assert_eq!(state, JobState::Done),
        }
    }
}

async fn ask(place: &Place, cookie: &str, method: &str, path: &str) -> (StatusCode, Value) {
    let headers = [("cookie", cookie), ("content-type", "application/json")];
    let answer = place.ask(method, path, &headers, "{}").await;
    (
        answer.status,
        serde_json::from_str(&answer.body).unwrap_or_default(),
    )
}

#[tokio::test]
async fn a_copy_is_answered_for_like_a_shop_by_the_rights_of_who_asks() {
    let (_bench, place) = with_copy().await;
    let looks = place.cookie("kim").await;
    let (status, people) = ask(&place, &looks, "GET", "/api/v1/shops/main~copy/people").await;
    assert_eq!(status, StatusCode::OK, "{people}");
    assert!(people["people"].as_array().unwrap().len() >= 5, "{people}");
    let (_, overview) = ask(&place, &looks, "GET", "/api/v1/status").await;
    let shops = overview["shops"].as_array().unwrap();
    assert_eq!(shops[0]["copy_of"], Value::Null);
    assert_eq!(
        (&shops[1]["name"], &shops[1]["copy_of"]),
        (&"main~copy".into(), &"main".into())
    );

    let sync = "/api/v1/shops/main~copy/sync";
    assert_eq!(
        ask(&place, &looks, "POST", sync).await.0,
        StatusCode::FORBIDDEN
    );
    let works = place.cookie("sam").await;
    let (status, job) = ask(&place, &works, "POST", sync).await;
    assert_eq!(status, StatusCode::OK, "{job}");
    let path = format!("/api/v1/jobs/{}", job["id"].as_str().unwrap());
    assert_eq!(ask(&place, &works, "GET", &path).await.0, StatusCode::OK);
    // Who has not signed in hears of no copy either.
    let nobody = place.ask("GET", sync, &[], "").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_copy_is_connected_with_nothing_and_is_gone_when_it_was_closed() {
    let (_bench, place) = with_copy().await;
    let owner = place.cookie("pat").await;
    for (method, path) in [
        ("POST", "connect/highlevel"),
        ("DELETE", "connect/highlevel"),
        ("POST", "webhooks/renew"),
        ("POST", "copy"),
        ("DELETE", ""),
    ] {
        let path = format!("/api/v1/shops/main~copy/{path}");
        let (status, answer) = ask(&place, &owner, method, path.trim_end_matches('/')).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{method} {path} {answer}");
    }
    let (_, closed) = ask(&place, &owner, "DELETE", "/api/v1/shops/main/copy").await;
    assert_eq!(closed["closed"], true);
    let (status, answer) = ask(&place, &owner, "GET", "/api/v1/shops/main~copy/people").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(
        answer["error"]["message"]
            .as_str()
            .unwrap()
            .contains("closed"),
        "{answer}"
    );
    let (_, overview) = ask(&place, &owner, "GET", "/api/v1/status").await;
    let left = overview["shops"].as_array().unwrap().iter();
    // An overview may be a second old.
    assert!(left.filter(|shop| shop["name"] == "main").count() == 1);
}
