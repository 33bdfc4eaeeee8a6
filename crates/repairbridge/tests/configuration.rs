//! What a wrong command line or configuration is answered.

mod place;

use place::{Place, Ran};

#[test]
fn an_empty_folder_is_a_valid_start_and_gets_a_private_key_file() {
    let place = Place::empty();
    let list = place.run(&["shop", "list", "--json"]).with(0);
    assert_eq!(list.json()["shops"], serde_json::json!([]));
    let key = place.path().join("repairbridge.key");
    assert!(key.exists() && place.path().join("repairbridge.db").exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            std::fs::metadata(key).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[test]
fn an_unknown_key_in_the_file_is_named_with_the_nearest() {
    let place = Place::empty();
    place.write("repairbridge.toml", "[sync]\npol_seconds = 3\n");
    let ran = place
        .run(&["shop", "list", "--json"])
        .with(2)
        .says("`sync.pol_seconds`");
    assert_eq!(ran.json()["error"]["code"], "CONFIG");
    ran.says("`sync.poll_seconds`");
    assert!(
        !place.path().join("repairbridge.db").exists(),
        "nothing is made before the configuration is read"
    );
}

#[test]
fn an_unknown_variable_is_named_with_the_nearest() {
    let place = Place::empty();
    let output = place
        .command(&["status"])
        .env("REPAIRBRIDGE_STORE__URI", "x")
        .output()
        .unwrap();
    Ran::of(&output)
        .with(2)
        .says("REPAIRBRIDGE_STORE__URI")
        .says("REPAIRBRIDGE_STORE__URL");
}

#[test]
fn the_environment_overrides_the_file() {
    let place = Place::empty();
    place.write(
        "repairbridge.toml",
        "[store]\nurl = \"sqlite://from-file.db\"\n",
    );
    let mut command = place.command(&["shop", "list"]);
    command.env("REPAIRBRIDGE_STORE__URL", "sqlite://from-environment.db");
    command.env("REPAIRBRIDGE_HIGHLEVEL__CLIENT_ID", "12345");
    command.env("REPAIRBRIDGE_HIGHLEVEL__CLIENT_SECRET", "anything");
    Ran::of(&command.output().unwrap()).with(0);
    assert!(place.path().join("from-environment.db").exists());
    assert!(!place.path().join("from-file.db").exists());
}

#[test]
fn a_wrong_value_in_the_environment_names_its_variable() {
    let place = Place::empty();
    let output = place
        .command(&["status"])
        .env("REPAIRBRIDGE_SYNC__POLL_SECONDS", "often")
        .output()
        .unwrap();
    Ran::of(&output)
        .with(2)
        .says("REPAIRBRIDGE_SYNC__POLL_SECONDS");
}

#[test]
fn the_vault_key_may_come_from_the_environment_and_a_wrong_one_is_told() {
    let place = Place::empty();
    let with = |key: &str| {
        let mut command = place.command(&["shop", "list"]);
        Ran::of(&command.env("REPAIRBRIDGE_VAULT_KEY", key).output().unwrap())
    };
    with(&"ab".repeat(32)).with(0);
    assert!(!place.path().join("repairbridge.key").exists());
    with(&"cd".repeat(32)).with(2).says("another key");
    with("short").with(2).says("REPAIRBRIDGE_VAULT_KEY");
}

#[test]
fn a_named_file_that_is_missing_is_an_error() {
    let place = Place::empty();
    place
        .run(&["--config", "nowhere.toml", "status"])
        .with(2)
        .says("nowhere.toml");
}

#[test]
fn a_secret_in_the_file_is_refused() {
    let place = Place::empty();
    place.write(
        "repairbridge.toml",
        "[highlevel]\nclient_secret = \"hush-hush\"\n",
    );
    let ran = place
        .run(&["status"])
        .with(2)
        .says("REPAIRBRIDGE_HIGHLEVEL__CLIENT_SECRET");
    assert!(!ran.err.contains("hush-hush"));
}

#[test]
fn wrong_command_lines_end_with_2_and_a_document() {
    let place = Place::empty();
    let ran = place.run(&["sink", "main", "--json"]).with(2);
    assert_eq!(ran.json()["error"]["code"], "CLI");
    place.run(&["sync", "main"]).with(2).says("no shop `main`");
    place
        .run(&["shop", "add", "two words", "--location", "x"])
        .with(2);
    place.run(&["review", "main", "accept"]).with(2);
    place.run(&["--help"]).with(0);
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let place = Place::empty();
    place.run(&["shop", "list"]).with(0);
    let database = place.path().join("repairbridge.db");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        use sqlx::Connection;
        let url = format!("sqlite://{}", database.display());
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99990101000000, 'later', 1, x'00', 0)",
        )
        .execute(&mut connection)
        .await
        .unwrap();
        connection.close().await.unwrap();
    });
    place.run(&["shop", "list"]).with(2).says("newer version");
}

#[test]
fn a_place_that_cannot_be_written_is_told_with_its_path() {
    let place = Place::empty();
    let output = place
        .command(&["shop", "list", "--json"])
        .env(
            "REPAIRBRIDGE_STORE__URL",
            "sqlite:///proc/nowhere/repairbridge.db",
        )
        .output()
        .unwrap();
    let ran = Ran::of(&output)
        .with(2)
        .says("/proc/nowhere/repairbridge.db");
    assert_eq!(ran.json()["error"]["code"], "STORE-UNWRITABLE");
    let output = place
        .command(&["shop", "list"])
        .env("REPAIRBRIDGE_VAULT__KEY_FILE", "/proc/no/key")
        .output()
        .unwrap();
    Ran::of(&output).with(2).says("/proc/no/key");
}
