//! A sealed backup opens whole with its own secret, and else not at all.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use secrecy::SecretString;
use std::fs;
use std::path::{Path, PathBuf};
use vault::backup::{Lock, open, seal};
use vault::{MasterKey, VaultError};

const SECRET: &str = "hunter2-in-the-database";

fn phrase(text: &str) -> Lock {
    Lock::Passphrase(SecretString::from(text))
}

fn master(digit: &str) -> Lock {
    Lock::of(&MasterKey::from_text(&SecretString::from(digit.repeat(32))).unwrap())
}

/// A file of several pieces, and where its backup and the opened copy go.
fn place() -> (tempfile::TempDir, PathBuf, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut content = SECRET.as_bytes().to_vec();
    content.extend((0..300_000_u32).flat_map(u32::to_le_bytes));
    fs::write(at("plain"), content).unwrap();
    let paths = (at("plain"), at("backup"), at("opened"));
    (folder, paths.0, paths.1, paths.2)
}

fn refused(backup: &Path, opened: &Path, lock: &Lock) -> VaultError {
    let error = open(backup, opened, lock).unwrap_err();
    assert!(!opened.exists(), "nothing is left of what was refused");
    assert!(error.to_string().contains("Nothing was changed"), "{error}");
    error
}

#[test]
fn what_was_sealed_opens_with_the_same_secret_only() {
    let (folder, plain, backup, opened) = place();
    for (right, wrong) in [
        (
            phrase("five words of a person"),
            phrase("five words of another"),
        ),
        (master("11"), master("12")),
        (master("11"), phrase("five words of a person")),
    ] {
        seal(&plain, &backup, &right).unwrap();
        let sealed = fs::read(&backup).unwrap();
        assert!(
            !sealed
                .windows(SECRET.len())
                .any(|part| part == SECRET.as_bytes())
        );
        let error = refused(&backup, &opened, &wrong);
        assert!(matches!(error, VaultError::BackupLocked { .. }), "{error}");
        open(&backup, &opened, &right).unwrap();
        assert_eq!(fs::read(&opened).unwrap(), fs::read(&plain).unwrap());
        fs::remove_file(&opened).unwrap();
        fs::remove_file(&backup).unwrap();
    }
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no draft is left"
    );
}

#[test]
fn a_backup_that_is_there_is_not_written_over() {
    let (_folder, plain, backup, _) = place();
    fs::write(&backup, "an older one").unwrap();
    assert!(seal(&plain, &backup, &master("11")).is_err());
    assert_eq!(fs::read_to_string(&backup).unwrap(), "an older one");
}

#[test]
fn a_truncated_or_altered_backup_is_refused_wherever_it_was_hurt() {
    let (_folder, plain, backup, opened) = place();
    let lock = master("11");
    seal(&plain, &backup, &lock).unwrap();
    let whole = fs::read(&backup).unwrap();
    let last = whole.len() - 1;
    for end in [
        0,
        1,
        20,
        100,
        150,
        200,
        65_536,
        whole.len() / 2,
        last - 16,
        last,
    ] {
        fs::write(&backup, &whole[..end]).unwrap();
        refused(&backup, &opened, &lock);
    }
    for at in [
        0,
        5,
        30,
        70,
        100,
        140,
        170,
        190,
        230,
        70_000,
        whole.len() / 2,
        last,
    ] {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        fs::write(&backup, altered).unwrap();
        refused(&backup, &opened, &lock);
    }
    let mut longer = whole;
    longer.push(0);
    fs::write(&backup, longer).unwrap();
    refused(&backup, &opened, &lock);
    fs::write(&backup, "SQLite format 3\0 and more of it").unwrap();
    let error = refused(&backup, &opened, &lock);
    assert!(matches!(error, VaultError::NotABackup { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn backup_and_opened_copy_are_for_this_user_only() {
    use std::os::unix::fs::PermissionsExt;
    let (_folder, plain, backup, opened) = place();
    seal(&plain, &backup, &master("11")).unwrap();
    open(&backup, &opened, &master("11")).unwrap();
    for path in [backup, opened] {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
