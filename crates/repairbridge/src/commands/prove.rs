//! `prove`: the simulation with a certificate, on the default rules or on a shop's own.

use crate::cli::{Global, Prove};
use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::{config, wiring};
use domain::Clock;
use http::SystemClock;
use indicatif::{ProgressBar, ProgressStyle};
use prove::{Setting, Task};
use std::num::NonZero;
use std::time::Duration;

pub(crate) async fn run(global: &Global, what: Prove, output: Output) -> Result<Exit, Problem> {
    let setting = match &what.name {
        Some(name) => of_shop(global, name).await?,
        None => Setting::default(),
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let task = Task {
        seed: what.seed,
        schedules: what.schedules,
        threads,
        setting,
    };
    let bar = if output.is_watched() {
        ProgressBar::new(what.schedules)
    } else {
        ProgressBar::hidden()
    };
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {pos} of {len} schedules, {eta} left {msg}")
    {
        bar.set_style(style);
    }
    let shown = bar.clone();
    let played = tokio::task::spawn_blocking(move || {
        let began = SystemClock.now();
        let took =
            || Duration::try_from(SystemClock.now().duration_since(began)).unwrap_or_default();
        prove::prove(&task, took, |outcome| {
            shown.inc(1);
            if let Some(violation) = &outcome.violation {
                shown.set_message(format!("seed {}: {}", outcome.seed, violation.invariant));
            }
        })
    });
    let certificate = played
        .await
        .map_err(|why| Problem::ran("PROVE", format!("the simulation stopped: {why}")))?
        .map_err(|why| Problem::ran("PROVE", why.to_string()))?;
    bar.finish_and_clear();
    for line in certificate.lines() {
        output.line(line);
    }
    output.json(&certificate);
    Ok(if certificate.holds() {
        Exit::Done
    } else {
        Exit::Found
    })
}

/// The rules, country and time zone of a shop.
async fn of_shop(global: &Global, name: &str) -> Result<Setting, Problem> {
    let config = config::load(global.config.as_deref())?;
    let app = wiring::open(&config).await?;
    let shop = app.shop(name).await?;
    let rules = app.rules_of(&shop)?;
    app.store().clone().close().await;
    Ok(Setting {
        shop: Some(shop.name),
        rules: Some(rules),
        country: shop.country,
        zone: shop.zone,
    })
}
