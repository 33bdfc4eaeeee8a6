//! The file under the store: what may be wrong with it, and what is said then.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use domain::{Side, Timestamp};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::json;
use sqlx::ConnectOptions;
use std::fs;
use std::path::{Path, PathBuf};
use store::{Change, Store, StoreError, Webhook};

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.db");
    (folder, path)
}

async fn open(path: &Path) -> Result<Store, StoreError> {
    Store::open(&format!("sqlite://{}", path.display())).await
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let (_folder, path) = place();
    open(&path).await.unwrap().close().await;
    let mut raw = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .connect()
        .await
        .unwrap();
    sqlx::query("INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'later', 1, x'00', 1)")
        .execute(&mut raw)
        .await
        .unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Newer {
                found: 99,
                known: 1..=98,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(error.to_string().contains("Update Repairbridge"));
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let (_folder, path) = place();
    let garbage = "this is not a database, but long enough to have a header. ".repeat(40);
    fs::write(&path, &garbage).unwrap();
    let error = open(&path).await.unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("restore a backup"));
    assert_eq!(fs::read_to_string(&path).unwrap(), garbage);
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_told() {
    let (folder, path) = place();
    fs::write(&path, "a file").unwrap();
    // Modes do not hold back the superuser, so the folders here are missing or no folders at all.
    for wrong in [
        path.join("below-a-file.db"),
        folder.path().join("absent/store.db"),
        folder.path().to_owned(),
    ] {
        let error = open(&wrong).await.unwrap_err();
        assert!(matches!(error, StoreError::Unwritable { .. }), "{error:?}");
        assert!(
            error.to_string().contains(&wrong.display().to_string()),
            "{error}"
        );
    }
}

#[tokio::test]
async fn an_address_of_another_sort_is_refused_with_the_right_one() {
    let (folder, path) = place();
    let here = path.display();
    for url in [
        String::new(),
        "store.db".into(),
        "sqlite://".into(),
        "sqlite://:memory:".into(),
        format!("sqlite://file:{here}"),
        format!("sqlite://file:{here}?mode=memory"),
        format!("sqlite://{here}?mode=ro"),
        format!("file:{here}"),
        "mysql://localhost/x".into(),
        "postgres://bridge:hunter2@localhost/x?nothing=known".into(),
    ] {
        let error = Store::open(&url).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Address { .. }),
            "{url}: {error:?}"
        );
        assert!(
            error.to_string().contains("sqlite://repairbridge.db"),
            "{error}"
        );
        assert!(!format!("{error}{error:?}").contains("hunter2"), "{error}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[cfg(unix)]
#[tokio::test]
async fn every_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    let store = open(&path).await.unwrap();
    store
        .add_shop("a", "l", None, None, &json!({}), NOW)
        .await
        .unwrap();
    store.copy_to(&folder.path().join("copy.db")).await.unwrap();
    let mut seen = 0;
    for file in fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
        seen += 1;
    }
    assert!(seen >= 4, "the database, its log and a copy");
}

#[tokio::test]
async fn a_copy_is_complete_and_independent() {
    let (folder, path) = place();
    let store = open(&path).await.unwrap();
    let shop = store
        .add_shop("a", "l", None, None, &json!({}), NOW)
        .await
        .unwrap()
        .id;
    let fact = |value: i64| vec![Change::Fact("number", json!(value))];
    store.commit(shop, NOW, fact(1)).await.unwrap();
    let target = folder.path().join("it's a copy.db");
    let copy = store.copy_to(&target).await.unwrap();
    assert_eq!(copy.path(), target);
    copy.commit(shop, NOW, fact(2)).await.unwrap();
    store.commit(shop, NOW, fact(3)).await.unwrap();
    assert_eq!(
        copy.fact(shop, "number").await.unwrap().unwrap().value,
        json!(2)
    );
    assert_eq!(
        store.fact(shop, "number").await.unwrap().unwrap().value,
        json!(3)
    );

    let error = store.copy_to(&target).await.unwrap_err();
    assert!(
        error.to_string().contains("something at this path already"),
        "{error}"
    );
    let error = store
        .copy_to(&folder.path().join("absent/copy.db"))
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Unwritable { .. }), "{error:?}");
}

