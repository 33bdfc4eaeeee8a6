//! The key file: read only when it is private, made so that it is either whole or not there.

use crate::master::number;
use crate::{MasterKey, VaultError};
use domain::Randomness;
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
    write_whole(path, text, nobody_elses).map_err(|why| unwritable(path, &why))
}

/// Fills a file of another name, then links it to its own: nobody ever sees half a key, not even after a
/// power cut, and of two processes one wins. File systems without links have no modes either.
fn write_whole(path: &Path, text: &str, nobody_elses: u64) -> io::Result<()> {
    let draft = beside(path, &format!(".draft-{nobody_elses:016x}"));
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

/// The key file changed for a new one, step by step. Whenever it is cut short, either the file or the former one
/// beside it holds the key that the data keys lie under.
pub struct KeyFileChange<'a> {
    path: &'a Path,
    /// The new key.
    pub new: MasterKey,
    draft: PathBuf,
}

impl<'a> KeyFileChange<'a> {
    /// Step 1: the new key is on the disk, in a file of its own with mode 0600.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn begin(path: &'a Path, randomness: &dyn Randomness) -> Result<Self, VaultError> {
        let draft = beside(path, ".next");
        let text = MasterKey::new_text(randomness);
        let new = MasterKey::parse(&text, format!("the key file {}", path.display()))?;
        remove(&draft)
            .and_then(|()| write_whole(&draft, &text, number(randomness)))
            .map_err(|why| unwritable(path, &why))?;
        Ok(Self { path, new, draft })
    }

    /// Step 2: the present key file has a second name, [`KeyFileChange::former`]. Nothing where there is none.
    ///
    /// # Errors
    /// When it cannot be given one.
    pub fn keep_former(&self) -> Result<(), VaultError> {
        let former = Self::former(self.path);
        let kept = remove(&former).and_then(|()| match fs::hard_link(self.path, &former) {
            Err(why) if why.kind() == ErrorKind::NotFound => Ok(()),
            linked => linked.and_then(|()| sync_folder(self.path)),
        });
        kept.map_err(|why| unwritable(&former, &why))
    }

    /// Step 3: the new key takes the place of the present one, in one go.
    ///
    /// # Errors
    /// When it cannot.
    pub fn put_in_place(&self) -> Result<(), VaultError> {
        fs::rename(&self.draft, self.path)
            .and_then(|()| sync_folder(self.path))
            .map_err(|why| unwritable(self.path, &why))
    }

    /// The last step, once every data key lies under the new key: the former one goes.
    ///
    /// # Errors
    /// When it cannot be removed.
    pub fn forget_former(path: &Path) -> Result<(), VaultError> {
        let former = Self::former(path);
        remove(&former)
            .and_then(|()| sync_folder(path))
            .map_err(|why| unwritable(&former, &why))
    }

    /// Where the former key is kept meanwhile.
    #[must_use]
    pub fn former(path: &Path) -> PathBuf {
        beside(path, ".previous")
    }

    /// Moves a key file that is of no use any more aside, to a name that nothing has yet. Answers that name, or
    /// nothing where there is no key file.
    ///
    /// # Errors
    /// When it cannot be moved.
    pub fn put_aside(path: &Path) -> Result<Option<PathBuf>, VaultError> {
        for number in 1..1_000_u32 {
            let aside = beside(path, &format!(".unused-{number}"));
            match fs::hard_link(path, &aside) {
                Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
                Err(why) if why.kind() == ErrorKind::AlreadyExists => {}
                Err(why) => return Err(unwritable(&aside, &why)),
                Ok(()) => {
                    remove(path)
                        .and_then(|()| sync_folder(path))
                        .map_err(|why| unwritable(path, &why))?;
                    return Ok(Some(aside));
                }
            }
        }
        Err(unwritable(
            path,
            &io::Error::other("a thousand unused key files lie beside it; remove some"),
        ))
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut other = path.as_os_str().to_owned();
    other.push(end);
    PathBuf::from(other)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, why: &io::Error) -> VaultError {
    VaultError::KeyFileUnwritable {
        path: path.to_owned(),
        why: why.to_string(),
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
