//! A service with a large shop in step and nothing to do: start, memory, processor time.

use crate::figures::{Figures, mebibytes};
use crate::intake::{median, milliseconds};
use crate::prepared;
use crate::service::{Service, Settings};
use crate::signed::Signer;
use crate::twins::Twins;
use anyhow::Result;
use std::time::Duration;

const MOST_MEMORY: u64 = 40 << 20;
const MOST_START: Duration = Duration::from_millis(300);
/// Of one processor: none, as far as it can be seen.
const MOST_USE: f64 = 0.001;
const STARTS: usize = 5;
const REST: Duration = Duration::from_secs(10);

impl Figures {
    /// With so many linked pairs of contacts and customers.
    pub(crate) async fn rest(&mut self, pairs: usize) -> Result<()> {
        let name = format!("at rest, {pairs} linked pairs");
        eprintln!("{name} ...");
        let folder = tempfile::tempdir()?;
        let twins = Twins::start(20).await?;
        prepared::large_shop(folder.path(), &twins, pairs).await?;
        let key = Signer::new()?.public_key();
        let settings = Settings::beside(&twins.at, &key);
        let mut starts = Vec::new();
        for _ in 0..STARTS {
            let service = Service::start(folder.path(), &settings).await?;
            starts.push(service.ready_after);
            service.stop().await?;
        }
        let start = median(&starts);
        self.held(
            &name,
            "start to ready",
            &milliseconds(start),
            &format!("< {}", milliseconds(MOST_START)),
            start < MOST_START,
        );
        let service = Service::start(folder.path(), &settings).await?;
        twins.quiet().await?;
        twins.quiet().await?;
        let before = service.processor_time()?;
        tokio::time::sleep(REST).await;
        let used = service.processor_time()? - before;
        let share = used.as_secs_f64() / REST.as_secs_f64();
        self.held(
            &name,
            "processor in 10 s",
            &format!("{} ({:.3} %)", milliseconds(used), share * 100.0),
            &format!("<= {:.1} %", MOST_USE * 100.0),
            share <= MOST_USE,
        );
        let memory = service.memory()?;
        self.held(
            &name,
            "memory",
            &mebibytes(memory),
            &format!("< {}", mebibytes(MOST_MEMORY)),
            memory < MOST_MEMORY,
        );
        service.stop().await?;
        Ok(())
    }
}