/// Transactions in the write-ahead log: its frames that end one (https://www.sqlite.org/fileformat2.html, 4.1).
/// A copy and what is restored are taken as one file: nothing of them may stand in a log beside it.
#[tokio::test]
async fn what_is_closed_into_one_file_is_whole_without_its_log() {
    let (folder, path) = place();
    let store = open(&path).await.unwrap();
    // Somebody else has it open, and goes on: then closing alone leaves what was written in the log.
    let other = open(&path).await.unwrap();
    let shop = store
        .add_shop("a", "l", None, None, &json!({}), NOW)
        .await
        .unwrap();
    assert_eq!(other.shops().await.unwrap().len(), 1);
    let taken = folder.path().join("taken.db");
    store.close_into_one_file().await.unwrap();
    fs::copy(&path, &taken).unwrap();
    let shops = open(&taken).await.unwrap().shops().await.unwrap();
    assert_eq!(shops, [shop]);
    other.close().await;
}

fn transactions(path: &Path) -> usize {
    let log = fs::read(format!("{}-wal", path.display())).unwrap();
    let page = u32::from_be_bytes(log[8..12].try_into().unwrap()) as usize;
    log[32..]
        .chunks_exact(24 + page)
        .filter(|frame| frame[8..16] == log[16..24] && frame[4..8] != [0; 4])
        .count()
}

#[tokio::test]
async fn a_batch_of_webhooks_is_one_transaction() {
    let (_folder, path) = place();
    let store = open(&path).await.unwrap();
    let shop = store
        .add_shop("main", "place", None, None, &json!({}), NOW)
        .await
        .unwrap()
        .id;
    let webhooks: Vec<Webhook> = (0_u128..300)
        .map(|number| Webhook {
            shop,
            side: Side::HighLevel,
            event: number.to_be_bytes(),
            what: "ContactUpdate".into(),
            kind: None,
            record: None,
            parent: None,
            body: vec![b'x'; 1024],
            received_at: NOW,
        })
        .collect();
    let before = transactions(&path);
    store.keep_webhooks(&webhooks).await.unwrap();
    assert_eq!(transactions(&path), before + 1);
}

/// Damage of every sort: a few bytes, a stretch of zeros, an end that is missing, another file's content.
#[derive(Clone, Debug)]
enum Damage {
    Bytes(Vec<(usize, u8)>),
    Zeros(usize, usize),
    End(usize),
    Other(Vec<u8>),
}

