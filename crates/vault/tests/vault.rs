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

fn token() -> Place {
    Place::secret(1, "highlevel.token")
}

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
        let place = Place::secret(shop, &name);
        let sealed = vault.seal(&place, &secret(&text)).unwrap();
        let (again, new) = Vault::open(&master(KEY), &keys, &context(seed ^ 1)).unwrap();
        prop_assert!(new.is_none());
        let opened = again.unseal(&place, &sealed).unwrap();
        prop_assert_eq!(opened.expose_secret(), text.as_str());
    }

    #[test]
    fn no_text_from_outside_opens_or_panics(text in ".{0,120}") {
        let (vault, _) = fresh(1);
        prop_assert!(vault.unseal(&token(), &text).is_err());
        prop_assert!(Vault::open(&master(KEY), &[(1, text)], &context(1)).is_err());
    }

    #[test]
    fn one_changed_character_is_noticed(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9+/.=]") {
        let (vault, _) = fresh(2);
        let sealed = vault.seal(&token(), &secret("pit-1234")).unwrap();
        let at = at.index(sealed.len());
        let mut changed = sealed.clone();
        changed.replace_range(at..=at, &to);
        prop_assume!(changed != sealed);
        prop_assert!(vault.unseal(&token(), &changed).is_err());
    }
}

#[test]
fn a_secret_moved_to_another_place_does_not_open() {
    let (vault, _) = fresh(3);
    let sealed = vault.seal(&token(), &secret("pit-1234")).unwrap();
    for place in [
        Place::secret(2, "highlevel.token"),
        Place::secret(1, "highlevel.refresh"),
        Place::secret(1, ""),
        Place::secret(11, "/highlevel.token"),
        Place::new("installation", "sealed", ["1", "highlevel.token"]),
        Place::new("secret", "sealed_before", ["1", "highlevel.token"]),
        Place::new("secret", "sealed", ["1/highlevel.token"]),
        Place::new("secret", "sealed", ["1", "highlevel.token", ""]),
    ] {
        let error = vault.unseal(&place, &sealed).unwrap_err();
        assert!(matches!(error, VaultError::Broken { .. }), "{error}");
        assert!(error.to_string().contains("sealed for another place"));
    }
    assert!(vault.unseal(&token(), &sealed).is_ok());
}

#[test]
fn a_data_key_does_not_pass_for_a_secret_or_for_another_version() {
    let (_, keys) = fresh(4);
    let (version, sealed) = &keys[0];
    let (vault, _) = Vault::open(&master(KEY), &keys, &context(5)).unwrap();
    assert!(vault.unseal(&Place::secret(0, "data_key"), sealed).is_err());
    let renamed = sealed.replacen(&format!("v1.{version}."), "v1.2.", 1);
    assert!(Vault::open(&master(KEY), &[(2, renamed)], &context(5)).is_err());
    assert!(Vault::open(&master(KEY), &[(2, sealed.clone())], &context(5)).is_err());
}

/// Sealed by the first version, which bound a secret to shop and name alone.
#[test]
fn a_secret_sealed_by_an_earlier_version_opens_at_its_place_only() {
    let key = "v1.1.bSUUX6a17Xy/UsoGvJVroD9MMCuulLKn/eNZUT40DsY2cOYSTO/JJyR7lwJp7JBc1IAdMUd3DExz6nyM/HWIuVG3j+Xg1xl1";
    let sealed = "v1.1.2GFrN5hfnzYw9fD7KHScPicAH3KyWY50QlhPw9gJeVnSjid2+cEAOlKrr2IIm988x0AcNGviimPbobczfc2aj74";
    let keys = [(1, key.to_owned())];
    let (vault, _) = Vault::open(&master(KEY), &keys, &context(1)).unwrap();
    let opened = vault.unseal(&token(), sealed).unwrap();
    assert_eq!(opened.expose_secret(), "pit-of-an-earlier-version");
    for place in [
        Place::secret(2, "highlevel.token"),
        Place::new("app_secret", "sealed", ["1", "highlevel.token"]),
        Place::new("secret", "sealed_before", ["1", "highlevel.token"]),
    ] {
        assert!(vault.unseal(&place, sealed).is_err(), "{place:?}");
    }
    let relabelled = sealed.replacen("v1", "v2", 1);
    assert!(vault.unseal(&token(), &relabelled).is_err());
}

