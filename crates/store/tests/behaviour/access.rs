//! Users, sessions, tokens, set-up links, wrong passwords, and the log of who did what.

use super::bench::*;
use store::{AttemptsRow, AuditEntry, Digest, NewApiToken, NewSession, StoreError};

const A: Digest = [1; 32];
const B: Digest = [2; 32];

async fn session(bench: &Bench, token: &Digest, user: i64, address: &str) -> i64 {
    let new = NewSession {
        token,
        user,
        address,
        agent: "Browser",
    };
    bench.store.add_session(&new, at(10)).await.unwrap()
}

pub async fn a_users_name_is_taken_once_in_whatever_case(bench: &Bench) {
    let store = &bench.store;
    assert!(!store.has_users().await.unwrap());
    store
        .add_user("Pat", "owner", Some("hash"), at(1))
        .await
        .unwrap();
    let again = store.add_user("pat", "staff", None, at(2)).await;
    assert!(matches!(again, Err(StoreError::Exists { .. })));
    let pat = store.user("PAT").await.unwrap().unwrap();
    assert_eq!((pat.name.as_str(), pat.role.as_str()), ("Pat", "owner"));
    assert_eq!(pat.password.as_deref(), Some("hash"));
    assert!(!format!("{pat:?}").contains("hash"));
    assert!(store.has_users().await.unwrap());
    assert_eq!(store.users().await.unwrap(), [pat]);
}

pub async fn somebody_keeps_the_role_that_somebody_must_have(bench: &Bench) {
    let store = &bench.store;
    let pat = store.add_user("pat", "owner", None, at(1)).await.unwrap();
    let sam = store.add_user("sam", "staff", None, at(1)).await.unwrap();
    assert!(!store.set_role(pat, "staff", "owner").await.unwrap());
    assert!(!store.set_disabled(pat, Some(at(2)), "owner").await.unwrap());
    assert!(store.set_role(pat, "owner", "owner").await.unwrap());
    assert!(store.set_role(sam, "owner", "owner").await.unwrap());
    assert!(store.set_disabled(pat, Some(at(2)), "owner").await.unwrap());
    // One owner who is kept out does not count.
    assert!(!store.set_role(sam, "read-only", "owner").await.unwrap());
    assert!(store.set_role(pat, "staff", "owner").await.unwrap());
    assert!(store.set_disabled(pat, None, "owner").await.unwrap());
    assert!(!store.set_disabled(sam, Some(at(3)), "owner").await.unwrap());
}

pub async fn a_session_shows_its_user_as_it_is_now_until_it_is_ended(bench: &Bench) {
    let store = &bench.store;
    let pat = store.add_user("pat", "owner", None, at(1)).await.unwrap();
    store.add_user("sam", "owner", None, at(1)).await.unwrap();
    let id = session(bench, &A, pat, "10.0.0.1").await;
    let other = session(bench, &B, pat, "10.0.0.2").await;
    assert!(store.session(&[9; 32]).await.unwrap().is_none());
    store.note_session(id, at(70)).await.unwrap();
    store.note_session(id, at(60)).await.unwrap();
    store.set_role(pat, "read-only", "owner").await.unwrap();
    let row = store.session(&A).await.unwrap().unwrap();
    assert_eq!((row.role.as_str(), row.seen_at), ("read-only", at(70)));
    assert!(!row.is_disabled && row.ended_at.is_none());

    assert!(store.end_session(id, at(80)).await.unwrap());
    assert!(!store.end_session(id, at(90)).await.unwrap());
    assert_eq!(
        store.session(&A).await.unwrap().unwrap().ended_at,
        Some(at(80))
    );
    let left: Vec<i64> = store
        .sessions()
        .await
        .unwrap()
        .iter()
        .map(|row| row.id)
        .collect();
    assert_eq!(left, [other]);
    assert!(store.is_familiar(pat, "10.0.0.1").await.unwrap());
    assert!(!store.is_familiar(pat, "10.0.0.3").await.unwrap());

    store
        .set_disabled(pat, Some(at(100)), "owner")
        .await
        .unwrap();
    let row = store.session(&B).await.unwrap().unwrap();
    assert!(row.is_disabled && row.ended_at == Some(at(100)));
    store.forget_sessions(at(11)).await.unwrap();
    assert!(store.session(&B).await.unwrap().is_none());
}

pub async fn a_new_password_ends_all_sessions_of_its_user_and_of_nobody_else(bench: &Bench) {
    let store = &bench.store;
    let pat = store.add_user("pat", "owner", None, at(1)).await.unwrap();
    let sam = store.add_user("sam", "staff", None, at(1)).await.unwrap();
    session(bench, &A, pat, "x").await;
    session(bench, &B, sam, "x").await;
    store
        .save_setup_link(&[7; 32], Some(pat), at(1_000))
        .await
        .unwrap();
    store.set_password(pat, "new", at(20)).await.unwrap();
    assert_eq!(
        store.session(&A).await.unwrap().unwrap().ended_at,
        Some(at(20))
    );
    assert_eq!(store.session(&B).await.unwrap().unwrap().ended_at, None);
    assert!(store.setup_link(&[7; 32]).await.unwrap().is_none());
    assert_eq!(store.end_sessions(None, at(30)).await.unwrap(), 1);
}

