//! What is sealed opens at its own place with its own key, and nowhere else.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod support;

use domain::{Failure, FailureClass};
use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use support::context;
use vault::{MasterKey, Place, Vault, VaultError};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER: &str = "ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const TOKEN: Place<'_> = Place {
    shop: 1,
    name: "highlevel.token",
};

fn master(text: &str) -> MasterKey {
    MasterKey::from_text(&SecretString::from(text)).unwrap()
}

/// A vault and its stored data keys.
fn fresh(seed: u64) -> (Vault, Vec<(i64, String)>) {
    let (vault, new) = Vault::open(&master(KEY), &[], &context(seed)).unwrap();
    (vault, vec![new.expect("the first opening makes a key")])
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text)
}

proptest! {
    #[test]
    fn what_is_sealed_opens_again_with_the_stored_keys(
        text in ".{0,400}", shop in any::<i64>(), name in "[ -~]{0,40}", seed in any::<u64>()
    ) {
        let (vault, keys) = fresh(seed);
        let place = Place { shop, name: &name };
        let sealed = vault.seal(&place, &secret(&text)).unwrap();
        let (again, new) = Vault::open(&master(KEY), &keys, &context(seed ^ 1)).unwrap();
        prop_assert!(new.is_none());
        let opened = again.unseal(&place, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), text.as_str());
    }

    #[test]
    fn no_text_from_outside_opens_or_panics(text in ".{0,120}") {
        let (vault, _) = fresh(1);
        prop_assert!(vault.unseal(&TOKEN, &text).is_err());
        prop_assert!(Vault::open(&master(KEY), &[(1, text)], &context(1)).is_err());
    }

    #[test]
    fn one_changed_character_is_noticed(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9+/.=]") {
        let (vault, _) = fresh(2);
        let sealed = vault.seal(&TOKEN, &secret("pit-1234")).unwrap();
        let at = at.index(sealed.len());
        let mut changed = sealed.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != sealed);
        prop_assert!(vault.unseal(&TOKEN, &changed).is_err());
    }
}

#[test]
fn a_secret_moved_to_another_place_does_not_open() {
    let (vault, _) = fresh(3);
    let sealed = vault.seal(&TOKEN, &secret("pit-1234")).unwrap();
    for place in [
        Place { shop: 2, ..TOKEN },
        Place {
            name: "highlevel.refresh",
            ..TOKEN
        },
        Place { shop: 1, name: "" },
        Place {
            shop: 11,
            name: "/highlevel.token",
        },
    ] {
        let error = vault.unseal(&place, &sealed).unwrap_err();
        assert!(matches!(error, VaultError::Broken { .. }), "{error}");
        assert!(error.to_string().contains("sealed for another place"));
    }
    assert!(vault.unseal(&TOKEN, &sealed).is_ok());
}

#[test]
fn a_data_key_does_not_pass_for_a_secret_or_for_another_version() {
    let (_, keys) = fresh(4);
    let (version, sealed) = &keys[0];
    let (vault, _) = Vault::open(&master(KEY), &keys, &context(5)).unwrap();
    assert!(
        vault
            .unseal(
                &Place {
                    shop: 0,
                    name: "data_key"
                },
                sealed
            )
            .is_err()
    );
    let renamed = sealed.replacen(&format!("v1.{version}."), "v1.2.", 1);
    assert!(Vault::open(&master(KEY), &[(2, renamed)], &context(5)).is_err());
    assert!(Vault::open(&master(KEY), &[(2, sealed.clone())], &context(5)).is_err());
}

#[test]
fn another_master_key_is_told_clearly() {
    let (_, keys) = fresh(6);
    let error = Vault::open(&master(OTHER), &keys, &context(6)).unwrap_err();
    assert!(matches!(error, VaultError::OtherKey { .. }));
    assert_eq!(error.class(), FailureClass::NeedsHuman);
    let text = error.to_string();
    assert!(text.contains("another key"), "{text}");
    assert!(
        text.contains("Put the former key back, or reconnect both accounts; links are not lost"),
        "{text}"
    );
}

#[test]
fn the_same_secret_never_looks_the_same_twice() {
    let (vault, _) = fresh(7);
    let first = vault.seal(&TOKEN, &secret("pit-1234")).unwrap();
    let second = vault.seal(&TOKEN, &secret("pit-1234")).unwrap();
    assert_ne!(first, second);
    assert!(first.starts_with("v1.1."));
}

#[test]
fn a_further_data_key_seals_and_the_earlier_one_still_opens() {
    let (vault, mut keys) = fresh(8);
    let old = vault.seal(&TOKEN, &secret("pit-1234")).unwrap();
    keys.push(Vault::next_data_key(&master(KEY), &keys, &context(9)).unwrap());
    let (vault, new) = Vault::open(&master(KEY), &keys, &context(10)).unwrap();
    assert!(new.is_none());
    assert_eq!(
        vault.unseal(&TOKEN, &old).unwrap().expose_secret(),
        "pit-1234"
    );
    assert!(
        vault
            .seal(&TOKEN, &secret("x"))
            .unwrap()
            .starts_with("v1.2.")
    );

    let (without, _) = Vault::open(&master(KEY), &keys[1..], &context(11)).unwrap();
    let error = without.unseal(&TOKEN, &old).unwrap_err();
    assert!(
        matches!(error, VaultError::UnknownDataKey { version: 1, .. }),
        "{error}"
    );
}

#[test]
fn a_form_of_a_later_version_is_not_taken_for_damage() {
    let (vault, _) = fresh(12);
    let sealed = vault.seal(&TOKEN, &secret("pit-1234")).unwrap();
    let error = vault
        .unseal(&TOKEN, &sealed.replacen("v1", "v2", 1))
        .unwrap_err();
    assert!(matches!(error, VaultError::Form { .. }));
    assert!(error.to_string().contains("newer version"));
}

#[test]
fn invariant_10_secrets_stay_secret() {
    let text = "pit-93b1f6c4-hunter2";
    let (vault, keys) = fresh(13);
    let sealed = vault.seal(&TOKEN, &secret(text)).unwrap();
    assert!(!sealed.contains(text) && !sealed.contains("hunter2"));
    let damaged = format!("{}AAAA", &sealed[..sealed.len() - 4]);

    let mut shown = vec![
        format!("{:?} {:#?}", master(KEY), master(KEY)),
        format!("{vault:?} {vault:#?}"),
        format!("{:?}", vault.unseal(&TOKEN, &sealed).unwrap()),
    ];
    let errors = [
        vault.unseal(&TOKEN, &damaged).unwrap_err(),
        vault.unseal(&TOKEN, text).unwrap_err(),
        vault
            .unseal(&TOKEN, &sealed.replacen("v1.1", "v1.9", 1))
            .unwrap_err(),
        Vault::open(&master(OTHER), &keys, &context(1)).unwrap_err(),
        Vault::open(&master(KEY), &[(1, text.to_owned())], &context(1)).unwrap_err(),
        MasterKey::from_text(&secret(text)).unwrap_err(),
        MasterKey::from_text(&secret(&KEY[..62])).unwrap_err(),
    ];
    shown.extend(
        errors
            .iter()
            .map(|error| format!("{error} {error:?} {}", error.code())),
    );

    // The master key's bytes as hex, as a list of numbers, and the sealed text itself.
    let forbidden = [
        text,
        "hunter2",
        &KEY[..16],
        "0, 1, 2, 3",
        &sealed[5..20],
        &keys[0].1[5..20],
    ];
    for line in &shown {
        for word in forbidden {
            assert!(!line.contains(word), "{word} in {line}");
        }
    }
}
