//! Both twins in a process of their own, without limits, and what they tell from outside.

use crate::apart;
use crate::requests::Shapes;
use anyhow::{Context, Result};
use app::Requests;
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Child;
use twin::TwinOptions;

/// Same seed, same shop in every run.
pub(crate) const SEED: u64 = 7;

/// Where the twins are and how to enter.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Where {
    pub(crate) highlevel: String,
    pub(crate) mygadgetrepairs: String,
    pub(crate) location: String,
    pub(crate) token: String,
    pub(crate) key: String,
}

/// Records on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) contacts: u64,
    pub(crate) tasks: u64,
    pub(crate) customers: u64,
    pub(crate) tickets: u64,
}

/// Serves a made-up shop until the standard input ends.
pub(crate) async fn serve(customers: usize) -> Result<()> {
    let mut options = TwinOptions::new(SEED, customers);
    options.highlevel = twin::highlevel::Settings::unhindered();
    options.mygadgetrepairs.throttle_per_minute = None;
    let twins = twin::start(options).await?;
    let at = Where {
        highlevel: twins.highlevel_url(),
        mygadgetrepairs: twins.mygadgetrepairs_url(),
        location: twins.location_id().to_owned(),
        token: twins.token().to_owned(),
        key: twins.key(),
    };
    println!("{}", serde_json::to_string(&at)?);
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}

/// Running twins, seen from outside. They end with this.
pub(crate) struct Twins {
    pub(crate) at: Where,
    client: reqwest::Client,
    _process: Child,
}

impl Twins {
    pub(crate) async fn start(customers: usize) -> Result<Self> {
        let arguments = ["twins".to_owned(), customers.to_string()];
        let (process, at) = apart::going_on(&arguments).await?;
        Ok(Self {
            at,
            client: reqwest::Client::builder().build()?,
            _process: process,
        })
    }

    /// Requests so far, as the twins counted them.
    pub(crate) async fn requests(&self) -> Result<Requests> {
        let highlevel = self.ask(&self.at.highlevel, "health").await?;
        let mygadgetrepairs = self.ask(&self.at.mygadgetrepairs, "health").await?;
        Ok(Requests {
            highlevel: number(&highlevel, "requests"),
            mygadgetrepairs: number(&mygadgetrepairs, "requests"),
        })
    }

    pub(crate) async fn counts(&self) -> Result<Counts> {
        let highlevel = self.ask(&self.at.highlevel, "counts").await?;
        let mygadgetrepairs = self.ask(&self.at.mygadgetrepairs, "counts").await?;
        Ok(Counts {
            contacts: number(&highlevel, "contacts"),
            tasks: number(&highlevel, "tasks"),
            customers: number(&mygadgetrepairs, "customers"),
            tickets: number(&mygadgetrepairs, "tickets"),
        })
    }

    /// The newest requests to both, by path.
    pub(crate) async fn shapes(&self) -> Result<Shapes> {
        let mut shapes = Shapes::default();
        for base in [&self.at.highlevel, &self.at.mygadgetrepairs] {
            shapes.add(&self.ask(base, "log?limit=50000").await?);
        }
        Ok(shapes)
    }

    /// A person edits a contact in the CRM.
    pub(crate) async fn edit_contact(&self, id: &str, fields: Json) -> Result<()> {
        let action = json!({"action": "edit_contact", "id": id, "fields": fields});
        let url = control(&self.at.highlevel, "person");
        let answer = self.client.post(url).json(&action).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    /// Ids of contacts.
    pub(crate) async fn contacts(&self, most: usize) -> Result<Vec<String>> {
        let what = format!("state?kind=contacts&limit={most}");
        let url = control(&self.at.highlevel, &what);
        let lines = self.client.get(url).send().await?.text().await?;
        let mut ids = Vec::new();
        for line in lines.lines() {
            let contact: Json = serde_json::from_str(line)?;
            ids.extend(contact["id"].as_str().map(str::to_owned));
        }
        Ok(ids)
    }

    /// When the first request of a sort arrived at a side since [`Twins::forget`].
    pub(crate) async fn arrived(
        &self,
        base: &str,
        method: &str,
        path: &str,
    ) -> Result<Option<Timestamp>> {
        let log = self.ask(base, "log?limit=1000").await?;
        let entries = log["requests"].as_array().context("a log")?;
        let first = entries.iter().find(|entry| {
            entry["method"] == method && entry["path"].as_str().is_some_and(|at| at.contains(path))
        });
        let time = first.and_then(|entry| entry["time"].as_str());
        Ok(time.map(str::parse).transpose()?)
    }

    /// Waits until nothing was asked for a second.
    pub(crate) async fn quiet(&self) -> Result<()> {
        let mut before = None;
        loop {
            let requests = self.requests().await?;
            let now = requests.highlevel + requests.mygadgetrepairs;
            if before == Some(now) {
                return Ok(());
            }
            before = Some(now);
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    }

    /// Forgets the requests so far, for [`Twins::shapes`].
    pub(crate) async fn forget(&self) -> Result<()> {
        for base in [&self.at.highlevel, &self.at.mygadgetrepairs] {
            self.client.delete(control(base, "log")).send().await?;
        }
        Ok(())
    }

    async fn ask(&self, base: &str, what: &str) -> Result<Json> {
        let answer = self.client.get(control(base, what)).send().await?;
        answer.json().await.context("a twin did not answer in JSON")
    }
}

/// The twins' control paths lie beside the vendors' paths.
fn control(base: &str, what: &str) -> String {
    format!("{}/_twin/{what}", base.trim_end_matches("/v1"))
}

fn number(json: &Json, key: &str) -> u64 {
    json[key].as_u64().unwrap_or(0)
}
