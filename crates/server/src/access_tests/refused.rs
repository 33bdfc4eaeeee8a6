//! What whoever is refused hears, and what the log does.

use super::*;
use std::io;
use std::sync::{Arc, Mutex};

/// The log of what a test does on its own thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn kept(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::WARN)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn lines_with(&self, part: &str) -> usize {
        self.text()
            .lines()
            .filter(|line| line.contains(part))
            .count()
    }
}

#[tokio::test]
async fn whoever_is_refused_leaves_a_line_without_what_was_typed() {
    let place = Place::empty(https()).await;
    place.add_people().await;
    let cookie = place.cookie("kim").await;
    let log = Log::default();
    let _kept = log.kept();
    let host = ("host", "bridge.example");
    let token = ("authorization", "Bearer rb_typed");
    let strange = ("origin", "https://typed.example");
    let kim = format!("__Host-{cookie}");
    let known = ("cookie", kim.as_str());
    let log_of_typed = "/api/v1/shops/typed/log?contact=typed";
    let seen = ["203.0.113.1", "203.0.113.2", "203.0.113.3", "192.168.1.7"];
    for _ in 0..5 {
        // A wrong token, a strange page, somebody who may not, and a way that others read.
        for (network, method, path, proof, status) in [
            (seen[0], "GET", log_of_typed, token, 401),
            (seen[1], "POST", "/logout", strange, 403),
            (seen[2], "GET", "/api/v1/audit?limit=7", known, 403),
        ] {
            let headers = [host, proof, ("x-forwarded-for", network)];
            let answer = place.ask_from("10.1.1.1", method, path, &headers, "").await;
            assert_eq!(answer.status, status, "{path}: {}", answer.body);
        }
        let path = "/login?next=/typed";
        let answer = place.ask_from(seen[3], "GET", path, &[], "").await;
        assert_eq!(answer.status, 403);
    }
    for network in seen {
        assert_eq!(log.lines_with(network), 1, "{network}: {}", log.text());
    }
    let text = log.text();
    assert!(text.contains("/api/v1/shops/{shop}/log") && text.contains("status=401"));
    let secret = cookie.split_once('=').unwrap().1;
    assert!(!text.contains("typed") && !text.contains(secret), "{text}");
}

#[tokio::test]
async fn what_is_wrong_in_here_is_told_to_the_log_alone() {
    let options = ServerOptions {
        access: AccessPolicy::Open,
        ..ServerOptions::default()
    };
    let place = Place::empty(options).await;
    place.app.store().clone().close().await;
    let log = Log::default();
    let _kept = log.kept();
    for (method, path, status) in [
        ("GET", "/api/v1/status", 500),
        ("GET", "/api/v1/shops/main/log", 500),
        ("POST", "/api/v1/shops/main/pause", 500),
        ("GET", "/oauth/crm/start?link=x", 409),
        ("GET", "/oauth/crm/start?shop=main", 409),
    ] {
        let before = log.text().len();
        let answer = place.ask(method, path, &[], "").await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        let says = "could not be done; the log of the service says why";
        assert!(answer.body.contains(says), "{path}: {}", answer.body);
        assert!(!answer.body.contains("database"), "{path}: {}", answer.body);
        assert!(
            log.text()[before..].contains("database"),
            "{path}: {}",
            log.text()
        );
    }
}

#[tokio::test]
async fn the_answers_to_webhooks_are_of_no_other_type_than_they_say() {
    let place = Place::with_people().await;
    for (method, path) in [
        ("POST", "/hooks/crm"),
        ("GET", "/hooks/crm"),
        ("POST", "/hooks/mgr/x"),
        ("GET", "/hooks/echo/x"),
    ] {
        let answer = place.ask(method, path, &[], "{}").await;
        let says = answer.header("x-content-type-options");
        assert_eq!(says, "nosniff", "{method} {path}");
    }
}
