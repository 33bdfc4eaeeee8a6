//! Commands about who may come in.

use app::access::{Permission, Role};
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Adds a user. Without a password file, prints a link by which that person chooses a password.
    Add {
        /// The name, typed at sign-in.
        name: String,
        /// owner (everything), staff (runs the sync) or read-only.
        #[arg(long, value_parser = role)]
        role: Role,
        /// File with the password; - for standard input.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
    /// Lists all users.
    List,
    /// Gives a user another role.
    Role {
        /// The user.
        name: String,
        /// owner, staff or read-only.
        #[arg(value_parser = role)]
        role: Role,
    },
    /// Keeps a user out, and ends that user's sessions.
    Disable {
        /// The user.
        name: String,
    },
    /// Lets a user in again.
    Enable {
        /// The user.
        name: String,
    },
    /// Sets a user's password, and ends that user's sessions. No old password is asked for.
    Password {
        /// The user.
        name: String,
        /// File with the password; - for standard input.
        #[arg(long, value_name = "FILE", default_value = "-")]
        password_file: PathBuf,
    },
    /// Prints a link that works once: for the first owner, or for a user who chooses a new password.
    SetupLink {
        /// The user; left out where nobody is set up yet.
        name: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Session {
    /// Lists the sessions that run.
    List {
        /// Only this user's.
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// Ends sessions, at once.
    End(EndSession),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct EndSession {
    /// The session's number.
    pub(crate) id: Option<i64>,
    /// All of this user.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Everybody's.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Token {
    /// Makes a token for programs that use the API, and prints it this once.
    Create {
        /// What to call it.
        name: String,
        /// read (look), operate (pause, approve, answer, retry, undo) or admin (everything).
        #[arg(long, value_delimiter = ',', required = true, value_parser = scope)]
        scope: Vec<Permission>,
        /// Days until it ends.
        #[arg(long, default_value_t = app::access::API_TOKEN_DAYS)]
        days: u32,
    },
    /// Lists all tokens, without the tokens themselves.
    List,
    /// Revokes a token, at once.
    Revoke {
        /// Its name.
        name: String,
    },
}

fn role(word: &str) -> Result<Role, String> {
    word.parse().map_err(|why| format!("{why}"))
}

fn scope(word: &str) -> Result<Permission, String> {
    word.parse().map_err(|why| format!("{why}"))
}
