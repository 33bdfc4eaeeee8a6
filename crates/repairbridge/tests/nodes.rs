//! Several nodes on one PostgreSQL: killed, frozen, cut off, with wrong clocks or a full disk, ended in order. Whatever happens to one,
//! the others go on, nothing is lost and nothing doubled. Without STORE_TEST_POSTGRES (see scripts/postgres.sh) each of
//! these is skipped, and says so.

mod fleet;

use domain::Clock;
use fleet::server::Server;
use fleet::{Fleet, Size, linked, tests_server, town_of, until};
use serde_json::json;
use std::time::Duration;
use testkit::Bench;

const SIZE: Size = Size {
    shops: 6,
    customers: 6,
    nodes: 3,
    poll_seconds: 1,
    limited: false,
    are_alike: false,
};

/// Somebody of each shop who is on both sides: contact and customer.
async fn people(fleet: &Fleet) -> Vec<(String, String)> {
    let mut people = Vec::new();
    for bench in &fleet.benches {
        people.push(linked(bench).await.swap_remove(0));
    }
    people
}

/// In every shop somebody moves to another town.
fn all_move_to(fleet: &Fleet, people: &[(String, String)], town: &str) {
    for (bench, (contact, _)) in fleet.benches.iter().zip(people) {
        bench.in_crm(&json!({"action": "edit_contact", "id": contact, "fields": {"city": town}}));
    }
}

async fn town(bench: &Bench, customer: &str) -> Option<String> {
    let truth = bench.truth().await;
    town_of(&truth.customers[customer])
}

