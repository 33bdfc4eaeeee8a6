//! The measurements in order, and their figures beside the bounds they are held against.

use crate::apart;
use crate::budget::{PLANNED, Spent};
use crate::measure::Measured;
use crate::smallest::smallest;
use crate::twins::Twins;
use anyhow::Result;
use comfy_table::{Table, presets};
use std::process::ExitCode;

/// Requests of a first run, at most so many times the smallest possible number.
const MOST_REQUESTS: f64 = 1.05;
/// Peak memory at ten times the size, at most so many times that of the small size.
const MOST_GROWTH: f64 = 1.3;
/// Share of the planned budget that is used while there is work.
const LEAST_USE: f64 = 0.95;

pub(crate) struct Figures {
    table: Table,
    missed: usize,
    explain: bool,
}

impl Figures {
    pub(crate) fn new(explain: bool) -> Self {
        let mut table = Table::new();
        table.load_style(presets::UTF8_BORDERS_ONLY);
        table.set_header(["measurement", "figure", "value", "bound", ""]);
        Self {
            table,
            missed: 0,
            explain,
        }
    }

    /// A first sync. Returns its peak memory.
    pub(crate) async fn first_run(&mut self, customers: usize) -> Result<u64> {
        let folder = tempfile::tempdir()?;
        let twins = Twins::start(customers).await?;
        let (measured, _) = self.first(customers, &twins, folder.path()).await?;
        Ok(measured.peak)
    }

    /// A first sync of a large shop, whose memory is compared, and passes in which nothing changed.
    pub(crate) async fn large(
        &mut self,
        customers: usize,
        small: u64,
        holds_memory: bool,
    ) -> Result<()> {
        let folder = tempfile::tempdir()?;
        let twins = Twins::start(customers).await?;
        let (first, name) = self.first(customers, &twins, folder.path()).await?;
        let growth = first.peak as f64 / small as f64;
        let (what, value) = ("memory next to the smaller shop", format!("{growth:.2} x"));
        if holds_memory {
            let bound = format!("<= {MOST_GROWTH} x");
            self.held(&name, what, &value, &bound, growth <= MOST_GROWTH);
        } else {
            self.say(&name, what, &value);
        }
        for (part, what) in [
            ("live", "live pass right after"),
            ("live", "live pass, nothing changed"),
            ("again", "full pass, nothing changed"),
        ] {
            twins.forget().await?;
            let before = twins.requests().await?;
            let pass: Measured = self.part(part, &twins, folder.path()).await?;
            let after = twins.requests().await?;
            self.say(what, "time", &format!("{:.1} s", pass.seconds));
            self.say(what, "peak memory", &mebibytes(pass.peak));
            let (highlevel, counter) = (
                after.highlevel - before.highlevel,
                after.mygadgetrepairs - before.mygadgetrepairs,
            );
            self.say(what, "requests", &format!("{highlevel} HL, {counter} MGR"));
            let writes = pass.tally.created.total()
                + pass.tally.updated.total()
                + pass.tally.deleted.total();
            self.held(what, "writes", &writes.to_string(), "0", writes == 0);
            self.explain(what, &twins).await?;
        }
        Ok(())
    }

    /// The vendors' limits in recorded time.
    pub(crate) async fn limits(&mut self, customers: usize) -> Result<()> {
        let name = format!("recorded time, {customers} customers");
        eprintln!("{name} ...");
        let arguments = ["measure", "limits", &customers.to_string()].map(str::to_owned);
        let spent: Spent = apart::finished(&arguments).await?;
        self.say(
            &name,
            "recorded / real",
            &format!("{:.1} min / {:.1} s", spent.minutes, spent.seconds),
        );
        self.say(
            &name,
            "requests",
            &format!(
                "{} HL, {} MGR",
                spent.requests.highlevel, spent.requests.mygadgetrepairs
            ),
        );
        self.say(
            &name,
            "writes / passes",
            &format!("{} / {}", spent.written, spent.passes),
        );
        self.held(
            &name,
            &format!("use of {PLANNED} a minute"),
            &format!("{:.2} %", spent.used * 100.0),
            &format!(">= {:.0} %", LEAST_USE * 100.0),
            spent.used >= LEAST_USE,
        );
        let [highlevel, counter] = spent.violations;
        self.held(
            &name,
            "violations",
            &format!(
                "{highlevel} HL, {counter} MGR, {} lock-outs",
                spent.lockouts
            ),
            "0",
            highlevel + counter + spent.lockouts == 0,
        );
        if self.explain {
            eprintln!("{name}:\n{}", spent.shapes);
        }
        Ok(())
    }

