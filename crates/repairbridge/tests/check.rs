//! The pre-flight of a running service: whether the vendors' webhooks find it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::{Place, Ran, twins};
use serde_json::Value;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

struct Service(Child);

impl Service {
    fn start(place: &Place, address: SocketAddr) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_repairbridge"))
            .current_dir(place.path())
            .args(["serve", "--listen", &address.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let service = Self(child.unwrap());
        for _ in 0..3_000 {
            if TcpStream::connect(address).is_ok() {
                return service;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("serve does not answer");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped_already = self.0.wait();
    }
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// The verdict and the words about webhooks, where the public address is this one.
fn webhooks(place: &Place, address: SocketAddr) -> (String, String) {
    let mut command = place.command(&["check", "main", "--json"]);
    command.env(
        "REPAIRBRIDGE_SERVER__PUBLIC_URL",
        format!("http://{address}"),
    );
    let report = Ran::of(&command.output().unwrap()).json();
    let lines = report["lines"].as_array().unwrap();
    let line = lines
        .iter()
        .find(|line| line["what"] == "webhooks")
        .unwrap();
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    assert!(
        line["verdict"] == "passed" || line["mend"].is_string(),
        "{line}"
    );
    (word(&line["verdict"]), word(&line["says"]))
}

#[test]
fn the_round_trip_finds_this_installation_and_no_other() {
    let twins = twins();
    let place =
        || Place::at(&twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    let (ours, theirs) = (place(), place());
    let (here, there, nobody) = (free(), free(), free());
    assert_eq!(webhooks(&ours, here).0, "warned", "nothing runs yet");
    let _service = Service::start(&ours, here);
    let _other = Service::start(&theirs, there);
    let (verdict, says) = webhooks(&ours, here);
    assert_eq!(verdict, "passed", "{says}");
    let (verdict, says) = webhooks(&ours, there);
    assert_eq!(verdict, "failed");
    assert!(says.contains("somebody else"), "{says}");
    let (verdict, says) = webhooks(&ours, nobody);
    assert_eq!(verdict, "failed");
    assert!(says.contains("nobody answers"), "{says}");
    // The service answers with the keys of the moment.
    ours.run(&["keys", "rotate"]).with(0);
    ours.run(&["keys", "rotate", "--master"]).with(0);
    ours.run(&["keys", "rotate"]).with(0);
    assert_eq!(webhooks(&ours, here).0, "passed");
}

#[test]
fn a_call_is_tried_out_on_the_command_line() {
    let twins = twins();
    let place =
        Place::at(&twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    let listed = place
        .run(&["check", "main", "--call", "contact.list", "--json"])
        .with(0)
        .json();
    assert_eq!(listed["answer"]["status"], 200);
    assert_eq!(listed["request"]["method"], "GET");
    place
        .run(&["check", "main", "--call", "contact.get", "--id", "nobody"])
        .with(1);
    let ran = place
        .run(&[
            "check",
            "main",
            "--call",
            "contact.delete",
            "--id",
            "nobody",
        ])
        .with(0);
    assert!(ran.out.contains("not sent"), "{}", ran.out);
    place
        .run(&["check", "main", "--call", "contact.vanish"])
        .with(2)
        .says("There are: contact.list");
    place.run(&["check", "main", "--id", "x"]).with(2);
}
