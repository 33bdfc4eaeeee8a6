//! The MyGadgetRepairs wire: types, endpoints, capability probe, errors and quirks. Usable alone.
//!
//! The service is only partly documented (mygadgetrepairs-api.md), so this crate reads whatever comes,
//! writes under the spellings of one table ([`WireNames`]) and finds out by a probe ([`probe::run`]) what an
//! account can do. The oddities that shape it are listed in [`quirks`].
//!
//! ```no_run
//! # async fn example(key: secrecy::SecretString, budget: std::sync::Arc<dyn http::Budget>, context: domain::Context) -> Result<(), Box<dyn std::error::Error>> {
//! use mygadgetrepairs::{Client, Config, Cursor, DEFAULT_BASE_URL, Filter};
//! let client = Client::new(Config::new(DEFAULT_BASE_URL.parse()?), &key, budget, context)?;
//! let newest = client.customers().page(&Filter::default(), &Cursor::start()).await?;
//! println!("{} customers on the first page", newest.items.len());
//! # Ok(())
//! # }
//! ```

pub mod api;
mod auth;
mod client;
mod config;
#[cfg(test)]
mod decode_tests;
mod error;
mod lenient;
pub mod limits;
pub mod model;
mod page;
pub mod probe;
pub mod quirks;
mod stamp;
pub mod webhook;
mod wire;

#[cfg(test)]
mod stub;

pub use client::Client;
pub use config::{Config, DEFAULT_BASE_URL};
pub use error::Error;
pub use model::{Filter, Unreadable};
pub use page::{Cursor, PAGE_ROWS, Page, PagingForm, Walk, normal_id};
pub use stamp::{NotATime, Stamp, WriteTimeFormat};
pub use wire::{Evidence, Slot, WireName, WireNames};
