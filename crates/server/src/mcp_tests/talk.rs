//! An assistant's program, message by message.

use crate::mcp::{Party, speak};
use app::App;
use app::operations::Allowed;
use serde_json::{Value as Json, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, Lines};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(super) struct Talk {
    to: DuplexStream,
    from: Lines<BufReader<DuplexStream>>,
    last: u64,
    served: JoinHandle<std::io::Result<()>>,
    /// Everything that was answered.
    pub(super) heard: String,
}

impl Talk {
    /// After the greeting.
    pub(super) async fn new(
        app: &App,
        allowed: Allowed,
        shop: Option<&str>,
        abilities: Json,
    ) -> Self {
        let (to, input) = tokio::io::duplex(64 * 1024);
        let (output, from) = tokio::io::duplex(64 * 1024);
        let party = Party {
            name: "pat".into(),
            network: None,
            allowed,
            beyond_core: true,
            shop: shop.map(str::to_owned),
        };
        let served = speak(app.clone(), party, input, output, CancellationToken::new());
        let mut talk = Self {
            to,
            from: BufReader::new(from).lines(),
            last: 0,
            served: tokio::spawn(served),
            heard: String::new(),
        };
        let hello = json!({"protocolVersion": "2025-11-25", "capabilities": abilities,
            "clientInfo": {"name": "test", "version": "1"}});
        let welcome = talk.ask("initialize", hello).await;
        assert_eq!(
            welcome["result"]["protocolVersion"], "2025-11-25",
            "{welcome}"
        );
        talk.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
            .await;
        talk
    }

    pub(super) async fn send(&mut self, message: &Json) {
        let line = format!("{message}\n");
        self.to.write_all(line.as_bytes()).await.unwrap();
    }

    pub(super) async fn hear(&mut self) -> Json {
        let line = self.from.next_line().await.unwrap().unwrap();
        self.heard.push_str(&line);
        serde_json::from_str(&line).unwrap()
    }

    /// The whole answer to a request.
    pub(super) async fn ask(&mut self, method: &str, params: Json) -> Json {
        self.last += 1;
        let id = self.last;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))
            .await;
        let answer = self.hear().await;
        assert_eq!(answer["id"], id, "{answer}");
        answer
    }

    pub(super) async fn tools(&mut self) -> Vec<Json> {
        let listed = self.ask("tools/list", json!({})).await;
        assert_eq!(listed["result"].get("nextCursor"), None);
        listed["result"]["tools"].as_array().unwrap().clone()
    }

    pub(super) async fn names(&mut self) -> Vec<String> {
        let tools = self.tools().await.into_iter();
        tools
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The result of a tool.
    pub(super) async fn call(&mut self, tool: &str, input: Json) -> Json {
        let asked = self.ask("tools/call", json!({"name": tool, "arguments": input}));
        let answer = asked.await;
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].clone()
    }

    /// The result of a tool that asks a person in between, and what it asks.
    pub(super) async fn call_answering(
        &mut self,
        tool: &str,
        input: Json,
        says: Json,
    ) -> (Json, Json) {
        self.last += 1;
        let id = self.last;
        let params = json!({"name": tool, "arguments": input});
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}))
            .await;
        let question = self.hear().await;
        assert_eq!(question["method"], "elicitation/create", "{question}");
        self.send(&json!({"jsonrpc": "2.0", "id": question["id"], "result": says}))
            .await;
        let answer = self.hear().await;
        assert_eq!(answer["id"], id, "{answer}");
        (answer["result"].clone(), question["params"].clone())
    }

    /// Hangs up, and waits until the other end has ended.
    pub(super) async fn end(self) -> std::io::Result<()> {
        drop(self.to);
        drop(self.from);
        self.served.await.unwrap()
    }
}
