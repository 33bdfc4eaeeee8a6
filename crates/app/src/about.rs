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
        Ok(About {
            store_kind: self.store.kind(),
            store_bytes: self.store.bytes().await?,
            store_path: Some(self.store.place().into()),
            public_url: self.config.public_url.to_string(),
            shops: self.store.shops().await?.len(),
        })
    }
}
