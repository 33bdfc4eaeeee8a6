//! The rules of access, by the thousand.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use access::{
    Attempts, Hash, LONGEST_API_TOKEN_DAYS, Limit, PasswordError, Permission, Role, Scopes,
    SessionTimes, Token, TokenKind, api_token_end, check_name, is_running, network, short_agent,
};
use domain::{Randomness, Timestamp};
use proptest::prelude::*;
use secrecy::SecretString;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that never come twice.
#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let next = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = (next.wrapping_mul(6_364_136_223_846_793_005) >> 33) as u8;
        }
    }
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn instant() -> impl Strategy<Value = Timestamp> {
    (0..100 * DAY).prop_map(at)
}

#[test]
fn each_role_may_what_its_name_says() {
    let may = |role: Role| Permission::ALL.map(|permission| role.may(permission));
    assert_eq!(may(Role::Owner), [true, true, true]);
    assert_eq!(may(Role::Staff), [true, true, false]);
    assert_eq!(may(Role::ReadOnly), [true, false, false]);
    for role in Role::ALL {
        assert_eq!(role.to_string().parse(), Ok(role));
    }
    assert!("root".parse::<Role>().is_err());
}

#[test]
fn a_password_is_long_and_not_the_first_that_anybody_would_guess() {
    let check = |text: &str| Hash::check(&SecretString::from(text), "pat");
    assert_eq!(check("correct horse battery"), Ok(()));
    assert_eq!(check("elf letters"), Err(PasswordError::Short));
    assert_eq!(check("Password1234"), Err(PasswordError::Common));
    for again in ["aaaaaaaaaaaaaaaa", "abababababab", "abc1abc1abc1abc"] {
        assert_eq!(check(again), Err(PasswordError::Common), "{again}");
    }
    assert_eq!(check("RepairBridge"), Err(PasswordError::Common));
    assert_eq!(check("patpatpatpatp"), Err(PasswordError::Common));
    assert_eq!(check("a line\nand another"), Err(PasswordError::Control));
    assert_eq!(check(&"long ".repeat(52)), Err(PasswordError::Long));
    assert_eq!(check("пароль пароль"), Ok(()), "letters count, not bytes");
}

#[test]
fn a_hash_fits_its_password_alone_and_is_salted() {
    let chance = Counting::default();
    let password = SecretString::from("correct horse battery");
    let hash = Hash::of(&password, &chance).unwrap();
    let again = Hash::of(&password, &chance).unwrap();
    assert_ne!(hash.as_str(), again.as_str());
    assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(hash.fits(&password).unwrap());
    let stored = Hash::stored(hash.as_str().to_owned());
    assert!(stored.fits(&password).unwrap());
    for wrong in [
        "correct horse batter",
        "correct horse battery ",
        "",
        "Correct horse battery",
    ] {
        assert!(!hash.fits(&SecretString::from(wrong)).unwrap(), "{wrong}");
    }
    assert!(Hash::stored("plain".into()).fits(&password).is_err());
    assert!(!format!("{hash:?}").contains("argon2"));
}

#[test]
fn a_try_at_nobodys_name_takes_the_same_work() {
    let nobody = Hash::of_nobody();
    let real = Hash::of(
        &SecretString::from("correct horse battery"),
        &Counting::default(),
    )
    .unwrap();
    let work = |hash: &Hash| hash.as_str().rsplitn(3, '$').last().unwrap().to_owned();
    assert_eq!(work(&nobody), work(&real));
    assert_eq!(nobody.as_str().len(), real.as_str().len());
    assert!(!nobody.fits(&SecretString::from("anything at all")).unwrap());
}

#[test]
fn tokens_never_come_twice_and_open_one_thing_only() {
    let chance = Counting::default();
    let kinds = [TokenKind::Session, TokenKind::Api, TokenKind::SetupLink];
    for kind in kinds {
        let token = Token::new(kind, &chance);
        let other = Token::new(kind, &chance);
        assert_ne!(token.digest(), other.digest());
        for read in kinds {
            let parsed = Token::parse(read, token.expose());
            assert_eq!(parsed.is_some(), read == kind, "{kind:?} as {read:?}");
        }
        let shown = format!("{token:?}");
        assert!(!shown.contains(token.expose()), "{shown}");
    }
}

#[test]
fn a_browser_is_named_as_people_name_it() {
    for (agent, name) in [
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0 Safari/537.36 Edg/148.0",
            "Edge on Windows",
        ),
        (
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/19.0 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16; Pixel) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/148.0 Mobile Safari/537.36",
            "Chrome on Android",
        ),
        ("curl/8.5\u{1b}[31m", "curl/8.5[31m"),
        ("", ""),
    ] {
        assert_eq!(short_agent(agent), name);
    }
}