    /// Prints everything. The exit code says whether all bounds hold.
    pub(crate) fn close(self) -> ExitCode {
        println!("{}", self.table);
        if self.missed == 0 {
            println!("All bounds hold.");
            ExitCode::SUCCESS
        } else {
            println!("Bounds missed: {}.", self.missed);
            ExitCode::FAILURE
        }
    }

    async fn first(
        &mut self,
        customers: usize,
        twins: &Twins,
        folder: &std::path::Path,
    ) -> Result<(Measured, String)> {
        let name = format!("first sync, {customers} customers");
        eprintln!("{name} ...");
        let before = twins.counts().await?;
        let first: Measured = self.part("first", twins, folder).await?;
        let sent = twins.requests().await?;
        let least = smallest(before, &first.tally, first.watched);
        let records = before.customers + before.tickets;
        self.say(
            &name,
            "customers and tickets",
            &format!("{records} in {:.1} s", first.seconds),
        );
        let speed = records as f64 / first.seconds;
        self.say(&name, "speed", &format!("{speed:.0} records/s"));
        self.say(
            &name,
            "requests a second",
            &format!(
                "{:.0}",
                (sent.highlevel + sent.mygadgetrepairs) as f64 / first.seconds
            ),
        );
        self.say(&name, "peak memory", &mebibytes(first.peak));
        let tally = &first.tally;
        self.say(
            &name,
            "written",
            &format!(
                "{} made, {} changed",
                tally.created.total(),
                tally.updated.total()
            ),
        );
        self.say(
            &name,
            "left over",
            &format!(
                "{} review, {} conflicts, {} held, {} failed",
                tally.review, tally.conflicts, tally.held, tally.failed
            ),
        );
        for (side, sent, least) in [
            ("HighLevel", sent.highlevel, least.highlevel),
            (
                "MyGadgetRepairs",
                sent.mygadgetrepairs,
                least.mygadgetrepairs,
            ),
        ] {
            let share = sent as f64 / least as f64;
            self.held(
                &name,
                &format!("requests to {side}"),
                &format!("{sent} / {least} = {share:.3} x"),
                &format!("<= {MOST_REQUESTS} x"),
                share <= MOST_REQUESTS,
            );
        }
        self.explain(&name, twins).await?;
        Ok((first, name))
    }

    async fn part(&self, part: &str, twins: &Twins, folder: &std::path::Path) -> Result<Measured> {
        let database = folder.join("bench.db").display().to_string();
        let at = serde_json::to_string(&twins.at)?;
        apart::finished(&["measure".into(), part.into(), at, database]).await
    }

    async fn explain(&self, name: &str, twins: &Twins) -> Result<()> {
        if self.explain {
            eprintln!("{name}, the newest requests:\n{}", twins.shapes().await?);
        }
        Ok(())
    }

    pub(crate) fn say(&mut self, of: &str, what: &str, value: &str) {
        eprintln!("  {what}: {value}");
        self.table.add_row([of, what, value, "", ""]);
    }

    pub(crate) fn held(&mut self, of: &str, what: &str, value: &str, bound: &str, holds: bool) {
        let verdict = if holds { "holds" } else { "MISSED" };
        self.missed += usize::from(!holds);
        eprintln!("  {what}: {value} ({bound}: {verdict})");
        self.table.add_row([of, what, value, bound, verdict]);
    }
}

pub(crate) fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}
