//! 100,000 forged cookies and as many API tokens, through the look-up that every request takes: none is accepted.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use crate::forgery::{Known, forgeries};
use crate::hall;
use crate::hall::{HOUR, Hall};
use app::access::{Permission, Role, Scopes, Token, TokenKind};
use std::collections::BTreeSet;

/// The digests as they lie in a stolen database, in the form of tokens.
fn stolen(kind: TokenKind, prefix: &str, texts: &[String]) -> Vec<String> {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let token = |text: &String| {
        let digest = *Token::parse(kind, text).unwrap().digest();
        let bit = |at: usize| {
            digest
                .get(at / 8)
                .map_or(0, |byte| byte >> (7 - at % 8) & 1)
        };
        let letter = |at: usize| (0..6).fold(0, |sum, more| sum * 2 + bit(at * 6 + more));
        let random: String = (0..43)
            .map(|at| char::from(letters[usize::from(letter(at))]))
            .collect();
        format!("{prefix}{random}")
    };
    texts.iter().map(token).collect()
}

#[tokio::test]
async fn none_of_100_000_forged_cookies_opens_a_session() {
    let hall = Hall::with_owner().await;
    hall.add("sam", Role::Staff).await;
    hall.add("kim", Role::ReadOnly).await;
    let app = &hall.app;

    // Too old, signed out, ended by another, of somebody who is kept out.
    let mut dead = vec![hall.cookie("pat").await];
    hall.pass(12 * HOUR);
    let out = hall.cookie("pat").await;
    let who = hall.who(&out).await.unwrap();
    app.sign_out(&who, &hall::from("10.0.0.1")).await.unwrap();
    let ended = hall.cookie("sam").await;
    app.end_sessions(Some("sam")).await.unwrap();
    let kept_out = hall.cookie("kim").await;
    app.disable_user("kim", true).await.unwrap();
    dead.extend([out, ended, kept_out]);

    let alive = vec![
        hall.cookie("pat").await,
        hall.cookie("pat").await,
        hall.cookie("sam").await,
    ];
    // Tokens of other sorts are no cookies.
    let link = app.setup_link_for("pat").await.unwrap();
    let api = app
        .create_api_token("all", &Scopes::new([Permission::Admin]), 30, "pat")
        .await
        .unwrap();
    dead.extend([link.expose().to_owned(), api.expose().to_owned()]);
    dead.extend(stolen(TokenKind::Session, "rbs_", &alive));
    let known = Known { alive, dead };

    let mut looked_up = BTreeSet::new();
    for forged in forgeries(&known) {
        assert_eq!(hall.who(&forged).await, None, "{forged:?}");
        if forged.len() == 47 && forged.starts_with("rbs_") {
            looked_up.insert(forged);
        }
    }
    assert!(
        looked_up.len() > 10_000,
        "{} reached the store",
        looked_up.len()
    );
    for cookie in &known.alive {
        assert!(hall.who(cookie).await.is_some(), "the real ones still work");
    }
}

#[tokio::test]
async fn none_of_100_000_forged_api_tokens_is_taken() {
    let hall = Hall::with_owner().await;
    let app = &hall.app;
    let make = async |name: &str, days| {
        let scopes = Scopes::new([Permission::Admin]);
        let token = app
            .create_api_token(name, &scopes, days, "pat")
            .await
            .unwrap();
        token.expose().to_owned()
    };
    let mut dead = vec![make("old", 1).await];
    hall.pass(24 * HOUR);
    let revoked = make("revoked", 30).await;
    app.revoke_api_token("revoked").await.unwrap();
    dead.extend([revoked, hall.cookie("pat").await]);
    let alive = vec![make("one", 30).await, make("two", 300).await];
    dead.extend(stolen(TokenKind::Api, "rb_", &alive));
    let known = Known { alive, dead };

    let mut looked_up = BTreeSet::new();
    for forged in forgeries(&known) {
        let who = app.who_by_api_token(&forged).await.unwrap();
        assert_eq!(who, None, "{forged:?}");
        if forged.len() == 46 && forged.starts_with("rb_") {
            looked_up.insert(forged);
        }
    }
    assert!(
        looked_up.len() > 10_000,
        "{} reached the store",
        looked_up.len()
    );
    for token in &known.alive {
        assert!(app.who_by_api_token(token).await.unwrap().is_some());
    }
}