/// An attacker who tries as fast as the rules let him.
#[test]
fn who_guesses_as_fast_as_possible_gets_some_hundred_tries_a_day() {
    for (limit, most) in [
        (Limit::Account, 115),
        (Limit::Familiar, 115),
        (Limit::Network, 130),
    ] {
        let mut now = at(0);
        let mut attempts: Option<Attempts> = None;
        let mut tries = 0;
        while now < at(DAY) {
            now = attempts
                .and_then(|attempts| attempts.waits_until(limit, now))
                .unwrap_or(now);
            attempts = Some(Attempts::with_one_more(attempts, now));
            tries += 1;
        }
        assert!(tries <= most, "{limit:?}: {tries}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_token_may_what_one_of_its_scopes_may_and_nothing_without_any(
        scopes in prop::collection::vec(prop::sample::select(Permission::ALL.to_vec()), 0..4),
    ) {
        let granted = Scopes::new(scopes.clone());
        for wanted in Permission::ALL {
            let expected = scopes.iter().max().is_some_and(|most| wanted <= *most);
            prop_assert_eq!(granted.may(wanted), expected);
        }
        prop_assert_eq!(granted.to_string().parse::<Scopes>().unwrap(), granted);
    }

    #[test]
    fn what_differs_from_a_token_is_another_or_none(
        at in 0_usize..47, to in any::<char>(), cut in 0_usize..47, more in "\\PC{1,4}",
    ) {
        let token = Token::new(TokenKind::Session, &Counting::default());
        let text = token.expose();
        let mut letters: Vec<char> = text.chars().collect();
        letters[at] = to;
        let replaced: String = letters.iter().collect();
        for other in [replaced, text[..cut].to_owned(), format!("{text}{more}"), format!("{more}{text}")] {
            let parsed = Token::parse(TokenKind::Session, &other);
            let same = parsed.is_some_and(|parsed| parsed.digest() == token.digest());
            prop_assert_eq!(same, other == text, "{}", other);
        }
    }

    #[test]
    fn a_session_runs_12_hours_unused_and_7_days_at_most(
        created in instant(), seen_after in 0..8 * DAY, look in instant(), ended in prop::option::of(instant()),
    ) {
        let times = SessionTimes {
            created_at: created,
            seen_at: at(created.as_second() + seen_after),
            ended_at: ended,
        };
        if times.is_running(look) {
            prop_assert!(ended.is_none());
            prop_assert!(look.as_second() - created.as_second() < 7 * DAY);
            prop_assert!(look.as_second() - times.seen_at.as_second() < 12 * HOUR);
        } else {
            prop_assert!(
                ended.is_some()
                    || look.as_second() - created.as_second() >= 7 * DAY
                    || look.as_second() - times.seen_at.as_second() >= 12 * HOUR
            );
        }
    }

    #[test]
    fn what_was_ended_or_revoked_never_runs_again(created in instant(), ended in instant(), look in instant()) {
        let times = SessionTimes { ended_at: Some(ended), ..SessionTimes::begun(created) };
        prop_assert!(!times.is_running(look));
        prop_assert!(!is_running(Timestamp::MAX, Some(ended), look));
    }

    #[test]
    fn an_api_token_always_ends(now in instant(), days in any::<u32>()) {
        match api_token_end(now, days) {
            Some(end) => {
                prop_assert!(now < end && end <= at(now.as_second() + i64::from(LONGEST_API_TOKEN_DAYS) * DAY));
                prop_assert!(is_running(end, None, now) && !is_running(end, None, end));
            }
            None => prop_assert!(days == 0 || days > LONGEST_API_TOKEN_DAYS),
        }
    }

    /// Whatever the count and however the clock is set: a quarter of an hour at most, and never for ever.
    #[test]
    fn nobody_waits_longer_than_a_quarter_of_an_hour(
        failures in any::<u32>(), last in instant(), now in instant(),
        limit in prop::sample::select(vec![Limit::Account, Limit::Familiar, Limit::Network]),
    ) {
        let attempts = Attempts { failures, last_at: last };
        if let Some(until) = attempts.waits_until(limit, now) {
            prop_assert!(until > now && until.as_second() - now.as_second() <= 15 * 60);
            prop_assert!(attempts.waits_until(limit, until).is_none(), "after the wait it is over");
        }
    }

    #[test]
    fn more_failures_never_wait_shorter_and_five_are_free(failures in 0_u32..1_000, after in 0_i64..HOUR) {
        for limit in [Limit::Account, Limit::Familiar, Limit::Network] {
            let wait = |failures| {
                let attempts = Attempts { failures, last_at: at(DAY) };
                attempts.waits_until(limit, at(DAY + after))
            };
            prop_assert!(wait(failures) <= wait(failures + 1));
            prop_assert!(failures > 5 || wait(failures).is_none());
        }
    }

    #[test]
    fn a_try_that_was_right_takes_its_count_back(failures in 0_u32..50, now in instant()) {
        let before = Attempts { failures, last_at: now };
        let booked = Attempts::with_one_more(Some(before), now);
        prop_assert_eq!(booked.failures, failures + 1);
        prop_assert_eq!(booked.with_one_less().failures, failures);
        let forgotten = Attempts::with_one_more(Some(before), at(now.as_second() + DAY));
        prop_assert_eq!(forgotten.failures, 1);
    }

    #[test]
    fn whoever_has_one_ipv6_address_counts_as_all_of_its_network(prefix in any::<u64>(), one in any::<u64>(), other in any::<u64>()) {
        let address = |low: u64| {
            let bits = (u128::from(prefix) << 64) | u128::from(low);
            network(std::net::IpAddr::from(bits.to_be_bytes()))
        };
        prop_assume!(prefix != 0);
        prop_assert_eq!(address(one), address(other));
    }

    #[test]
    fn names_and_agents_hold_nothing_that_a_terminal_obeys(text in "\\PC{0,60}|[a-z.@_-]{1,60}") {
        if check_name("user", &text).is_ok() {
            prop_assert!(text.len() <= 40 && !text.starts_with('-') && text.is_ascii() && !text.contains(' '));
        }
        let agent = short_agent(&text);
        prop_assert!(agent.len() <= 40 && agent.chars().all(|letter| matches!(letter, ' '..='~')));
    }
}
