//! What is repeated and what is not, against a server that misbehaves.

mod support;

use domain::{Clock, Failure, FailureClass};
use http::{Applied, BudgetPolicy, Lane, Reason, Repeat, Request, SendError};
use jiff::SignedDuration;
use support::{Act, Server, answer, plenty, rig};

const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

#[tokio::test]
async fn a_get_is_repeated_after_every_passing_fault() {
    for fault in [answer(500), answer(503), Act::Drop, Act::Half, Act::Hang] {
        let server = Server::start([fault.clone(), fault.clone()]).await;
        let rig = rig(&server.base, plenty(), PATIENCE);
        let answer = rig.sender.send(Request::get("/x")).await.unwrap();
        assert_eq!(
            (answer.status.as_u16(), server.count()),
            (200, 3),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn it_gives_up_after_three_tries_and_hands_on_the_last_answer() {
    let server = Server::start([answer(500), answer(502), answer(503)]).await;
    let rig = rig(&server.base, plenty(), PATIENCE);
    assert_eq!(
        rig.sender
            .send(Request::get("/x"))
            .await
            .unwrap()
            .status
            .as_u16(),
        503
    );
    assert_eq!(server.count(), 3);
}

#[tokio::test]
async fn a_post_whose_answer_is_lost_is_unknown_and_not_repeated() {
    for fault in [Act::Drop, Act::Half, Act::Hang] {
        let server = Server::start([fault.clone()]).await;
        let rig = rig(&server.base, plenty(), PATIENCE);
        let error = rig
            .sender
            .send(Request::post("/x").json(serde_json::json!({})))
            .await
            .unwrap_err();
        assert_eq!(error.applied(), Applied::Unknown, "{fault:?}");
        assert_eq!(error.class(), FailureClass::Transient);
        assert_eq!(server.count(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_post_that_gets_a_5xx_is_not_repeated() {
    let server = Server::start([answer(500)]).await;
    let rig = rig(&server.base, plenty(), PATIENCE);
    assert_eq!(
        rig.sender
            .send(Request::post("/x"))
            .await
            .unwrap()
            .status
            .as_u16(),
        500
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_post_that_is_said_to_be_safe_is_repeated() {
    let server = Server::start([answer(500)]).await;
    let rig = rig(&server.base, plenty(), PATIENCE);
    let search = Request::post("/search").repeat(Repeat::Safe);
    assert_eq!(rig.sender.send(search).await.unwrap().status.as_u16(), 200);
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn nobody_there_means_certainly_not_applied_even_for_a_post() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let rig = rig(&base, plenty(), PATIENCE);
    let before = rig.clock.now();
    let error = rig.sender.send(Request::post("/x")).await.unwrap_err();
    assert!(matches!(error, SendError::Unreachable { .. }), "{error}");
    assert_eq!(error.applied(), Applied::No);
    assert!(rig.clock.now() > before, "it backed off between the tries");
    assert_eq!(
        rig.budget.state().used(rig.clock.now(), &plenty()).0,
        3,
        "every try is booked"
    );
}

#[tokio::test]
async fn a_429_waits_and_is_repeated_for_a_post_too() {
    let server = Server::start([answer(429)]).await;
    let policy = BudgetPolicy::per(100, SignedDuration::from_secs(10));
    let rig = rig(&server.base, policy, PATIENCE);
    let before = rig.clock.now();
    assert_eq!(
        rig.sender
            .send(Request::post("/x"))
            .await
            .unwrap()
            .status
            .as_u16(),
        200
    );
    assert_eq!(server.count(), 2);
    assert!(rig.clock.now().duration_since(before) >= SignedDuration::from_secs(10));
}

#[tokio::test]
async fn a_429_with_a_long_wait_is_deferred_and_keeps_everybody_quiet() {
    let limited = Act::Answer(429, "Retry-After: 120\r\n", String::new());
    let server = Server::start([limited]).await;
    let rig = rig(&server.base, plenty(), PATIENCE);
    let error = rig.sender.send(Request::get("/x")).await.unwrap_err();
    let deferred = error.deferred().unwrap();
    assert_eq!(deferred.reason, Reason::OverLimit);
    assert_eq!(
        deferred.until.duration_since(rig.clock.now()),
        SignedDuration::from_secs(120)
    );
    assert_eq!(
        error.class(),
        FailureClass::Deferred {
            until: deferred.until
        }
    );
    assert!(
        rig.sender
            .send(Request::get("/x").lane(Lane::Interactive))
            .await
            .is_err()
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_deferral_after_a_5xx_remembers_that_the_write_may_have_happened() {
    let server = Server::start([answer(500)]).await;
    let one = BudgetPolicy::per(1, SignedDuration::from_hours(1));
    let rig = rig(&server.base, one, PATIENCE);
    let error = rig.sender.send(Request::put("/x")).await.unwrap_err();
    assert!(error.deferred().is_some());
    assert_eq!(error.applied(), Applied::Unknown);
}

#[tokio::test]
async fn a_401_is_a_wrong_key_at_first_and_a_hidden_limit_later() {
    let policy = BudgetPolicy::per(24, SignedDuration::from_mins(1)).with_lock_out();
    let server = Server::start([answer(401), answer(200), answer(401)]).await;
    let rig = rig(&server.base, policy, PATIENCE);
    assert_eq!(
        rig.sender
            .send(Request::get("/a"))
            .await
            .unwrap()
            .status
            .as_u16(),
        401
    );
    assert_eq!(
        rig.sender
            .send(Request::get("/b"))
            .await
            .unwrap()
            .status
            .as_u16(),
        200
    );
    let error = rig.sender.send(Request::get("/c")).await.unwrap_err();
    let deferred = error.deferred().unwrap();
    assert_eq!(deferred.reason, Reason::PerhapsThrottled);
    assert_eq!(
        deferred.until.duration_since(rig.clock.now()),
        SignedDuration::from_mins(30)
    );
    assert_eq!(error.applied(), Applied::No);
}

#[tokio::test]
async fn a_huge_answer_is_not_read_to_its_end() {
    let server = Server::start([Act::Answer(200, "", "x".repeat(5000))]).await;
    let rig = rig(&server.base, plenty(), PATIENCE);
    let error = rig.sender.send(Request::get("/x")).await.unwrap_err();
    assert!(
        matches!(error, SendError::TooLarge { limit: 1000 }),
        "{error}"
    );
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let elsewhere = Server::start([]).await;
    let location = format!("Location: {}/y\r\n", elsewhere.base);
    let server = Server::start([Act::Answer(
        302,
        Box::leak(location.into_boxed_str()),
        String::new(),
    )])
    .await;
    let rig = rig(&server.base, plenty(), PATIENCE);
    assert_eq!(
        rig.sender
            .send(Request::get("/x"))
            .await
            .unwrap()
            .status
            .as_u16(),
        302
    );
    assert_eq!(elsewhere.count(), 0);
}

#[tokio::test]
async fn a_request_arrives_as_described_and_the_token_only_there() {
    let server = Server::start([]).await;
    let rig = rig(&server.base, plenty(), PATIENCE);
    let request = Request::post("/contacts/")
        .bearer(&secrecy::SecretString::from("pit-1"))
        .query("locationId", "a b")
        .json(serde_json::json!({"name": "Ada"}));
    rig.sender.send(request).await.unwrap();
    let seen = server.seen.lock().unwrap()[0].to_ascii_lowercase();
    for part in [
        "post /contacts/?locationid=a+b http/1.1",
        "authorization: bearer pit-1",
        "content-type: application/json",
        "user-agent: repairbridge/",
        "{\"name\":\"ada\"}",
    ] {
        assert!(seen.contains(part), "{part} missing in {seen}");
    }
    assert!(!format!("{:?}", rig.sender).contains("pit-1"));
}
