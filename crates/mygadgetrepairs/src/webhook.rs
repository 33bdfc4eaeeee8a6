//! Receiving notification webhooks (mygadgetrepairs-webhooks.md 1): who may call, what a call says, and what an
//! administrator has to paste into MyGadgetRepairs.
//!
//! ```
//! # fn example(credentials: &mygadgetrepairs::webhook::Credentials, header: impl Fn(&str) -> Option<&'static str>, body: &[u8]) {
//! use mygadgetrepairs::webhook::Notice;
//! if credentials.authorized(&header) {
//!     let notice = Notice::read(&header, body);
//!     println!("{:?}: look at ticket {:?}", notice.event, notice.ticket_reference);
//! }
//! # }
//! ```
//!
//! A body is whatever the administrator typed, with tags filled in that may break its JSON (1.1, 1.4). So the
//! routing rests on constants of ours, any bytes are read, and a notice is a hint to look and never a source of
//! values.

mod credentials;
mod event;
mod notice;
mod scan;
mod setup;

pub use credentials::{Credentials, TOKEN_HEADER};
pub use event::{EVENT_HEADER, Event};
pub use notice::{EVENT_ID_HEADER, Notice};
pub use setup::{HOOK_PATH, Notification, Setup, setup};

#[cfg(test)]
mod tests;
