//! Forged texts: what a forger makes of texts that work, that worked once, and of what lies in a stolen database.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// How many forgeries each test tries.
pub const FORGERIES: usize = 100_000;

/// What a forger may have seen: texts that work, that worked once, and what lies in a stolen database.
pub struct Known {
    /// These work.
    pub alive: Vec<String>,
    /// These do not (any more), as they stand.
    pub dead: Vec<String>,
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
pub fn forgeries(known: &Known) -> Vec<String> {
    forged(known, FORGERIES)
}

/// So many of them.
pub fn forged(known: &Known, count: usize) -> Vec<String> {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let all: Vec<&String> = known.alive.iter().chain(&known.dead).collect();
    let pick = (0..all.len(), 0..all.len(), forgery());
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        let (text, other, how) = pick.new_tree(&mut runner).unwrap().current();
        let forged = forge(all[text], all[other], &how);
        if !known.alive.contains(&forged) {
            made.push(forged);
        }
    }
    made
}
