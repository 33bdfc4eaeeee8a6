//! Backups, sealed as a whole: an `age` file (age-encryption.org/v1) of the database, under a passphrase or under a
//! secret made out of the master key. With a passphrase, the `age` tool opens it as well.

use crate::{MasterKey, VaultError};
use age::scrypt;
use age::{DecryptError, Decryptor, Encryptor};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::SecretString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

/// 2^16 blocks: 64 MiB for a moment.
const PASSPHRASE_WORK: u8 = 16;
/// A secret of 256 bits is not found by trying, however little each try costs.
const MASTER_WORK: u8 = 10;
/// Other programs may have chosen more; beyond this, opening would take minutes and gigabytes.
const MOST_WORK: u8 = 20;
const PIECE: usize = 256 * 1024;

/// What a backup is sealed with.
pub enum Lock {
    /// A passphrase that a person keeps.
    Passphrase(SecretString),
    /// A secret made out of the installation's master key.
    Master(SecretString),
}

impl Lock {
    /// The lock that opens with the master key.
    #[must_use]
    pub fn of(master: &MasterKey) -> Self {
        let secret = blake3::derive_key("repairbridge 2026 sealed backups", &*master.bytes);
        let text = zeroize::Zeroizing::new(STANDARD_NO_PAD.encode(secret));
        Self::Master(SecretString::from(text.as_str()))
    }

    const fn secret(&self) -> &SecretString {
        match self {
            Self::Passphrase(secret) | Self::Master(secret) => secret,
        }
    }

    const fn work(&self) -> u8 {
        match self {
            Self::Passphrase(_) => PASSPHRASE_WORK,
            Self::Master(_) => MASTER_WORK,
        }
    }

    fn does_not_open(&self, path: &Path) -> VaultError {
        let (tried, mend) = match self {
            Self::Passphrase(_) => (
                "this passphrase",
                "Check it; a backup that was made without a passphrase opens with the installation's master key instead",
            ),
            Self::Master(_) => (
                "the master key of this installation",
                "If it was made with a passphrase, name that with --passphrase-file; else put the key file back that was in use when it was made",
            ),
        };
        VaultError::BackupLocked {
            path: path.to_owned(),
            tried,
            mend,
        }
    }
}

/// Seals the file `from` into `to`, which must not exist. It is there as a whole or not at all.
///
/// # Errors
/// When either file cannot be read or written.
pub fn seal(from: &Path, to: &Path, lock: &Lock) -> Result<(), VaultError> {
    let draft = beside(to, ".draft");
    let sealed = seal_into(from, &draft, lock).and_then(|()| give_name(&draft, to));
    let _ = fs::remove_file(&draft);
    sealed.map_err(|why| trouble(to, &why))
}

/// Never over anything that is there. A memory stick may know no second names; there it is looked for first.
fn give_name(draft: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(draft, to) {
        Err(why) if why.kind() != ErrorKind::AlreadyExists && fs::symlink_metadata(to).is_err() => {
            fs::rename(draft, to)
        }
        linked => linked,
    }
}

fn seal_into(from: &Path, draft: &Path, lock: &Lock) -> io::Result<()> {
    let mut recipient = scrypt::Recipient::new(lock.secret().clone());
    recipient.set_work_factor(lock.work());
    let recipients = std::iter::once(&recipient as &dyn age::Recipient);
    let encryptor = Encryptor::with_recipients(recipients).map_err(io::Error::other)?;
    let file = private(draft)?;
    let mut sealing = encryptor.wrap_output(BufWriter::with_capacity(PIECE, file))?;
    io::copy(
        &mut BufReader::with_capacity(PIECE, File::open(from)?),
        &mut sealing,
    )?;
    let mut written = sealing.finish()?;
    written.flush()?;
    written.get_ref().sync_all()
}

/// Opens the backup `from` into the new file `to`. Where it is refused, nothing is left at `to`.
///
/// # Errors
/// When it is no backup, was sealed with something else, ends early or was altered, or a file cannot be read or
/// written.
pub fn open(from: &Path, to: &Path, lock: &Lock) -> Result<(), VaultError> {
    let opened = open_into(from, to, lock);
    if opened.is_err() {
        let _ = fs::remove_file(to);
    }
    opened
}

fn open_into(from: &Path, to: &Path, lock: &Lock) -> Result<(), VaultError> {
    let file = File::open(from).map_err(|why| trouble(from, &why))?;
    let decryptor = Decryptor::new_buffered(BufReader::with_capacity(PIECE, file));
    let mut identity = scrypt::Identity::new(lock.secret().clone());
    identity.set_max_work_factor(MOST_WORK);
    let opened = decryptor
        .and_then(|decryptor| decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)));
    let mut content = opened.map_err(|why| match why {
        DecryptError::DecryptionFailed
        | DecryptError::KeyDecryptionFailed
        | DecryptError::NoMatchingKeys => lock.does_not_open(from),
        // The header's own seal: it opened, but was altered.
        DecryptError::InvalidMac => VaultError::BackupBroken {
            path: from.to_owned(),
        },
        DecryptError::Io(why) if why.kind() != ErrorKind::UnexpectedEof => trouble(from, &why),
        _ => VaultError::NotABackup {
            path: from.to_owned(),
        },
    })?;
    let mut out = private(to).map_err(|why| trouble(to, &why))?;
    let mut piece = vec![0_u8; PIECE];
    loop {
        let count = content
            .read(&mut piece)
            .map_err(|_| VaultError::BackupBroken {
                path: from.to_owned(),
            })?;
        let Some(read) = piece.get(..count).filter(|read| !read.is_empty()) else {
            break;
        };
        out.write_all(read).map_err(|why| trouble(to, &why))?;
    }
    out.sync_all().map_err(|why| trouble(to, &why))
}

fn trouble(path: &Path, why: &io::Error) -> VaultError {
    VaultError::BackupFile {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut other = path.as_os_str().to_owned();
    other.push(end);
    PathBuf::from(other)
}

/// A new file, or an abandoned draft begun anew, for this user only.
fn private(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != ErrorKind::NotFound => return Err(why),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
