//! The process is killed again and again on the way, on a bad line: nothing is lost and nothing doubled.

use std::process::{Command, Stdio};
use std::time::Duration;
use testkit::{Bench, SHOP, assert_exactly_once};
use twin::{FaultProfile, Vendor};

/// How often it is killed.
const KILLS: u64 = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_when_killed_twenty_times() {
    let mut options = Bench::options(31, 600, 200);
    // The vendor does not help: it takes the same person as often as it is told.
    options.highlevel.allow_duplicate_contact = true;
    let bench = Bench::with(options).await;
    for vendor in [Vendor::HighLevel, Vendor::MyGadgetRepairs] {
        bench.twins.set_faults(vendor, FaultProfile::rough());
    }
    // How often something had been written since the start when the kill came; on a slow machine some come early.
    let mut killed = 0;
    for round in 0..KILLS {
        let mut child = sync(&bench).spawn().unwrap();
        let before = written(&bench);
        // In the middle of writing: a few more records each time, or after a while in any case.
        for _ in 0..800 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            if written(&bench) > before + round * 3 || child.try_wait().unwrap().is_some() {
                break;
            }
        }
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += u64::from(written(&bench) > before);
        }
        child.wait().unwrap();
    }
    assert!(
        killed >= KILLS / 4,
        "it was killed while writing {killed} times"
    );
    for vendor in [Vendor::HighLevel, Vendor::MyGadgetRepairs] {
        bench.twins.set_faults(vendor, FaultProfile::none());
    }
    let mut status = sync(&bench).status().unwrap();
    for _ in 0..3 {
        if status.success() {
            break;
        }
        status = sync(&bench).status().unwrap();
    }
    assert!(status.success(), "the last run ends well");
    assert_exactly_once(&bench).await;
    let again = sync(&bench).output().unwrap();
    let tally: serde_json::Value = serde_json::from_slice(&again.stdout).unwrap();
    for what in ["created", "updated", "deleted"] {
        for side in ["highlevel", "mygadgetrepairs"] {
            let written = tally[what][side].as_object().unwrap();
            assert!(
                written.values().all(|count| count == 0),
                "{what} {side}: {tally}"
            );
        }
    }
}

/// Records on both sides.
fn written(bench: &Bench) -> u64 {
    let (left, right) = (
        bench.twins.highlevel().counts(),
        bench.twins.mygadgetrepairs().counts(),
    );
    (left.contacts + left.tasks + right.customers + right.tickets) as u64
}

fn sync(bench: &Bench) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_repairbridge"));
    command
        .args(["sync", SHOP, "--approve", "--json"])
        .current_dir(bench.folder.path())
        .envs(bench.environment())
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .stdout(Stdio::piped());
    command
}
