//! Coming in: first start, signing in, sessions, API tokens, and what keeps others out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

use crate::hall::{HOUR, Hall, PASSWORD, from};
use app::AppError;
use app::access::{NotSetUp, NotSignedIn, Permission, Role, Scopes, SetupLink, Who};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use secrecy::SecretString;

/// Who comes in the flood, and how many of them wait for a hash at most.
const TRIES: usize = 120;
const PLACES: usize = 32;

fn read() -> Scopes {
    Scopes::new([Permission::Read])
}

fn refused<T>(outcome: Result<T, AppError>) -> String {
    match outcome {
        Err(AppError::Refused(why)) => why,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it was done"),
    }
}

#[tokio::test]
async fn the_first_link_makes_the_owner_once_and_within_a_day() {
    let hall = Hall::empty().await;
    let app = &hall.app;
    let password = SecretString::from(PASSWORD);
    assert!(app.needs_setup().await.unwrap());
    let old = app.first_setup_link().await.unwrap().unwrap();
    let link = app.first_setup_link().await.unwrap().unwrap();
    assert_eq!(app.look_at_setup_link(old.expose()).await.unwrap(), None);
    let here = from("127.0.0.1");
    let weak = SecretString::from("short");
    let short = app.set_up(link.expose(), "pat", &weak, &here).await;
    assert!(matches!(short, Err(NotSetUp::Refused(why)) if why.contains("12 characters")));
    let name = app.set_up(link.expose(), "no name", &password, &here).await;
    assert!(matches!(name, Err(NotSetUp::Refused(_))));
    let session = app
        .set_up(link.expose(), "pat", &password, &here)
        .await
        .unwrap();
    let who = hall.who(session.expose()).await.unwrap();
    assert!(who.name() == "pat" && who.may(Permission::Admin));
    for text in [link.expose(), old.expose(), "", "rbl_", session.expose()] {
        let again = app.set_up(text, "eve", &password, &here).await;
        assert!(matches!(again, Err(NotSetUp::NoSuchLink)), "{text}");
    }
    assert!(app.first_setup_link().await.unwrap().is_none());
    assert_eq!(app.dashboard_users().await.unwrap().len(), 1);
    assert_eq!(hall.log().await, ["pat set up the first owner"]);

    let hall = Hall::empty().await;
    let link = hall.app.first_setup_link().await.unwrap().unwrap();
    hall.pass(24 * HOUR);
    let late = hall
        .app
        .set_up(link.expose(), "pat", &password, &here)
        .await;
    assert!(matches!(late, Err(NotSetUp::NoSuchLink)));
    assert!(hall.app.needs_setup().await.unwrap());
}

