//! `keys`: shown, rotated, and made anew when the master key is lost.

use crate::cli::Keys;
use crate::config::{Config, VAULT_NEW_KEY, secret_variable};
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::secret::read_passphrase;
use crate::wiring;
use app::{App, NewMaster};
use serde_json::json;
use std::path::PathBuf;
use store::Store;
use vault::MasterSource;

/// Needs no key, so that it can tell what is wrong with it.
pub(crate) async fn show(config: &Config, output: Output) -> Result<Exit, Problem> {
    let source = wiring::master_source(config)?;
    let store = Store::open(&config.store_url).await?;
    let report = app::look_at_keys(&store, &source, &wiring::context()).await?;
    store.close().await;
    output.json(&report);
    output.line(format!("master key   {}", report.origin));
    if let Some(derivation) = &report.derivation {
        output.line(format!("made by      {derivation}"));
    }
    if report.former_key_kept {
        output.line(
            "             a change of the master key was cut short; the next command finishes it",
        );
    }
    let rows = report.data_keys.iter().map(|key| {
        [
            key.version.to_string(),
            key.made_at.to_string(),
            if key.seals { "yes" } else { "no" }.to_owned(),
            key.secrets.to_string(),
        ]
    });
    if report.data_keys.is_empty() {
        output.line("no data key yet: the first one is made with the first shop");
    } else {
        output.table(["data key", "made", "seals", "secrets"], rows.collect());
    }
    if let Some(why) = &report.why {
        output.line(format!("FAILED  {why}"));
    }
    Ok(if report.opens {
        Exit::Done
    } else {
        Exit::Found
    })
}

pub(crate) async fn rotate(
    app: &App,
    config: &Config,
    what: Keys,
    output: Output,
) -> Result<Exit, Problem> {
    match what {
        Keys::Rotate {
            master: true,
            new_passphrase_file,
            to_key_file,
        } => rotate_master(app, config, new_passphrase_file, to_key_file, output).await,
        _ => rotate_data_key(app, output).await,
    }
}

async fn rotate_data_key(app: &App, output: Output) -> Result<Exit, Problem> {
    let rotation = app.rotate_keys().await?;
    output.json(&rotation);
    output.line(format!(
        "data key {} seals from now on; {} secrets were sealed anew, {} old data keys are gone",
        rotation.version,
        rotation.resealed,
        rotation.removed.len()
    ));
    for unopened in &rotation.unopened {
        output.note(format!("note: {unopened}"));
    }
    Ok(if rotation.unopened.is_empty() {
        Exit::Done
    } else {
        Exit::Found
    })
}

async fn rotate_master(
    app: &App,
    config: &Config,
    passphrase_file: Option<PathBuf>,
    to_key_file: bool,
    output: Output,
) -> Result<Exit, Problem> {
    let source = wiring::master_source(config)?;
    let (new, then) = match (passphrase_file, to_key_file, &source) {
        (Some(file), ..) => (
            NewMaster::Passphrase(read_passphrase(&file)?),
            "Now name its file as vault.passphrase_file, or set REPAIRBRIDGE_VAULT_PASSPHRASE, and restart Repairbridge".to_owned(),
        ),
        (None, true, MasterSource::Text(_) | MasterSource::Passphrase(..)) => (
            NewMaster::KeyFile(config.key_file.clone()),
            format!(
                "It lies in {}. Now take REPAIRBRIDGE_VAULT_KEY, REPAIRBRIDGE_VAULT_PASSPHRASE and vault.passphrase_file away, and restart Repairbridge",
                config.key_file.display()
            ),
        ),
        (None, _, MasterSource::File(path)) => (
            NewMaster::KeyFile(path.clone()),
            format!("It lies in {}, for this user only", path.display()),
        ),
        (None, false, MasterSource::Text(_)) => {
            let new = secret_variable(VAULT_NEW_KEY).ok_or_else(|| {
                Problem::wrong(
                    "VAULT-KEY-12",
                    format!("the master key comes from the environment. Set {VAULT_NEW_KEY} to the new one, or change to a key file with --to-key-file, or to a passphrase with --new-passphrase-file"),
                )
            })?;
            (
                NewMaster::Text(new),
                "Now set REPAIRBRIDGE_VAULT_KEY to it, and restart Repairbridge".to_owned(),
            )
        }
        (None, false, MasterSource::Passphrase(..)) => {
            return Err(Problem::wrong(
                "VAULT-KEY-12",
                "the master key comes from a passphrase. Name a file with the new one with --new-passphrase-file, or change to a key file with --to-key-file",
            ));
        }
    };
    app.change_master(&new).await?.run().await?;
    output.answer(
        format!(
            "the master key is changed. {then}. Backups that were sealed with the former master key need that one: make a new backup now"
        ),
        &json!({"master": "changed"}),
    );
    Ok(Exit::Done)
}

/// Needs no key either: it is for when there is none.
pub(crate) async fn reset(config: &Config, yes: bool, output: Output) -> Result<Exit, Problem> {
    if !yes {
        return Err(Problem::wrong(
            "VAULT-RESET",
            "this forgets every stored credential: all accounts have to be connected again, and MyGadgetRepairs' notifications get new addresses. Shops, links, rules and journal stay. With --yes it is done",
        ));
    }
    let source = wiring::master_source(config)?;
    let store = Store::open(&config.store_url).await?;
    let _serve = store.lock("serve").await?.ok_or_else(|| {
        Problem::wrong(
            "SERVE-TWICE",
            "`repairbridge serve` is running on this database. Stop it first; nothing was changed",
        )
    })?;
    let context = wiring::context();
    super::note_in(&store, "keys reset", "the vault", context.clock.now()).await?;
    let done = app::reset_keys(&store, &source, &context).await?;
    store.close().await;
    output.json(&done);
    output.line(format!(
        "{} secrets are forgotten, and new keys are made ({}). Shops, links and journal stay as they are",
        done.forgotten,
        source.origin()
    ));
    if let Some(aside) = &done.key_file_moved_to {
        output.line(format!(
            "the key file that was there lies in {}; remove it if you know that nothing needs it",
            aside.display()
        ));
    }
    for shop in &done.shops {
        output.line(format!(
            "connect `{shop}` again: `repairbridge check {shop}` says what is missing"
        ));
    }
    Ok(Exit::Done)
}
