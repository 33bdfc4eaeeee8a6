//! The server under the store: what may be wrong with it, what is said then, and what holds between processes. Without
//! STORE_TEST_POSTGRES (see scripts/postgres.sh) each of these is skipped, and says so.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod place;

use domain::{Side, Timestamp};
use place::{OURS, Place, run};
use serde_json::json;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use std::future::{Future, poll_fn};
use std::task::Poll;
use std::time::Duration;
use store::{Change, Store, StoreError};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// The server's address with another user and database.
fn elsewhere(server: &str, user: &str, rest: &str) -> String {
    let host = server.rsplit_once('@').unwrap().1;
    let host = host.split_once('/').unwrap().0;
    format!("postgres://{user}@{host}/{rest}")
}

#[tokio::test]
async fn a_server_that_cannot_be_used_is_told_without_the_password() {
    let Some(place) = Place::new().await else {
        return;
    };
    let encoding = format!("ascii_{}", Uuid::new_v4().simple());
    let mut raw = place.raw().await;
    run(
        &mut raw,
        &format!("CREATE DATABASE {encoding} ENCODING 'SQL_ASCII' TEMPLATE template0"),
    )
    .await;
    for (url, said) in [
        (
            "postgres://bridge:hunter2@127.0.0.1:1/shops".to_owned(),
            "127.0.0.1:1/shops",
        ),
        (
            elsewhere(&place.server, "bridge:hunter2", "no-such-database"),
            "no-such-database",
        ),
        (
            elsewhere(&place.server, "nobody-here:hunter2", "postgres"),
            "nobody-here",
        ),
        (
            elsewhere(&place.server, "bridge:hunter2", &encoding),
            "ENCODING 'UTF8'",
        ),
        (
            elsewhere(
                &place.server,
                "bridge:hunter2",
                "postgres?options[search_path]=nowhere",
            ),
            "search_path",
        ),
    ] {
        let error = Store::open(&url).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Server { .. }),
            "{url}: {error:?}"
        );
        let told = format!("{error} {error:?}");
        assert!(told.contains(said), "{told}");
        assert!(!told.contains("hunter2"), "{told}");
    }
    run(&mut raw, &format!("DROP DATABASE {encoding}")).await;
    place.end().await;
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let Some(place) = Place::new().await else {
        return;
    };
    place.open().await.close().await;
    run(
        &mut place.raw().await,
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (99, 'later', true, '', 1)",
    )
    .await;
    let error = Store::open(&place.url("")).await.unwrap_err();
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
    place.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_that_start_at_once_one_migrates() {
    let Some(place) = Place::new().await else {
        return;
    };
    let starting: Vec<_> = (0..8)
        .map(|_| {
            let url = place.url("");
            tokio::spawn(async move { Store::open(&url).await })
        })
        .collect();
    for started in starting {
        started.await.unwrap().unwrap().close().await;
    }
    place.end().await;
}

#[tokio::test]
async fn shops_do_not_wait_for_one_another_and_everything_waits_for_who_needs_everything() {
    let Some(place) = Place::new().await else {
        return;
    };
    let store = place.open().await;
    let mut shops = Vec::new();
    for name in ["a", "b"] {
        let shop = store.add_shop(name, "l", None, None, &json!({}), NOW).await;
        shops.push(shop.unwrap().id);
    }
    // Long enough on the busiest machine; where it must wait, a moment shows it.
    let (plenty, moment) = (Duration::from_secs(30), Duration::from_millis(500));
    let write = |shop, within| {
        let change = vec![Change::Fact("zone", json!(1))];
        timeout(within, store.commit(shop, NOW, change))
    };
    let mut other = place.raw().await;
    let hold = format!(
        "BEGIN; SELECT pg_advisory_xact_lock({OURS}, {})",
        shops[0].0
    );
    run(&mut other, &hold).await;
    let waits = write(shops[0], moment).await;
    assert!(waits.is_err(), "its turn has not come");
    write(shops[1], plenty).await.unwrap().unwrap();
    run(&mut other, "ROLLBACK").await;
    write(shops[0], plenty).await.unwrap().unwrap();

    run(
        &mut other,
        &format!("BEGIN; SELECT pg_advisory_xact_lock({OURS}, 0)"),
    )
    .await;
    assert!(write(shops[1], moment).await.is_err(), "nobody's turn");
    store.shop("a").await.unwrap().expect("reading goes on");
    run(&mut other, "ROLLBACK").await;
    write(shops[1], plenty).await.unwrap().unwrap();
    other.close().await.unwrap();
    store.close().await;
    place.end().await;
}

