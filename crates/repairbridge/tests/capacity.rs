//! What a shop costs, begun by `./capacity`: processor, statements and memory of shops in which nothing happens and of what
//! happens in them, by how many shops there are and how many nodes serve them.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]
#![allow(
    clippy::disallowed_methods,
    reason = "it waits and measures in real time"
)]

mod fleet;

use domain::Timestamp;
use fleet::{Fleet, Size, linked};
use procfs::process::{Process, all_processes};
use serde_json::json;
use sqlx::{Connection, PgConnection};
use std::time::{Duration, Instant};
use testkit::CrmPerson;
use twin::Vendor;

fn wanted(name: &str, otherwise: &str) -> Vec<usize> {
    let text = std::env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    text.split(',')
        .map(|word| word.trim().parse().unwrap())
        .collect()
}

/// What was used up to an instant.
struct Used {
    at: Instant,
    nodes: Duration,
    server: Duration,
    statements: i64,
    transactions: i64,
}

/// What was used each second between two instants.
struct Rates {
    nodes: f64,
    server: f64,
    statements: f64,
    transactions: f64,
}

impl Used {
    async fn now(fleet: &Fleet, server: &mut PgConnection) -> Self {
        let nodes = fleet.nodes.iter().map(|node| processor(&node.process()));
        let statements: i64 =
            sqlx::query_scalar("SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements")
                .fetch_one(&mut *server)
                .await
                .unwrap();
        let transactions: i64 = sqlx::query_scalar(
            "SELECT sum(xact_commit + xact_rollback)::bigint FROM pg_stat_database",
        )
        .fetch_one(&mut *server)
        .await
        .unwrap();
        Self {
            at: Instant::now(),
            nodes: nodes.sum(),
            server: of_server(server).await,
            statements,
            transactions,
        }
    }

    fn since(&self, before: &Self) -> Rates {
        let seconds = self.at.duration_since(before.at).as_secs_f64();
        let each =
            |now: Duration, then: Duration| (now.saturating_sub(then)).as_secs_f64() / seconds;
        Rates {
            nodes: each(self.nodes, before.nodes),
            server: each(self.server, before.server),
            statements: (self.statements - before.statements) as f64 / seconds,
            transactions: (self.transactions - before.transactions) as f64 / seconds,
        }
    }
}

/// Processor time that a process has used itself.
fn processor(process: &Process) -> Duration {
    let stat = process.stat().unwrap();
    ticks(stat.utime + stat.stime)
}

fn ticks(count: u64) -> Duration {
    Duration::from_secs_f64(count as f64 / procfs::ticks_per_second() as f64)
}

/// That of the server: those who work for somebody now, and those who did.
async fn of_server(server: &mut PgConnection) -> Duration {
    let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()")
        .fetch_one(server)
        .await
        .unwrap();
    let parent = Process::new(backend).unwrap().stat().unwrap().ppid;
    let head = Process::new(parent).unwrap().stat().unwrap();
    let past = head.utime + head.stime + (head.cutime + head.cstime).unsigned_abs();
    let now = all_processes().unwrap().filter_map(|process| {
        // One may end while the others are looked at.
        let stat = process.ok()?.stat().ok()?;
        (stat.ppid == parent).then_some(stat.utime + stat.stime)
    });
    ticks(past + now.sum::<u64>())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "long: ./capacity runs it"]
async fn what_a_shop_costs() {
    let customers = wanted("CAPACITY_CUSTOMERS", "8")[0];
    let lasts = Duration::from_secs(wanted("CAPACITY_SECONDS", "120")[0] as u64);
    let per_second = wanted("CAPACITY_EDITS", "4")[0];
    let Some(address) = fleet::tests_server() else {
        return;
    };
    let mut server = PgConnection::connect(&address).await.unwrap();
    sqlx::query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        .execute(&mut server)
        .await
        .unwrap();
    println!(
        "{customers} customers in each shop, polls every minute, {per_second} edits a second in all"
    );
    println!(
        "{:>5} {:>5} | {:>12} {:>12} {:>9} {:>9} | {:>12} {:>12} {:>9} {:>8} {:>8} | {:>9}",
        "shops",
        "nodes",
        "idle: nodes",
        "server",
        "stmts",
        "tx",
        "edit: nodes",
        "server",
        "stmts",
        "p50",
        "p99",
        "memory"
    );
    let mut nodes = wanted("CAPACITY_NODES", "3");
    nodes.sort_unstable_by(|one, other| other.cmp(one));
    for shops in wanted("CAPACITY_SHOPS", "10,100") {
        let size = Size {
            shops,
            customers,
            nodes: nodes[0],
            poll_seconds: 60,
            limited: true,
            are_alike: true,
        };
        let begun = Instant::now();
        let mut fleet = Fleet::start(size).await.unwrap();
        fleet.tell_all_to(&fleet.door().await).await;
        println!(
            "{shops} shops with {} linked records each, after {:.0} s",
            fleet.links_of_each().await,
            begun.elapsed().as_secs_f64()
        );
        for &nodes in &nodes {
            // The others take over what those had that are not wanted any more.
            while fleet.nodes.len() > nodes {
                fleet.ends(fleet.nodes.len() - 1).await;
                fleet.nodes.pop();
            }
            let line = measured(&fleet, lasts, per_second, &mut server).await;
            println!("{line}");
        }
        fleet.assert_exactly_once().await;
        fleet.end().await;
    }
}

