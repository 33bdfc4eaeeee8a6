//! Long proofs with several nodes in real time, begun by `./failover`: a day at many shops while nodes are killed, frozen
//! and cut off, and how long it takes until others go on.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]
#![allow(
    clippy::disallowed_methods,
    reason = "it waits and measures in real time"
)]

mod fleet;

use fleet::{Fleet, Size, linked, town_of, until};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};
use testkit::{Bench, CounterPerson, CrmPerson};
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

/// A small source of chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

/// Whom people at a shop know on both sides: one whom only the CRM edits, and one whom only the counter does.
struct People {
    in_crm: (String, String),
    at_counter: (String, String),
    town: Option<String>,
    email: Option<String>,
    /// Customers who were made, by e-mail, and tickets, by title.
    made: Vec<String>,
    tickets: Vec<String>,
}

async fn people(bench: &Bench) -> People {
    let mut pairs = linked(bench).await.into_iter();
    People {
        in_crm: pairs.next().unwrap(),
        at_counter: pairs.next().unwrap(),
        town: None,
        email: None,
        made: Vec::new(),
        tickets: Vec::new(),
    }
}

/// A fleet whose nodes are told of everything at one door, and the people of its shops.
async fn told(size: Size) -> (Fleet, Vec<People>) {
    // Without a server it has said so.
    let fleet = Fleet::start(size).await.unwrap();
    fleet.tell_all_to(&fleet.door().await);
    let mut known = Vec::new();
    for bench in &fleet.benches {
        known.push(people(bench).await);
    }
    (fleet, known)
}

/// Somebody at a shop does something.
fn act(bench: &Bench, people: &mut People, chance: &mut Chance, number: usize) {
    let (crm, counter) = (
        CrmPerson::new(&bench.twins),
        CounterPerson::new(&bench.twins),
    );
    match chance.below(10) {
        0..=4 => {
            let town = format!("Town {number}");
            crm.edit_contact(&people.in_crm.0, json!({ "city": town }));
            people.town = Some(town);
        }
        5..=7 => {
            let email = format!("mail{number}@counter.example");
            counter.edit_customer(&people.at_counter.1, json!({ "email": email }));
            people.email = Some(email);
        }
        8 => {
            let email = format!("new{number}@crm.example");
            let fields = json!({ "firstName": "New", "lastName": format!("Number{number}"), "email": email });
            let _id = crm.contact(fields);
            people.made.push(email);
        }
        _ => {
            // No title is the beginning of another.
            let title = format!("Screen of number {number:06}");
            let _id = counter.ticket(&people.at_counter.1, &title);
            people.tickets.push(title);
        }
    }
}

/// What is not yet as people left it.
async fn missing(bench: &Bench, people: &People) -> Vec<String> {
    let truth = bench.truth().await;
    let mut missing = Vec::new();
    if people.town.is_some() && town_of(&truth.customers[&people.in_crm.1]) != people.town {
        missing.push(format!("{}: the town {:?}", bench.name, people.town));
    }
    let email = truth.contacts[&people.at_counter.0]["email"]
        .as_str()
        .map(str::to_owned);
    if people.email.is_some() && email != people.email {
        missing.push(format!(
            "{}: the address {:?}, {email:?}",
            bench.name, people.email
        ));
    }
    let customers: Vec<String> = truth.customers.values().map(Json::to_string).collect();
    for email in &people.made {
        let count = customers.iter().filter(|one| one.contains(email)).count();
        if count != 1 {
            missing.push(format!("{}: {email} is there {count} times", bench.name));
        }
    }
    let tasks: Vec<String> = truth.tasks.values().map(Json::to_string).collect();
    for title in &people.tickets {
        let count = tasks.iter().filter(|one| one.contains(title)).count();
        if count != 1 {
            missing.push(format!("{}: {title} is there {count} times", bench.name));
        }
    }
    missing
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
        // Everybody does something every half minute or so.
        for _ in 0..shops.div_ceil(30) {
            let shop = chance.below(shops);
            acts += 1;
            act(&fleet.benches[shop], &mut known[shop], &mut chance, acts);
        }
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
    let calm = Instant::now();
    let mut left = Vec::new();
    // By the counter's own limits, what is left may take some minutes.
    while calm.elapsed() < Duration::from_secs(900) {
        left.clear();
        for (bench, people) in fleet.benches.iter().zip(&known) {
            left.extend(missing(bench, people).await);
        }
        if left.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    assert!(
        left.is_empty(),
        "{} things are missing: {left:#?}",
        left.len()
    );
    fleet.assert_exactly_once().await;
    println!(
        "all of {acts} acts arrived {:?} after the last trouble; {troubles:?}",
        calm.elapsed()
    );
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
