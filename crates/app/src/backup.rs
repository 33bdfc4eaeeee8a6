//! Backups of the whole database, sealed, and the way back.

use crate::secrets::open_vault;
use crate::{App, AppError};
use domain::{Context, RunId};
use schemars::JsonSchema;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use store::{Lock, Store, StoreError};
use vault::MasterSource;
use vault::backup;

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct BackedUp {
    /// The file.
    pub file: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// `passphrase` or `master key`.
    pub sealed_with: &'static str,
}

/// A backup that was put in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Restored {
    /// The database.
    pub database: PathBuf,
    /// Where the one before lies now.
    pub former: Option<PathBuf>,
    /// The shops that it holds. Each reads everything anew and waits for approval.
    pub shops: Vec<String>,
    /// Why the restored secrets do not open with this installation's master key, where they do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<String>,
}

impl App {
    /// Writes a sealed copy of the database as it is at one moment, while others go on working. The master key is
    /// not in it.
    ///
    /// # Errors
    /// When there is something at this path already, or a file cannot be written.
    pub async fn backup(&self, file: &Path, lock: backup::Lock) -> Result<BackedUp, AppError> {
        if fs::symlink_metadata(file).is_ok() {
            return Err(AppError::Refused(format!(
                "there is something at {} already, and a backup never writes over anything. Name a new file",
                file.display()
            )));
        }
        let sealed_with = match &lock {
            backup::Lock::Passphrase(_) => "passphrase",
            backup::Lock::Master(_) => "master key",
        };
        let _turn = self.store.lock("backup").await?.ok_or_else(busy)?;
        let copy = beside(self.store.path(), ".backup-copy");
        remove(&copy)?;
        let made = async {
            self.store.copy_into(&copy).await?;
            let (from, to) = (copy.clone(), file.to_owned());
            blocking(move || backup::seal(&from, &to, &lock)).await
        };
        let made = made.await;
        remove(&copy)?;
        made?;
        let bytes = fs::metadata(file).map_or(0, |found| found.len());
        Ok(BackedUp {
            file: file.to_owned(),
            bytes,
            sealed_with,
        })
    }
}

/// A sealed copy of the database in a file that goes away with this.
#[derive(Debug)]
pub struct SealedCopy {
    path: PathBuf,
}

impl SealedCopy {
    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for SealedCopy {
    fn drop(&mut self) {
        // Not there is as good as removed.
        let _ = fs::remove_file(&self.path);
    }
}

impl App {
    /// A backup to be handed out: sealed with what this installation's backups are sealed with.
    ///
    /// # Errors
    /// As [`App::backup`].
    pub async fn sealed_copy(&self) -> Result<SealedCopy, AppError> {
        let name = format!(".backup-{}", self.context.new_id());
        let copy = SealedCopy {
            path: beside(self.store.path(), &name),
        };
        self.backup(&copy.path, self.backup_lock()).await?;
        Ok(copy)
    }
}

/// Puts a backup in place of the database at `url`. It is opened, looked at page by page and brought to this
/// version's form beside the present one before that is touched; and the present one is kept.
///
/// # Errors
/// When Repairbridge works on the database, the backup is not whole or does not open, or a file cannot be written.
/// Then the present database is as it was.
pub async fn restore(
    url: &str,
    file: &Path,
    lock: backup::Lock,
    source: &MasterSource,
    context: &Context,
) -> Result<Restored, AppError> {
    let place = Store::file_at(url)?;
    let _serve = Store::lock_at(url, "serve")?.ok_or_else(|| {
        AppError::Refused(
            "`repairbridge serve` is running on this database. Stop it first; nothing was changed"
                .to_owned(),
        )
    })?;
    let _turn = Store::lock_at(url, "backup")?.ok_or_else(busy)?;
    let draft = beside(&place, ".restoring");
    remove_database(&draft)?;
    let put = put_in_place(url, &place, file, lock, &draft, (source, context)).await;
    remove_database(&draft)?;
    put
}

async fn put_in_place(
    url: &str,
    place: &Path,
    file: &Path,
    lock: backup::Lock,
    draft: &Path,
    (source, context): (&MasterSource, &Context),
) -> Result<Restored, AppError> {
    let (from, to) = (file.to_owned(), draft.to_owned());
    blocking(move || backup::open(&from, &to, &lock)).await?;
    Store::verify(draft).await?;
    let restored = Store::open(&format!("sqlite://{}", draft.display())).await?;
    let keys = match open_vault(&restored, source, context).await {
        Ok(_) => None,
        Err(AppError::Vault(error)) => Some(error.to_string()),
        Err(error) => return Err(error),
    };
    let shops = restored.shops().await?;
    // A present database that cannot be read is what a backup is for.
    let present = match place.exists() {
        true => Store::open(url).await.ok(),
        false => None,
    };
    let held = match &present {
        Some(present) => hold_shops(present).await?,
        None => Vec::new(),
    };
    let now = context.clock.now();
    restored
        .settle_restored(present.as_ref(), RunId(context.new_id()), now)
        .await?;
    // Only the file is moved: what the log still held of it would be lost.
    restored.close_into_one_file().await?;
    // And so of the present one, should this be cut short; where it cannot, its log is put aside with it.
    if let Some(present) = present {
        let _ = present.close_into_one_file().await;
    }
    let former = Store::replace(place, draft)?;
    drop(held);
    Ok(Restored {
        database: place.to_owned(),
        former,
        shops: shops.into_iter().map(|shop| shop.name).collect(),
        keys,
    })
}

/// Nobody syncs a shop meanwhile.
async fn hold_shops(present: &Store) -> Result<Vec<Lock>, AppError> {
    let mut held = Vec::new();
    for shop in present.shops().await? {
        let lock = present.lock(&format!("shop-{}", shop.id)).await?;
        held.push(lock.ok_or(AppError::ShopBusy(shop.name))?);
    }
    Ok(held)
}

async fn blocking(
    work: impl FnOnce() -> Result<(), vault::VaultError> + Send + 'static,
) -> Result<(), AppError> {
    let done = tokio::task::spawn_blocking(work).await;
    let done = done
        .map_err(|why| AppError::Refused(format!("the work was cut short ({why}). Try again")))?;
    Ok(done?)
}

fn busy() -> AppError {
    AppError::Refused(
        "another backup or restore of this database is running. Wait for it to finish, and try again"
            .to_owned(),
    )
}

fn remove_database(path: &Path) -> Result<(), AppError> {
    for end in ["", "-wal", "-shm"] {
        remove(&beside(path, end))?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<(), AppError> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != std::io::ErrorKind::NotFound => Err(StoreError::Unwritable {
            path: path.to_owned(),
            why: why.to_string(),
        }
        .into()),
        _ => Ok(()),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut other = path.as_os_str().to_owned();
    other.push(end);
    PathBuf::from(other)
}
