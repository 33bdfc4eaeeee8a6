//! `repairbridge mcp`: the protocol and nothing else on standard output, beside a running service.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests, outside of test functions"
)]

mod service;

use serde_json::{Value, json};
use service::{Service, command, free_address};
use std::io::Write;
use std::process::{Output, Stdio};
use testkit::Bench;

/// Runs it with these words, writes these messages, and ends its input.
fn spoken(bench: &Bench, words: &[&str], messages: &[Value]) -> Output {
    let mut command = command(bench, free_address(), 60);
    command.arg("mcp").args(words);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for message in messages {
        // It may have refused to begin.
        let _ = writeln!(input, "{message}");
    }
    drop(input);
    child.wait_with_output().unwrap()
}

fn greeting() -> Vec<Value> {
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
    vec![
        json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello}),
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
    ]
}

fn call(id: u32, tool: &str, input: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": {"name": tool, "arguments": input}})
}

/// The answers by their number; every line has to be one.
fn answers(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let mut answers: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why}: {line}")))
        .collect();
    answers.sort_by_key(|answer| answer["id"].as_u64());
    answers
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_nothing_but_the_protocol_and_ends_with_its_input() {
    let bench = Bench::new(41, 4, 2).await;
    let address = free_address();
    let _service = Service::start(&bench, address, 60).await;
    let contact = bench.at_start.contacts.keys().next().unwrap().clone();
    let mut messages = greeting();
    messages.push(call(
        1,
        "highlevel_contact_get",
        &json!({"contactId": contact}),
    ));
    messages.push(call(2, "status", &json!({})));
    messages.push(call(3, "nothing", &json!({})));
    let output = spoken(&bench, &["--shop", "main", "--verbose"], &messages);
    assert!(output.status.success());
    let answers = answers(&output);
    let ids: Vec<&Value> = answers.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(
        ids,
        [0, 1, 2, 3].map(Value::from).iter().collect::<Vec<_>>()
    );
    let read = &answers[1]["result"]["structuredContent"]["answer"]["contact"];
    assert_eq!(read["id"], json!(contact));
    assert_eq!(answers[3]["error"]["code"], -32602);
    // Without a word, there is nothing to say.
    let output = spoken(&bench, &[], &[]);
    assert!(output.status.success());
    assert!(output.stdout.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_may_do_is_allowed_in_words_and_logged() {
    let bench = Bench::new(42, 4, 2).await;
    for (words, part) in [
        (&["--allow", "deletes"][..], "--allow writes"),
        (&["--allow", "everything"], "invalid value"),
        (&["--shop", "nowhere"], "there is no shop `nowhere`"),
    ] {
        let output = spoken(&bench, words, &greeting());
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(part), "{said}");
    }
    spoken(&bench, &[], &greeting());
    let allowed = ["--shop", "main", "--allow", "writes", "--allow", "messages"];
    let mut messages = greeting();
    messages.push(json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}));
    let output = spoken(&bench, &allowed, &messages);
    let tools = answers(&output)[1]["result"]["tools"].to_string();
    assert!(tools.contains("highlevel_message_send"));
    assert!(!tools.contains("highlevel_contact_delete"));
    let lines = bench.app.audit(10).await.unwrap();
    let done = lines.iter().filter(|line| !line.what.contains("not done"));
    let done: Vec<_> = done
        .map(|line| (line.what.as_str(), line.target.as_deref()))
        .collect();
    assert_eq!(
        done.last(),
        Some(&("mcp --allow writes --allow messages", Some("main")))
    );
    assert!(
        !done.iter().any(|(what, _)| *what == "mcp"),
        "reading is not logged"
    );
}
