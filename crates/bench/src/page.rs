//! The dashboard of a large shop, opened in Chromium: until the content of a page is there, and until it answers a key.

use crate::figures::Figures;
use crate::prepared;
use crate::service::{self, Service, Settings};
use crate::signed::Signer;
use crate::twins::Twins;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::path::Path;
use std::process::Stdio;
use testkit::SHOP;
use tokio::process::Command;

/// From the beginning of the navigation, with nothing in the browser's cache.
const MOST_MILLISECONDS: f64 = 1_000.0;
/// A screenful.
const MOST_ROWS: u64 = 50;
const MOST_SCRIPT: u64 = 150_000;

/// What the script in the browser found.
#[derive(Deserialize)]
struct Found {
    pages: Vec<Opened>,
    /// Of the longest list in any answer of the API, with its address.
    rows: u64,
    rows_of: String,
}

/// One page, opened several times.
#[derive(Deserialize)]
struct Opened {
    name: String,
    /// Milliseconds until the content was there.
    content: Vec<f64>,
    /// Milliseconds until a key that was pressed then was answered.
    input: Vec<f64>,
    /// Bytes of script that came over the line.
    script: u64,
}

impl Figures {
    /// With so many linked pairs of contacts and customers.
    pub(crate) async fn page(&mut self, pairs: usize) -> Result<()> {
        let of = format!("pages, {pairs} linked pairs");
        eprintln!("{of} ...");
        let folder = tempfile::tempdir()?;
        let twins = Twins::start(20).await?;
        prepared::large_shop(folder.path(), &twins, pairs).await?;
        let key = Signer::new()?.public_key();
        let settings = Settings::beside(&twins.at, &key);
        let path = service::owner(folder.path(), &settings, "bench").await?;
        let service = Service::start(folder.path(), &settings).await?;
        let found = opened(&format!("http://{}{path}", service.address)).await?;
        service.stop().await?;
        for page in &found.pages {
            self.say(
                &of,
                &format!("{}: content there", page.name),
                &shown(&page.content),
            );
            self.held(
                &of,
                &format!("{}: answers a key", page.name),
                &shown(&page.input),
                &format!("worst < {MOST_MILLISECONDS:.0} ms"),
                worst(&page.input) < MOST_MILLISECONDS,
            );
        }
        self.held(
            &of,
            "longest list in an answer",
            &format!("{} rows ({})", found.rows, found.rows_of),
            &format!("<= {MOST_ROWS} rows"),
            found.rows <= MOST_ROWS,
        );
        let script = found.pages.iter().map(|page| page.script).max();
        let script = script.context("no page was opened")?;
        self.held(
            &of,
            "script of a page",
            &format!("{:.1} kB", script as f64 / 1000.0),
            &format!("< {} kB", MOST_SCRIPT / 1000),
            script > 0 && script < MOST_SCRIPT,
        );
        Ok(())
    }
}

/// Signs in by the link, and opens the pages one after the other.
async fn opened(link: &str) -> Result<Found> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../e2e/first-page.mjs");
    let output = Command::new("node")
        .arg(script)
        .args([link, SHOP])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .output()
        .await
        .context("node does not start; it opens the pages")?;
    ensure!(
        output.status.success(),
        "the pages cannot be opened; see the error above"
    );
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn shown(times: &[f64]) -> String {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN);
    format!("{median:.0} ms, worst {:.0} ms", worst(times))
}

/// No time at all is no good time.
fn worst(times: &[f64]) -> f64 {
    times
        .iter()
        .copied()
        .reduce(f64::max)
        .unwrap_or(f64::INFINITY)
}
