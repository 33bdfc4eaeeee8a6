//! `completions`: the script by which a shell completes our commands, for packages.

use crate::cli::Cli;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use clap::CommandFactory;
use clap_complete::Shell;
use serde_json::json;

/// Prints the script.
pub(crate) fn run(shell: Shell, output: Output) -> Result<Exit, Problem> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "repairbridge", &mut script);
    let script = String::from_utf8_lossy(&script);
    output.answer(
        script.trim_end(),
        &json!({"shell": shell.to_string(), "script": script}),
    );
    Ok(Exit::Done)
}
