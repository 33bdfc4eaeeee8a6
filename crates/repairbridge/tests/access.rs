//! Who may come in, by the command line and by the service.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::{Place, Ran};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

const PASSWORD: &str = "correct horse battery";

/// `serve --json` on a free port, with what it printed.
struct Service {
    child: Child,
    document: Value,
    /// What stands on stderr, by the time that was asked for.
    notes: BufReader<std::process::ChildStderr>,
}

impl Service {
    fn start(place: &Place, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_repairbridge"));
        for (name, _) in std::env::vars() {
            if name.starts_with("REPAIRBRIDGE_") || name == "RUST_LOG" {
                command.env_remove(name);
            }
        }
        let mut child = command
            .current_dir(place.path())
            .args(["serve", "--json"])
            .env("REPAIRBRIDGE_SERVER__LISTEN", "127.0.0.1:0")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut line).unwrap();
        let notes = BufReader::new(child.stderr.take().unwrap());
        let document = serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why}: {line}"));
        Self {
            child,
            document,
            notes,
        }
    }

    /// Reads notes until one holds a word.
    fn note(&mut self, word: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(
                self.notes.read_line(&mut line).unwrap() > 0,
                "no note holds {word}"
            );
            if line.contains(word) {
                return line.trim().to_owned();
            }
        }
    }

    fn ask(&self, request: &str, header: &str, form: &str) -> String {
        let address = self.document["listening"].as_str().unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let asked = format!(
            "{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{header}\r\n{form}",
            form.len(),
        );
        stream.write_all(asked.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped_already = self.child.wait();
    }
}

/// The cookie that an answer sets, as a header.
fn cookie(answer: &str) -> String {
    let set = answer.split_once("set-cookie: ").unwrap().1;
    format!("Cookie: {}\r\n", set.split_once(';').unwrap().0)
}

fn audit(place: &Place) -> Vec<String> {
    let lines = place.run(&["audit", "--json"]).with(0).json();
    let lines = lines["lines"].as_array().unwrap().iter();
    lines
        .map(|line| {
            let text = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
            format!("{}: {} {}", text("via"), text("what"), text("target"))
        })
        .collect()
}

#[test]
fn the_first_start_prints_a_link_that_makes_the_owner_and_then_never_again() {
    let place = Place::empty();
    let mut service = Service::start(&place, &[]);
    let link = service.note("/setup?token=");
    let path = &link[link.find("/setup").unwrap()..];
    assert!(service.ask("GET /", "", "").contains("location: /setup"));
    assert!(
        service
            .ask(&format!("GET {path}"), "", "")
            .contains("name=\"again\"")
    );
    let token = path.split_once('=').unwrap().1;
    let form =
        format!("token={token}&name=pat&password={PASSWORD}&again={PASSWORD}").replace(' ', "+");
    let answer = service.ask("POST /setup", "", &form);
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let cookie = cookie(&answer);
    assert!(
        service
            .ask("GET /api/v1/me", &cookie, "")
            .contains("\"role\":\"owner\"")
    );

    // Ended from the command line, it is ended at once.
    let listed = place.run(&["session", "list", "--json"]).with(0).json();
    let id = listed["sessions"][0]["id"].to_string();
    place.run(&["session", "end", &id]).with(0);
    let answer = service.ask("GET /api/v1/me", &cookie, "");
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    drop(service);

    let mut service = Service::start(&place, &[]);
    assert!(service.ask("GET /", "", "").contains("location: /login"));
    service.child.kill().unwrap();
    let mut said = String::new();
    service.notes.read_to_string(&mut said).unwrap();
    assert!(!said.contains("token="), "{said}");
    place
        .run(&["user", "setup-link"])
        .with(2)
        .says("set up already");
}

