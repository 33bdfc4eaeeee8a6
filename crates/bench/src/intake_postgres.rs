//! Webhooks in, where the database is on a server: beside `pgbench`, which inserts the same rows with as many clients and does
//! nothing else.

use crate::figures::Figures;
use crate::intake::{Loads, Round, Sizes, each, median, milliseconds, rates};
use crate::prepared;
use anyhow::{Context, Result, ensure};
use domain::ShopId;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Of what `pgbench` inserts in a second.
const LEAST_SHARE: f64 = 0.6;

/// A server that is there for this alone.
pub(crate) struct Server {
    /// The address of its first database.
    pub(crate) url: String,
    /// Where its programs lie.
    pub(crate) programs: PathBuf,
}

impl Server {
    /// The one that the script started, if it did.
    pub(crate) fn of_script() -> Option<Self> {
        Some(Self {
            url: std::env::var("STORE_TEST_POSTGRES").ok()?,
            programs: std::env::var_os("POSTGRES_TEST_PROGRAMS")?.into(),
        })
    }

    fn program(&self, name: &str) -> Command {
        Command::new(self.programs.join(name))
    }

    /// An empty database of this name.
    fn database(&self, name: &str) -> Result<String> {
        for sql in [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("CREATE DATABASE {name}"),
        ] {
            let mut psql = self.program("psql");
            psql.args(["--quiet", "--dbname", &self.url, "--command", &sql]);
            said(&mut psql)?;
        }
        let (server, _) = self
            .url
            .rsplit_once('/')
            .context("the address has no database")?;
        Ok(format!("{server}/{name}"))
    }

    /// How many rows a second so many clients insert, one in each transaction, as a webhook of 1 KiB is kept.
    fn inserts(
        &self,
        url: &str,
        shop: ShopId,
        clients: usize,
        time: Duration,
        folder: &Path,
    ) -> Result<f64> {
        let script = folder.join("insert.sql");
        let text = format!(
            "\\set number random(1, 1000000000000000)\n\
             INSERT INTO webhook (shop, side, event, what, kind, record, parent, body, received_at) VALUES ({shop}, 0, \
             decode(md5(:number::text), 'hex'), 'ContactUpdate', 0, 'waiting' || :number, NULL, \
             repeat('x', 1024)::bytea, 0);\n"
        );
        std::fs::write(&script, text)?;
        let mut pgbench = self.program("pgbench");
        pgbench
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
            .arg(format!("--client={clients}"))
            .arg(format!("--time={}", time.as_secs().max(1)))
            .arg("--file")
            .arg(&script)
            .arg(url);
        let text = said(&mut pgbench)?;
        let rate = text.lines().find_map(|line| {
            let rest = line.strip_prefix("tps = ")?;
            rest.split_whitespace().next()?.parse().ok()
        });
        rate.with_context(|| format!("pgbench told no rate: {text}"))
    }
}

fn said(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}: {error}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl Figures {
    /// The rate beside that of `pgbench`, in turns.
    pub(crate) async fn intake_on_postgres(&mut self, sizes: Sizes, server: &Server) -> Result<()> {
        let mut loads = Loads::new(sizes)?;
        for connections in [10, 100] {
            let name = format!("PostgreSQL, webhooks of 1 KiB, {connections} connections");
            eprintln!("{name} ...");
            let (mut ours, mut plain) = (Vec::new(), Vec::new());
            for _ in 0..sizes.rounds {
                let folder = tempfile::tempdir()?;
                let url = server.database("bench_intake")?;
                let shop = prepared::paused_shop_on(&url).await?;
                let round = loads
                    .ours_on(folder.path(), Some(&url), connections)
                    .await?;
                round.is_kept(prepared::waiting_on(&url).await?)?;
                ours.push(round);
                let url = server.database("bench_plain")?;
                ensure!(
                    prepared::paused_shop_on(&url).await? == shop,
                    "another shop"
                );
                plain.push(server.inserts(&url, shop, connections, sizes.time, folder.path())?);
            }
            self.say(&name, "kept a second", &rates(&ours));
            let shown = each(&plain, |rate| format!("{rate:.0}"));
            self.say(&name, "pgbench", &format!("{:.0} {shown}", median(&plain)));
            let pairs = ours.iter().zip(&plain);
            let ratios: Vec<f64> = pairs.map(|(ours, plain)| ours.per_second / plain).collect();
            self.held_beside(&name, "next to pgbench", &ratios, LEAST_SHARE);
            let of = |pick: fn(&Round) -> Duration| {
                let all: Vec<Duration> = ours.iter().map(pick).collect();
                milliseconds(median(&all))
            };
            let times = format!("{} / {}", of(|round| round.median), of(|round| round.p99));
            self.say(&name, "answered, median / p99", &times);
        }
        Ok(())
    }
}