/// Polls of a thousand shops at once are not what an edit waits for.
#[tokio::test]
async fn what_can_wait_leaves_connections_to_what_cannot() {
    let Some(place) = Place::new().await else {
        return;
    };
    // Two of them write.
    let store = Store::open(&place.url("&connections=4")).await.unwrap();
    let mut shops = Vec::new();
    for name in ["a", "b", "c", "d"] {
        let shop = store.add_shop(name, "l", None, None, &json!({}), NOW).await;
        shops.push(shop.unwrap().id);
    }
    let fact = || vec![Change::Fact("zone", json!(1))];
    let mut other = place.raw().await;
    let hold = |shop: &domain::ShopId| format!("pg_advisory_xact_lock({OURS}, {})", shop.0);
    let held: Vec<String> = shops[..3].iter().map(hold).collect();
    run(&mut other, &format!("BEGIN; SELECT {}", held.join(", "))).await;
    let polls = store.giving_way();
    let waiting: Vec<_> = shops[..3]
        .iter()
        .map(|shop| {
            let (polls, shop) = (polls.clone(), *shop);
            tokio::spawn(async move { polls.commit(shop, NOW, fact()).await })
        })
        .collect();
    sleep(Duration::from_millis(500)).await;
    let plenty = Duration::from_secs(10);
    let live = timeout(plenty, store.commit(shops[3], NOW, fact())).await;
    live.expect("a connection is free").unwrap();
    assert!(waiting.iter().all(|poll| !poll.is_finished()));
    run(&mut other, "ROLLBACK").await;
    for poll in waiting {
        poll.await.unwrap().unwrap();
    }
    other.close().await.unwrap();
    place.end_with([polls, store]).await;
}

/// A caller hangs up, a service ends: what is written afterwards must not end up in a transaction that nobody commits.
#[tokio::test]
async fn whoever_stops_waiting_leaves_no_transaction_open() {
    let Some(place) = Place::new().await else {
        return;
    };
    // Under a name of its own, since others are at this server as well.
    let named = format!("&application_name={}", place.schema);
    let store = Store::open(&place.url(&named)).await.unwrap();
    let shop = store.add_shop("a", "l", None, None, &json!({}), NOW).await;
    let shop = shop.unwrap().id;
    let fact = || vec![Change::Fact("zone", json!(1))];
    store.commit(shop, NOW, fact()).await.unwrap();
    let mut raw = place.raw().await;
    // At every point: after so many times that something was waited for.
    for times in 1..8 {
        let mut writing = Box::pin(store.commit(shop, NOW, fact()));
        for _ in 0..times {
            let once = poll_fn(|context| Poll::Ready(writing.as_mut().poll(context).is_pending()));
            if !once.await {
                break;
            }
            sleep(Duration::from_millis(5)).await;
        }
        drop(writing);
        sleep(Duration::from_millis(100)).await;
        let open: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity
             WHERE application_name = current_schema() AND state LIKE 'idle in transaction%'",
        )
        .fetch_one(&mut raw)
        .await
        .unwrap();
        assert_eq!(open, 0, "left open after {times}, with nobody at it");
    }
    raw.close().await.unwrap();
    place.end_with([store]).await;
}

/// The server's answer is an error, and there before anybody looks: nothing more is to come. Over TLS, a driver that throws
/// such a connection away waits for more, and closing waits for the driver.
#[tokio::test]
async fn a_statement_that_nobody_waits_for_and_that_fails_keeps_no_connection() {
    let Some(place) = Place::new().await else {
        return;
    };
    let named = format!("&application_name={}&sslmode=require", place.schema);
    let store = Store::open(&place.url(&named)).await.unwrap();
    let shop = store.add_shop("a", "l", None, None, &json!({}), NOW).await;
    let shop = shop.unwrap().id;
    let mut raw = place.raw().await;
    let hold = format!("SELECT pg_advisory_lock({OURS}, {})", shop.0);
    run(&mut raw, &hold).await;
    let writing = store.commit(shop, NOW, vec![Change::Fact("zone", json!(1))]);
    let waits = timeout(Duration::from_millis(500), writing).await;
    assert!(waits.is_err(), "its turn has not come");
    sleep(Duration::from_millis(50)).await;
    run(
        &mut raw,
        "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
         WHERE application_name = current_schema() AND wait_event = 'advisory'",
    )
    .await;
    // Nobody here looks for what has come: not even the driver.
    std::thread::sleep(Duration::from_millis(300));
    let closed = timeout(Duration::from_secs(30), store.close()).await;
    assert!(closed.is_ok(), "the connection was not given back");
    raw.close().await.unwrap();
    place.end().await;
}

