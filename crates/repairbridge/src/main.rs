//! Repairbridge: keeps a repair shop's MyGadgetRepairs account and its HighLevel location in step.

mod cli;
mod commands;
mod config;
mod copy_twins;
mod interrupt;
mod logs;
mod output;
mod problem;
mod process;
mod progress;
mod secret;
mod system_user;
mod traces;
mod wiring;

use clap::Parser;
use clap::error::ErrorKind;
use cli::{Cli, Command};
use config::Telling;
use output::Output;
use problem::{Exit, Problem};
use std::process::ExitCode;
use traces::Traces;

fn main() -> ExitCode {
    process::keep_memory_private();
    process::allow_many_files();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return refuse(&error),
    };
    let output = Output::new(cli.global.json);
    let traces = start_telling(&cli);
    let outcome = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|why| Problem::ran("SYSTEM", format!("the system gives no threads: {why}")))
        .and_then(|runtime| {
            let outcome = runtime.block_on(run(cli, &output));
            // What still runs is read-only work of a dropped command; it is not worth waiting for.
            runtime.shutdown_background();
            outcome
        });
    if let Some(traces) = traces {
        traces.end();
    }
    match outcome {
        Ok(exit) => exit.code(),
        Err(problem) => {
            output.problem(&problem);
            problem.exit.code()
        }
    }
}

/// Logs, and traces where somebody wants them. What is wrong with the wish keeps nobody from working.
fn start_telling(cli: &Cli) -> Option<Traces> {
    let Telling { format, traces } = config::telling(cli.global.config.as_deref());
    let traces = traces.map(|to| Traces::start(&to)).transpose();
    let is_service = cli.command.as_ref().is_none_or(Command::is_service);
    let (verbose, begun) = (cli.global.verbose, traces.as_ref().ok());
    logs::start(verbose, is_service, format, begun.and_then(Option::as_ref));
    traces.unwrap_or_else(|why| {
        tracing::warn!(%why, "no traces are sent");
        None
    })
}

async fn run(cli: Cli, output: &Output) -> Result<Exit, Problem> {
    let command = cli.command.unwrap_or_default();
    commands::run(&cli.global, command, output).await
}

/// A command line that makes no sense, or a call for help.
fn refuse(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        return ExitCode::SUCCESS;
    }
    if std::env::args().any(|word| word == "--json") {
        let text = error.render().to_string();
        let first = text.lines().next().unwrap_or("the command line is wrong");
        let message = first.trim_start_matches("error: ");
        Output::new(true).json(&output::error_document("CLI", message));
    }
    Exit::Wrong.code()
}

/// Without a command, the service runs.
impl Default for Command {
    fn default() -> Self {
        Self::Serve(cli::Serve { listen: None })
    }
}
