//! `man`: a manual page for each command, for packages.

use crate::cli::Cli;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use clap::CommandFactory;
use serde_json::json;
use std::path::Path;

/// Writes the pages, `repairbridge.1` and one for each command below it. They hold no date: same binary, same pages.
pub(crate) fn run(folder: &Path, output: Output) -> Result<Exit, Problem> {
    let write = || {
        std::fs::create_dir_all(folder)?;
        clap_mangen::generate_to(Cli::command(), folder)
    };
    write().map_err(|why| {
        Problem::ran(
            "FILE",
            format!(
                "the manual pages cannot be written to {}: {why}. Name a folder that you may write to",
                folder.display()
            ),
        )
    })?;
    output.answer(
        format!("the manual pages are in {}", folder.display()),
        &json!({"folder": folder}),
    );
    Ok(Exit::Done)
}
