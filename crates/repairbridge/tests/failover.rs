//! Long proofs with several nodes in real time, begun by `./failover`: a day at many shops while nodes are killed, frozen
//! and cut off, and how long it takes until others go on.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]
#![allow(
    clippy::disallowed_methods,
    reason = "it waits and measures in real time"
)]

mod fleet;

use fleet::life::{Chance, all_arrives, live_on, missing, told};
use fleet::{Size, until};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use testkit::{Bench, CrmPerson};
use twin::Vendor;

/// How long a trouble lasts: longer than it takes until others take over.
const TROUBLE: Duration = Duration::from_secs(20);
/// MyGadgetRepairs takes so many requests in a minute (mygadgetrepairs-api.md), HighLevel in ten seconds.
const ALLOWED: [(Vendor, i64, usize); 2] = [
    (Vendor::MyGadgetRepairs, 60, 30),
    (Vendor::HighLevel, 10, 100),
];

fn wanted(name: &str, otherwise: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.map_or(otherwise, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: ./failover runs it"]
async fn many_shops_stay_in_step_while_nodes_come_to_grief() {
    let shops = usize::try_from(wanted("FAILOVER_SHOPS", 20)).unwrap();
    let lasts = Duration::from_secs(60 * wanted("FAILOVER_MINUTES", 3));
    let size = Size {
        shops,
        customers: 8,
        nodes: 3,
        poll_seconds: 60,
        limited: true,
        are_alike: false,
    };
    let (mut fleet, mut known) = told(size).await;
    let of_shop = |bench: &Bench| ALLOWED.map(|(vendor, ..)| bench.twins.requests(vendor));
    let asked: Vec<_> = fleet.benches.iter().map(of_shop).collect();
    println!("{shops} shops are in step; now for {lasts:?}");
    let mut chance = Chance(wanted("FAILOVER_SEED", 1));
    let begun = Instant::now();
    let (mut acts, mut troubles) = (0_usize, BTreeMap::<&str, usize>::new());
    let mut trouble: Option<(Instant, usize, &str)> = None;
    let mut next = begun + Duration::from_secs(10);
    while begun.elapsed() < lasts || trouble.is_some() {
        live_on(&fleet, &mut known, &mut chance, &mut acts);
        match trouble {
            None if Instant::now() >= next && begun.elapsed() < lasts => {
                let (node, what) = (
                    chance.below(3),
                    ["killed", "frozen", "cut off"][chance.below(3)],
                );
                match what {
                    "killed" => fleet.kills(node),
                    "frozen" => fleet.freezes(node),
                    _ => fleet.nodes[node].line.cut(),
                }
                *troubles.entry(what).or_default() += 1;
                println!(
                    "{:?}: node {node} is {what}; {acts} acts so far",
                    begun.elapsed()
                );
                trouble = Some((Instant::now(), node, what));
            }
            Some((since, node, what)) if since.elapsed() > TROUBLE => {
                match what {
                    "killed" => fleet.starts(node).await,
                    "frozen" => fleet.thaws(node),
                    _ => fleet.nodes[node].line.mend(),
                }
                trouble = None;
                next = since + Duration::from_secs(60);
            }
            _ => {}
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let took = all_arrives(&fleet, &known).await;
    println!("all of {acts} acts arrived {took:?} after the last trouble; {troubles:?}");
    let mut most = BTreeMap::new();
    for (bench, asked) in fleet.benches.iter().zip(&asked) {
        for ((vendor, window, allowed), before) in ALLOWED.iter().zip(asked) {
            let busiest = busiest(bench, *vendor, *before, *window);
            let known: &mut usize = most.entry(format!("{vendor:?}")).or_default();
            *known = busiest.max(*known);
            assert!(
                busiest <= *allowed,
                "{}: {busiest} requests to {vendor:?} within {window} s",
                bench.name
            );
        }
    }
    println!("most requests of a shop within a window: {most:?} of {ALLOWED:?}");
    fleet.end().await;
}

/// The most requests within any window.
fn busiest(bench: &Bench, vendor: Vendor, after: u64, window: i64) -> usize {
    let log = bench.twins.log(vendor, after, usize::MAX);
    let times: Vec<i64> = log
        .iter()
        .map(|one| {
            one.time
                .parse::<domain::Timestamp>()
                .unwrap()
                .as_millisecond()
        })
        .collect();
    let within = |from: &i64| {
        times
            .iter()
            .filter(|at| (*from..from + window * 1000).contains(*at))
            .count()
    };
    times.iter().map(within).max().unwrap_or(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: ./failover runs it"]
async fn others_go_on_within_seconds() {
    let kills = wanted("FAILOVER_KILLS", 5);
    let size = Size {
        shops: 6,
        customers: 6,
        nodes: 3,
        // A webhook that was on its way to the node that was killed is lost: polls find what it told of.
        poll_seconds: 5,
        limited: false,
        are_alike: false,
    };
    let (mut fleet, mut known) = told(size).await;
    let mut took = Vec::new();
    for kill in 0..kills {
        let node = usize::try_from(kill % 3).unwrap();
        fleet.kills(node);
        let killed = Instant::now();
        for (bench, people) in fleet.benches.iter().zip(&mut known) {
            let town = format!("Town {kill}");
            CrmPerson::new(&bench.twins).edit_contact(&people.in_crm.0, json!({ "city": town }));
            people.town = Some(town);
        }
        for (bench, people) in fleet.benches.iter().zip(&known) {
            until(
                &format!("kill {kill}: {} goes on", bench.name),
                async || missing(bench, people).await.is_empty(),
            )
            .await;
        }
        took.push(killed.elapsed().as_secs_f64());
        fleet.starts(node).await;
        until("it serves again", async || {
            fleet.store.nodes().await.unwrap().len() == 3
        })
        .await;
    }
    fleet.assert_exactly_once().await;
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!(
        "from a kill until the last shop of all was written elsewhere, {kills} kills: median {:.1} s, nine in ten {:.1} s, longest {:.1} s",
        at(0.5),
        at(0.9),
        at(1.0)
    );
    fleet.end().await;
}
