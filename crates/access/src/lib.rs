//! Who may do what on the dashboard and the API: roles and scopes, the lives of sessions and tokens, passwords, and how
//! long somebody who guesses has to wait.
//!
//! Rules only: nothing here knows a clock, a database or a browser, so that every rule can be tried by the thousand.

mod address;
mod attempts;
mod lifetime;
mod name;
mod password;
mod role;
mod token;

pub use address::network;
pub use attempts::{Attempts, Limit};
pub use lifetime::{
    API_TOKEN_DAYS, LONGEST_API_TOKEN_DAYS, SessionTimes, api_token_end, is_running, setup_link_end,
};
pub use name::{NameError, check_name, short_agent};
pub use password::{Hash, PasswordError, StoredHashError};
pub use role::{Permission, Role, Scopes, UnknownWord};
pub use token::{Token, TokenKind};
