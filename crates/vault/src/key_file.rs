//! The key file: read only when it is private, made so that it is either whole or not there.

use crate::VaultError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Longer than any key with its line end; the rest of a wrong file is not worth reading.
const LONGEST: u64 = 1024;

/// The content, or nothing when there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<Zeroizing<String>>, VaultError> {
    let unreadable = |why: io::Error| VaultError::KeyFileUnreadable {
        path: path.to_owned(),
        why: why.to_string(),
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
        Err(why) => return Err(unreadable(why)),
    };
    check_private(path, &file.metadata().map_err(unreadable)?)?;
    // Room for everything at once: a growing buffer would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(2 * 1024));
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(unreadable)?;
    Ok(Some(text))
}

/// Writes the file unless it is there already. The number keeps drafts apart when several start at once.
pub(crate) fn create(path: &Path, text: &str, nobody_elses: u64) -> Result<(), VaultError> {
    write_whole(path, text, nobody_elses).map_err(|why| VaultError::KeyFileUnwritable {
        path: path.to_owned(),
        why: why.to_string(),
    })
}

/// Fills a file of another name, then links it to its own: nobody ever sees half a key, not even after a
/// power cut, and of two processes one wins. File systems without links have no modes either.
fn write_whole(path: &Path, text: &str, nobody_elses: u64) -> io::Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".draft-{nobody_elses:016x}"));
    let draft = PathBuf::from(draft);
    let mut file = private().open(&draft)?;
    let linked = file
        .write_all(text.as_bytes())
        .and_then(|()| file.write_all(b"\n"))
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);
    match linked {
        Err(why) if why.kind() != ErrorKind::AlreadyExists => Err(why),
        _ => sync_folder(path),
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn check_private(path: &Path, found: &fs::Metadata) -> Result<(), VaultError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(VaultError::KeyFileExposed {
            path: path.to_owned(),
            mode,
        });
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_private(_path: &Path, _found: &fs::Metadata) -> Result<(), VaultError> {
    Ok(())
}
