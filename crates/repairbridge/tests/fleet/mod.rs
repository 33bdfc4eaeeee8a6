//! Several nodes on one PostgreSQL, and many shops, each with twins of its own.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test support: it waits in real time"
)]
#![allow(dead_code, reason = "every test file uses its part")]

mod copies;
mod door;
pub mod life;
mod router;
pub mod server;

use copies::Copier;
use domain::{Kind, RecordId, Side};
use door::Door;
use futures::StreamExt;
use procfs::process::Process;
use router::Router;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use store::Store;
use tempfile::TempDir;
use testkit::{Bench, CrmPerson, Line, Schema, Shared, assert_exactly_once};
use twin::Vendor;

/// Shops that are brought into step side by side.
const AT_ONCE: usize = 4;

/// Shops, and the nodes that serve them.
pub struct Fleet {
    pub benches: Vec<Bench>,
    pub nodes: Vec<FleetNode>,
    pub store: Store,
    schema: Schema,
    server: String,
    vendors: [Router; 2],
    size: Size,
}

/// A process that serves, with its own line to the database.
pub struct FleetNode {
    child: Option<Child>,
    pub line: Line,
    pub address: SocketAddr,
    /// What it runs.
    pub binary: PathBuf,
    folder: TempDir,
}

/// How a fleet is to be.
#[derive(Clone, Copy)]
pub struct Size {
    pub shops: usize,
    pub customers: usize,
    pub nodes: usize,
    pub poll_seconds: u32,
    /// Whether the nodes keep to the vendors' limits, by their own count.
    pub limited: bool,
    /// Whether all shops hold the same, so that only one of them needs a first run.
    pub are_alike: bool,
}

impl Fleet {
    /// Shops that are in step, and nodes that serve them. Nothing without a PostgreSQL for tests.
    pub async fn start(size: Size) -> Option<Self> {
        Some(Self::start_on(tests_server()?, size).await)
    }

    /// The same on a server of the test's own.
    pub async fn start_on(server: String, size: Size) -> Self {
        let schema = Schema::on(&server);
        let shared = schema.shared(12).await;
        // The first one makes the keys.
        let mut benches = vec![in_step(0, size, &shared).await];
        if size.are_alike {
            an_edit_later(&benches[0]).await;
            let mut copier = Copier::of(&schema, &server, &benches[0]).await;
            for shop in 1..size.shops {
                let bench = copier.copy(shop, size, &shared, &benches[0]).await;
                benches.push(bench);
            }
            copier.finish().await;
        } else {
            let others = futures::stream::iter(1..size.shops)
                .map(|shop| in_step(shop, size, &shared))
                .buffered(AT_ONCE);
            benches.extend(others.collect::<Vec<_>>().await);
        }
        let mut vendors = [Router::start().await, Router::start().await];
        for bench in &benches {
            vendors[0].add(bench.twins.token(), bench.twins.address(Vendor::HighLevel));
            vendors[1].add(
                &bench.twins.key(),
                bench.twins.address(Vendor::MyGadgetRepairs),
            );
        }
        let mut fleet = Self {
            benches,
            nodes: Vec::new(),
            store: shared.store,
            schema,
            server,
            vendors,
            size,
        };
        for node in 0..size.nodes {
            fleet.add_node().await;
            fleet.starts(node).await;
        }
        until("all nodes serve", async || {
            fleet.store.nodes().await.unwrap().len() == size.nodes
        })
        .await;
        fleet
    }

    /// Makes room for one more.
    pub async fn add_node(&mut self) {
        let line = Line::to(self.host()).await.unwrap();
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        self.nodes.push(FleetNode {
            child: None,
            line,
            address: listener.local_addr().unwrap(),
            binary: std::env::var_os("FLEET_BEGINS_WITH").map_or_else(built, PathBuf::from),
            folder: tempfile::tempdir().unwrap(),
        });
    }

    /// Starts a node, again where it ended.
    pub async fn starts(&mut self, node: usize) {
        self.starts_with(node, &[]).await;
    }