/// One line of the table: for each shop in which nothing happens, thousandths of a processor, statements and transactions a
/// second; for each edit, milliseconds of a processor, statements, and how long it took until it was written on the other side.
async fn measured(
    fleet: &Fleet,
    lasts: Duration,
    per_second: usize,
    server: &mut PgConnection,
) -> String {
    let (shops, nodes) = (fleet.benches.len(), fleet.nodes.len());
    // All shops hold the same, so that it is somebody in each of them.
    let (contact, customer) = linked(&fleet.benches[0]).await.swap_remove(0);
    // Until all shops are served, and the first looks are over.
    tokio::time::sleep(Duration::from_secs(70)).await;
    let before = Used::now(fleet, server).await;
    tokio::time::sleep(lasts).await;
    let after = Used::now(fleet, server).await;
    let idle = after.since(&before);

    let asked: Vec<u64> = fleet
        .benches
        .iter()
        .map(|bench| bench.twins.requests(Vendor::MyGadgetRepairs))
        .collect();
    let begun = Instant::now();
    let mut edits = Vec::new();
    while begun.elapsed() < lasts {
        // Each shop in its turn.
        for _ in 0..per_second {
            let number = edits.len();
            let shop = number % shops;
            let town = json!({ "city": format!("Town {nodes}.{number}") });
            edits.push((shop, Timestamp::now()));
            CrmPerson::new(&fleet.benches[shop].twins).edit_contact(&contact, town);
        }
        let next = Duration::from_secs((edits.len() / per_second) as u64);
        tokio::time::sleep(next.saturating_sub(begun.elapsed())).await;
    }
    let busy = Used::now(fleet, server).await.since(&after);
    // What is still on its way.
    tokio::time::sleep(Duration::from_secs(30)).await;
    let mut took: Vec<f64> = Vec::new();
    for (shop, bench) in fleet.benches.iter().enumerate() {
        let log = bench
            .twins
            .log(Vendor::MyGadgetRepairs, asked[shop], usize::MAX);
        let writes: Vec<Timestamp> = log
            .iter()
            .filter(|one| one.method != "GET" && one.path.contains(&customer))
            .map(|one| one.time.parse().unwrap())
            .collect();
        let of_shop = edits.iter().filter(|(of, _)| *of == shop);
        took.extend(of_shop.filter_map(|(_, at)| {
            let written = writes.iter().find(|written| *written >= at)?;
            Some(written.duration_since(*at).as_secs_f64())
        }));
    }
    assert!(
        took.len() * 10 >= edits.len() * 9,
        "{} of {} edits were written",
        took.len(),
        edits.len()
    );
    took.sort_by(f64::total_cmp);
    let within = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    let memory = fleet
        .nodes
        .iter()
        .map(|node| node.process().status().unwrap().vmrss.unwrap() >> 10);
    let memory: Vec<String> = memory.map(|mebibytes| mebibytes.to_string()).collect();
    let each_second = edits.len() as f64 / lasts.as_secs_f64();
    let of_shop = |all: f64| all / shops as f64;
    // What the shops cost anyway is not the edits'.
    let each = |busy: f64, idle: f64| (busy - idle) / each_second;
    format!(
        "{:>5} {:>5} | {:>9.2} m/s {:>9.2} m/s {:>7.2}/s {:>7.2}/s | {:>9.1} ms {:>9.1} ms {:>9.0} {:>6.2} s {:>6.2} s | {} MiB",
        shops,
        nodes,
        1000.0 * of_shop(idle.nodes),
        1000.0 * of_shop(idle.server),
        of_shop(idle.statements),
        of_shop(idle.transactions),
        1000.0 * each(busy.nodes, idle.nodes),
        1000.0 * each(busy.server, idle.server),
        each(busy.statements, idle.statements),
        within(0.5),
        within(0.99),
        memory.join(" "),
    )
}
