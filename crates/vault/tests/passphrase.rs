//! A master key out of a passphrase is always the same one, and of no other passphrase or salt.

mod support;

use secrecy::SecretString;
use support::{Seeded, context};
use vault::{Derivation, MasterSource, Place, Vault, VaultError, check_new_passphrase};

fn passphrase(text: &str) -> MasterSource {
    MasterSource::Passphrase(SecretString::from(text), "the passphrase".to_owned())
}

#[test]
fn the_same_passphrase_opens_and_another_does_not() {
    let written = Derivation::new(&Seeded::new(1)).to_string();
    assert!(
        written.starts_with("$argon2id$v=19$m=65536,t=3,p=1$"),
        "{written}"
    );
    let derivation = Derivation::parse(&written).unwrap();
    let open = |text: &str, keys: &[(i64, String)]| {
        let master = passphrase(text).read(Some(&derivation), false, &Seeded::new(2));
        Vault::open(&master.unwrap(), keys, &context(3))
    };
    let (vault, new) = open("correct horse battery", &[]).unwrap();
    let sealed = vault.seal(&Place::secret(1, "x"), &SecretString::from("abc"));
    let keys = [new.unwrap()];
    let (again, _) = open("correct horse battery", &keys).unwrap();
    assert!(
        again
            .unseal(&Place::secret(1, "x"), &sealed.unwrap())
            .is_ok()
    );
    let error = open("correct horse batterz", &keys).unwrap_err();
    assert!(matches!(error, VaultError::OtherKey { .. }), "{error}");
    // The same passphrase in another installation makes another key.
    let other = Derivation::new(&Seeded::new(9));
    let master = passphrase("correct horse battery").read(Some(&other), false, &Seeded::new(2));
    assert!(Vault::open(&master.unwrap(), &keys, &context(3)).is_err());
}

#[test]
fn a_source_of_the_wrong_sort_is_told_and_makes_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key");
    let derivation = Derivation::new(&Seeded::new(1));
    let by_file = MasterSource::File(file.clone());
    let error = by_file
        .read(Some(&derivation), false, &Seeded::new(2))
        .unwrap_err();
    assert!(
        error.to_string().contains("REPAIRBRIDGE_VAULT_PASSPHRASE"),
        "{error}"
    );
    assert!(!file.exists());
    let error = passphrase("correct horse")
        .read(None, false, &Seeded::new(2))
        .unwrap_err();
    assert!(
        error.to_string().contains("keys rotate --master"),
        "{error}"
    );
}

#[test]
fn a_damaged_derivation_is_refused_before_it_takes_memory() {
    for text in [
        "",
        "$argon2id$v=19$m=65536,t=3,p=1$AAAA",
        "$argon2id$v=19$m=4294967295,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$m=65536,t=4000000,p=1$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2i$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA",
        "$argon2id$v=19$t=3,m=65536,p=1$AAAAAAAAAAAAAAAAAAAAAA",
    ] {
        assert!(Derivation::parse(text).is_err(), "{text}");
    }
    assert!(Derivation::parse("$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA").is_ok());
}

#[test]
fn invariant_10_secrets_stay_secret_in_what_a_passphrase_is_shown_as() {
    let source = passphrase("hunter2-hunter2-hunter2");
    let short = check_new_passphrase(&SecretString::from("hunter2")).unwrap_err();
    for shown in [
        format!("{source:?} {source:#?}"),
        source.origin(),
        format!("{short} {short:?}"),
    ] {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
    assert!(check_new_passphrase(&SecretString::from("twelve chars")).is_ok());
}
