//! Measures the sync against the twins and holds each figure against its bound. See `bench --help`.

mod apart;
mod budget;
mod figures;
mod measure;
mod requests;
mod smallest;
mod twins;

use clap::{Parser, Subcommand};
use figures::Figures;
use std::process::ExitCode;

/// Measures the sync against twins of both vendors: a first run and its memory, a pass in which nothing
/// changed, and the use of the vendors' real limits in recorded time. Ends with 1 when a bound is missed.
#[derive(Parser)]
#[command(name = "bench")]
struct Cli {
    /// Small sizes, in about a minute.
    #[arg(long)]
    quick: bool,
    /// Only these measurements.
    #[arg(long, value_enum)]
    only: Vec<Which>,
    /// Also says which requests were sent, by path.
    #[arg(long)]
    explain: bool,
    #[command(subcommand)]
    part: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Which {
    /// A first sync: throughput, memory, requests.
    First,
    /// Ten times the size: memory; then passes in which nothing changed.
    Large,
    /// The vendors' limits in recorded time.
    Limits,
}

/// What runs in a process of its own, so that its memory is only its own.
#[derive(Subcommand)]
enum Part {
    /// Both twins, until the standard input ends.
    #[command(hide = true)]
    Twins { customers: usize },
    /// One measurement; prints one line of JSON.
    #[command(hide = true)]
    Measure {
        #[command(subcommand)]
        what: measure::What,
    },
}

/// Sizes in customers; there are half as many tickets.
struct Sizes {
    first: usize,
    large: usize,
    limits: usize,
    /// Whether the larger shop's memory is held against its bound. At small sizes the database's page caches,
    /// which are bounded, are still filling.
    holds_memory: bool,
}

const FULL: Sizes = Sizes {
    first: 10_000,
    large: 100_000,
    limits: 2_000,
    holds_memory: true,
};
const QUICK: Sizes = Sizes {
    first: 2_000,
    large: 8_000,
    limits: 600,
    holds_memory: false,
};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    match cli.part {
        Some(Part::Twins { customers }) => twins::serve(customers).await?,
        Some(Part::Measure { what }) => measure::run(what).await?,
        None => {
            let sizes = if cli.quick { QUICK } else { FULL };
            let wanted = |which| cli.only.is_empty() || cli.only.contains(&which);
            let mut figures = Figures::new(cli.explain);
            if wanted(Which::First) || wanted(Which::Large) {
                let small = figures.first_run(sizes.first).await?;
                if wanted(Which::Large) {
                    figures
                        .large(sizes.large, small, sizes.holds_memory)
                        .await?;
                }
            }
            if wanted(Which::Limits) {
                figures.limits(sizes.limits).await?;
            }
            return Ok(figures.close());
        }
    }
    Ok(ExitCode::SUCCESS)
}
