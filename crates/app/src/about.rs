//! What is running here, for people who look after it.

use crate::{App, AppError};
use domain::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;
use store::Node;

/// What is running here.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct About {
    /// What the database is.
    pub store_kind: &'static str,
    /// Where it lies; for owners only.
    pub store_path: Option<PathBuf>,
    /// Its size.
    pub store_bytes: u64,
    /// The address that vendors and browsers reach.
    pub public_url: String,
    /// How many shops there are.
    pub shops: usize,
    /// The processes that serve this database together, the oldest first; none of a database that is a file.
    pub nodes: Vec<NodeLine>,
}

/// A process that serves the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NodeLine {
    /// The machine, as it calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Where its dashboard is; for owners only.
    pub address: Option<String>,
    /// Since when.
    #[schemars(with = "String")]
    pub since: Timestamp,
    /// Whether it is the one that answers.
    pub own: bool,
}

impl App {
    /// What is running here.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn about(&self) -> Result<About, AppError> {
        Ok(About {
            store_kind: self.store.kind(),
            store_bytes: self.store.bytes().await?,
            store_path: Some(self.store.place().into()),
            public_url: self.config.public_url.to_string(),
            shops: self.store.shops().await?.len(),
            nodes: self.nodes().await?,
        })
    }

    /// The processes that serve this database together, the oldest first; none of a database that is a file.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn nodes(&self) -> Result<Vec<NodeLine>, AppError> {
        let own = self.seat().and_then(|seat| seat.nodes().own);
        let line = |node: Node| NodeLine {
            own: own.as_ref() == Some(&node.id),
            since: Timestamp::from_millisecond(node.since).unwrap_or(Timestamp::UNIX_EPOCH),
            name: node.name,
            version: node.version,
            address: Some(node.address),
        };
        Ok(self.store.nodes().await?.into_iter().map(line).collect())
    }
}