async fn all_live_in(fleet: &Fleet, people: &[(String, String)], there: &str) {
    for (bench, (_, customer)) in fleet.benches.iter().zip(people) {
        until(&format!("{} knows of {there}", bench.name), async || {
            town(bench, customer).await.as_deref() == Some(there)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shops_of_a_node_that_is_killed_go_on_elsewhere() {
    let Some(mut fleet) = Fleet::start(SIZE).await else {
        return;
    };
    let people = people(&fleet).await;
    all_move_to(&fleet, &people, "York");
    all_live_in(&fleet, &people, "York").await;
    for (node, there) in [(0, "Hull"), (1, "Leeds")] {
        all_move_to(&fleet, &people, there);
        fleet.kills(node);
        all_live_in(&fleet, &people, there).await;
    }
    fleet.starts(0).await;
    until("it serves again", async || {
        fleet.store.nodes().await.unwrap().len() == 2
    })
    .await;
    all_move_to(&fleet, &people, "Ripon");
    all_live_in(&fleet, &people, "Ripon").await;
    fleet.assert_exactly_once().await;
    fleet.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_when_a_node_is_frozen_and_wakes() {
    let Some(mut fleet) = Fleet::start(SIZE).await else {
        return;
    };
    let people = people(&fleet).await;
    // Much to write, so that it is frozen in the middle of it.
    for bench in &fleet.benches {
        for number in 0..20 {
            bench.in_crm(&json!({"action": "create_contact", "fields": {
                "firstName": "New", "lastName": format!("Person {number}"), "email": format!("new{number}@mail.example"),
            }}));
        }
    }
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    fleet.freezes(0);
    all_move_to(&fleet, &people, "Hull");
    all_live_in(&fleet, &people, "Hull").await;
    fleet.thaws(0);
    all_move_to(&fleet, &people, "Leeds");
    all_live_in(&fleet, &people, "Leeds").await;
    until("it serves again", async || {
        fleet.store.nodes().await.unwrap().len() == 3
    })
    .await;
    for bench in &fleet.benches {
        until("everybody new is on both sides once", async || {
            let truth = bench.truth().await;
            let new = truth.customers.values();
            let new = new.filter(|one| one.to_string().contains("@mail.example"));
            new.count() >= 20
        })
        .await;
    }
    fleet.assert_exactly_once().await;
    for node in 0..3 {
        fleet.ends(node).await;
    }
    fleet.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_is_cut_off_from_the_database_writes_nothing_and_comes_back() {
    let Some(mut fleet) = Fleet::start(SIZE).await else {
        return;
    };
    let people = people(&fleet).await;
    fleet.nodes[2].line.cut();
    all_move_to(&fleet, &people, "York");
    all_live_in(&fleet, &people, "York").await;
    // Whoever sends people to the nodes does not wait for one that does not answer.
    let ready = format!("http://{}/readyz", fleet.nodes[2].address);
    let asked = async || {
        let soon = reqwest::Client::builder().timeout(Duration::from_secs(10));
        let answer = soon.build().unwrap().get(&ready).send().await.unwrap();
        answer.status().as_u16()
    };
    assert_eq!(asked().await, 503);
    fleet.nodes[2].line.mend();
    until("it serves again", async || {
        fleet.store.nodes().await.unwrap().len() == 3
    })
    .await;
    assert_eq!(asked().await, 200);
    all_move_to(&fleet, &people, "Hull");
    all_live_in(&fleet, &people, "Hull").await;
    fleet.assert_exactly_once().await;
    fleet.ends(2).await;
    fleet.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_node_takes_webhooks_and_one_that_ends_in_order_hands_its_shops_over() {
    let size = Size {
        // So long that no poll comes by during the test.
        poll_seconds: 100_000,
        nodes: 2,
        shops: 4,
        ..SIZE
    };
    let Some(mut fleet) = Fleet::start(size).await else {
        return;
    };
    let people = people(&fleet).await;
    // All webhooks come to the one node, whoever serves the shop.
    for bench in &fleet.benches {
        let url = format!("http://{}/hooks/crm", fleet.nodes[0].address);
        let policy = twin::highlevel::WebhookPolicy::default();
        bench.twins.deliver_webhooks_to(&url, policy).unwrap();
    }
    all_move_to(&fleet, &people, "York");
    all_live_in(&fleet, &people, "York").await;
    fleet.ends(1).await;
    assert_eq!(fleet.store.nodes().await.unwrap().len(), 1, "at once");
    all_move_to(&fleet, &people, "Hull");
    all_live_in(&fleet, &people, "Hull").await;
    fleet.assert_exactly_once().await;
    fleet.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_survive_a_crash_of_the_database() {
    if tests_server().is_none() {
        return;
    }
    let server = Server::start();
    let size = Size { nodes: 2, ..SIZE };
    let mut fleet = Fleet::start_on(server.address.clone(), size).await;
    let people = people(&fleet).await;
    all_move_to(&fleet, &people, "York");
    server.crashes_and_starts_again();
    all_live_in(&fleet, &people, "York").await;
    until("both serve again", async || {
        fleet.store.nodes().await.unwrap().len() == 2
    })
    .await;
    all_move_to(&fleet, &people, "Hull");
    all_live_in(&fleet, &people, "Hull").await;
    fleet.assert_exactly_once().await;
    fleet.ends(0).await;
    fleet.ends(1).await;
    fleet.end().await;
}

/// The server says of every row that no space is left for it, as it does then. Made while nobody writes: everybody's turn
/// is taken first.
const FULL: &str = "
    SELECT pg_advisory_xact_lock(hashtext('repairbridge ' || current_schema()), 0);
    CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
    END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON webhook FOR EACH ROW EXECUTE FUNCTION is_full();
    CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON record FOR EACH ROW EXECUTE FUNCTION is_full();
    CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON intent FOR EACH ROW EXECUTE FUNCTION is_full();
    CREATE TRIGGER full_disk BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION is_full();
    CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON run FOR EACH ROW EXECUTE FUNCTION is_full();";
const NOT_FULL: &str = "
    SELECT pg_advisory_xact_lock(hashtext('repairbridge ' || current_schema()), 0);
    DROP FUNCTION is_full CASCADE";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_the_database_loses_nothing_and_is_told() {
    let Some(mut fleet) = Fleet::start(Size { nodes: 2, ..SIZE }).await else {
        return;
    };
    let people = people(&fleet).await;
    fleet.tell_all_to(&fleet.door().await).await;
    all_move_to(&fleet, &people, "York");
    // While what was decided is being written.
    fleet.at_database(FULL).await;
    all_move_to(&fleet, &people, "Hull");
    until("it is told", async || {
        (0..2).all(|node| fleet.log_of(node).contains("disk"))
    })
    .await;
    fleet.at_database(NOT_FULL).await;
    all_live_in(&fleet, &people, "Hull").await;
    all_move_to(&fleet, &people, "Leeds");
    all_live_in(&fleet, &people, "Leeds").await;
    fleet.assert_exactly_once().await;
    fleet.ends(0).await;
    fleet.ends(1).await;
    fleet.end().await;
}

/// Where the library is that lets a program see another time.
fn another_time() -> Option<String> {
    let places = [
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/usr/lib",
    ];
    let found = places.map(|place| format!("{place}/faketime/libfaketimeMT.so.1"));
    let found = found
        .into_iter()
        .find(|file| std::path::Path::new(file).exists());
    if found.is_none() {
        eprintln!("SKIPPED: there is no libfaketime; install faketime");
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_is_wrong_goes_by_the_databases() {
    let (Some(library), Some(_)) = (another_time(), tests_server()) else {
        return;
    };
    // By their own count, which would be wrong where the nodes' clocks differed.
    let size = Size {
        nodes: 0,
        shops: 2,
        limited: true,
        are_alike: false,
        ..SIZE
    };
    let Some(mut fleet) = Fleet::start(size).await else {
        return;
    };
    let people = people(&fleet).await;
    for (node, wrong) in ["+10m", "-10m"].into_iter().enumerate() {
        fleet.add_node().await;
        let environment = [
            ("LD_PRELOAD", library.as_str()),
            ("FAKETIME", wrong),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ];
        fleet.starts_with(node, &environment).await;
        until("it serves alone", async || {
            fleet.store.nodes().await.unwrap().len() == 1
        })
        .await;
        let town = format!("Town {wrong}");
        all_move_to(&fleet, &people, &town);
        all_live_in(&fleet, &people, &town).await;
        let shop = fleet.benches[0]
            .app
            .shop(&fleet.benches[0].name)
            .await
            .unwrap();
        let lines = fleet
            .store
            .journal_after(shop.id, 0, u32::MAX)
            .await
            .unwrap();
        let newest = lines.iter().map(|line| line.at).max().unwrap();
        let now = fleet.store.server_time().unwrap();
        let age = now.there(http::SystemClock.now()).duration_since(newest);
        assert!(age.abs().as_secs() < 60, "it was written {age} ago");
        fleet.ends(node).await;
    }
    fleet.assert_exactly_once().await;
    fleet.end().await;
}