#[tokio::test]
async fn what_the_server_takes_back_is_carried_out_again_and_at_last_told_as_busy() {
    let Some(place) = Place::new().await else {
        return;
    };
    let store = place.open().await;
    let shop = store.add_shop("a", "l", None, None, &json!({}), NOW).await;
    let shop = shop.unwrap().id;
    let mut raw = place.raw().await;
    // Sequences go on whatever is rolled back.
    run(
        &mut raw,
        "CREATE SEQUENCE tries;
         CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF nextval('tries') <= 2 THEN RAISE EXCEPTION 'give way' USING ERRCODE = '40001'; END IF;
             RETURN NEW;
         END $$;
         CREATE TRIGGER give_way BEFORE UPDATE ON shop FOR EACH ROW EXECUTE FUNCTION give_way();",
    )
    .await;
    store.pause_shop(shop, true).await.unwrap();
    assert!(store.shop("a").await.unwrap().unwrap().paused);
    run(
        &mut raw,
        "ALTER SEQUENCE tries MINVALUE -100 RESTART WITH -100",
    )
    .await;
    let busy = store.pause_shop(shop, false).await.unwrap_err();
    assert!(matches!(busy, StoreError::Busy), "{busy:?}");
    raw.close().await.unwrap();
    store.close().await;
    place.end().await;
}

/// What a server says then is played by a trigger.
#[tokio::test]
async fn a_pooler_that_was_not_told_of_is_guessed() {
    let Some(place) = Place::new().await else {
        return;
    };
    let store = place.open().await;
    let mut raw = place.raw().await;
    run(
        &mut raw,
        "CREATE FUNCTION met() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             RAISE EXCEPTION 'prepared statement exists' USING ERRCODE = '42P05';
         END $$;
         CREATE TRIGGER met BEFORE INSERT ON shop FOR EACH ROW EXECUTE FUNCTION met();",
    )
    .await;
    let told = store.add_shop("a", "l", None, None, &json!({}), NOW).await;
    let told = told.unwrap_err().to_string();
    assert!(told.contains("pooler=transaction"), "{told}");
    raw.close().await.unwrap();
    store.close().await;
    place.end().await;
}

#[tokio::test]
async fn a_lock_outlives_its_connection_and_ends_with_its_holder() {
    let Some(place) = Place::new().await else {
        return;
    };
    let url = place.url(&format!("&application_name={}", place.schema));
    let (one, other) = (Store::open(&url).await.unwrap(), place.open().await);
    let mut raw = place.raw().await;
    let held = one.lock("serve").await.unwrap().expect("free");
    let second = one.lock("shop-1").await.unwrap().expect("free");
    let ended: i64 = sqlx::query_scalar(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = current_schema()",
    )
    .fetch_one(&mut raw)
    .await
    .unwrap();
    assert!(ended > 0);
    // Longer than a process may be silent.
    sleep(Duration::from_secs(7)).await;
    assert!(held.holds() && second.holds());
    for name in ["serve", "shop-1"] {
        assert!(other.lock(name).await.unwrap().is_none(), "still held");
    }
    drop(second);
    assert!(other.lock("shop-1").await.unwrap().is_some());
    assert!(other.lock("serve").await.unwrap().is_none());
    one.close().await;
    assert!(!held.holds());
    assert!(other.lock("serve").await.unwrap().is_some(), "at once");
    raw.close().await.unwrap();
    other.close().await;
    place.end().await;
}

#[tokio::test]
async fn what_only_a_file_has_is_refused_in_words() {
    let url = "postgres://bridge:hunter2@db.example/shops";
    for refused in [
        Store::file_at(url).unwrap_err(),
        Store::lock_at(url, "serve").unwrap_err(),
    ] {
        assert!(matches!(refused, StoreError::NoFile { .. }), "{refused:?}");
        let told = refused.to_string();
        assert!(
            told.contains("pg_dump") && told.contains("db.example/shops"),
            "{told}"
        );
        assert!(!told.contains("hunter2"), "{told}");
    }
}

/// The certificate is for 127.0.0.1, and nobody but its own maker signed it.
#[tokio::test]
async fn the_server_is_known_by_its_certificate() {
    let Some(place) = Place::new().await else {
        return;
    };
    let Ok(ca) = std::env::var("STORE_TEST_POSTGRES_CA") else {
        eprintln!("SKIPPED: STORE_TEST_POSTGRES_CA names no certificate; see scripts/postgres.sh");
        return place.end().await;
    };
    let tls = format!(
        "&sslmode=verify-full&sslrootcert={ca}&application_name={}",
        place.schema
    );
    let store = Store::open(&place.url(&tls)).await.unwrap();
    let shop = store.add_shop("a", "l", None, None, &json!({}), NOW).await;
    let shop = shop.unwrap().id;
    store
        .with_budget(shop, Side::HighLevel, |_| (json!(1), ()))
        .await
        .unwrap();
    let (all, encrypted): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
         WHERE application_name = current_schema()",
    )
    .fetch_one(&mut place.raw().await)
    .await
    .unwrap();
    assert!(all > 0 && all == encrypted, "{encrypted} of {all}");
    store.close().await;
    let unknown = Store::open(&place.url("&sslmode=verify-full")).await;
    let told = unknown.unwrap_err().to_string();
    assert!(told.contains("certificate"), "{told}");
    place.end().await;
}

