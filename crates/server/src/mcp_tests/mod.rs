//! Assistants at work on the twins: over a pair of streams, and over HTTP.

mod http;
mod line;
mod questions;
mod talk;

use app::operations::Allowed;
use serde_json::{Value as Json, json};
use talk::Talk;
use testkit::Bench;

/// A shop with a contact, which has a first name and no note.
struct Shop {
    bench: Bench,
    contact: String,
}

impl Shop {
    async fn new() -> Self {
        let bench = Bench::new(31, 4, 2).await;
        let contacts = &bench.at_start.contacts;
        let named = contacts
            .iter()
            .find(|(_, contact)| contact["firstName"].is_string());
        let contact = named.unwrap().0.clone();
        Self { bench, contact }
    }

    async fn talk(&self, allowed: Allowed) -> Talk {
        self.talk_with(allowed, json!({})).await
    }

    /// With what the assistant's program says that it can do.
    async fn talk_with(&self, allowed: Allowed, abilities: Json) -> Talk {
        Talk::new(&self.bench.app, allowed, None, abilities).await
    }

    /// What the contact holds now.
    async fn contact(&self) -> Json {
        self.bench.truth().await.contacts[&self.contact].clone()
    }

    /// An input that gives the contact another first name.
    fn rename(&self, name: &str) -> Json {
        json!({"contactId": self.contact, "firstName": name})
    }

    /// What the audit log says of assistants.
    async fn audit(&self) -> Vec<(String, String)> {
        let lines = self.bench.app.audit(100).await.unwrap();
        let ours = lines.into_iter().filter(|line| line.via == "mcp");
        ours.map(|line| (line.who, line.what)).collect()
    }
}

/// The same with another member.
fn with(mut input: Json, name: &str, value: impl Into<Json>) -> Json {
    input[name] = value.into();
    input
}

/// What a result says to whoever reads it.
fn says(result: &Json) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

/// The code of what is wrong; nothing where nothing is.
fn wrong(result: &Json) -> &str {
    let code = result["structuredContent"]["error"]["code"].as_str();
    assert_eq!(result["isError"] == json!(true), code.is_some(), "{result}");
    code.unwrap_or_default()
}