    /// The same with further environment.
    pub async fn starts_with(&mut self, node: usize, environment: &[(&str, &str)]) {
        let mut command = self.command(node);
        command.envs(environment.iter().copied());
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.nodes[node].folder.path().join("log"))
            .unwrap();
        command.stderr(log).arg("serve");
        let node = &mut self.nodes[node];
        node.child = Some(command.spawn().unwrap());
        let begun = Instant::now();
        while TcpStream::connect(node.address).is_err() {
            let log = std::fs::read_to_string(node.folder.path().join("log"));
            let ended = node
                .child
                .as_mut()
                .and_then(|child| child.try_wait().unwrap());
            assert!(
                begun.elapsed() < Duration::from_secs(60) && ended.is_none(),
                "{log:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Where the database's server listens.
    fn host(&self) -> &str {
        let host = self.server.rsplit_once('@').unwrap().1;
        host.split_once('/').unwrap().0
    }

    /// A command of the binary where a node works.
    pub fn command(&self, node: usize) -> Command {
        let (bench, at) = (&self.benches[0], &self.nodes[node]);
        let server = self.server.replace(self.host(), &at.line.address());
        let url = self.schema.url(&server, 8);
        let key = |bench: &Bench| bench.twins.highlevel().webhooks().public_key.spki;
        let keys: Vec<String> = self.benches.iter().map(key).collect();
        let written = format!("[highlevel]\nwebhook_public_keys = {keys:?}\n");
        std::fs::write(at.folder.path().join("repairbridge.toml"), written).unwrap();
        let twins = &bench.twins;
        let urls = [
            self.vendors[0].instead_of(twins.address(Vendor::HighLevel), &twins.highlevel_url()),
            self.vendors[1].instead_of(
                twins.address(Vendor::MyGadgetRepairs),
                &twins.mygadgetrepairs_url(),
            ),
        ];
        let mut command = Command::new(&at.binary);
        command
            .current_dir(at.folder.path())
            .envs(bench.environment())
            .env("REPAIRBRIDGE_STORE__URL", url)
            .env("REPAIRBRIDGE_HIGHLEVEL__BASE_URL", &urls[0])
            .env("REPAIRBRIDGE_MYGADGETREPAIRS__BASE_URL", &urls[1])
            .env("REPAIRBRIDGE_SERVER__LISTEN", at.address.to_string())
            .env(
                "REPAIRBRIDGE_SERVER__PUBLIC_URL",
                format!("http://{}", at.address),
            )
            .env(
                "REPAIRBRIDGE_SYNC__POLL_SECONDS",
                self.size.poll_seconds.to_string(),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if self.size.limited {
            for name in [
                "HIGHLEVEL__REQUESTS_PER_10S",
                "MYGADGETREPAIRS__REQUESTS_PER_MINUTE",
            ] {
                command.env_remove(format!("REPAIRBRIDGE_{name}"));
            }
        }
        command
    }

    /// One address that leads to all nodes.
    pub async fn door(&self) -> Door {
        Door::to(self.nodes.iter().map(|node| node.address).collect()).await
    }

    /// Both twins of every shop tell of all changes there.
    pub async fn tell_all_to(&self, door: &Door) {
        for bench in &self.benches {
            let policy = twin::highlevel::WebhookPolicy::default();
            let crm = bench
                .twins
                .deliver_webhooks_to(&door.url("/hooks/crm"), policy);
            crm.unwrap();
            let shop = bench.app.shop(&bench.name).await.unwrap();
            let paste = bench.app.counter_webhook(&shop).await.unwrap();
            let path = paste.url.splitn(4, '/').nth(3).unwrap();
            let token = paste.headers["X-Sync-Token"].as_str().unwrap();
            let headers = [("X-Sync-Event", "{event}"), ("X-Sync-Token", token)];
            bench.twins.notify(
                &door.url(&format!("/{path}")),
                &paste.user,
                &paste.password,
                &headers
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .into(),
                &paste.payload,
            );
        }
    }

    /// `kill -9`.
    pub fn kills(&mut self, node: usize) {
        let mut child = self.nodes[node].child.take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// Neither works nor ends, and does not know it.
    pub fn freezes(&self, node: usize) {
        self.nodes[node].signal(Signal::STOP);
    }

    pub fn thaws(&self, node: usize) {
        self.nodes[node].signal(Signal::CONT);
    }

    /// Asks a node to end in order, and waits until it has.
    pub async fn ends(&mut self, node: usize) {
        self.nodes[node].signal(Signal::TERM);
        let mut child = self.nodes[node].child.take().unwrap();
        until("it ends", async || child.try_wait().unwrap().is_some()).await;
        assert!(child.wait().unwrap().success(), "{}", self.log_of(node));
    }

    /// Statements at the database, past the nodes.
    pub async fn at_database(&self, statements: &str) {
        let url = self
            .schema
            .url(&self.server, 1)
            .replace("connections=1&", "");
        let mut raw = PgConnection::connect(&url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
            .execute(&mut raw)
            .await
            .unwrap();
        raw.close().await.unwrap();
    }

    /// How many linked records each shop has.
    pub async fn links_of_each(&self) -> u64 {
        let mut all = 0;
        for bench in &self.benches {
            let shop = bench.app.shop(&bench.name).await.unwrap();
            let totals = self.store.link_totals(shop.id).await.unwrap();
            all += totals.values().map(|of_kind| of_kind.links).sum::<u64>();
        }
        all / self.benches.len() as u64
    }

    pub fn log_of(&self, node: usize) -> String {
        std::fs::read_to_string(self.nodes[node].folder.path().join("log")).unwrap_or_default()
    }

    /// What was done at every shop is there once on either side.
    pub async fn assert_exactly_once(&self) {
        for bench in &self.benches {
            assert_exactly_once(bench).await;
        }
    }

    /// Ends everything and takes it away.
    pub async fn end(mut self) {
        for node in &mut self.nodes {
            if let Some(mut child) = node.child.take() {
                child.kill().unwrap();
                child.wait().unwrap();
            }
        }
        self.benches.clear();
        self.store.close().await;
    }
}

/// A shop in step with twins of its own.
async fn in_step(shop: usize, size: Size, shared: &Shared) -> Bench {
    let bench = connected(shop, size, shared).await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    bench
}

/// The last edit in a shop is not one of those with which it was filled: polls look back from it for two and a half minutes.
async fn an_edit_later(bench: &Bench) {
    tokio::time::sleep(Duration::from_secs(155)).await;
    let (contact, _) = linked(bench).await.swap_remove(0);
    CrmPerson::new(&bench.twins).edit_contact(&contact, json!({ "city": "Whitby" }));
    // The twin's index is behind.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(bench.sync().await.finished);
}

/// A shop that knows its twins, and nothing else yet.
async fn connected(shop: usize, size: Size, shared: &Shared) -> Bench {
    let seed = 1_000 + shop as u64;
    let mut options = Bench::options(seed, size.customers, size.customers / 3);
    options.mygadgetrepairs.api_key.push_str(&seed.to_string());
    Bench::sharing(options, shared.clone(), &format!("shop{shop}")).await
}

/// The binary as it is built now.
pub fn built() -> PathBuf {
    env!("CARGO_BIN_EXE_repairbridge").into()
}

/// The address of the PostgreSQL for tests.
pub fn tests_server() -> Option<String> {
    let server = std::env::var("STORE_TEST_POSTGRES").ok();
    if server.is_none() {
        eprintln!("SKIPPED: STORE_TEST_POSTGRES names no server; see scripts/postgres.sh");
    }
    server
}

impl FleetNode {
    /// The process that serves.
    pub fn process(&self) -> Process {
        let id = self.child.as_ref().unwrap().id();
        Process::new(i32::try_from(id).unwrap()).unwrap()
    }

    fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
    }
}

impl Drop for FleetNode {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            let lines: Vec<&str> = log.lines().rev().take(20).collect();
            eprintln!("--- {} said last, the newest first:", self.address);
            for line in lines {
                eprintln!("{line}");
            }
        }
        if let Some(child) = &mut self.child {
            let _ended_already = child.kill();
            let _reaped_already = child.wait();
        }
    }
}

/// Those of a shop who are on both sides and live somewhere, contact and customer, in one order.
pub async fn linked(bench: &Bench) -> Vec<(String, String)> {
    let truth = bench.truth().await;
    let shop = bench.app.shop(&bench.name).await.unwrap();
    let ids: Vec<RecordId> = truth.contacts.keys().map(RecordId::new).collect();
    let store = bench.app.store();
    let links = store.links_of(shop.id, Side::HighLevel, Kind::Contact, &ids);
    let text = |id: &RecordId| id.as_str().to_owned();
    let mut pairs: Vec<_> = links
        .await
        .unwrap()
        .into_values()
        .map(|link| (text(&link.left), text(&link.right)))
        .filter(|(_, customer)| town_of(&truth.customers[customer]).is_some())
        .collect();
    pairs.sort();
    pairs
}

/// Where a customer lives.
pub fn town_of(customer: &Json) -> Option<String> {
    let town = customer
        .pointer("/fulladdress/city")
        .and_then(Json::as_str)?;
    (!town.is_empty()).then(|| town.to_owned())
}

/// Waits until something holds; answers how long it took.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds().await {
        assert!(
            begun.elapsed() < Duration::from_secs(90),
            "it never came to be: {what}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    begun.elapsed()
}
