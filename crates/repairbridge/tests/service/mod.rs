//! The binary as a service beside the tests, with webhooks of both twins coming in.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test support: it waits in real time"
)]
#![allow(dead_code, reason = "every test file uses its part")]

use serde_json::Value;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use testkit::{Bench, SHOP};
use twin::highlevel::WebhookPolicy;

/// A running `serve` that is killed when it is dropped.
pub struct Service {
    child: Child,
    address: SocketAddr,
}

/// Where the service listens, every time it is started.
pub fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A command of the binary on the bench's database.
pub fn command(bench: &Bench, address: SocketAddr, poll_seconds: u32) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repairbridge"));
    // It would be taken for a setting that nobody knows.
    command.env_remove("REPAIRBRIDGE_KILLS");
    let key = bench.twins.highlevel().webhooks().public_key.spki;
    command
        .current_dir(bench.folder.path())
        .envs(bench.environment())
        .env("REPAIRBRIDGE_SERVER__LISTEN", address.to_string())
        .env(
            "REPAIRBRIDGE_SERVER__PUBLIC_URL",
            format!("http://{address}"),
        )
        .env("REPAIRBRIDGE_HIGHLEVEL__WEBHOOK_PUBLIC_KEYS", key)
        .env("REPAIRBRIDGE_SYNC__POLL_SECONDS", poll_seconds.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

impl Service {
    /// Starts it and waits until it answers.
    pub async fn start(bench: &Bench, address: SocketAddr, poll_seconds: u32) -> Self {
        Self::run(address, command(bench, address, poll_seconds)).await
    }

    /// The same with a command of the caller's own making, without its word `serve`.
    pub async fn run(address: SocketAddr, mut command: Command) -> Self {
        let child = command.arg("serve").spawn();
        let service = Self {
            child: child.unwrap(),
            address,
        };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "serve does not answer"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        service
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}

/// Both twins tell the service of every change, with what `shop show` prints.
pub fn tell(bench: &Bench, address: SocketAddr, policy: WebhookPolicy) {
    let shown = command(bench, address, 60)
        .args(["shop", "show", SHOP, "--json"])
        .stdout(Stdio::piped())
        .output()
        .unwrap();
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let webhooks = &shown["webhooks"];
    let text = |pointer: &str| {
        webhooks
            .pointer(pointer)
            .unwrap()
            .as_str()
            .unwrap()
            .to_owned()
    };
    bench
        .twins
        .deliver_webhooks_to(&text("/highlevel/url"), policy)
        .unwrap();
    let headers = BTreeMap::from([
        ("X-Sync-Event".to_owned(), "{event}".to_owned()),
        (
            "X-Sync-Token".to_owned(),
            text("/mygadgetrepairs/headers/X-Sync-Token"),
        ),
    ]);
    bench.twins.notify(
        &text("/mygadgetrepairs/url"),
        &text("/mygadgetrepairs/user"),
        &text("/mygadgetrepairs/password"),
        &headers,
        &text("/mygadgetrepairs/payload"),
    );
}

/// Waits until something holds; answers how long it took.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) -> Duration {
    let begun = Instant::now();
    while !holds().await {
        assert!(
            begun.elapsed() < Duration::from_secs(60),
            "it never came to be: {what}"
        );
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    begun.elapsed()
}
