//! Who is told, on this machine: a mail server and a web server that remember what they got.

#![allow(clippy::unwrap_used, reason = "tests fail loudly")]

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A mail as it came over the line.
#[derive(Clone, Debug, Default)]
pub struct TakenMail {
    pub to: Vec<String>,
    pub text: String,
}

#[derive(Default)]
struct Post {
    taken: Mutex<Vec<TakenMail>>,
    asked: AtomicUsize,
    refuses: AtomicBool,
    repeats: AtomicBool,
}

/// A small SMTP server that asks for a password (RFC 5321, RFC 4954).
pub struct MailServer {
    address: SocketAddr,
    post: Arc<Post>,
}

impl MailServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let post = Arc::new(Post::default());
        let taking = Arc::clone(&post);
        tokio::spawn(async move {
            while let Ok((line, _)) = listener.accept().await {
                tokio::spawn(talk(line, Arc::clone(&taking)));
            }
        });
        Self { address, post }
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn taken(&self) -> Vec<TakenMail> {
        self.post.taken.lock().unwrap().clone()
    }

    /// How many connections there were.
    pub fn asked(&self) -> usize {
        self.post.asked.load(Ordering::SeqCst)
    }

    /// Whether it refuses every password.
    pub fn refuse(&self, on: bool) {
        self.post.refuses.store(on, Ordering::SeqCst);
    }
    /// Whether it fails at every password, and repeats what it got.
    pub fn repeat(&self, on: bool) {
        self.post.repeats.store(on, Ordering::SeqCst);
    }
}

async fn talk(line: TcpStream, post: Arc<Post>) -> Option<()> {
    post.asked.fetch_add(1, Ordering::SeqCst);
    let (read, mut write) = line.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test ESMTP\r\n").await.ok()?;
    let (mut mail, mut known) = (TakenMail::default(), false);
    while let Some(said) = lines.next_line().await.ok()? {
        let answer = match said.split([' ', ':']).next()?.to_uppercase().as_str() {
            "EHLO" => "250-test\r\n250 AUTH PLAIN LOGIN".to_owned(),
            "AUTH" if post.refuses.load(Ordering::SeqCst) => "535 5.7.8 not you".to_owned(),
            "AUTH" if post.repeats.load(Ordering::SeqCst) => format!("454 4.7.0 later: {said}"),
            "AUTH" => {
                known = true;
                "235 welcome".to_owned()
            }
            _ if !known && !said.starts_with("QUIT") => "530 who are you".to_owned(),
            "RCPT" => {
                let to = said.split(['<', '>']).nth(1)?;
                mail.to.push(to.to_owned());
                "250 ok".to_owned()
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                while let Some(part) = lines.next_line().await.ok()?.filter(|part| part != ".") {
                    mail.text.push_str(&part);
                    mail.text.push('\n');
                }
                post.taken.lock().unwrap().push(std::mem::take(&mut mail));
                "250 taken".to_owned()
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await.ok()?;
                return Some(());
            }
            _ => "250 ok".to_owned(),
        };
        write
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .ok()?;
    }
    Some(())
}

/// A document as it was posted.
#[derive(Clone, Debug)]
pub struct Posted {
    pub body: String,
    pub signature: String,
}

#[derive(Default)]
struct Seen {
    all: Mutex<Vec<(Method, String, Posted)>>,
    refuses: AtomicBool,
}

/// A web server for webhooks and visits; `/redirect` leads elsewhere.
pub struct WebServer {
    address: SocketAddr,
    seen: Arc<Seen>,
}

impl WebServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Seen::default());
        let router = Router::new().fallback(take).with_state(Arc::clone(&seen));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, seen }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn visits(&self, path: &str) -> usize {
        let all = self.seen.all.lock().unwrap();
        let visits = all
            .iter()
            .filter(|(method, at, _)| *method == Method::GET && at == path);
        visits.count()
    }

    pub fn posts(&self, path: &str) -> Vec<Posted> {
        let all = self.seen.all.lock().unwrap();
        let posts = all
            .iter()
            .filter(|(method, at, _)| *method == Method::POST && at == path);
        posts.map(|(_, _, posted)| posted.clone()).collect()
    }

    /// Whether it answers everything with an error.
    pub fn refuse(&self, on: bool) {
        self.seen.refuses.store(on, Ordering::SeqCst);
    }
}

async fn take(
    State(seen): State<Arc<Seen>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if seen.refuses.load(Ordering::SeqCst) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if uri.path() == "/redirect" {
        return Redirect::temporary("/ping/alarm-secret-0815").into_response();
    }
    let signature = headers.get("x-repairbridge-signature");
    let posted = Posted {
        body: String::from_utf8_lossy(&body).into_owned(),
        signature: signature
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default(),
    };
    let path = uri.path().to_owned();
    seen.all.lock().unwrap().push((method, path, posted));
    StatusCode::OK.into_response()
}
