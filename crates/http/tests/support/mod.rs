//! A clock that only moves when somebody sleeps, fixed randomness, and a server that misbehaves as told.
#![allow(clippy::unwrap_used, reason = "test support")]
#![allow(dead_code, reason = "each test file uses a part")]

use async_trait::async_trait;
use domain::{Clock, Context, Randomness, Timestamp};
use http::{BudgetPolicy, MemoryBudget, Sender, SenderConfig};
use jiff::SignedDuration;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-07-01T10:00:00Z".parse().unwrap())))
    }

    pub fn advance(&self, length: SignedDuration) {
        let mut now = self.0.lock().unwrap();
        *now += length;
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep_until(&self, when: Timestamp) {
        let mut now = self.0.lock().unwrap();
        *now = when.max(*now);
    }
}

#[derive(Debug)]
pub struct NoChance;

impl Randomness for NoChance {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Act {
    /// Status line, header lines, body.
    Answer(u16, &'static str, String),
    /// Reads the request, then closes without a word.
    Drop,
    /// Announces a body and closes before its end.
    Half,
    /// Reads the request and says nothing.
    Hang,
}

pub fn answer(status: u16) -> Act {
    Act::Answer(status, "", "{}".to_owned())
}

/// A server that acts as told, one connection at a time; 200 when nothing more is told.
pub struct Server {
    pub base: String,
    pub seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn start(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut acts: VecDeque<Act> = acts.into_iter().collect();
        let log = Arc::clone(&seen);
        tokio::spawn(async move {
            let mut hanging = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(request) = read_request(&mut stream).await else {
                    continue;
                };
                log.lock().unwrap().push(request);
                match acts.pop_front().unwrap_or_else(|| answer(200)) {
                    Act::Answer(status, headers, body) => {
                        let text = format!(
                            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
                            body.len()
                        );
                        let _ = stream.write_all(text.as_bytes()).await;
                    }
                    Act::Half => {
                        let _ = stream
                            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"half\":")
                            .await;
                    }
                    Act::Drop => {}
                    Act::Hang => hanging.push(stream),
                }
            }
        });
        Self { base, seen }
    }

    pub fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

/// Head and body of one request, as text.
async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut text = String::new();
    let mut buffer = [0_u8; 4096];
    loop {
        if let Some(head) = text.find("\r\n\r\n") {
            let length = text
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")?
                        .parse()
                        .ok()
                })
                .unwrap_or(0);
            if text.len() >= head + 4 + length {
                return Some(text);
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => text.push_str(&String::from_utf8_lossy(&buffer[..read])),
        }
    }
}

pub struct Rig {
    pub sender: Sender,
    pub clock: Arc<ManualClock>,
    pub budget: Arc<MemoryBudget>,
}

pub fn rig(base: &str, policy: BudgetPolicy, patience: SignedDuration) -> Rig {
    let clock = ManualClock::new();
    let budget = Arc::new(MemoryBudget::new(policy, clock.clone(), patience));
    let context = Context {
        clock: clock.clone(),
        randomness: Arc::new(NoChance),
    };
    let mut config = SenderConfig::new(base.parse().unwrap());
    config.total_timeout = Duration::from_millis(400);
    config.max_body_bytes = 1000;
    let sender = Sender::new(config, budget.clone(), context).unwrap();
    Rig {
        sender,
        clock,
        budget,
    }
}

/// Plenty of everything.
pub fn plenty() -> BudgetPolicy {
    BudgetPolicy::per(1000, SignedDuration::from_secs(10))
}