#[test]
fn users_are_added_changed_and_kept_out_from_the_command_line() {
    let place = Place::empty();
    let file = place.write("password", &format!("{PASSWORD}\n"));
    let file = file.to_str().unwrap();
    let add = |name: &str, role: &str| {
        place.run(&["user", "add", name, "--role", role, "--password-file", file])
    };
    add("sam", "staff")
        .with(2)
        .says("first user must be an owner");
    add("pat", "owner").with(0);
    add("sam", "staff").with(0);
    add("PAT", "staff").with(2).says("exists already");
    add("kim", "boss").with(2).says("owner, staff, read-only");
    add("a b", "staff").with(2).says("typed in commands");
    place
        .run(&["user", "disable", "pat"])
        .with(2)
        .says("last owner");
    place.run(&["user", "role", "sam", "read-only"]).with(0);
    place.run(&["user", "disable", "sam"]).with(0);
    place
        .run(&["user", "setup-link", "sam"])
        .with(2)
        .says("may not come in");
    place.run(&["user", "enable", "sam"]).with(0);
    let listed = place.run(&["user", "list", "--json"]).with(0).json();
    assert_eq!(listed["users"][1]["role"], "read-only");
    let short = place.write("short", "short\n");
    place
        .run(&[
            "user",
            "password",
            "sam",
            "--password-file",
            short.to_str().unwrap(),
        ])
        .with(2)
        .says("12 characters");
    let set = place
        .command(&["user", "password", "sam"])
        .write_stdin("another long secret\n")
        .output()
        .unwrap();
    Ran::of(&set).with(0);
    let log = audit(&place);
    for line in [
        "command line: user add --role owner pat",
        "command line: user disable pat",
        "command line: user disable: not done (REFUSED) pat",
        "command line: user role read-only sam",
        "command line: user password sam",
    ] {
        assert!(log.contains(&line.to_owned()), "{line}: {log:#?}");
    }
    assert!(!log.join("\n").contains("secret"));
}

#[test]
fn commands_that_change_something_are_logged_and_others_are_not() {
    let place = Place::empty();
    place
        .run(&["shop", "add", "main", "--location", "loc"])
        .with(0);
    place.run(&["shop", "list"]).with(0);
    place.run(&["status"]).with(0);
    place.run(&["shop", "pause", "main"]).with(0);
    place.run(&["shop", "pause", "other"]).with(2);
    place.run(&["rules", "show", "main"]).with(0);
    place.run(&["retry", "main"]).with(0);
    place.run(&["retry", "main", "--all"]).with(0);
    assert_eq!(
        audit(&place),
        [
            "command line: shop add --location loc main",
            "command line: shop pause main",
            "command line: shop pause (no such shop)",
            "command line: shop pause: not done (SHOP-UNKNOWN) (no such shop)",
            "command line: retry --all main",
        ]
    );
    let lines = place.run(&["audit", "--json"]).json();
    assert!(!lines["lines"][0]["who"].as_str().unwrap().is_empty());
}

#[test]
fn an_api_token_of_the_command_line_opens_the_api_until_it_is_revoked() {
    let place = Place::empty();
    let made = place
        .run(&["token", "create", "reports", "--scope", "read", "--json"])
        .with(0)
        .json();
    let header = format!(
        "Authorization: Bearer {}\r\n",
        made["token"].as_str().unwrap()
    );
    let service = Service::start(&place, &[]);
    assert!(
        service
            .ask("GET /api/v1/status", &header, "")
            .starts_with("HTTP/1.1 200")
    );
    assert!(
        service
            .ask("GET /api/v1/audit", &header, "")
            .starts_with("HTTP/1.1 403")
    );
    place
        .run(&["token", "create", "x", "--scope", "write"])
        .with(2)
        .says("read, operate, admin");
    place
        .run(&["token", "create", "x", "--scope", "read", "--days", "1000"])
        .with(2)
        .says("1 to 366 days");
    place.run(&["token", "revoke", "reports"]).with(0);
    assert!(
        service
            .ask("GET /api/v1/status", &header, "")
            .starts_with("HTTP/1.1 401")
    );
}

#[test]
fn a_service_that_others_can_reach_warns_loudly_and_the_demo_refuses() {
    let place = Place::empty();
    let open = ("REPAIRBRIDGE_SERVER__LISTEN", "0.0.0.0:0");
    let mut service = Service::start(&place, &[open]);
    let warning = service.note("WARNING");
    assert!(warning.contains("without encryption") && warning.contains("server.tls_certificate"));
    assert_eq!(service.document["warnings"].as_array().unwrap().len(), 1);
    let made = place
        .run(&["token", "create", "t", "--scope", "read", "--json"])
        .json();
    let header = format!(
        "Authorization: Bearer {}\r\n",
        made["token"].as_str().unwrap()
    );
    let port = service.document["listening"]
        .as_str()
        .unwrap()
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    service.document["listening"] = format!("127.0.0.1:{port}").into();
    let status = service.ask("GET /api/v1/status", &header, "");
    assert!(
        status.contains("server.tls_certificate"),
        "the page shows it as well: {status}"
    );
    drop(service);

    let quiet = Service::start(&place, &[]);
    assert_eq!(quiet.document["warnings"], serde_json::json!([]));
    place
        .run(&[
            "demo",
            "--listen",
            "0.0.0.0:0",
            "--customers",
            "1",
            "--once",
        ])
        .with(2)
        .says("this machine alone");
}
