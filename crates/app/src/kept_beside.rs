//! Database files beside the real one, for what must not touch it.

use crate::App;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A database file that goes away with its owner, whatever happens, and what lies beside it: journals and locks. It lies
/// beside the real one, since that place may hold customers' data and is known to be writable.
pub(crate) struct Beside {
    path: PathBuf,
}

impl Beside {
    /// A name that nobody else has.
    pub(crate) fn new(app: &App, what: &str) -> Self {
        let mut name = beginning(app.store.path(), what);
        name.push(app.context.new_id().to_string());
        Self {
            path: PathBuf::from(name),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Takes away what owners left that could not end in order.
    pub(crate) fn clear(app: &App, what: &str) {
        take_away(&PathBuf::from(beginning(app.store.path(), what)));
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        take_away(&self.path);
    }
}

fn beginning(database: &Path, what: &str) -> OsString {
    let mut name = database.as_os_str().to_owned();
    name.push(format!(".{what}-"));
    name
}

/// Every file whose path begins so. What cannot be looked at or taken away now is left to the next start.
fn take_away(beginning: &Path) {
    let (Some(folder), Some(name)) = (beginning.parent(), beginning.file_name()) else {
        return;
    };
    let folder = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    let name = name.as_encoded_bytes();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(name) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
