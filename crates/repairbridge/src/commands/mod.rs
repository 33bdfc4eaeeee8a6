//! The commands, one file each.

mod backup;
mod check;
mod connect;
mod demo;
mod explain;
mod keys;
mod log;
mod preview;
mod prove;
mod retry;
mod review;
mod rules;
mod runs;
mod serve;
mod shop;
mod status;
mod sync;
mod twin;
mod undo;

use crate::cli::{Command, Global, Keys};
use crate::config;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::wiring;

/// Runs a command to its end.
pub(crate) async fn run(
    global: &Global,
    command: Command,
    output: &Output,
) -> Result<Exit, Problem> {
    let output = *output;
    // These need no configuration, or only where a shop is named.
    let command = match command {
        Command::Demo(what) => return demo::run(what, output).await,
        Command::Twin(what) => return twin::run(what, output).await,
        Command::Prove(what) => return prove::run(global, what, output).await,
        command => command,
    };
    let config = config::load(global.config.as_deref())?;
    // These must work when the keys are lost, or the database is.
    let command = match command {
        Command::Keys(Keys::Show) => return keys::show(&config, output).await,
        Command::Keys(Keys::Reset { yes }) => return keys::reset(&config, yes, output).await,
        Command::Restore {
            file,
            passphrase_file,
            yes,
        } => return backup::restore(&config, &file, passphrase_file, yes, output).await,
        command => command,
    };
    let app = wiring::open(&config).await?;
    let store = app.store().clone();
    let outcome = match command {
        Command::Serve(what) => serve::run(app, &config, what, output).await,
        Command::Shop(what) => shop::run(&app, what, output).await,
        Command::Connect(what) => connect::run(&app, what, output).await,
        Command::Check(what) => check::run(&app, what, output).await,
        Command::Preview { name } => preview::run(&app, &name, output).await,
        Command::Sync { name, approve } => sync::run(&app, &name, approve, output).await,
        Command::Status {
            name: Some(name),
            differences: true,
            limit,
        } => status::differences(&app, &name, limit, output).await,
        Command::Status { name, .. } => status::run(&app, name.as_deref(), output).await,
        Command::Explain {
            name,
            record,
            field,
        } => explain::run(&app, &name, &record, field.as_deref(), output).await,
        Command::Undo(what) => undo::run(&app, what, output).await,
        Command::Runs { name, limit } => runs::run(&app, &name, limit, output).await,
        Command::Retry { name, id, all } => retry::run(&app, &name, id, all, output).await,
        Command::Log(what) => log::run(&app, what, output).await,
        Command::Review(what) => review::run(&app, what, output).await,
        Command::Rules(what) => rules::run(&app, what, output).await,
        Command::Keys(what) => keys::rotate(&app, &config, what, output).await,
        Command::Backup {
            file,
            passphrase_file,
        } => backup::run(&app, &file, passphrase_file, output).await,
        Command::Demo(_) | Command::Twin(_) | Command::Prove(_) | Command::Restore { .. } => {
            Ok(Exit::Done)
        }
    };
    store.close().await;
    outcome
}
