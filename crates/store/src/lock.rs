//! Locks between processes on one machine. The system releases them when a process dies, however it dies.

use crate::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// A held lock; dropping it lets the next one in.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// The file of a lock of this name.
    pub(crate) fn path(database: &Path, name: &str) -> PathBuf {
        let mut file = database.as_os_str().to_owned();
        file.push(format!(".{name}.lock"));
        PathBuf::from(file)
    }

    /// Takes the lock, or answers nothing when another process has it.
    pub(crate) fn take(path: &Path) -> Result<Option<Self>, StoreError> {
        let unwritable = |why: std::io::Error| StoreError::Unwritable {
            path: path.to_owned(),
            why: why.to_string(),
        };
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        keep_private(&mut options, path);
        let file = options.open(path).map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(why)) => Err(unwritable(why)),
        }
    }
}

/// Who may open a lock's file, even to read it, may hold the lock: nobody else may.
#[cfg(unix)]
fn keep_private(options: &mut OpenOptions, path: &Path) {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    options.mode(0o600);
    // One that an earlier version made. That it is not there, or another's, is told by opening it.
    let _not_ours = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
}

#[cfg(not(unix))]
fn keep_private(_options: &mut OpenOptions, _path: &Path) {}