#[test]
fn data_keys_sealed_anew_open_with_the_new_master_key_only() {
    let (vault, mut keys) = fresh(21);
    let sealed = vault.seal(&token(), &secret("pit-1234")).unwrap();
    keys.push(Vault::next_data_key(&master(KEY), &keys, &context(22)).unwrap());
    let rewrapped = Vault::rewrap(&keys, &master(KEY), &master(OTHER), &context(23)).unwrap();
    let before: Vec<_> = rewrapped
        .iter()
        .map(|key| (key.version, key.before.clone()))
        .collect();
    assert_eq!(before, keys);
    let after: Vec<_> = rewrapped
        .iter()
        .map(|key| (key.version, key.after.clone()))
        .collect();
    assert!(Vault::open(&master(KEY), &after, &context(24)).is_err());
    let (again, _) = Vault::open(&master(OTHER), &after, &context(25)).unwrap();
    assert_eq!(
        again.unseal(&token(), &sealed).unwrap().expose_secret(),
        "pit-1234"
    );
    assert!(Vault::rewrap(&keys, &master(OTHER), &master(KEY), &context(26)).is_err());
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
        text.contains("Put the former key back. If it is lost: `repairbridge keys reset`"),
        "{text}"
    );
}

#[test]
fn the_same_secret_never_looks_the_same_twice() {
    let (vault, _) = fresh(7);
    let first = vault.seal(&token(), &secret("pit-1234")).unwrap();
    let second = vault.seal(&token(), &secret("pit-1234")).unwrap();
    assert_ne!(first, second);
    assert!(first.starts_with("v2.1."));
}

#[test]
fn a_further_data_key_seals_and_the_earlier_one_still_opens() {
    let (vault, mut keys) = fresh(8);
    let old = vault.seal(&token(), &secret("pit-1234")).unwrap();
    keys.push(Vault::next_data_key(&master(KEY), &keys, &context(9)).unwrap());
    let (vault, new) = Vault::open(&master(KEY), &keys, &context(10)).unwrap();
    assert!(new.is_none());
    assert_eq!(
        vault.unseal(&token(), &old).unwrap().expose_secret(),
        "pit-1234"
    );
    assert!(
        vault
            .seal(&token(), &secret("x"))
            .unwrap()
            .starts_with("v2.2.")
    );

    let (without, _) = Vault::open(&master(KEY), &keys[1..], &context(11)).unwrap();
    let error = without.unseal(&token(), &old).unwrap_err();
    assert!(
        matches!(error, VaultError::UnknownDataKey { version: 1, .. }),
        "{error}"
    );
}

#[test]
fn a_form_of_a_later_version_is_not_taken_for_damage() {
    let (vault, _) = fresh(12);
    let sealed = vault.seal(&token(), &secret("pit-1234")).unwrap();
    let error = vault
        .unseal(&token(), &sealed.replacen("v2", "v3", 1))
        .unwrap_err();
    assert!(matches!(error, VaultError::Form { .. }));
    assert!(error.to_string().contains("newer version"));
}

#[test]
fn invariant_10_secrets_stay_secret() {
    let text = "pit-93b1f6c4-hunter2";
    let (vault, keys) = fresh(13);
    let sealed = vault.seal(&token(), &secret(text)).unwrap();
    assert!(!sealed.contains(text) && !sealed.contains("hunter2"));
    let damaged = format!("{}AAAA", &sealed[..sealed.len() - 4]);

    let mut shown = vec![
        format!("{:?} {:#?}", master(KEY), master(KEY)),
        format!("{vault:?} {vault:#?}"),
        format!("{:?}", vault.unseal(&token(), &sealed).unwrap()),
    ];
    let errors = [
        vault.unseal(&token(), &damaged).unwrap_err(),
        vault.unseal(&token(), text).unwrap_err(),
        vault
            .unseal(&token(), &sealed.replacen("v2.1", "v2.9", 1))
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
