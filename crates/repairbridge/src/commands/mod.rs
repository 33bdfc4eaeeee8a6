//! The commands, one file each.

mod audit;
mod backup;
mod check;
mod completions;
mod connect;
mod demo;
mod explain;
mod flow;
mod keys;
mod log;
mod man;
mod marketplace_app;
mod mcp;
mod move_over;
mod nodes;
mod notifications;
mod openapi;
mod operations;
mod preview;
mod prove;
mod retry;
mod review;
mod rules;
mod runs;
mod serve;
mod session;
mod shop;
mod status;
mod sync;
mod token;
pub(crate) mod twin;
mod undo;
mod user;

use crate::cli::{ChangeWords, Command, Global, Keys, Target};
use crate::config;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::{system_user, wiring};
use app::App;
use app::access::Doer;
use domain::Timestamp;
use store::{AuditEntry, Store};

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
        Command::Openapi => return openapi::run(output),
        Command::Move { from, to } => return move_over::run(&from, &to, output).await,
        Command::Completions { shell } => return completions::run(shell, output),
        Command::Man { folder } => return man::run(&folder, output),
        Command::Operations(what) if operations::names_no_shop(&what) => {
            return operations::without_a_shop(&what, output);
        }
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
    let change = command.change();
    // Logged before it is done, so that nothing is done unlogged.
    if let Some(change) = &change {
        note(&app, change, None).await?;
    }
    let outcome = match command {
        Command::Serve(what) => serve::run(app.clone(), &config, what, output).await,
        Command::Shop(what) => shop::run(&app, what, output).await,
        Command::Connect(what) => connect::run(&app, what, output).await,
        Command::Disconnect(what) => connect::disconnect(&app, what, output).await,
        Command::App(what) => marketplace_app::run(&app, what, output).await,
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
        Command::Nodes => nodes::run(&app, output).await,
        Command::Runs { name, limit } => runs::run(&app, &name, limit, output).await,
        Command::Retry { name, id, all } => retry::run(&app, &name, id, all, output).await,
        Command::Log(what) => log::run(&app, what, output).await,
        Command::Review(what) => review::run(&app, what, output).await,
        Command::Rules(what) => rules::run(&app, what, output).await,
        Command::Flow(what) => flow::run(&app, what, output).await,
        Command::Operations(what) => operations::run(&app, what, output).await,
        Command::User(what) => user::run(&app, &config, what, output).await,
        Command::Session(what) => session::run(&app, what, output).await,
        Command::Token(what) => token::run(&app, what, output).await,
        Command::Notifications(what) => notifications::run(&app, what, output).await,
        Command::Mcp(what) => mcp::run(&app, what, output).await,
        Command::Audit { limit } => audit::run(&app, limit, output).await,
        Command::Keys(what) => keys::rotate(&app, &config, what, output).await,
        Command::Backup {
            file,
            passphrase_file,
        } => backup::run(&app, &file, passphrase_file, output).await,
        Command::Demo(_)
        | Command::Twin(_)
        | Command::Prove(_)
        | Command::Openapi
        | Command::Completions { .. }
        | Command::Man { .. }
        | Command::Restore { .. }
        | Command::Move { .. } => Ok(Exit::Done),
    };
    if let (Some(change), Err(problem)) = (&change, &outcome) {
        note(&app, change, Some(problem.code)).await?;
    }
    store.close().await;
    outcome
}

/// A line in the audit log: what somebody at the command line does, or why it was not done after all.
async fn note(app: &App, change: &ChangeWords, failure: Option<&str>) -> Result<(), Problem> {
    let who = system_user::name();
    let what = match failure {
        None => change.what.clone(),
        Some(code) => format!("{}: not done ({code})", change.what),
    };
    let target = match &change.target {
        Target::Shop(name) if app.store().shop(name).await?.is_none() => "(no such shop)",
        Target::Shop(name) | Target::Other(name) => name,
    };
    let doer = Doer::at_command_line(&who);
    Ok(app.note_audit(doer, &what, Some(target)).await?)
}

/// The same where the keys may not open anything.
async fn note_in(store: &Store, what: &str, target: &str, now: Timestamp) -> Result<(), Problem> {
    let who = system_user::name();
    let entry = AuditEntry {
        who: &who,
        via: "command line",
        what,
        target: Some(target),
        address: None,
    };
    Ok(store.add_audit(&entry, now).await?)
}

/// An instant in a table, to the minute.
fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}

/// An instant in a table, to the day.
fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
