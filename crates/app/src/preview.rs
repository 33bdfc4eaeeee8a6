//! What a sync would do: the same pass, on a copy of the store, with sides that take no writes.

use crate::connection::{Connection, ShopFacts};
use crate::forecast::Ground;
use crate::judge::Judge;
use crate::kept_beside::Beside;
use crate::pass::{Options, Pass};
use crate::{App, AppConfig, AppError, Cost, ProgressBoard, Tally};
use domain::{Kind, Lane, Side};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::{Shop, Store};

/// Examples shown per deed.
const EXAMPLES: u32 = 12;

/// What a sync would do.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Preview {
    /// The counts, under the keys of `sync --json`. `requests` are those that the preview itself sent.
    #[serde(flatten)]
    pub tally: Tally,
    /// What the sync would cost, reading, polls and looks included, and when it would be done if it began now.
    pub cost: Cost,
    /// A few of the records that would be written.
    pub examples: Vec<String>,
}

impl Preview {
    /// For people.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say =
            |title: &str, side: Side, counts: &std::collections::BTreeMap<String, u64>| {
                for (kind, count) in counts.iter().filter(|(_, count)| **count > 0) {
                    lines.push(format!(
                        "{title} {count} {kind}{} in {}",
                        plural(*count),
                        side.title()
                    ));
                }
            };
        say(
            "would create",
            Side::HighLevel,
            &self.tally.created.highlevel,
        );
        say(
            "would create",
            Side::MyGadgetRepairs,
            &self.tally.created.mygadgetrepairs,
        );
        say(
            "would change",
            Side::HighLevel,
            &self.tally.updated.highlevel,
        );
        say(
            "would change",
            Side::MyGadgetRepairs,
            &self.tally.updated.mygadgetrepairs,
        );
        say(
            "would delete",
            Side::HighLevel,
            &self.tally.deleted.highlevel,
        );
        say(
            "would delete",
            Side::MyGadgetRepairs,
            &self.tally.deleted.mygadgetrepairs,
        );
        if lines.is_empty() {
            lines.push("nothing would be written: both sides are in step".to_owned());
        }
        lines.push(format!(
            "{} people need a decision (`repairbridge review`)",
            self.tally.review
        ));
        lines.push(format!(
            "{} values differ and need a decision",
            self.tally.conflicts
        ));
        lines.push(format!(
            "{} have neither e-mail nor phone",
            self.tally.unreachable.unwrap_or(0)
        ));
        for (did, count) in &self.tally.note_rules {
            let people = if *count == 1 { "person" } else { "people" };
            lines.push(format!(
                "would {did} for {count} {people}, by a note rule; tags and workflows may send messages"
            ));
        }
        if self.tally.note_rules.is_empty() {
            lines.push("no tag is set and no workflow is started by a sync; contacts that are created may still start automations that react to new contacts".to_owned());
        }
        let cost = &self.cost;
        lines.push(format!(
            "cost: {} requests to HighLevel, {} to MyGadgetRepairs; {}",
            cost.highlevel, cost.mygadgetrepairs, cost.words
        ));
        lines
    }
}

impl App {
    /// Reads what is new on both sides into a copy and decides there. Nothing is written, here or there; only
    /// the vendors' request budgets are used.
    ///
    /// # Errors
    /// When the shop is not connected or a vendor cannot be read.
    pub async fn preview(&self, name: &str, board: &ProgressBoard) -> Result<Preview, AppError> {
        let shop = self.shop(name).await?;
        let (connection, facts) = self.open(&shop).await?;
        let files = Beside::new(self, "preview");
        let copy = self.store.copy_to(files.path()).await?;
        let dry = connection.dry(&copy, &shop, self.now());
        // Nothing is sent, so there is nothing to listen for.
        let config = AppConfig {
            listen_seconds: 0,
            ..(*self.config).clone()
        };
        let pass = Pass::new(
            &copy,
            &config,
            &self.context,
            &shop,
            &facts,
            &dry,
            board.clone(),
        );
        let outcome = pass
            .run(Options {
                approve: true,
                ..Options::default()
            })
            .await;
        let journal = copy.journal_tail(shop.id, None, 500).await;
        let found = match outcome {
            Ok(tally) => self
                .price(&copy, &shop, &connection, &facts, &tally)
                .await
                .map(|cost| (tally, cost)),
            Err(error) => Err(error),
        };
        copy.close().await;
        let (tally, cost) = found?;
        let mut examples = Vec::new();
        for row in journal?.into_iter().filter(|row| row.run == tally.run) {
            if matches!(
                row.event.as_str(),
                "created" | "updated" | "deleted" | "archived"
            ) && examples.len() < EXAMPLES as usize
            {
                examples.push(example(&row));
            }
        }
        Ok(Preview {
            tally,
            cost,
            examples,
        })
    }

    /// What a preview found to be done costs, from now on.
    async fn price(
        &self,
        copy: &Store,
        shop: &Shop,
        connection: &Connection,
        facts: &ShopFacts,
        found: &Tally,
    ) -> Result<Cost, AppError> {
        let judge = Judge {
            rules: facts.rules.clone(),
            setting: facts.setting.clone(),
        };
        let ground = Ground {
            store: copy,
            config: &self.config,
            shop,
            judge: &judge,
            outlooks: connection.outlooks(Lane::Background).await?,
            has_feed: facts.has_feed(),
            now: self.now(),
        };
        ground.of_preview(found).await
    }
}

fn example(row: &store::JournalRow) -> String {
    let kind = row.kind.unwrap_or(Kind::Contact);
    let side = row.side.unwrap_or(Side::HighLevel);
    let id = row.counterpart.as_ref().map_or("?", |id| id.as_str());
    let source = row.detail["reference"].as_str().unwrap_or(id);
    let deed = match row.event.as_str() {
        "created" => "create",
        "deleted" => "delete",
        "archived" => "complete",
        _ => "change",
    };
    if matches!(deed, "delete" | "complete") {
        return format!(
            "{deed} a {} in {}, since its {} {source} was deleted",
            kind.name_on(side),
            side.title(),
            kind.name_on(side.other())
        );
    }
    format!(
        "{deed} {} {} in {} from {} {source}",
        if kind == Kind::Appointment { "an" } else { "a" },
        kind.name_on(side),
        side.title(),
        kind.name_on(side.other())
    )
}

const fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