#[tokio::test]
async fn two_who_use_the_first_link_at_once_make_one_owner() {
    let hall = Hall::empty().await;
    let link = hall.app.first_setup_link().await.unwrap().unwrap();
    let password = SecretString::from(PASSWORD);
    let here = from("127.0.0.1");
    let set_up = |name| hall.app.set_up(link.expose(), name, &password, &here);
    let (one, other) = tokio::join!(set_up("pat"), set_up("eve"));
    assert!(one.is_ok() != other.is_ok());
    assert_eq!(hall.app.dashboard_users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_link_from_the_machine_itself() {
    let hall = Hall::with_owner().await;
    let before = hall.cookie("pat").await;
    let link = hall.app.setup_link_for("PAT").await.unwrap();
    let looked = hall.app.look_at_setup_link(link.expose()).await.unwrap();
    assert_eq!(looked, Some(SetupLink::PasswordOf("pat".into())));
    assert!(
        hall.who(&before).await.is_some(),
        "a link alone changes nothing"
    );
    let new = SecretString::from("another long secret");
    let session = hall
        .app
        .set_up(link.expose(), "somebody else", &new, &from("10.0.0.9"))
        .await
        .unwrap();
    assert_eq!(hall.who(session.expose()).await.unwrap().name(), "pat");
    assert!(hall.who(&before).await.is_none(), "old sessions are over");
    let old = hall.try_at("pat", PASSWORD, "10.0.0.1").await;
    assert!(matches!(old, Err(NotSignedIn::Wrong)));
    assert!(
        hall.try_at("pat", "another long secret", "10.0.0.1")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn who_is_wrong_learns_nothing_and_who_is_disabled_neither() {
    let hall = Hall::with_owner().await;
    hall.add("sam", Role::Staff).await;
    hall.app.disable_user("sam", true).await.unwrap();
    hall.app.add_user("kim", Role::Staff, None).await.unwrap();
    for (name, password) in [
        ("pat", "wrong wrong wrong"),
        ("sam", PASSWORD),
        ("kim", ""),
        ("nobody", PASSWORD),
        ("", ""),
        (&"n".repeat(10_000), PASSWORD),
        ("pat", &"x".repeat(10_000)),
    ] {
        let outcome = hall.try_at(name, password, "10.0.0.1").await.unwrap_err();
        assert_eq!(outcome.to_string(), "name or password is wrong");
    }
    assert!(hall.try_at(" Pat ", PASSWORD, "10.0.0.1").await.is_ok());
    let log = hall.log().await.join("\n");
    assert!(log.contains("pat signed in") && log.contains("(no user) sign-in refused"));
    assert!(!log.contains("nnnn") && !log.contains("nobody"), "{log}");
}

#[tokio::test]
async fn guessing_waits_and_the_owners_own_desk_does_not() {
    let hall = Hall::with_owner().await;
    hall.cookie("pat").await;
    // A crowd of strangers, each from a network of its own.
    let mut tried = 0;
    for number in 0..60 {
        match hall
            .try_at("pat", "a guess of many", &format!("192.0.2.{number}"))
            .await
        {
            Err(NotSignedIn::Wrong) => tried += 1,
            Err(NotSignedIn::Wait { until }) => assert!(until > hall.now()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(tried, 6, "five are free, then waits begin");
    let stranger = hall.try_at("pat", PASSWORD, "192.0.2.200").await;
    assert!(matches!(stranger, Err(NotSignedIn::Wait { .. })));
    // The desk at which pat signed in before.
    assert!(hall.try_at("pat", PASSWORD, "10.0.0.1").await.is_ok());
    // Elsewhere, it takes patience, and never more than a quarter of an hour.
    hall.pass(15 * 60);
    assert!(hall.try_at("pat", PASSWORD, "192.0.2.201").await.is_ok());
}

#[tokio::test]
async fn many_at_once_count_as_many() {
    let hall = Hall::with_owner().await;
    let tries = (0..30).map(|number| {
        let hall = &hall;
        async move {
            hall.try_at("pat", &format!("guess number {number}"), "198.51.100.7")
                .await
        }
    });
    let outcomes = futures::future::join_all(tries).await;
    let looked_at = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(NotSignedIn::Wrong)))
        .count();
    assert_eq!(looked_at, 6);
}

/// Whether the name is anybody's or not: the work is the same, and there is no endless queue for it.
/// The one thread on which passwords are hashed is kept busy meanwhile, so that whoever comes finds a queue.
#[test]
fn a_flood_of_tries_is_sent_away_and_leaves_nobody_waiting() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .build()
        .unwrap();
    runtime.block_on(async {
        let hall = Hall::with_owner().await;
        let (go_on, held) = std::sync::mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || held.recv().is_err());
        let mut tries: FuturesUnordered<_> = (0..TRIES)
            .map(|number| {
                let hall = &hall;
                let is_somebody = number % 2 == 0;
                let name = if is_somebody {
                    "pat".to_owned()
                } else {
                    format!("nobody{number}")
                };
                async move {
                    let address = format!("198.51.100.{number}");
                    (
                        is_somebody,
                        hall.try_at(&name, PASSWORD, &address).await.err(),
                    )
                }
            })
            .collect();
        let mut sent_away = [0, 0];
        for _ in 0..TRIES - PLACES {
            let (is_somebody, outcome) = tries.next().await.unwrap();
            assert!(matches!(
                outcome,
                Some(NotSignedIn::Busy | NotSignedIn::Wait { .. })
            ));
            let is_busy = matches!(outcome, Some(NotSignedIn::Busy));
            sent_away[usize::from(is_somebody)] += usize::from(is_busy);
        }
        assert!(sent_away[0] > 0, "names of nobody are hashed for as well");
        drop(go_on);
        assert!(busy.await.unwrap());
        while let Some((is_somebody, outcome)) = tries.next().await {
            assert!(is_somebody == outcome.is_none(), "{outcome:?}");
        }
        assert!(hall.try_at("pat", PASSWORD, "10.0.0.1").await.is_ok());
        let nobody = hall.try_at("nobody119", PASSWORD, "198.51.100.119").await;
        assert!(
            matches!(nobody, Err(NotSignedIn::Wrong)),
            "who was sent away is not counted"
        );
    });
}

#[tokio::test]
async fn one_network_waits_whatever_names_it_tries() {
    let hall = Hall::with_owner().await;
    let mut tried = 0;
    for number in 0..40 {
        let outcome = hall
            .try_at(&format!("name{number}"), "a guess of many", "2001:db8::1")
            .await;
        tried += usize::from(matches!(outcome, Err(NotSignedIn::Wrong)));
    }
    assert_eq!(tried, 21);
    let neighbour = hall.try_at("pat", PASSWORD, "2001:db8::2").await;
    assert!(matches!(neighbour, Err(NotSignedIn::Wait { .. })));
    assert!(hall.try_at("pat", PASSWORD, "2001:db8:1::2").await.is_ok());
    let lines = hall.log().await.len();
    assert!(lines < 45, "{lines} lines");
}

#[tokio::test]
async fn a_right_password_takes_back_its_own_count_and_no_more() {
    let hall = Hall::with_owner().await;
    hall.add("sam", Role::Staff).await;
    // sam, who knows a password, guesses at others' between sign-ins.
    let mut guessed = 0;
    for number in 0..40 {
        let name = format!("name{number}");
        let guess = hall.try_at(&name, "a guess of many", "10.0.0.5").await;
        guessed += usize::from(matches!(guess, Err(NotSignedIn::Wrong)));
        let _own = hall.try_at("sam", PASSWORD, "10.0.0.5").await;
    }
    assert_eq!(guessed, 21);
}

#[tokio::test]
async fn a_session_ends_at_once_wherever_it_is_ended_and_by_itself() {
    let hall = Hall::with_owner().await;
    hall.add("sam", Role::Staff).await;
    let app = &hall.app;

    let cookie = hall.cookie("sam").await;
    let who = hall.who(&cookie).await.unwrap();
    app.sign_out(&who, &from("10.0.0.1")).await.unwrap();
    assert!(hall.who(&cookie).await.is_none(), "signed out");

    let cookie = hall.cookie("sam").await;
    let running = app.sessions(Some("sam")).await.unwrap();
    assert_eq!(running.len(), 1);
    app.end_session(running[0].id).await.unwrap();
    assert!(hall.who(&cookie).await.is_none(), "ended by number");
    refused(app.end_session(running[0].id).await);

    let cookies = [hall.cookie("sam").await, hall.cookie("sam").await];
    assert_eq!(app.end_sessions(Some("sam")).await.unwrap(), 2);
    for cookie in &cookies {
        assert!(hall.who(cookie).await.is_none(), "all of a user ended");
    }

    let cookie = hall.cookie("sam").await;
    app.disable_user("sam", true).await.unwrap();
    assert!(hall.who(&cookie).await.is_none(), "disabled");
    app.disable_user("sam", false).await.unwrap();
    assert!(
        hall.who(&cookie).await.is_none(),
        "enabled again, which revives nothing"
    );

    let cookie = hall.cookie("sam").await;
    app.set_password("sam", &SecretString::from("another long secret"))
        .await
        .unwrap();
    assert!(hall.who(&cookie).await.is_none(), "a new password");

    let cookie = hall.cookie("pat").await;
    for _ in 0..14 {
        hall.pass(12 * HOUR - 60);
        assert!(hall.who(&cookie).await.is_some(), "in use");
    }
    hall.pass(HOUR);
    assert!(hall.who(&cookie).await.is_none(), "a week is over");
    let cookie = hall.cookie("pat").await;
    hall.pass(12 * HOUR);
    assert!(hall.who(&cookie).await.is_none(), "unused for half a day");
    assert!(app.sessions(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_role_counts_from_the_next_request_on() {
    let hall = Hall::with_owner().await;
    hall.add("sam", Role::Staff).await;
    let cookie = hall.cookie("sam").await;
    assert!(hall.who(&cookie).await.unwrap().may(Permission::Operate));
    hall.app.set_role("sam", Role::ReadOnly).await.unwrap();
    assert!(!hall.who(&cookie).await.unwrap().may(Permission::Operate));
}

#[tokio::test]
async fn an_owner_is_always_left() {
    let hall = Hall::empty().await;
    let password = SecretString::from(PASSWORD);
    let first = hall.app.add_user("sam", Role::Staff, Some(&password)).await;
    assert!(refused(first).contains("owner"));
    hall.add("pat", Role::Owner).await;
    assert!(refused(hall.app.set_role("pat", Role::Staff).await).contains("last owner"));
    assert!(refused(hall.app.disable_user("pat", true).await).contains("last owner"));
    refused(hall.app.set_role("nobody", Role::Staff).await);
}

#[tokio::test]
async fn an_api_token_works_until_it_is_revoked_or_too_old() {
    let hall = Hall::with_owner().await;
    let app = &hall.app;
    let token = app
        .create_api_token("reports", &read(), 30, "pat")
        .await
        .unwrap();
    let who = app.who_by_api_token(token.expose()).await.unwrap().unwrap();
    assert!(who.may(Permission::Read) && !who.may(Permission::Operate));
    assert!(matches!(&who, Who::ApiToken { name, .. } if name == "reports"));
    refused(
        app.create_api_token("none", &Scopes::default(), 30, "pat")
            .await,
    );
    refused(app.create_api_token("long", &read(), 367, "pat").await);
    refused(app.create_api_token("a b", &read(), 30, "pat").await);
    app.revoke_api_token("reports").await.unwrap();
    assert!(
        app.who_by_api_token(token.expose())
            .await
            .unwrap()
            .is_none()
    );
    refused(app.revoke_api_token("reports").await);

    let token = app
        .create_api_token("later", &read(), 1, "pat")
        .await
        .unwrap();
    hall.pass(24 * HOUR - 1);
    assert!(
        app.who_by_api_token(token.expose())
            .await
            .unwrap()
            .is_some()
    );
    hall.pass(1);
    assert!(
        app.who_by_api_token(token.expose())
            .await
            .unwrap()
            .is_none()
    );
    let works: Vec<bool> = app
        .api_tokens()
        .await
        .unwrap()
        .iter()
        .map(|token| token.works)
        .collect();
    assert_eq!(works, [false, false]);
}

#[tokio::test]
async fn invariant_10_secrets_stay_secret_nothing_that_opens_a_door_is_stored() {
    let hall = Hall::with_owner().await;
    let link = hall.app.setup_link_for("pat").await.unwrap();
    let cookie = hall.cookie("pat").await;
    let token = hall
        .app
        .create_api_token("reports", &read(), 30, "pat")
        .await
        .unwrap();
    let typed = "typed into the wrong field";
    let _wrong = hall.try_at(typed, typed, "10.0.0.1").await;
    let files = hall.files();
    for secret in [link.expose(), &cookie, token.expose(), PASSWORD, typed] {
        let found = files
            .windows(secret.len())
            .any(|part| part == secret.as_bytes());
        assert!(!found, "{secret} lies in the database");
    }
    let debug = format!("{:?} {:?} {:?}", link, token, hall.who(&cookie).await);
    assert!(
        ![link.expose(), token.expose(), &cookie]
            .iter()
            .any(|secret| debug.contains(*secret))
    );
}
