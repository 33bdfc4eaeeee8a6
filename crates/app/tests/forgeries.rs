//! 100,000 forged cookies and as many API tokens, through the look-up that every request takes: none is accepted.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

mod hall;

use app::access::{Permission, Role, Scopes, Token, TokenKind};
use hall::{HOUR, Hall};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;

const FORGERIES: usize = 100_000;

/// What a forger may have seen: texts that work, that worked once, and what lies in a stolen database.
struct Known {
    /// These work.
    alive: Vec<String>,
    /// These do not (any more), as they stand.
    dead: Vec<String>,
}

/// What is done to a text.
#[derive(Clone, Debug)]
enum Forgery {
    Bit(usize, u8),
    Bits(usize, u8, usize, u8),
    Letter(usize, char),
    Cut(usize, usize),
    Double(usize),
    Splice(usize, usize),
    Swap(usize, usize),
    Case(usize),
    Before(String),
    After(String),
    AsItStands,
}

fn forgery() -> impl Strategy<Value = Forgery> {
    let at = 0_usize..50;
    let bit = 0_u8..8;
    prop_oneof![
        6 => (at.clone(), bit.clone()).prop_map(|(at, bit)| Forgery::Bit(at, bit)),
        2 => (at.clone(), bit.clone(), at.clone(), bit).prop_map(|(a, x, b, y)| Forgery::Bits(a, x, b, y)),
        4 => (at.clone(), "[A-Za-z0-9_-]").prop_map(|(at, to)| Forgery::Letter(at, to.chars().next().unwrap())),
        1 => (at.clone(), any::<char>()).prop_map(|(at, to)| Forgery::Letter(at, to)),
        2 => (at.clone(), at.clone()).prop_map(|(from, to)| Forgery::Cut(from, to)),
        1 => at.clone().prop_map(Forgery::Double),
        4 => (at.clone(), at.clone()).prop_map(|(at, other)| Forgery::Splice(at, other)),
        2 => (at.clone(), at.clone()).prop_map(|(one, other)| Forgery::Swap(one, other)),
        1 => at.prop_map(Forgery::Case),
        1 => prop_oneof!["[ -~]{1,3}", "(Bearer |\"|rb_|rbs_|%00|\t)"].prop_map(Forgery::Before),
        1 => prop_oneof!["[ -~]{1,3}", "(;|,|=|\"|\n|%00|\0)"].prop_map(Forgery::After),
        1 => Just(Forgery::AsItStands),
    ]
}

fn forge(text: &str, other: &str, how: &Forgery) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let length = bytes.len().max(1);
    match how {
        Forgery::Bit(at, bit) => bytes[at % length] ^= 1 << bit,
        Forgery::Bits(a, x, b, y) => {
            bytes[a % length] ^= 1 << x;
            bytes[b % length] ^= 1 << y;
        }
        Forgery::Letter(at, to) => {
            let mut letters: Vec<char> = text.chars().collect();
            letters[at % length] = *to;
            return letters.into_iter().collect();
        }
        Forgery::Cut(from, to) => {
            let (from, to) = (from % length, to % length);
            bytes.drain(from.min(to)..from.max(to));
        }
        Forgery::Double(at) => bytes.insert(at % length, bytes[at % length]),
        Forgery::Splice(at, from) => {
            bytes.truncate(at % length);
            bytes.extend(other.bytes().skip(from % length));
        }
        Forgery::Swap(one, other) => bytes.swap(one % length, other % length),
        Forgery::Case(at) => bytes[at % length] ^= 0x20,
        Forgery::Before(more) => return format!("{more}{text}"),
        Forgery::After(more) => return format!("{text}{more}"),
        Forgery::AsItStands => {}
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Forged texts, each of which differs from every text that works.
fn forgeries(known: &Known) -> Vec<String> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let all: Vec<&String> = known.alive.iter().chain(&known.dead).collect();
    let pick = (0..all.len(), 0..all.len(), forgery());
    let mut made = Vec::with_capacity(FORGERIES);
    while made.len() < FORGERIES {
        let (text, other, how) = pick.new_tree(&mut runner).unwrap().current();
        let forged = forge(all[text], all[other], &how);
        if !known.alive.contains(&forged) {
            made.push(forged);
        }
    }
    made
}

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
