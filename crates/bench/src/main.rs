//! Measures the sync against the twins and holds each figure against its bound. See `bench --help`.

mod apart;
mod bare;
mod budget;
mod figures;
mod intake;
mod intake_postgres;
mod load;
mod measure;
mod page;
mod prepared;
mod reaction;
mod requests;
mod rest;
mod service;
mod signed;
mod smallest;
mod twins;

use clap::{Parser, Subcommand};
use figures::Figures;
use intake_postgres::Server;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Measures the sync against twins of both vendors: a first run and its memory, a pass in which nothing
/// changed, and the use of the vendors' real limits in recorded time. Then the service: webhooks beside a bare
/// handler, the way from a webhook to the vendor, a full queue, rest, and the pages of the dashboard. Ends with 1 when a bound is missed.
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
    /// Webhooks in, beside a bare handler.
    Intake,
    /// The same with a PostgreSQL database, beside `pgbench`.
    IntakePostgres,
    /// From a webhook to the vendor.
    Reaction,
    /// Webhooks in while very many wait.
    Waiting,
    /// A large shop in step with nothing to do.
    Rest,
    /// The dashboard of a large shop in Chromium.
    Page,
}

/// What runs in a process of its own, so that its memory is only its own.
#[derive(Subcommand)]
enum Part {
    /// Both twins, until the standard input ends.
    #[command(hide = true)]
    Twins { customers: usize },
    /// The handler that webhooks are compared with, until the standard input ends.
    #[command(hide = true)]
    Bare { database: PathBuf, key: String },
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
    intake: intake::Sizes,
    /// Webhooks whose way to the vendors is followed.
    reactions: reaction::Sizes,
    /// Linked pairs at rest, and behind the pages.
    rest: usize,
}

const FULL: Sizes = Sizes {
    first: 10_000,
    large: 100_000,
    limits: 2_000,
    holds_memory: true,
    intake: intake::Sizes {
        time: Duration::from_secs(3),
        requests: 60_000,
        rounds: 5,
        waiting: 1_000_000,
    },
    reactions: reaction::Sizes {
        looks: 300,
        writes: 30,
    },
    rest: 100_000,
};
const QUICK: Sizes = Sizes {
    first: 2_000,
    large: 8_000,
    limits: 600,
    holds_memory: false,
    intake: intake::Sizes {
        time: Duration::from_millis(1_500),
        requests: 25_000,
        rounds: 3,
        waiting: 50_000,
    },
    reactions: reaction::Sizes {
        looks: 60,
        writes: 4,
    },
    rest: 100_000,
};

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    match cli.part {
        Some(Part::Twins { customers }) => twins::serve(customers).await?,
        Some(Part::Bare { database, key }) => bare::serve(&database, &key).await?,
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
            if wanted(Which::Intake) {
                figures.intake(sizes.intake).await?;
            }
            if wanted(Which::IntakePostgres) {
                match Server::of_script() {
                    Some(server) => figures.intake_on_postgres(sizes.intake, &server).await?,
                    None => {
                        eprintln!("SKIPPED: intake-postgres, since ./bench has started no server");
                    }
                }
            }
            if wanted(Which::Reaction) {
                figures.reaction(sizes.reactions).await?;
            }
            if wanted(Which::Waiting) {
                figures.waiting(sizes.intake).await?;
            }
            if wanted(Which::Rest) {
                figures.rest(sizes.rest).await?;
            }
            if wanted(Which::Page) {
                figures.page(sizes.rest).await?;
            }
            return Ok(figures.close());
        }
    }
    Ok(ExitCode::SUCCESS)
}
