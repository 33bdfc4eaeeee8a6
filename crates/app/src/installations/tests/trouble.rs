//! Refreshes that the vendor refuses or does not answer.

use super::{Process, Stage};
use domain::{Failure, FailureClass};
use highlevel::TokenError;
use secrecy::{ExposeSecret, SecretString};
use store::InstallationState;
use twin::highlevel::{Reach, TokenFault};

async fn call(stage: &Stage, process: &Process, id: i64) -> Result<(), highlevel::Error> {
    let client = process.client(stage, id);
    client.location().get().await.map(|_| ())
}

/// The answer of a refresh is lost after the vendor rotated: asked again at once, it is the same new pair.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_after_the_rotation_is_asked_for_again() {
    let stage = Stage::with_tokens_of(600).await;
    let id = stage.install().await.id;
    let process = stage.process().await;
    for faults in [
        vec![TokenFault::Lost],
        vec![TokenFault::Lost, TokenFault::StatusAfter(502)],
        vec![TokenFault::Status(500), TokenFault::Reset, TokenFault::Fine],
    ] {
        stage.later(500).await;
        stage.befall(faults);
        call(&stage, &process, id).await.unwrap();
    }
    let counted = stage.counted();
    assert_eq!(
        (counted.refreshes, counted.refused_refreshes),
        (3, 0),
        "{counted:?}"
    );
    assert_eq!(counted.graced, 3, "{counted:?}");
    assert_eq!(stage.row(&process.app).await.generation, 4);
}

/// While the vendor's token endpoint is down, the token in use serves to its end; then calls wait, and go on by
/// themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_is_down_stops_nothing_before_the_token_ends() {
    let stage = Stage::with_tokens_of(600).await;
    let id = stage.install().await.id;
    let process = stage.process().await;
    call(&stage, &process, id).await.unwrap();
    stage.befall(vec![TokenFault::Status(503); 300]);
    stage.later(500).await;
    call(&stage, &process, id).await.unwrap();
    stage.later(30).await;
    call(&stage, &process, id).await.unwrap();
    let row = stage.row(&process.app).await;
    assert_eq!(row.state, InstallationState::Active);
    assert!(row.problem.is_some());
    stage.later(60).await;
    let error = call(&stage, &process, id).await.unwrap_err();
    assert_eq!(error.class(), FailureClass::Transient, "{error}");
    stage.befall(Vec::new());
    stage.later(400).await;
    call(&stage, &process, id).await.unwrap();
    assert_eq!(stage.row(&process.app).await.problem, None);
    let counted = stage.counted();
    assert_eq!(
        (counted.refreshes, counted.stale_calls),
        (1, 0),
        "{counted:?}"
    );
}

/// A refresh token that somebody else used up: what is left of the access token is used, people are told, and a new
/// installation mends it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pair_that_was_used_elsewhere_ends_with_an_alarm_and_is_mended_by_connecting_again() {
    let stage = Stage::with_tokens_of(600).await;
    let row = stage.install().await;
    let id = row.id;
    let process = stage.process().await;
    let opened = super::super::pair::open(&process.app.keys, &row, row.sealed.as_ref().unwrap());
    let refresh = opened.await.unwrap().refresh.unwrap();
    let keeper = process.keeper();
    let known = keeper.known_app();
    let app = known
        .credentials(&process.app.store, &process.app.keys)
        .await
        .unwrap();
    keeper.oauth.refresh(&app, &refresh, false).await.unwrap();

    stage.later(500).await;
    call(&stage, &process, id).await.unwrap();
    let after = stage.row(&process.app).await;
    assert_eq!(after.state, InstallationState::Refused);
    assert!(after.problem.unwrap().contains("used elsewhere"));
    stage.later(100).await;
    let error = call(&stage, &process, id).await.unwrap_err();
    assert_eq!(error.class(), FailureClass::NeedsHuman, "{error}");
    assert!(error.to_string().contains("connect"), "{error}");
    assert_eq!(stage.install().await.id, id);
    call(&stage, &process, id).await.unwrap();
}

/// A wrong client secret is told and loses nothing: with the right one it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_client_secret_is_told_and_loses_nothing() {
    let stage = Stage::with_tokens_of(600).await;
    let id = stage.install().await.id;
    let mut process = stage.process().await;
    let known = stage.agency().app();
    let mut wrong = super::super::KnownApp {
        client_id: Some(known.client_id),
        client_secret: Some(SecretString::from("00000000-0000-4000-8000-000000000000")),
    };
    let keeper = |process: &Process, known: super::super::KnownApp| {
        let app = &process.app;
        std::sync::Arc::new(super::Keeper::new(
            app.store.clone(),
            app.keys.clone(),
            app.keeper.oauth.clone(),
            app.context.clone(),
            known,
        ))
    };
    process.app.keeper = keeper(&process, wrong.clone());
    stage.later(590).await;
    let error = call(&stage, &process, id).await.unwrap_err();
    assert_eq!(error.class(), FailureClass::NeedsHuman);
    assert!(error.to_string().contains("app set"), "{error}");
    assert_eq!(
        stage.row(&process.app).await.state,
        InstallationState::Active
    );
    wrong.client_secret = Some(SecretString::from(known.client_secret));
    process.app.keeper = keeper(&process, wrong);
    call(&stage, &process, id).await.unwrap();
}

/// A token that the vendor refuses before its time is renewed once, and one that was obtained just now is not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_token_is_renewed_once_and_not_again_and_again() {
    let stage = Stage::with_tokens_of(86_399).await;
    let id = stage.install().await.id;
    let process = stage.process().await;
    let keeper = process.keeper();
    let token = keeper.token(id).await.unwrap();
    assert!(
        !keeper.rejected(id, &token).await.unwrap(),
        "it is seconds old"
    );
    stage.later(3_600).await;
    assert!(keeper.rejected(id, &token).await.unwrap());
    let fresh = keeper.token(id).await.unwrap();
    assert_ne!(fresh.expose_secret(), token.expose_secret());
    assert!(
        keeper.rejected(id, &token).await.unwrap(),
        "there is another one"
    );
    assert!(!keeper.rejected(id, &fresh).await.unwrap());
    assert_eq!(stage.counted().refreshes, 1);
}

/// The app is removed in HighLevel while we hold its tokens: a person is told, and nothing is asked again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_removed_app_needs_a_person() {
    let stage = Stage::with_tokens_of(600).await;
    let id = stage.install().await.id;
    let process = stage.process().await;
    call(&stage, &process, id).await.unwrap();
    stage
        .agency()
        .uninstall(&Reach::Location(stage.twins.location_id().to_owned()));
    stage.later(120).await;
    let error = call(&stage, &process, id).await.unwrap_err();
    assert_eq!(error.class(), FailureClass::NeedsHuman, "{error}");
    for _ in 0..20 {
        stage.later(100).await;
        let error = process.keeper().token(id).await.unwrap_err();
        assert!(matches!(error, TokenError::Reconnect { .. }), "{error}");
    }
    assert!(
        stage.counted().refused_refreshes <= 2,
        "{:?}",
        stage.counted()
    );
}
