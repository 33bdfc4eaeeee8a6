//! This same program in processes of its own.

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// Starts this program with these arguments. It ends at the latest with the returned child.
fn start(arguments: &[String]) -> Result<Child> {
    let program = std::env::current_exe().context("this program does not know where it lies")?;
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("this program cannot be started a second time")
}

/// The first line that it prints.
async fn line<T: DeserializeOwned>(child: &mut Child) -> Result<T> {
    let Some(out) = child.stdout.take() else {
        bail!("a measuring process has no output");
    };
    let line = BufReader::new(out).lines().next_line().await?;
    let line = line.context("a measuring process ended without a result; see its error above")?;
    Ok(serde_json::from_str(&line)?)
}

/// Runs a part to its end and takes its result.
pub(crate) async fn finished<T: DeserializeOwned>(arguments: &[String]) -> Result<T> {
    let mut child = start(arguments)?;
    let result = line(&mut child).await?;
    child.wait().await?;
    Ok(result)
}

/// Starts a part that goes on, and takes its first line.
pub(crate) async fn going_on<T: DeserializeOwned>(arguments: &[String]) -> Result<(Child, T)> {
    let mut child = start(arguments)?;
    let first = line(&mut child).await?;
    Ok((child, first))
}
