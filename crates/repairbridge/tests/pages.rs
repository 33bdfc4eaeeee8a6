//! What packages are made with: manual pages and completion scripts.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::Place;
use std::collections::BTreeSet;
use std::process::{Command, Stdio};

/// Every command that `--help` shows, with those below it, as the names of their pages.
fn pages_of_help(place: &Place, words: &[&str], found: &mut BTreeSet<String>) {
    let mut asked = words.to_vec();
    asked.push("--help");
    let help = place.run(&asked).with(0).out;
    let name = std::iter::once(&"repairbridge").chain(words).copied();
    found.insert(format!("{}.1", name.collect::<Vec<_>>().join("-")));
    let lines = help
        .lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty());
    // Descriptions that go on in another line stand further in.
    for line in lines.filter(|line| line.starts_with("  ") && !line.starts_with("   ")) {
        let below = line.split_whitespace().next().unwrap();
        if below != "help" {
            let mut deeper = words.to_vec();
            deeper.push(below);
            pages_of_help(place, &deeper, found);
        }
    }
}

#[test]
fn every_command_has_a_manual_page_and_no_page_is_without_a_command() {
    let place = Place::empty();
    place.run(&["man", "pages/man1"]).with(0);
    let folder = place.path().join("pages/man1");
    let written: BTreeSet<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let mut commands = BTreeSet::new();
    pages_of_help(&place, &[], &mut commands);
    assert!(commands.contains("repairbridge-shop-add.1"), "{commands:?}");
    assert_eq!(written, commands);
    // The flags are on the page of the command that takes them.
    let page = std::fs::read_to_string(folder.join("repairbridge-shop-add.1")).unwrap();
    assert!(page.contains("location") && page.contains("Adds a shop"));
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let place = Place::empty();
    place.write("taken", "");
    place
        .run(&["man", "taken"])
        .with(1)
        .says("the manual pages cannot be written to taken");
}

#[test]
fn each_shell_gets_a_script_that_knows_every_command() {
    let place = Place::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = place.run(&["completions", shell]).with(0).out;
        for word in ["renew-webhook", "setup-link", "--approve", "--config"] {
            // Fish writes flags without their dashes.
            let word = word.trim_start_matches('-');
            assert!(script.contains(word), "{shell} knows no {word}");
        }
    }
    place.run(&["completions", "cmd"]).with(2);
}

/// The words that bash offers for the last of those typed.
fn offered(place: &Place, line: &[&str]) -> Vec<String> {
    let words: Vec<String> = line.iter().map(|word| format!("'{word}'")).collect();
    let last = line.len() - 1;
    let asks = format!(
        ". ./script; COMP_WORDS=({}); COMP_CWORD={last}; _repairbridge repairbridge '{}' '{}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.join(" "),
        line[last],
        line[last - 1],
    );
    let output = Command::new("bash")
        .args(["-c", &asks])
        .current_dir(place.path())
        .output()
        .unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn bash_takes_its_script_and_completes_by_it() {
    let place = Place::empty();
    let script = place.run(&["completions", "bash"]).with(0).out;
    place.write("script", &script);
    let checked = Command::new("bash")
        .args(["-n", "script"])
        .current_dir(place.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        checked.status.success(),
        "{}",
        String::from_utf8_lossy(&checked.stderr)
    );
    assert_eq!(
        offered(&place, &["repairbridge", "shop", "re"]),
        ["resume", "renew-webhook", "remove"]
    );
    assert_eq!(offered(&place, &["repairbridge", "syn"]), ["sync"]);
    let flags = offered(&place, &["repairbridge", "sync", "main", "--a"]);
    assert_eq!(flags, ["--approve"]);
}