pub async fn the_first_link_makes_one_owner_once(bench: &Bench) {
    let store = &bench.store;
    let owner = ("pat", "owner", "hash");
    store.save_setup_link(&A, None, at(100)).await.unwrap();
    store.save_setup_link(&B, None, at(100)).await.unwrap();
    let old = store.use_first_link(&A, owner, at(5)).await.unwrap();
    assert_eq!(old, None, "a new link replaces the one before");
    assert_eq!(
        store.use_first_link(&B, owner, at(100)).await.unwrap(),
        None
    );
    assert_eq!(store.setup_link(&B).await.unwrap(), Some((None, at(100))));
    assert!(
        store
            .use_first_link(&B, owner, at(5))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(store.use_first_link(&B, owner, at(5)).await.unwrap(), None);
    store.save_setup_link(&A, None, at(100)).await.unwrap();
    let second = store
        .use_first_link(&A, ("eve", "owner", "hash"), at(6))
        .await;
    assert_eq!(second.unwrap(), None, "there is an owner already");
    assert_eq!(store.users().await.unwrap().len(), 1);
}

pub async fn a_users_link_sets_the_password_once(bench: &Bench) {
    let store = &bench.store;
    let pat = store
        .add_user("pat", "owner", Some("old"), at(1))
        .await
        .unwrap();
    store.add_user("sam", "owner", None, at(1)).await.unwrap();
    session(bench, &B, pat, "x").await;
    store.save_setup_link(&A, Some(pat), at(100)).await.unwrap();
    assert_eq!(
        store.setup_link(&A).await.unwrap(),
        Some((Some("pat".into()), at(100)))
    );
    let first = store
        .use_first_link(&A, ("eve", "owner", "hash"), at(5))
        .await;
    assert_eq!(first.unwrap(), None, "a user's link makes no owner");
    assert_eq!(
        store.use_setup_link(&A, "new", at(100)).await.unwrap(),
        None
    );
    assert_eq!(
        store.use_setup_link(&A, "new", at(50)).await.unwrap(),
        Some(pat)
    );
    assert_eq!(
        store.use_setup_link(&A, "newer", at(51)).await.unwrap(),
        None
    );
    let row = store.user("pat").await.unwrap().unwrap();
    assert_eq!(row.password.as_deref(), Some("new"));
    assert_eq!(
        store.session(&B).await.unwrap().unwrap().ended_at,
        Some(at(50))
    );
    store.save_setup_link(&A, Some(pat), at(100)).await.unwrap();
    store
        .set_disabled(pat, Some(at(60)), "owner")
        .await
        .unwrap();
    assert_eq!(
        store.use_setup_link(&A, "newest", at(61)).await.unwrap(),
        None
    );
}

pub async fn an_api_token_is_found_by_its_digest_and_revoked_by_its_name(bench: &Bench) {
    let store = &bench.store;
    let new = NewApiToken {
        token: &A,
        name: "reports",
        scopes: "read",
        created_by: "pat",
        expires_at: at(1_000),
    };
    store.add_api_token(&new, at(1)).await.unwrap();
    let again = NewApiToken {
        token: &B,
        name: "Reports",
        ..new.clone()
    };
    let taken = store.add_api_token(&again, at(2)).await;
    assert!(matches!(taken, Err(StoreError::Exists { .. })));
    let id = store.api_token(&A).await.unwrap().unwrap().id;
    store.note_api_token(id, at(5)).await.unwrap();
    assert!(store.api_token(&B).await.unwrap().is_none());
    assert!(store.revoke_api_token("REPORTS", at(9)).await.unwrap());
    assert!(!store.revoke_api_token("reports", at(10)).await.unwrap());
    let row = store.api_token(&A).await.unwrap().unwrap();
    assert_eq!((row.used_at, row.revoked_at), (Some(at(5)), Some(at(9))));
    assert_eq!(store.api_tokens().await.unwrap(), [row]);
}

pub async fn wrong_passwords_are_counted_for_a_bounded_number_of_places(bench: &Bench) {
    let store = &bench.store;
    let row = |failures, second| AttemptsRow {
        failures,
        last_at: at(second),
    };
    store
        .save_attempts(&[(A, row(3, 50_000)), (B, row(1, 1))])
        .await
        .unwrap();
    store.save_attempts(&[(A, row(4, 50_001))]).await.unwrap();
    assert_eq!(store.attempts(&A).await.unwrap(), Some(row(4, 50_001)));
    let many: Vec<(Digest, AttemptsRow)> = (0..10_000_u32)
        .map(|number| {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&number.to_be_bytes());
            (key, row(1, 100 + i64::from(number)))
        })
        .collect();
    store.save_attempts(&many).await.unwrap();
    assert_eq!(
        store.attempts(&B).await.unwrap(),
        None,
        "the oldest is forgotten"
    );
    assert_eq!(store.attempts(&A).await.unwrap(), Some(row(4, 50_001)));
    store.forget_attempts(&[A]).await.unwrap();
    assert_eq!(store.attempts(&A).await.unwrap(), None);
}

pub async fn the_audit_log_is_only_added_to(bench: &Bench) {
    let store = &bench.store;
    for what in ["signed in", "paused a shop", "signed out"] {
        let entry = AuditEntry {
            who: "pat",
            via: "dashboard",
            what,
            target: Some("main"),
            address: Some("10.0.0.1"),
        };
        store.add_audit(&entry, at(7)).await.unwrap();
    }
    let rows = store.audit(2).await.unwrap();
    let what: Vec<&str> = rows.iter().map(|row| row.what.as_str()).collect();
    assert_eq!(what, ["paused a shop", "signed out"]);
    assert_eq!(
        (rows[0].at, rows[0].target.as_deref()),
        (at(7), Some("main"))
    );
    for statement in ["DELETE FROM audit", "UPDATE audit SET who = 'nobody'"] {
        let refused = bench.raw(statement).await.unwrap_err();
        assert!(refused.to_string().contains("only added to"), "{refused}");
    }
    assert_eq!(store.audit(10).await.unwrap().len(), 3);
}
