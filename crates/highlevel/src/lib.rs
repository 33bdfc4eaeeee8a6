//! The HighLevel wire: types, endpoints, tokens, errors and quirks. Usable alone.
//!
//! ```no_run
//! # async fn example(budget: std::sync::Arc<dyn http::Budget>, context: domain::Context)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! use highlevel::{Client, Config, StaticToken};
//! let config = Config::new(highlevel::PUBLIC_ADDRESS.parse()?, "ve9EPM428h8vShlRW1KT");
//! let tokens = std::sync::Arc::new(StaticToken::new("pit-…"));
//! let client = Client::new(config, tokens, budget, context)?;
//! let contact = client.contacts().get("jKy701hlSIPdiw0x12WA").await?;
//! let tasks = client.with_lane(http::Lane::Interactive).tasks().list(&contact.id).await?;
//! # let _ = tasks; Ok(()) }
//! ```
//!
//! Reading is lenient: everything but ids may be missing, and both spellings of what the vendor misspells are
//! understood. Writing is strict: the vendor refuses a whole request for one unknown key, so write types hold
//! documented keys only, and creating and updating have types of their own.

pub mod api;
mod auth;
mod client;
mod config;
mod decode;
#[cfg(test)]
mod decode_tests;
mod draft;
mod error;
pub mod model;
pub mod oauth;
mod page;
mod patch;
pub mod quirks;
mod vendor_error;
pub mod webhook;

pub use auth::{StaticToken, TokenError, TokenSource};
pub use client::Client;
pub use config::{ApiVersion, Config, ConfigError, PUBLIC_ADDRESS, budget_policy};
pub use error::Error;
pub use page::{Cursor, Page};
pub use patch::Patch;