/// Every row of every table of a file, and the numbers that were given out.
async fn contents(url: &str) -> Vec<(String, Vec<String>)> {
    let file = url.trim_start_matches("sqlite://");
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut raw = options.connect().await.unwrap();
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'person_word%' AND name <> '_sqlx_migrations'
             AND (name NOT LIKE 'sqlite_%' OR name = 'sqlite_sequence') ORDER BY name",
    )
    .fetch_all(&mut raw)
    .await
    .unwrap();
    let mut found = Vec::new();
    for table in tables {
        let columns: Vec<String> =
            sqlx::query_scalar("SELECT 'quote(' || name || ')' FROM pragma_table_info($1)")
                .bind(&table)
                .fetch_all(&mut raw)
                .await
                .unwrap();
        let line = columns.join(" || ', ' || ");
        let rows = format!("SELECT {line} FROM {table} ORDER BY 1");
        let rows = sqlx::query_scalar(AssertSqlSafe(rows))
            .fetch_all(&mut raw)
            .await;
        found.push((table, rows.unwrap()));
    }
    found
}

#[tokio::test]
async fn an_installation_is_carried_over_to_a_server_and_back_whole() {
    let Some(place) = Place::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let [first, back, copy] = ["first", "back", "copy"]
        .map(|name| format!("sqlite://{}", folder.path().join(name).display()));
    let from = Store::open(&first).await.unwrap();
    {
        let file = first.trim_start_matches("sqlite://");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let mut raw = options.connect().await.unwrap();
        sqlx::raw_sql(include_str!("filled.sql"))
            .execute(&mut raw)
            .await
            .unwrap();
        raw.close().await.unwrap();
    }
    let before = contents(&first).await;
    for (table, rows) in &before {
        assert!(!rows.is_empty(), "{table} has nothing to carry");
    }
    let server = place.open().await;
    let mut tables = 0;
    let rows = from.carry_over(&server, |_, _| tables += 1).await.unwrap();
    // What counts for SQLite alone is none of ours.
    assert_eq!(tables, before.len() - 1);
    let counted: usize = before
        .iter()
        .map(|(table, rows)| {
            if table == "sqlite_sequence" {
                0
            } else {
                rows.len()
            }
        })
        .sum();
    assert_eq!(rows, counted as u64);

    let again = from.carry_over(&server, |_, _| ()).await.unwrap_err();
    assert!(
        matches!(again, StoreError::NotEmpty { table: "shop" }),
        "{again:?}"
    );

    let returned = Store::open(&back).await.unwrap();
    server.carry_over(&returned, |_, _| ()).await.unwrap();
    returned.close().await;
    assert_eq!(contents(&back).await, before);

    let copied = server
        .copy_to(std::path::Path::new(copy.trim_start_matches("sqlite://")))
        .await
        .unwrap();
    copied.close().await;
    assert_eq!(contents(&copy).await, before);

    // It goes on where it was: numbers, searches, links.
    let shop = server.shop("main").await.unwrap().unwrap();
    let new = server
        .add_shop("new", "l", None, None, &json!({}), NOW)
        .await;
    assert!(new.unwrap().id.0 > 7);
    let seen = store::NewSighting {
        source: "s".to_owned(),
        record: "r".to_owned(),
        event: None,
        before: None,
        after: None,
    };
    server
        .commit(shop.id, NOW, vec![Change::Sighted(vec![seen])])
        .await
        .unwrap();
    assert_eq!(
        server.newest_sighting(shop.id).await.unwrap(),
        42,
        "41 was given once"
    );
    let found = server
        .people(shop.id, store::PeopleState::Any, Some("smi"), None, 5)
        .await
        .unwrap();
    assert_eq!(found.len(), 1, "a pair once");
    server.close().await;
    from.close().await;
    place.end().await;
}

#[tokio::test]
async fn what_cannot_be_carried_over_leaves_nothing_behind() {
    let Some(place) = Place::new().await else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("from").display());
    let from = Store::open(&url).await.unwrap();
    from.add_shop("a", "l", None, None, &json!({}), NOW)
        .await
        .unwrap();
    from.notification_settings().await.unwrap();
    from.tell(
        &[],
        &[store::NewNotice {
            id: "n".into(),
            way: "mail",
            content: json!(1),
        }],
        NOW,
    )
    .await
    .unwrap();
    let server = place.open().await;
    // The last table but one refuses.
    run(
        &mut place.raw().await,
        "ALTER TABLE notice ADD CHECK (false)",
    )
    .await;
    from.carry_over(&server, |_, _| ()).await.unwrap_err();
    assert!(server.shops().await.unwrap().is_empty());
    server.close().await;
    place.end().await;
}