impl Damage {
    fn to(&self, content: &mut Vec<u8>) {
        let length = content.len();
        match self {
            Self::Bytes(bytes) => bytes
                .iter()
                .for_each(|(at, byte)| content[at % length] = *byte),
            Self::Zeros(from, count) => {
                let from = from % length;
                content[from..length.min(from + count)].fill(0);
            }
            Self::End(at) => content.truncate(at % length),
            Self::Other(other) => content.clone_from(other),
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    // The head of a page is where damage matters most.
    let place = prop_oneof![
        any::<usize>(),
        0_usize..120,
        (0_usize..60).prop_map(|page| page * 4096)
    ];
    prop_oneof![
        3 => prop::collection::vec((place.clone(), any::<u8>()), 1..6).prop_map(Damage::Bytes),
        1 => (place, 1_usize..9_000).prop_map(|(from, count)| Damage::Zeros(from, count)),
        1 => any::<usize>().prop_map(Damage::End),
        1 => prop::collection::vec(any::<u8>(), 0..5_000).prop_map(Damage::Other),
    ]
}

/// Whatever became of the file: it is opened, or refused with its path; what is read from it is right or refused.
#[tokio::test]
async fn a_damaged_file_is_refused_with_its_path_or_still_works() {
    let (folder, path) = place();
    let store = open(&path).await.unwrap();
    let shop = store
        .add_shop("main", "place", None, None, &json!({"create": {}}), NOW)
        .await
        .unwrap()
        .id;
    for number in 0..40 {
        let fact = Change::Fact("number", json!(number));
        store.commit(shop, NOW, vec![fact]).await.unwrap();
    }
    store.close().await;
    let sound = fs::read(&path).unwrap();
    let mut runner = TestRunner::deterministic();
    let (mut refused, mut opened) = (0, 0);
    for number in 0..150 {
        let damage = damage().new_tree(&mut runner).unwrap().current();
        let mut content = sound.clone();
        damage.to(&mut content);
        let damaged = folder.path().join(format!("damaged-{number}.db"));
        fs::write(&damaged, &content).unwrap();
        match open(&damaged).await {
            Err(error) => {
                let says = error.to_string();
                assert!(
                    says.contains(&damaged.display().to_string()),
                    "{damage:?}: {says}"
                );
                refused += 1;
            }
            Ok(store) => {
                // Either way in words; a panic would end the test.
                let read = (
                    store
                        .shops()
                        .await
                        .map(|shops| shops.len())
                        .map_err(|why| why.to_string()),
                    store
                        .journal_tail(shop, None, 100)
                        .await
                        .map(|rows| rows.len())
                        .map_err(|why| why.to_string()),
                    store
                        .fact(shop, "number")
                        .await
                        .map(|_| ())
                        .map_err(|why| why.to_string()),
                    store
                        .commit(shop, NOW, vec![Change::Fact("number", json!(-1))])
                        .await
                        .map_err(|why| why.to_string()),
                );
                let refusals = [read.0.err(), read.1.err(), read.2.err(), read.3.err()];
                assert!(
                    refusals.iter().flatten().all(|why| !why.is_empty()),
                    "{damage:?}"
                );
                store.close().await;
                opened += 1;
            }
        }
        fs::remove_file(&damaged).unwrap();
    }
    assert!(
        refused > 10 && opened > 10,
        "{refused} refused, {opened} opened"
    );
}

#[tokio::test]
async fn an_older_state_lets_nobody_in_who_was_kept_out_since() {
    let (folder, path) = place();
    let (present, copy) = (open(&path).await.unwrap(), folder.path().join("copy.db"));
    let at = |second| Timestamp::from_second(second).unwrap();
    let pat = present
        .add_user("pat", "owner", Some("old"), at(1))
        .await
        .unwrap();
    let sam = present
        .add_user("sam", "owner", Some("hash"), at(1))
        .await
        .unwrap();
    let session = store::NewSession {
        token: &[1; 32],
        user: sam,
        address: "10.0.0.1",
        agent: "Browser",
    };
    let session = present.add_session(&session, at(2)).await.unwrap();
    for (token, name) in [([2; 32], "good"), ([3; 32], "revoked")] {
        let new = store::NewApiToken {
            token: &token,
            name,
            scopes: "read",
            created_by: "pat",
            expires_at: at(9_000),
        };
        present.add_api_token(&new, at(2)).await.unwrap();
    }
    let note = async |what: &str, second| {
        let entry = store::AuditEntry {
            who: "pat",
            via: "dashboard",
            what,
            target: None,
            address: None,
        };
        present.add_audit(&entry, at(second)).await.unwrap();
    };
    note("before", 3).await;
    present.copy_into(&copy).await.unwrap();
    note("since", 4).await;
    present.end_session(session, at(4)).await.unwrap();
    present.revoke_api_token("revoked", at(4)).await.unwrap();
    present
        .set_disabled(sam, Some(at(4)), "owner")
        .await
        .unwrap();
    present.set_password(pat, "new", at(4)).await.unwrap();

    for knows_the_present in [true, false] {
        let older = folder.path().join(format!("older-{knows_the_present}.db"));
        fs::copy(&copy, &older).unwrap();
        let older = open(&older).await.unwrap();
        let beside = knows_the_present.then_some(&present);
        let run = domain::RunId(uuid::Uuid::nil());
        older.settle_restored(beside, run, at(5)).await.unwrap();
        assert!(older.session(&[1; 32]).await.unwrap().is_none());
        let revoked = async |token: [u8; 32]| {
            let row = older.api_token(&token).await.unwrap().unwrap();
            row.revoked_at.is_some()
        };
        assert!(revoked([3; 32]).await);
        assert_eq!(revoked([2; 32]).await, !knows_the_present);
        let told: Vec<String> = older
            .audit(10)
            .await
            .unwrap()
            .into_iter()
            .map(|row| row.what)
            .collect();
        let (pat, sam) = (
            older.user("pat").await.unwrap().unwrap(),
            older.user("sam").await.unwrap().unwrap(),
        );
        if knows_the_present {
            assert_eq!(pat.password.as_deref(), Some("new"));
            assert!(sam.disabled_at.is_some());
            assert!(
                told.contains(&"before".to_owned()) && told.contains(&"since".to_owned()),
                "{told:?}"
            );
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_open_a_lock() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = place();
    let store = open(&path).await.unwrap();
    let file = folder.path().join("store.db.token-1.lock");
    fs::write(&file, "").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    for name in ["token-1", "serve"] {
        let _lock = store.lock(name).await.unwrap().unwrap();
        let file = folder.path().join(format!("store.db.{name}.lock"));
        let mode = fs::metadata(file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
}

#[tokio::test]
async fn a_restored_state_reads_anew_waits_for_approval_and_keeps_the_budgets_of_now() {
    let (_folder, path) = place();
    let present = open(&path).await.unwrap();
    let older = path.with_extension("older");
    let rules = json!({});
    let shop = present
        .add_shop("first", "loc1", None, None, &rules, NOW)
        .await
        .unwrap()
        .id;
    let spend = |store: Store, spent: i64| async move {
        let change = |_| (json!({"spent": spent}), ());
        store
            .with_budget(shop, Side::HighLevel, change)
            .await
            .unwrap();
    };
    spend(present.clone(), 1).await;
    let facts = vec![
        Change::Approved,
        Change::Cursor("walk.highlevel.contact".to_owned(), json!({"done": true})),
        Change::Fact("swept", json!(1)),
        Change::Fact("approval", json!(true)),
        Change::Fact("location", json!({"country": "GB"})),
    ];
    present.commit(shop, NOW, facts).await.unwrap();
    present.copy_into(&older).await.unwrap();
    Store::verify(&older).await.unwrap();
    spend(present.clone(), 7).await;

    let restored = open(&older).await.unwrap();
    let run = domain::RunId(uuid::Uuid::nil());
    restored
        .settle_restored(Some(&present), run, NOW)
        .await
        .unwrap();
    let found = restored.shop("first").await.unwrap().unwrap();
    assert_eq!(found.approved_at, None);
    assert!(
        restored
            .cursor(shop, "walk.highlevel.contact")
            .await
            .unwrap()
            .is_none()
    );
    for (topic, there) in [("swept", false), ("approval", false), ("location", true)] {
        assert_eq!(
            restored.fact(shop, topic).await.unwrap().is_some(),
            there,
            "{topic}"
        );
    }
    let budget = restored.budget(shop, Side::HighLevel).await.unwrap();
    assert_eq!(budget, Some(json!({"spent": 7})));
    let journal = restored.journal_tail(shop, None, 5).await.unwrap();
    assert_eq!(journal.last().unwrap().event, "restored");

    // It takes the other's place, which is kept, and no log of that one is read into it.
    restored.close().await;
    present.close().await;
    let wal = PathBuf::from(format!("{}-wal", path.display()));
    fs::write(&wal, "a log that a damaged database left").unwrap();
    let former = Store::replace(&path, &older).unwrap().unwrap();
    assert!(former.exists() && !wal.exists() && !older.exists());
    let now = open(&path).await.unwrap();
    assert_eq!(now.shop("first").await.unwrap().unwrap().approved_at, None);
}

#[tokio::test]
async fn what_is_no_database_of_ours_is_not_restored() {
    let (folder, path) = place();
    open(&path).await.unwrap().close().await;
    Store::verify(&path).await.unwrap();
    let other = folder.path().join("other.db");
    let raw = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&other)
        .create_if_missing(true);
    let mut raw = raw.connect().await.unwrap();
    sqlx::query("CREATE TABLE shop (id INTEGER)")
        .execute(&mut raw)
        .await
        .unwrap();
    assert!(matches!(
        Store::verify(&other).await,
        Err(StoreError::Damaged { .. })
    ));
    // A page in the middle is hurt.
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0x5a);
    fs::write(&other, bytes).unwrap();
    assert!(Store::verify(&other).await.is_err());
}
