//! `backup` and `restore`.

use crate::config::{BACKUP_PASSPHRASE, Config, secret_variable};
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_passphrase;
use crate::wiring;
use app::App;
use secrecy::SecretString;
use std::path::{Path, PathBuf};
use store::Store;
use vault::MasterSource;
use vault::backup::Lock;

pub(crate) async fn run(
    app: &App,
    file: &Path,
    passphrase_file: Option<PathBuf>,
    output: Output,
) -> Result<Exit, Problem> {
    let lock = match passphrase(passphrase_file)? {
        Some(passphrase) => {
            vault::check_new_passphrase(&passphrase)?;
            Lock::Passphrase(passphrase)
        }
        None => app.backup_lock(),
    };
    let done = app.backup(file, lock).await?;
    output.json(&done);
    let needs = match done.sealed_with {
        "passphrase" => "Opening it takes the passphrase",
        _ => "Opening it takes this installation's master key",
    };
    output.line(format!(
        "{} holds the whole database, sealed ({} KiB). {needs}; and the credentials in it open with the master key only, which is not in it: keep that apart from it, and safe",
        done.file.display(),
        done.bytes.div_ceil(1024)
    ));
    Ok(Exit::Done)
}

/// Works without a database, and with a damaged one.
pub(crate) async fn restore(
    config: &Config,
    file: &Path,
    passphrase_file: Option<PathBuf>,
    yes: bool,
    output: Output,
) -> Result<Exit, Problem> {
    let place = Store::file_at(&config.store_url)?;
    if place.exists() && !yes {
        return Err(Problem::wrong(
            "RESTORE-OVER",
            format!(
                "the database {} is there. With --yes the backup takes its place, and it is kept beside it under another name. Nothing was changed",
                place.display()
            ),
        ));
    }
    let (source, context) = (wiring::master_source(config)?, wiring::context());
    let lock = match passphrase(passphrase_file)? {
        Some(passphrase) => Lock::Passphrase(passphrase),
        None => match &source {
            MasterSource::Passphrase(passphrase, _) => Lock::Passphrase(passphrase.clone()),
            source => Lock::of(&source.read(None, false, &*context.randomness)?),
        },
    };
    let done = app::restore(&config.store_url, file, lock, &source, &context).await?;
    let store = Store::open(&config.store_url).await?;
    let now = context.clock.now();
    super::note_in(&store, "restore", "the database", now).await?;
    store.close().await;
    output.json(&done);
    output.line(format!("{} is the backup now", done.database.display()));
    if let Some(former) = &done.former {
        output.line(format!("the database before lies in {}", former.display()));
    }
    for line in [
        "every shop reads both sides anew with its next sync, and waits for approval before it writes: `repairbridge preview NAME`, then `repairbridge sync NAME --approve`",
        "HighLevel OAuth connections: a refresh token serves once, so one that was used since the backup is refused now. Where `repairbridge check NAME` says so, connect again; links are not lost",
        "credentials that were replaced since the backup are the old ones again",
        "everybody is signed out of the dashboard; who was kept out since the backup stays so, and API tokens that were revoked stay revoked (all of them, where the database before could not be read)",
    ] {
        output.line(line);
    }
    if let Some(why) = &done.keys {
        output.line(format!("FAILED  {why}"));
        return Ok(Exit::Found);
    }
    Ok(Exit::Done)
}

fn passphrase(file: Option<PathBuf>) -> Result<Option<SecretString>, Problem> {
    match file {
        Some(file) => Ok(Some(read_passphrase(&file)?)),
        None => Ok(secret_variable(BACKUP_PASSPHRASE)),
    }
}
