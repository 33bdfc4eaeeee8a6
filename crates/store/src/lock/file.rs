//! Locks between processes on one machine. The system releases them when a process dies, however it dies.

use crate::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// The file of a lock of this name.
fn path(database: &Path, name: &str) -> PathBuf {
    let mut file = database.as_os_str().to_owned();
    file.push(format!(".{name}.lock"));
    PathBuf::from(file)
}

/// Takes the lock of this name beside a database, or answers nothing when another process has it.
pub(super) fn take(database: &Path, name: &str) -> Result<Option<File>, StoreError> {
    let path = path(database, name);
    let unwritable = |why: std::io::Error| StoreError::Unwritable {
        path: path.clone(),
        why: why.to_string(),
    };
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    keep_private(&mut options, &path);
    let file = options.open(&path).map_err(unwritable)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(why)) => Err(unwritable(why)),
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
