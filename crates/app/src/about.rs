//! What is running here, for people who look after it.

use crate::{App, AppError};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

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
}

impl App {
    /// What is running here.
    ///
    /// # Errors
    /// When the store refuses.
    pub async fn about(&self) -> Result<About, AppError> {
        let path = self.store.path().to_owned();
        let sizes = ["", "-wal"].map(|suffix| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            std::fs::metadata(name).map_or(0, |found| found.len())
        });
        Ok(About {
            store_kind: "SQLite",
            store_bytes: sizes.iter().sum(),
            store_path: Some(path),
            public_url: self.config.public_url.to_string(),
            shops: self.store.shops().await?.len(),
        })
    }
}
