//! Where the master key comes from.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use secrecy::SecretString;
use std::fs;
use std::path::{Path, PathBuf};
use support::{Seeded, context};
use vault::{MasterKey, Place, Vault, VaultError};

/// The same 32 bytes twice; the base64 needs both special letters of its alphabet.
const BASE64: &str = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";
const HEX: &str = "FBfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfbfb";

fn from_text(text: &str) -> Result<MasterKey, VaultError> {
    MasterKey::from_text(&SecretString::from(text))
}

fn from_file(path: &Path, may_create: bool) -> Result<MasterKey, VaultError> {
    MasterKey::from_file_or_create(path, may_create, &Seeded::new(1))
}

/// Whether two master keys are the same, as far as anybody outside can tell.
fn same(one: &MasterKey, two: &MasterKey) -> bool {
    let (_, new) = Vault::open(one, &[], &context(1)).unwrap();
    Vault::open(two, &[new.unwrap()], &context(2)).is_ok()
}

fn private(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
    set_mode(path, 0o600);
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("repairbridge.key");
    (folder, path)
}

#[test]
fn hexadecimal_and_every_base64_mean_the_same_key() {
    let hex = from_text(HEX).unwrap();
    for text in [
        HEX.to_lowercase(),
        format!("  {HEX}\r\n"),
        BASE64.to_owned(),
        BASE64.trim_end_matches('=').to_owned(),
        BASE64.replace('+', "-").replace('/', "_"),
    ] {
        assert!(same(&hex, &from_text(&text).unwrap()));
    }
    let one_less = HEX.replacen("FB", "FA", 1);
    assert!(!same(&hex, &from_text(&one_less).unwrap()));
}

#[test]
fn what_is_no_key_is_refused_with_the_reason() {
    let cases = [
        ("", "empty"),
        ("  \n", "empty"),
        (&HEX[..32], "wrong length"),
        (
            "correct horse battery staple",
            "neither hexadecimal nor base64",
        ),
        (&HEX.repeat(2), "too long"),
        ("ßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßßß", "too long"),
        ("Zm9v", "wrong length"),
    ];
    for (text, reason) in cases {
        let error = from_text(text).unwrap_err();
        assert!(matches!(error, VaultError::NotAKey { .. }));
        let shown = error.to_string();
        assert!(shown.contains(reason), "{shown}");
        assert!(shown.contains("REPAIRBRIDGE_VAULT_KEY"), "{shown}");
        assert!(shown.contains("64 hexadecimal digits"), "{shown}");
    }
}

#[test]
fn the_first_start_makes_the_file_and_the_next_one_reads_it() {
    let (folder, path) = place();
    let made = from_file(&path, true).unwrap();
    let read = MasterKey::from_file_or_create(&path, false, &Seeded::new(99)).unwrap();
    assert!(same(&made, &read));
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no draft is left"
    );
}

#[cfg(unix)]
#[test]
fn the_file_is_made_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, path) = place();
    from_file(&path, true).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn processes_that_start_together_get_one_key() {
    let (folder, path) = place();
    let keys: Vec<MasterKey> = std::thread::scope(|scope| {
        let starts: Vec<_> = (1..=8_u64)
            .map(|seed| {
                let path = &path;
                scope.spawn(move || {
                    MasterKey::from_file_or_create(path, true, &Seeded::new(seed)).unwrap()
                })
            })
            .collect();
        starts
            .into_iter()
            .map(|start| start.join().unwrap())
            .collect()
    });
    assert!(keys.iter().all(|key| same(&keys[0], key)));
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no draft is left"
    );
}

#[test]
fn a_missing_file_is_never_replaced_while_secrets_exist() {
    let (_folder, path) = place();
    let error = from_file(&path, false).unwrap_err();
    assert!(matches!(error, VaultError::KeyFileGone { .. }));
    assert_eq!(
        error.to_string(),
        format!(
            "the key file {} is gone; restore it. If it is lost: `repairbridge keys reset` makes a new one, then connect the accounts again; links are not lost",
            path.display()
        )
    );
    assert!(!path.exists());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_may_read_is_refused_with_the_mend() {
    let (_folder, path) = place();
    for mode in [0o644, 0o640, 0o604, 0o602] {
        private(&path, HEX);
        set_mode(&path, mode);
        let error = from_file(&path, true).unwrap_err();
        assert!(
            matches!(error, VaultError::KeyFileExposed { .. }),
            "{error}"
        );
        let shown = error.to_string();
        assert!(shown.contains(&format!("mode {mode:o}")), "{shown}");
        assert!(shown.contains("chmod 600"), "{shown}");
    }
    set_mode(&path, 0o400);
    assert!(from_file(&path, true).is_ok());
}

#[test]
fn a_file_without_a_key_is_kept_and_refused() {
    let (_folder, path) = place();
    for text in ["", "\n", &HEX[..60], &"A".repeat(100_000)] {
        private(&path, text);
        let error = from_file(&path, true).unwrap_err();
        assert!(matches!(error, VaultError::NotAKey { .. }), "{error}");
        assert!(error.to_string().contains(&path.display().to_string()));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    fs::write(&path, [0xFF, 0xFE, 0x00]).unwrap();
    assert!(matches!(
        from_file(&path, true),
        Err(VaultError::KeyFileUnreadable { .. })
    ));
}

#[test]
fn a_path_that_cannot_be_used_is_told() {
    let (folder, path) = place();
    private(&path, HEX);
    let below_a_file = path.join("key");
    assert!(matches!(
        from_file(&below_a_file, true),
        Err(VaultError::KeyFileUnreadable { .. })
    ));
    let error = from_file(&folder.path().join("absent/key"), true).unwrap_err();
    assert!(
        matches!(error, VaultError::KeyFileUnwritable { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("folder exists"));
    assert!(from_file(folder.path(), true).is_err());
}

#[test]
fn a_vault_lives_through_a_restart() {
    let (_folder, path) = place();
    let at = Place::secret(1, "token");
    let (vault, new) = Vault::open(&from_file(&path, true).unwrap(), &[], &context(1)).unwrap();
    let sealed = vault.seal(&at, &SecretString::from("abc")).unwrap();
    let (vault, _) = Vault::open(
        &from_file(&path, false).unwrap(),
        &[new.unwrap()],
        &context(2),
    )
    .unwrap();
    assert!(vault.unseal(&at, &sealed).is_ok());
}
