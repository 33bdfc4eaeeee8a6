//! An upgrade without a pause, begun by `./upgrade`: nodes of two versions serve the same shops on one database, while one after
//! the other is ended and begun again as the other version, there and back.

#![allow(clippy::disallowed_methods, reason = "it waits in real time")]

mod fleet;

use fleet::life::{Chance, People, all_arrives, live_on, told};
use fleet::{Fleet, Size, built, until};
use std::time::{Duration, Instant};

/// How long people live with what serves them at the moment.
const MEANWHILE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: ./upgrade runs it"]
async fn nodes_of_two_versions_serve_together() {
    let size = Size {
        shops: 20,
        customers: 8,
        nodes: 3,
        poll_seconds: 10,
        limited: true,
        are_alike: false,
    };
    let (mut fleet, mut known) = told(size).await;
    let older = fleet.nodes[0].binary.clone();
    assert_ne!(older, built(), "FLEET_BEGINS_WITH names the older version");
    let (mut chance, mut acts) = (Chance(1), 0);
    live(&fleet, &mut known, &mut chance, &mut acts).await;
    for (binary, what) in [(built(), "newer"), (older, "older")] {
        for node in 0..size.nodes {
            fleet.ends(node).await;
            fleet.nodes[node].binary.clone_from(&binary);
            fleet.starts(node).await;
            until("it serves again", async || {
                fleet.store.nodes().await.unwrap().len() == size.nodes
            })
            .await;
            println!("node {node} is the {what} one; {acts} acts so far");
            live(&fleet, &mut known, &mut chance, &mut acts).await;
        }
        let took = all_arrives(&fleet, &known).await;
        println!(
            "all nodes are the {what} one: all of {acts} acts arrived {took:?} later, each once"
        );
    }
    fleet.end().await;
}

async fn live(fleet: &Fleet, known: &mut [People], chance: &mut Chance, acts: &mut usize) {
    let begun = Instant::now();
    while begun.elapsed() < MEANWHILE {
        live_on(fleet, known, chance, acts);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
