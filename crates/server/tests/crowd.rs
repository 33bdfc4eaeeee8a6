//! Callers who are slow, or many: each has its time, and there are so many at once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of tests, outside of test functions"
)]

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use server::Limits;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const SOON: Duration = Duration::from_millis(300);
/// Far longer than anything here takes.
const NEVER: Duration = Duration::from_secs(60);
const HELLO: &[u8] = b"GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn patient() -> Limits {
    Limits {
        headers: NEVER,
        body: NEVER,
        answer: NEVER,
        ..Limits::default()
    }
}

async fn serving(limits: Limits) -> (SocketAddr, CancellationToken, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let cancel = CancellationToken::new();
    let router = Router::new()
        .route("/hello", get(|| async { "hello" }))
        .route("/much", get(|| async { vec![b'x'; 64 << 20] }))
        .route(
            "/late",
            get(|| async {
                tokio::time::sleep(SOON).await;
                "late"
            }),
        )
        .route(
            "/take",
            post(|body: Bytes| async move { body.len().to_string() }),
        );
    let stop = cancel.clone();
    let served = tokio::spawn(async move {
        let ended = server::serve_within(limits, listener, None, router, stop);
        ended.await.unwrap();
    });
    (address, cancel, served)
}

async fn open(address: SocketAddr, says: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(says).await.unwrap();
    stream
}

/// What comes until the other end closes.
async fn rest(mut stream: TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let read = tokio::time::timeout(NEVER / 4, stream.read_to_end(&mut all));
    let _perhaps_reset = read.await.expect("the connection is closed in time");
    all
}

async fn ask(address: SocketAddr) -> String {
    String::from_utf8(rest(open(address, HELLO).await).await).unwrap()
}

/// Sends a byte again and again, as long as it is taken.
async fn trickle(stream: &mut TcpStream, byte: u8) {
    let sending = async {
        while stream.write_all(&[byte]).await.is_ok() {
            tokio::time::sleep(SOON / 10).await;
        }
    };
    tokio::time::timeout(NEVER / 4, sending)
        .await
        .expect("the connection is closed in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_no_request_in_time_is_closed_however_it_trickles() {
    let (address, cancel, _served) = serving(Limits {
        headers: SOON,
        ..patient()
    })
    .await;
    rest(open(address, b"").await).await;
    rest(open(address, b"GET /hello HTTP/1.1\r\nHost: x").await).await;
    let mut slow = open(address, b"GET /hello HTTP/1.1\r\nX: ").await;
    trickle(&mut slow, b'x').await;
    // Between two requests as well, and an answer may take longer.
    let asked = open(address, b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(rest(asked).await.ends_with(b"late"));
    cancel.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_sends_no_body_in_time_is_refused_however_it_trickles() {
    let (address, cancel, _served) = serving(Limits {
        body: SOON,
        ..patient()
    })
    .await;
    let head = b"POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n";
    let stalled = rest(open(address, head).await).await;
    assert!(stalled.starts_with(b"HTTP/1.1 400"), "{stalled:?}");
    let mut slow = open(address, head).await;
    trickle(&mut slow, b'x').await;
    let quick =
        b"POST /take HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfour";
    assert!(rest(open(address, quick).await).await.ends_with(b"4"));
    cancel.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_takes_no_answer_is_closed() {
    let (address, cancel, _served) = serving(Limits {
        answer: SOON,
        ..patient()
    })
    .await;
    let asks = b"GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let deaf = open(address, asks).await;
    tokio::time::sleep(SOON * 5).await;
    assert!(rest(deaf).await.len() < 64 << 20, "it was given up");
    let hears = open(address, asks).await;
    assert!(rest(hears).await.len() > 64 << 20);
    cancel.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_more_are_open_at_once_than_may_and_the_next_waits() {
    let (address, cancel, _served) = serving(Limits {
        connections: 3,
        ..patient()
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(open(address, b"GET /he").await);
    }
    // Until all three are taken in, a fourth might be before them.
    tokio::time::sleep(SOON).await;
    let waiting = tokio::spawn(ask(address));
    tokio::time::sleep(SOON).await;
    assert!(!waiting.is_finished(), "a fourth is answered");
    held.pop();
    assert!(waiting.await.unwrap().ends_with("hello"));
    cancel.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_from_one_address_are_answered_at_once() {
    let (address, cancel, _served) = serving(patient()).await;
    let mut held = Vec::new();
    for _ in 0..200 {
        held.push(open(address, b"").await);
    }
    for mut stream in held {
        stream.write_all(HELLO).await.unwrap();
        assert!(rest(stream).await.ends_with(b"hello"));
    }
    cancel.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stop_lets_requests_end_and_closes_what_is_idle() {
    let (address, cancel, served) = serving(patient()).await;
    let idle = open(address, b"").await;
    let late = open(address, b"GET /late HTTP/1.1\r\nHost: x\r\n\r\n").await;
    tokio::time::sleep(SOON / 3).await;
    cancel.cancel();
    assert!(rest(late).await.ends_with(b"late"));
    assert!(rest(idle).await.is_empty());
    tokio::time::timeout(NEVER / 4, served)
        .await
        .unwrap()
        .unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
