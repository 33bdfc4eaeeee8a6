//! Locks between processes. They are released when a process dies, however it dies: those beside a file by the system,
//! those on a server because they are leases, which whoever does not say in time that it lives loses.
//!
//! A process that was frozen does not know that it lost a lease. What it does by the right of one must therefore be
//! fenced: [`crate::Store::under`] writes nothing any more once somebody else may have taken over.

mod fence;
mod file;
mod holder;
mod lease;
mod nodes;
mod within;

pub use fence::Fence;
pub(crate) use fence::{Lost, Turn};
pub(crate) use holder::Holder;
pub use nodes::{Node, Nodes, Seat, ServerTime};
pub(crate) use nodes::{here, listed};
pub use within::SimulatedLeases;

use crate::StoreError;
use crate::engine::postgres::Server;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A held lock; dropping it lets the next one in.
#[derive(Debug)]
pub struct Lock {
    held: Held,
}

/// What is let go when it is dropped.
#[derive(Debug)]
enum Held {
    File(#[expect(dead_code, reason = "held, never read")] File),
    Lease(lease::Lease),
}

/// Where locks are taken. Clones share it.
#[derive(Clone, Debug)]
pub(crate) enum Locks {
    Beside(PathBuf),
    On(Holder),
    Within(SimulatedLeases),
}

impl Locks {
    /// Locks of a database that is a file: files beside it, for the processes of one machine.
    pub(crate) const fn beside(path: PathBuf) -> Self {
        Self::Beside(path)
    }

    /// Locks of a database on a server, for processes on whatever machine.
    pub(crate) fn on(server: Server) -> Self {
        Self::On(Holder::new(server))
    }

    pub(crate) async fn take(&self, name: &str) -> Result<Option<Lock>, StoreError> {
        let lease = match self {
            Self::Beside(path) => return Lock::beside(path, name),
            Self::Within(leases) => leases.take(name),
            Self::On(holder) => Box::pin(holder.take(name)).await?,
        };
        Ok(lease.map(|lease| Lock {
            held: Held::Lease(lease),
        }))
    }

    /// Where those that serve the same database are kept, where there can be several.
    pub(crate) const fn holder(&self) -> Option<&Holder> {
        match self {
            Self::Beside(_) | Self::Within(_) => None,
            Self::On(holder) => Some(holder),
        }
    }

    /// Lets go of everything that this process holds on a server. What is beside a file goes with its owner.
    pub(crate) async fn close(&self) {
        if let Self::On(holder) = self {
            holder.close().await;
        }
    }
}

impl Lock {
    /// Takes a lock beside a database that is a file, without opening that.
    pub(crate) fn beside(database: &Path, name: &str) -> Result<Option<Self>, StoreError> {
        let file = file::take(database, name)?;
        Ok(file.map(|file| Self {
            held: Held::File(file),
        }))
    }

    /// Whether it is still held for certain. One beside a file always is.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.fence().is_none_or(Fence::holds)
    }

    /// What fences that which is done by the right of this lock, where it may be lost while we think that we hold it.
    #[must_use]
    pub const fn fence(&self) -> Option<&Fence> {
        match &self.held {
            Held::File(_) => None,
            Held::Lease(lease) => Some(lease.fence()),
        }
    }
}
