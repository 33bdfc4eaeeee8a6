//! The database as a whole: copied while others work, looked at before it is trusted, and put in place of another.

mod kept_out;

use crate::codes::time;
use crate::db::{Engine, Scope, query, query_as};
use crate::engine::Address;
use crate::engine::sqlite::{keep_private, opening, vacuum_into};
use crate::{Lock, Store, StoreError};
use domain::{RunId, Timestamp};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// What an older state must not be taken for: everything is read anew before anything is decided, a person approves
/// before anything is written, and what was about to be sent then is decided anew. What may have been sent is looked
/// for, as after a crash.
const OLDER: [&str; 5] = [
    "DELETE FROM intent WHERE state IN ('ready', 'held', 'failed')",
    "DELETE FROM cursor",
    "DELETE FROM fact WHERE topic IN ('swept', 'approval', 'let_go')",
    // Contacts, tasks, appointments; notes are not decided as records.
    "UPDATE record SET state = 1 WHERE gone = 0 AND state <> 1 AND kind IN (0, 1, 3)",
    "UPDATE shop SET approved_at = NULL",
];

impl Store {
    /// The file at an address such as `sqlite://repairbridge.db`.
    ///
    /// # Errors
    /// When the address is wrong.
    pub fn file_at(url: &str) -> Result<PathBuf, StoreError> {
        Address::file(url)
    }

    /// Takes a lock named after the store at an address, without opening it; nothing when another process holds it.
    ///
    /// # Errors
    /// When the address is wrong, or the lock file cannot be written.
    pub fn lock_at(url: &str, name: &str) -> Result<Option<Lock>, StoreError> {
        Lock::beside(&Address::file(url)?, name)
    }

    /// Writes a complete copy into a new file while others may write. Of a database on a server, too, it is a file for
    /// SQLite: what works on files works on it.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub async fn copy_into(&self, path: &Path) -> Result<(), StoreError> {
        keep_private(path);
        if self.readers.engine() == Engine::Sqlite {
            return vacuum_into(&self.readers, path).await;
        }
        let copy = Box::pin(Self::open(&format!("sqlite://{}", path.display()))).await?;
        let copied = Box::pin(self.carry_into_file(&copy)).await;
        let whole = copy.close_into_one_file().await;
        copied.and(whole)
    }

    /// Looks at every page of a file that should be a database of ours.
    ///
    /// # Errors
    /// When it is damaged, or something else.
    pub async fn verify(path: &Path) -> Result<(), StoreError> {
        let damaged = |why: String| StoreError::Damaged {
            path: path.to_owned(),
            why,
        };
        let mut raw = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .connect()
            .await
            .map_err(|why| opening(path, &why))?;
        let found: String = sqlx::query_scalar("PRAGMA integrity_check(1)")
            .fetch_one(&mut raw)
            .await
            .map_err(|why| opening(path, &why))?;
        if found != "ok" {
            return Err(damaged(found));
        }
        let ours: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('_sqlx_migrations', 'shop', 'link', 'journal')",
        )
        .fetch_one(&mut raw)
        .await
        .map_err(|why| opening(path, &why))?;
        if ours == 4 {
            return Ok(());
        }
        Err(damaged("it has not the tables of Repairbridge".to_owned()))
    }

    /// Makes an older state safe to go on from, in one transaction. `present` is the store that it replaces, where
    /// that can be read: what may still be asked of the vendors stays as it is now, and so does who may come in.
    ///
    /// # Errors
    /// When either database refuses.
    pub async fn settle_restored(
        &self,
        present: Option<&Self>,
        run: RunId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut budgets: Vec<(String, String, i64, String)> = Vec::new();
        if let Some(present) = present {
            budgets = query_as(
                "SELECT shop.name, shop.location, side, state FROM budget JOIN shop ON shop.id = budget.shop",
            )
            .fetch_all(&present.readers)
            .await?;
        }
        let kept_out = match present {
            Some(present) => Some(kept_out::Present::read(present).await?),
            None => None,
        };
        let mut tx = self.begin(Scope::Whole).await?;
        kept_out::keep_out(&mut tx, kept_out.as_ref(), time(now)).await?;
        for sql in OLDER {
            query(sql).execute(&mut tx).await?;
        }
        for (name, location, side, state) in budgets {
            query(
                "INSERT INTO budget (shop, side, state)
                 SELECT id, $3, $4 FROM shop WHERE name = $1 AND location = $2
                 ON CONFLICT (shop, side) DO UPDATE SET state = excluded.state",
            )
            .bind(name)
            .bind(location)
            .bind(side)
            .bind(state)
            .execute(&mut tx)
            .await?;
        }
        query(
            "INSERT INTO journal (shop, run, at, event, detail) SELECT id, $1, $2, 'restored', '{}' FROM shop",
        )
        .bind(run.to_string())
        .bind(time(now))
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Puts a closed database in place of the one at `place`, in one go, and keeps that one under the name that is
    /// answered. The caller made sure that nobody has either of them open.
    ///
    /// # Errors
    /// When a file cannot be moved; then the database at `place` is as it was.
    pub fn replace(place: &Path, with: &Path) -> Result<Option<PathBuf>, StoreError> {
        let trouble = |why: std::io::Error| StoreError::Unwritable {
            path: place.to_owned(),
            why: why.to_string(),
        };
        let aside = keep_aside(place).map_err(trouble)?;
        fs::rename(with, place).map_err(trouble)?;
        Ok(aside)
    }
}

/// Gives the present database a second name. Its log, which a damaged one may have left, must not be read into the
/// new one.
fn keep_aside(place: &Path) -> std::io::Result<Option<PathBuf>> {
    for number in 1..10_000_u32 {
        let aside = beside(place, &format!(".before-restore-{number}"));
        match fs::hard_link(place, &aside) {
            Err(why) if why.kind() == ErrorKind::AlreadyExists => continue,
            Err(why) if why.kind() == ErrorKind::NotFound => return Ok(None),
            // Where the file system knows no second names.
            Err(_) => {
                fs::copy(place, &aside)?;
            }
            Ok(()) => {}
        }
        for end in ["-wal", "-shm"] {
            match fs::rename(beside(place, end), beside(&aside, end)) {
                Err(why) if why.kind() != ErrorKind::NotFound => return Err(why),
                _ => {}
            }
        }
        return Ok(Some(aside));
    }
    Err(std::io::Error::other(
        "ten thousand former databases lie beside it; remove some",
    ))
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut other = path.as_os_str().to_owned();
    other.push(end);
    PathBuf::from(other)
}
