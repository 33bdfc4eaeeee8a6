//! Keys are rotated, changed and lost while secrets stay in use and links stay.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use app::{App, AppError, KeysReport, NewMaster, look_at_keys, open_vault, reset_keys};
use domain::{Context, ShopId, Side};
use http::{SystemClock, SystemRandomness};
use secrecy::{ExposeSecret, SecretString};
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use store::{SEALED, Store};
use testkit::{Bench, SHOP};
use vault::{KeyFileChange, MasterSource, Place, VaultError};

/// An installation whose key lies in a file, with processes that come and go.
struct Installation {
    folder: tempfile::TempDir,
    context: Context,
}

impl Installation {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            context: Context {
                clock: Arc::new(SystemClock),
                randomness: Arc::new(SystemRandomness),
            },
        }
    }

    fn key_file(&self) -> PathBuf {
        self.folder.path().join("test.key")
    }

    async fn store(&self) -> Store {
        let database = self.folder.path().join("test.db");
        Store::open(&format!("sqlite://{}", database.display()))
            .await
            .unwrap()
    }

    async fn try_process(&self, source: &MasterSource) -> Result<App, AppError> {
        let store = self.store().await;
        let vault = open_vault(&store, source, &self.context).await?;
        let config = app::AppConfig::standard().unwrap();
        Ok(
            App::new(store, vault, config, self.context.clone())?
                .with_master_source(source.clone()),
        )
    }

    fn by_file(&self) -> MasterSource {
        MasterSource::File(self.key_file())
    }

    /// A process of its own.
    async fn process(&self) -> App {
        self.try_process(&self.by_file()).await.unwrap()
    }

    /// A process, and a shop with both credentials.
    async fn with_shop(&self) -> App {
        let app = self.process().await;
        let new = app::NewShop {
            name: SHOP.into(),
            location: "loc".into(),
            zone: None,
            country: None,
        };
        app.add_shop(&new).await.unwrap();
        for side in Side::BOTH {
            app.connect(SHOP, side, &secret_of(side)).await.unwrap();
        }
        app
    }

    async fn look(&self) -> KeysReport {
        let store = self.store().await;
        look_at_keys(&store, &self.by_file(), &self.context)
            .await
            .unwrap()
    }
}

fn secret_of(side: Side) -> SecretString {
    SecretString::from(format!("the secret of {side}"))
}

fn name_of(side: Side) -> &'static str {
    match side {
        Side::HighLevel => "highlevel.token",
        Side::MyGadgetRepairs => "mygadgetrepairs.key",
    }
}

/// What a process makes of a secret that is stored now.
async fn opened(app: &App, side: Side) -> Result<String, AppError> {
    let shop = app.shop(SHOP).await?;
    let place = Place::secret(shop.id.0, name_of(side));
    let read = || app.store().secret(shop.id, name_of(side));
    let secret = app.read_and_unseal(&place, read).await?;
    Ok(secret.unwrap().expose_secret().to_owned())
}

