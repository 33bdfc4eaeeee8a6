//! Keys and backups as a person handles them: shown, rotated, lost, restored.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::{Place, Ran, Twins, twins};
use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

fn shop(twins: &Twins) -> Place {
    Place::at(twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key())
}

/// A file for this user only.
fn private(place: &Place, name: &str, text: &str) -> PathBuf {
    let path = place.write(name, text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    path
}

fn with(place: &Place, words: &[&str], name: &str, value: &str) -> Ran {
    Ran::of(&place.command(words).env(name, value).output().unwrap())
}

fn shops(place: &Place) -> String {
    let list = place.run(&["shop", "list", "--json"]).with(0);
    list.json()["shops"].to_string()
}

#[test]
fn keys_are_shown_rotated_and_changed_and_the_accounts_stay_connected() {
    let twins = twins();
    let place = shop(&twins);
    let shown = place.run(&["keys", "show", "--json"]).with(0).json();
    assert_eq!(shown["source"], "file");
    assert_eq!(shown["data_keys"][0]["version"], 1);
    assert_eq!(shown["data_keys"][0]["secrets"], 2);
    let rotated = place.run(&["keys", "rotate", "--json"]).with(0).json();
    assert_eq!(
        (&rotated["version"], &rotated["resealed"]),
        (&2.into(), &2.into())
    );
    let key = fs::read(place.path().join("repairbridge.key")).unwrap();
    place.run(&["keys", "rotate", "--master"]).with(0);
    assert_ne!(
        fs::read(place.path().join("repairbridge.key")).unwrap(),
        key
    );
    let words = private(&place, "words", "five words that nobody guesses\n");
    let words = words.to_str().unwrap();
    place
        .run(&["keys", "rotate", "--master", "--new-passphrase-file", words])
        .with(0);
    place
        .run(&["check", "main"])
        .with(2)
        .says("REPAIRBRIDGE_VAULT_PASSPHRASE");
    let variable = "REPAIRBRIDGE_VAULT_PASSPHRASE";
    with(
        &place,
        &["check", "main"],
        variable,
        "five words that nobody guesses",
    )
    .with(0);
    with(
        &place,
        &["check", "main"],
        variable,
        "five words that somebody tries",
    )
    .with(2)
    .says("another key");
    let file = "REPAIRBRIDGE_VAULT__PASSPHRASE_FILE";
    with(&place, &["check", "main"], file, words).with(0);
    let shown = with(&place, &["keys", "show", "--json"], file, words)
        .with(0)
        .json();
    assert_eq!(shown["source"], "passphrase");
    assert!(
        shown["derivation"]
            .as_str()
            .unwrap()
            .starts_with("$argon2id$")
    );
    with(
        &place,
        &["keys", "rotate", "--master", "--to-key-file"],
        file,
        words,
    )
    .with(0);
    place.run(&["check", "main"]).with(0);
}

#[test]
fn a_passphrase_file_that_others_may_read_and_one_in_the_configuration_are_refused() {
    let place = Place::empty();
    let words = place.write("words", "five words that nobody guesses\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&words, fs::Permissions::from_mode(0o644)).unwrap();
        let file = words.to_str().unwrap();
        with(
            &place,
            &["shop", "list"],
            "REPAIRBRIDGE_VAULT__PASSPHRASE_FILE",
            file,
        )
        .with(2)
        .says("chmod 600");
    }
    place.write(
        "repairbridge.toml",
        "[vault]\npassphrase = \"five words that nobody guesses\"\n",
    );
    let ran = place
        .run(&["shop", "list"])
        .with(2)
        .says("vault.passphrase_file");
    assert!(!ran.err.contains("nobody guesses"));
}

#[test]
fn a_lost_key_is_told_and_a_reset_keeps_the_shop() {
    let twins = twins();
    let place = shop(&twins);
    place.run(&["sync", "main", "--approve"]).with(0);
    fs::remove_file(place.path().join("repairbridge.key")).unwrap();
    place
        .run(&["check", "main"])
        .with(2)
        .says("repairbridge keys reset");
    let shown = place.run(&["keys", "show", "--json"]).with(1).json();
    assert_eq!(shown["opens"], false);
    place.run(&["keys", "reset"]).with(2).says("--yes");
    place.run(&["keys", "reset", "--yes"]).with(0);
    let checked = place.run(&["check", "main", "--json"]).with(1).json();
    let says = checked["lines"].to_string();
    assert!(
        says.contains("repairbridge connect highlevel main"),
        "{says}"
    );
    assert!(
        says.contains("repairbridge connect mygadgetrepairs main"),
        "{says}"
    );
    let token = place.write("token", twins.at.token());
    let key = place.write("counter", &twins.at.key());
    for (side, flag, file) in [
        ("highlevel", "--token-file", token),
        ("mygadgetrepairs", "--key-file", key),
    ] {
        place
            .run(&["connect", side, "main", flag, file.to_str().unwrap()])
            .with(0);
    }
    let synced = place.run(&["sync", "main", "--json"]).with(0).json();
    for side in ["highlevel", "mygadgetrepairs"] {
        for (kind, count) in synced["created"][side].as_object().unwrap() {
            assert_eq!(count, 0, "{side} {kind}: nothing is doubled");
        }
    }
}

#[test]
fn a_backup_comes_back_and_the_next_sync_waits_for_approval() {
    let twins = twins();
    let place = shop(&twins);
    place.run(&["sync", "main", "--approve"]).with(0);
    let before = place
        .run(&["shop", "show", "main", "--json"])
        .with(0)
        .json();
    assert!(before["approved"].is_string());
    let backup = place.path().join("today.backup");
    let backup = backup.to_str().unwrap();
    place.run(&["backup", backup]).with(0);
    place.run(&["backup", backup]).with(2).says("already");
    let sealed = fs::read(backup).unwrap();
    assert!(sealed.starts_with(b"age-encryption.org/v1"));
    assert!(!sealed.windows(6).any(|part| part == b"SQLite"));

    place.run(&["shop", "remove", "main"]).with(0);
    place.run(&["restore", backup]).with(2).says("--yes");
    let restored = place
        .run(&["restore", backup, "--yes", "--json"])
        .with(0)
        .json();
    assert_eq!(restored["shops"][0], "main");
    let former = restored["former"].as_str().unwrap();
    assert!(place.path().join(former).exists());
    let after = place
        .run(&["shop", "show", "main", "--json"])
        .with(0)
        .json();
    assert!(
        after["approved"].is_null(),
        "what was approved once is not approved now"
    );
    assert_eq!(after["connected"], before["connected"]);
    // The credentials open, everything is read anew, and nothing is doubled.
    let synced = place
        .run(&["sync", "main", "--approve", "--json"])
        .with(0)
        .json();
    for side in ["highlevel", "mygadgetrepairs"] {
        for (kind, count) in synced["created"][side].as_object().unwrap() {
            assert_eq!(count, 0, "{side} {kind}");
        }
    }
    assert!(
        place
            .run(&["log", "main", "--json"])
            .with(0)
            .out
            .contains("restored")
    );
}

/// What was about to be written when the backup was made has been written since.
#[test]
fn invariant_2_no_duplicates_after_a_restore_of_what_was_about_to_be_written() {
    let twins = twins();
    let place = shop(&twins);
    // The first run waits for approval, with everything to be created.
    place.run(&["sync", "main"]).with(1);
    let backup = place.path().join("before.backup");
    let path = backup.to_str().unwrap();
    place.run(&["backup", path]).with(0);
    let created = |ran: Ran| {
        let document = ran.json();
        let of = |side: &str| document["created"][side].as_object().unwrap().clone();
        let both = [of("highlevel"), of("mygadgetrepairs")];
        let counts = both.iter().flat_map(|of| of.values());
        counts.map(|count| count.as_u64().unwrap()).sum::<u64>()
    };
    let first = place.run(&["sync", "main", "--approve", "--json"]).with(0);
    assert!(created(first) > 0);
    place.run(&["restore", path, "--yes"]).with(0);
    place.run(&["sync", "main"]);
    let again = place.run(&["sync", "main", "--approve", "--json"]).with(0);
    assert_eq!(created(again), 0, "everything is there already");
}

#[test]
fn a_backup_that_is_not_whole_or_not_ours_changes_nothing() {
    let twins = twins();
    let place = shop(&twins);
    let words = private(&place, "words", "five words that nobody guesses\n");
    let other = private(&place, "other", "five words that somebody tries\n");
    let (words, other) = (words.to_str().unwrap(), other.to_str().unwrap());
    let backup = place.path().join("today.backup");
    let path = backup.to_str().unwrap().to_owned();
    place
        .run(&["backup", &path, "--passphrase-file", words])
        .with(0);
    let whole = fs::read(&backup).unwrap();
    let before = shops(&place);
    let refused = |flag: &[&str], says: &str| {
        let words = [&["restore", path.as_str(), "--yes"], flag].concat();
        place
            .run(&words)
            .with(2)
            .says(says)
            .says("Nothing was changed");
    };
    refused(&["--passphrase-file", other], "this passphrase");
    refused(&[], "the master key");
    fs::write(&backup, &whole[..whole.len() / 2]).unwrap();
    refused(&["--passphrase-file", words], "ends early or was altered");
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 1;
    fs::write(&backup, altered).unwrap();
    refused(&["--passphrase-file", words], "ends early or was altered");
    fs::write(&backup, "no backup").unwrap();
    refused(&["--passphrase-file", words], "not a backup");
    assert_eq!(shops(&place), before);
    let left: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| {
            name.contains("restoring")
                || name.contains("before-restore")
                || name.contains("backup-copy")
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
    fs::write(&backup, whole).unwrap();
    place
        .run(&["restore", &path, "--yes", "--passphrase-file", words])
        .with(0);
}

#[test]
fn a_backup_restores_over_a_damaged_database_and_on_a_machine_without_one() {
    let twins = twins();
    let place = shop(&twins);
    let backup = place.path().join("today.backup");
    let path = backup.to_str().unwrap();
    place.run(&["backup", path]).with(0);
    let database = place.path().join("repairbridge.db");
    fs::write(
        &database,
        "this is not a database, but long enough to have a header. ".repeat(40),
    )
    .unwrap();
    place.run(&["shop", "list"]).with(2);
    place.run(&["restore", path, "--yes"]).with(0);
    place.run(&["check", "main"]).with(0);

    let elsewhere = Place::at(&twins);
    let key = fs::read_to_string(place.path().join("repairbridge.key")).unwrap();
    private(&elsewhere, "repairbridge.key", &key);
    elsewhere.run(&["restore", path]).with(0);
    elsewhere.run(&["check", "main"]).with(0);
}

#[test]
fn nothing_is_restored_or_reset_while_the_service_runs_and_a_rotation_is() {
    let twins = twins();
    let place = shop(&twins);
    let backup = place.path().join("today.backup");
    let path = backup.to_str().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut service = Command::new(env!("CARGO_BIN_EXE_repairbridge"))
        .current_dir(place.path())
        .args(["serve", "--listen", &address.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    for _ in 0..3_000 {
        if TcpStream::connect(address).is_ok() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    #[cfg(target_os = "linux")]
    {
        // Core files are off, and so is looking into its memory.
        let limits = fs::read_to_string(format!("/proc/{}/limits", service.id())).unwrap();
        let core = limits
            .lines()
            .find(|line| line.starts_with("Max core file size"))
            .unwrap();
        let numbers: Vec<_> = core
            .split_whitespace()
            .filter(|word| *word == "0")
            .collect();
        assert_eq!(numbers.len(), 2, "{core}");
    }
    let outcome = std::panic::catch_unwind(|| {
        place.run(&["backup", path]).with(0);
        place
            .run(&["restore", path, "--yes"])
            .with(2)
            .says("is running");
        place
            .run(&["keys", "reset", "--yes"])
            .with(2)
            .says("is running");
        place.run(&["keys", "rotate"]).with(0);
        place.run(&["keys", "rotate", "--master"]).with(0);
        place.run(&["keys", "rotate"]).with(0);
    });
    service.kill().unwrap();
    service.wait().unwrap();
    outcome.unwrap();
    place.run(&["check", "main"]).with(0);
}

/// `kill -9` after so many milliseconds, or after it was done.
fn killed(place: &Place, words: &[&str], after: u64) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_repairbridge"))
        .current_dir(place.path())
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(after));
    let _ended_already = child.kill();
    child.wait().unwrap();
}

#[test]
fn a_kill_at_any_moment_leaves_a_working_installation() {
    let twins = twins();
    let place = shop(&twins);
    let backup = place.path().join("today.backup");
    let path = backup.to_str().unwrap();
    place.run(&["backup", path]).with(0);
    for after in (0..120).step_by(8) {
        killed(&place, &["keys", "rotate", "--master"], after);
        killed(&place, &["keys", "rotate"], after);
        let shown = place.run(&["keys", "show", "--json"]).with(0).json();
        let newest = shown["data_keys"]
            .as_array()
            .unwrap()
            .last()
            .unwrap()
            .clone();
        assert_eq!(shown["opens"], true, "{shown}");
        assert!(newest["seals"] == true, "{shown}");
    }
    place.run(&["check", "main"]).with(0);
    // What is left over is brought to its end.
    let rotated = place.run(&["keys", "rotate", "--json"]).with(0).json();
    assert_eq!(rotated["unopened"].as_array().unwrap().len(), 0);
    let shown = place.run(&["keys", "show", "--json"]).with(0).json();
    assert_eq!(shown["data_keys"].as_array().unwrap().len(), 1, "{shown}");
    assert_eq!(shown["former_key_kept"], false);

    place.run(&["backup", &format!("{path}.2")]).with(0);
    for after in (0..160).step_by(16) {
        killed(&place, &["restore", &format!("{path}.2"), "--yes"], after);
        let shops = shops(&place);
        assert!(shops.contains("\"main\""), "{shops}");
        place.run(&["keys", "show"]).with(0);
    }
    place.run(&["check", "main"]).with(0);
}
