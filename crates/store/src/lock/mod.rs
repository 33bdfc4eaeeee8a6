//! Locks between processes. They are released when a process dies, however it dies.

mod file;
mod server;

use crate::StoreError;
use crate::engine::postgres::Server;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A held lock; dropping it lets the next one in.
#[derive(Debug)]
pub struct Lock {
    _held: Held,
}

/// What is let go when it is dropped.
#[derive(Debug)]
#[expect(dead_code, reason = "held, never read")]
enum Held {
    File(File),
    Server(server::Held),
}

/// Where locks are taken. Clones share it.
#[derive(Clone, Debug)]
pub(crate) enum Locks {
    Beside(PathBuf),
    On(server::Locks),
}

impl Locks {
    /// Locks of a database that is a file: files beside it, for the processes of one machine.
    pub(crate) const fn beside(path: PathBuf) -> Self {
        Self::Beside(path)
    }

    /// Locks of a database on a server, for processes on whatever machine.
    pub(crate) fn on(server: Server) -> Self {
        Self::On(server::Locks::new(server))
    }

    pub(crate) async fn take(&self, name: &str) -> Result<Option<Lock>, StoreError> {
        match self {
            Self::Beside(path) => Lock::beside(path, name),
            Self::On(locks) => Ok(Box::pin(locks.take(name)).await?.map(Lock::on_server)),
        }
    }
}

impl Lock {
    /// Takes a lock beside a database that is a file, without opening that.
    pub(crate) fn beside(database: &Path, name: &str) -> Result<Option<Self>, StoreError> {
        let file = file::take(database, name)?;
        Ok(file.map(|file| Self {
            _held: Held::File(file),
        }))
    }

    const fn on_server(held: server::Held) -> Self {
        Self {
            _held: Held::Server(held),
        }
    }
}