async fn assert_works(app: &App) {
    for side in Side::BOTH {
        assert_eq!(
            opened(app, side).await.unwrap(),
            secret_of(side).expose_secret()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_registry_names_every_column_that_is_called_sealed() {
    let here = Installation::new();
    let database = here.folder.path().join("test.db");
    here.store().await.close().await;
    let raw = sqlx::SqlitePool::connect(&format!("sqlite://{}", database.display()))
        .await
        .unwrap();
    let mut found: Vec<String> = sqlx::query_scalar(
        "SELECT m.name FROM sqlite_schema AS m JOIN pragma_table_info(m.name) AS c
         WHERE m.type = 'table' AND c.name = 'sealed' ORDER BY m.name",
    )
    .fetch_all(&raw)
    .await
    .unwrap();
    // Sealed with the master key: the rewrapping looks after them.
    found.retain(|name| name != "data_key");
    let mut listed: Vec<_> = SEALED.iter().map(|table| table.name.to_owned()).collect();
    listed.sort();
    assert_eq!(
        found, listed,
        "a table with sealed texts is missing in store::SEALED, or does not exist"
    );
    for table in SEALED {
        // The primary key, or another one that no two rows share.
        let keys: Vec<String> = sqlx::query_scalar(
            "SELECT group_concat(name) FROM (SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk)
             UNION SELECT (SELECT group_concat(name) FROM pragma_index_info(list.name))
                   FROM pragma_index_list($1) AS list WHERE list.\"unique\"",
        )
        .bind(table.name)
        .fetch_all(&raw)
        .await
        .unwrap();
        let key = table.key.join(",");
        assert!(keys.contains(&key), "the key of {}: {keys:?}", table.name);
        let guards: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = $1 AND name LIKE '%_sealed_%'",
        )
        .bind(table.name)
        .fetch_one(&raw)
        .await
        .unwrap();
        assert_eq!(guards, 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_seals_everything_anew_while_others_read_and_write() {
    let here = Installation::new();
    let running = here.with_shop().await;
    let before = running
        .store()
        .secret(ShopId(1), name_of(Side::HighLevel))
        .await
        .unwrap();
    let rotation = here.process().await.rotate_keys().await.unwrap();
    assert_eq!((rotation.version, rotation.resealed), (2, 2));
    assert_eq!(rotation.removed, [1]);
    let after = running
        .store()
        .secret(ShopId(1), name_of(Side::HighLevel))
        .await
        .unwrap();
    assert!(before.unwrap().starts_with("v2.1.") && after.unwrap().starts_with("v2.2."));
    // The process that runs all along meets a key that it does not know, and reads the keys anew.
    assert_works(&running).await;

    // It missed the next one, and writes: what it stores opens for everybody.
    here.process().await.rotate_keys().await.unwrap();
    let new = SecretString::from("a token of its own");
    running.connect(SHOP, Side::HighLevel, &new).await.unwrap();
    for app in [&running, &here.process().await] {
        assert_eq!(
            opened(app, Side::HighLevel).await.unwrap(),
            new.expose_secret()
        );
    }
    let look = here.look().await;
    assert!(look.opens);
    let versions: Vec<_> = look
        .data_keys
        .iter()
        .map(|key| (key.version, key.secrets))
        .collect();
    // With the token before, which serves until HighLevel takes the new one.
    assert_eq!(versions, [(3, 3)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_during_a_rotation_is_never_written_over() {
    let here = Installation::new();
    let app = here.with_shop().await;
    let store = app.store();
    let old = store.sealed_under_others(0, 100).await.unwrap();
    assert_eq!(old.len(), 2);
    // Somebody replaces a secret after the rotation has read it.
    let new = SecretString::from("newer");
    app.connect(SHOP, Side::HighLevel, &new).await.unwrap();
    let written = store
        .secret(ShopId(1), name_of(Side::HighLevel))
        .await
        .unwrap()
        .unwrap();
    let anew: Vec<_> = old
        .into_iter()
        .map(|text| (text, "v2.1.AAAA".to_owned()))
        .collect();
    assert_eq!(
        store.reseal(&anew).await.unwrap(),
        1,
        "only the one that is still the same"
    );
    let kept = store
        .secret(ShopId(1), name_of(Side::HighLevel))
        .await
        .unwrap();
    assert_eq!(kept, Some(written));
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_rotations_and_writers_at_once_lose_nothing() {
    let here = Installation::new();
    let writer = here.with_shop().await;
    let reader = here.process().await;
    let rotator = here.process().await;
    let rotations = async {
        for _ in 0..8 {
            rotator.rotate_keys().await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    let writes = async {
        for number in 0..40 {
            let secret = SecretString::from(format!("token {number}"));
            writer
                .connect(SHOP, Side::HighLevel, &secret)
                .await
                .unwrap();
        }
    };
    let reads = async {
        for _ in 0..40 {
            assert!(opened(&reader, Side::HighLevel).await.is_ok());
            tokio::task::yield_now().await;
        }
    };
    tokio::join!(rotations, writes, reads);
    assert_eq!(
        opened(&here.process().await, Side::HighLevel)
            .await
            .unwrap(),
        "token 39"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_whose_data_key_is_gone_is_not_stored() {
    let here = Installation::new();
    let app = here.with_shop().await;
    let now = here.context.clock.now();
    let stored = app
        .store()
        .save_secret(ShopId(1), "x", "v2.7.AAAA", now)
        .await;
    assert!(
        matches!(stored, Err(store::StoreError::DataKeyGone)),
        "{stored:?}"
    );
    assert!(app.store().secret(ShopId(1), "x").await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_moved_to_another_row_does_not_open() {
    let here = Installation::new();
    let app = here.with_shop().await;
    let sealed = app
        .store()
        .secret(ShopId(1), name_of(Side::HighLevel))
        .await
        .unwrap()
        .unwrap();
    let now = here.context.clock.now();
    app.store()
        .save_secret(ShopId(1), name_of(Side::MyGadgetRepairs), &sealed, now)
        .await
        .unwrap();
    let error = opened(&app, Side::MyGadgetRepairs).await.unwrap_err();
    assert!(
        matches!(error, AppError::Vault(VaultError::Broken { .. })),
        "{error}"
    );
    // A rotation names it, leaves it as it is, and keeps the key that it was sealed with.
    let rotation = app.rotate_keys().await.unwrap();
    assert_eq!((rotation.resealed, rotation.unopened.len()), (1, 1));
    assert!(rotation.removed.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_master_key_cut_short_at_any_step_leaves_a_working_installation() {
    for steps in 0..6 {
        let here = Installation::new();
        let running = here.with_shop().await;
        let former = fs::read_to_string(here.key_file()).unwrap();
        let new = NewMaster::KeyFile(here.key_file());
        {
            let changing = here.process().await;
            let mut change = changing.change_master(&new).await.unwrap();
            for _ in 0..steps {
                change.step().await.unwrap();
                // Another process, started just then, works; and one that runs all along.
                assert_works(&here.process().await).await;
                assert_works(&running).await;
            }
        }
        let next = here.process().await;
        assert_works(&next).await;
        next.rotate_keys().await.unwrap();
        assert_works(&running).await;
        let left = KeyFileChange::former(&here.key_file());
        assert!(!left.exists(), "after {steps} steps");
        // And it can be done again to its end.
        next.change_master(&new).await.unwrap().run().await.unwrap();
        assert_ne!(fs::read_to_string(here.key_file()).unwrap(), former);
        assert_works(&here.process().await).await;
        // The running process reads the new key as well, once it needs it.
        here.process().await.rotate_keys().await.unwrap();
        assert_works(&running).await;
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_key_file_is_for_this_user_only_and_the_former_key_opens_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let here = Installation::new();
    let app = here.with_shop().await;
    let former = fs::read(here.key_file()).unwrap();
    let new = NewMaster::KeyFile(here.key_file());
    app.change_master(&new).await.unwrap().run().await.unwrap();
    let mode = fs::metadata(here.key_file()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let files: Vec<_> = fs::read_dir(here.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !files
            .iter()
            .any(|name| name.to_string_lossy().contains(".key.")),
        "{files:?}"
    );
    fs::write(here.key_file(), former).unwrap();
    let error = here.try_process(&here.by_file()).await.err().unwrap();
    assert!(
        matches!(error, AppError::Vault(VaultError::OtherKey { .. })),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_master_key_changes_to_a_passphrase_and_back() {
    let here = Installation::new();
    let app = here.with_shop().await;
    let words = SecretString::from("five words that nobody guesses");
    let new = NewMaster::Passphrase(words.clone());
    app.change_master(&new).await.unwrap().run().await.unwrap();
    assert!(
        !here.key_file().exists(),
        "a key that opens nothing is moved aside"
    );
    let error = here.try_process(&here.by_file()).await.err().unwrap();
    assert!(
        matches!(error, AppError::Vault(VaultError::PassphraseNeeded)),
        "{error}"
    );
    let wrong = MasterSource::Passphrase(
        SecretString::from("five words that somebody tries"),
        "x".into(),
    );
    assert!(here.try_process(&wrong).await.is_err());
    let source = MasterSource::Passphrase(words, "x".into());
    let app = here.try_process(&source).await.unwrap();
    assert_works(&app).await;
    app.rotate_keys().await.unwrap();
    let new = NewMaster::KeyFile(here.key_file());
    app.change_master(&new).await.unwrap().run().await.unwrap();
    assert_works(&here.process().await).await;
    assert!(here.try_process(&source).await.is_err());
    let short = NewMaster::Passphrase(SecretString::from("short"));
    assert!(here.process().await.change_master(&short).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_installation_begins_with_a_passphrase() {
    let here = Installation::new();
    let source = |text: &str| MasterSource::Passphrase(SecretString::from(text), "x".into());
    assert!(here.try_process(&source("short")).await.is_err());
    let right = source("five words that nobody guesses");
    let (one, other) = tokio::join!(here.try_process(&right), here.try_process(&right));
    assert!(
        one.is_ok() && other.is_ok(),
        "both processes use the same salt"
    );
    assert!(
        here.try_process(&source("five words of somebody else"))
            .await
            .is_err()
    );
}

/// Lose the key, reset, connect: nothing is doubled, nothing new is written.
#[tokio::test(flavor = "multi_thread")]
async fn invariant_2_no_duplicates_after_the_key_was_lost_and_the_accounts_were_connected_again() {
    let bench = Bench::new(5, 6, 4).await;
    let first = bench.sync().await;
    assert!(first.finished, "{:?}", first.reasons);
    // What the first run created shows up in the lagging index, and settles.
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    bench.sync().await;
    let before = bench.truth().await;
    let (folder, context) = (tempfile::tempdir().unwrap(), Installation::new().context);
    let source = MasterSource::File(folder.path().join("new.key"));
    let store = bench.app.store();
    // Another key than the lost one.
    fs::write(folder.path().join("new.key"), "22".repeat(32)).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(folder.path().join("new.key"), mode).unwrap();
    }
    let error = open_vault(store, &source, &context).await.unwrap_err();
    assert!(
        error.to_string().contains("repairbridge keys reset"),
        "{error}"
    );

    let done = reset_keys(store, &source, &context).await.unwrap();
    assert_eq!(done.shops, [SHOP]);
    assert_eq!(done.forgotten, 2);
    assert!(done.key_file_moved_to.is_some());
    let vault = open_vault(store, &source, &context).await.unwrap();
    let mut config = testkit::unhindered((
        &bench.twins.highlevel_url(),
        &bench.twins.mygadgetrepairs_url(),
    ));
    config.index_lag_seconds = 2;
    let app = App::new(store.clone(), vault, config, context)
        .unwrap()
        .with_master_source(source);
    let report = app.check(SHOP).await.unwrap();
    assert!(report.failed());
    for side in Side::BOTH {
        let line = report
            .lines
            .iter()
            .find(|line| line.what == format!("{} credentials", side.title()));
        assert!(
            line.unwrap()
                .mend
                .as_ref()
                .unwrap()
                .contains("repairbridge connect")
        );
    }
    let credentials = [bench.twins.token().to_owned(), bench.twins.key()];
    for (side, secret) in Side::BOTH.into_iter().zip(credentials) {
        app.connect(SHOP, side, &SecretString::from(secret))
            .await
            .unwrap();
    }
    let tally = app
        .sweep(SHOP, &app::ProgressBoard::default())
        .await
        .unwrap();
    assert!(tally.finished && !tally.wrote(), "{tally:?}");
    let after = bench.truth().await;
    assert_eq!(before.contacts.len(), after.contacts.len());
    assert_eq!(before.customers.len(), after.customers.len());
}
