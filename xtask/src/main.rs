//! `cargo run -p xtask -- catalogue [SHARED]`: makes the data files of `crates/catalogue` out of the vendors' documents
//! in SHARED (default `../shared`). Only facts are taken over: methods, paths, names, types, scopes, versions.

mod events;
mod highlevel;
mod mygadgetrepairs;
mod schema;

use anyhow::{Context, Result, bail};
use catalogue::Facts;
use serde_json::Value as Json;
use std::path::{Path, PathBuf};

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    match words.next().as_deref() {
        Some("catalogue") => {
            let shared = words
                .next()
                .map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
            catalogue_data(&shared)
        }
        _ => bail!("say what is to be made: cargo run -p xtask -- catalogue [SHARED]"),
    }
}

fn catalogue_data(shared: &Path) -> Result<()> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/catalogue/data");
    let operations = read(&shared.join("reference/highlevel-operations.json"))?;
    let apps = shared.join("openapi/highlevel/apps");
    let files = [
        (
            "highlevel.jsonl",
            lines(highlevel::facts(&operations, &apps)?)?,
        ),
        ("events.jsonl", events::lines(&operations)?),
        (
            "mygadgetrepairs.jsonl",
            lines(mygadgetrepairs::facts(&read(
                &shared.join("reference/mygadgetrepairs-api.json"),
            )?)?)?,
        ),
    ];
    for (name, text) in files {
        let path = data.join(name);
        std::fs::write(&path, &text).with_context(|| format!("writing {}", path.display()))?;
        println!(
            "{name}: {} lines, {} bytes",
            text.lines().count(),
            text.len()
        );
    }
    Ok(())
}

fn lines(mut facts: Vec<Facts>) -> Result<String> {
    facts.sort_by(|a, b| a.id.cmp(&b.id));
    let lines: Result<Vec<_>, _> = facts.iter().map(serde_json::to_string).collect();
    Ok(lines?.join("\n") + "\n")
}

fn read(path: &Path) -> Result<Json> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!(
            "reading {}; name the folder with the documents after `catalogue`",
            path.display()
        )
    })?;
    serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))
}
