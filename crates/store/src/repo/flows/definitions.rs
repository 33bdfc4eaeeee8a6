//! Flows and their versions, and the recipes that were installed.

use crate::codes::{json, read_json, read_time, time};
use crate::db::{Row, both, query, query_as, query_scalar};
use crate::flow::{FlowSwitch, FlowVersion, StoredFlow};
use crate::repo::{by_shop, these};
use crate::{Store, StoreError};
use domain::{ShopId, Timestamp};
use serde_json::Value as Json;
use std::collections::BTreeMap;

macro_rules! columns {
    () => {
        "SELECT flow.id, enabled, live, version.document, draft, tried.document, recipe, active_from, paused_why
         FROM flow
         JOIN flow_version AS version ON version.shop = flow.shop AND version.flow = flow.id AND version.number = live
         LEFT JOIN flow_version AS tried ON tried.shop = flow.shop AND tried.flow = flow.id AND tried.number = draft "
    };
}

fn read(row: &Row) -> Result<StoredFlow, StoreError> {
    let draft: Option<String> = row.try_get(5)?;
    Ok(StoredFlow {
        id: row.try_get(0)?,
        enabled: row.try_get::<i64, _>(1)? != 0,
        live: row.try_get(2)?,
        document: read_json(&row.try_get::<String, _>(3)?, "flow_version", "document")?,
        draft: row.try_get(4)?,
        draft_document: draft
            .map(|text| read_json(&text, "flow_version", "document"))
            .transpose()?,
        recipe: row.try_get(6)?,
        active_from: read_time(row.try_get(7)?),
        paused_why: row.try_get(8)?,
    })
}

/// A version of a flow to be kept.
#[derive(Clone, Debug)]
pub struct FlowToKeep<'a> {
    /// The flow's id.
    pub id: &'a str,
    /// The flow as JSON.
    pub document: &'a Json,
    /// Whether it is switched on. A draft leaves that as it is.
    pub enabled: bool,
    /// Whether it is only tried beside the version at work.
    pub draft: bool,
    /// The recipe that it comes from.
    pub recipe: Option<&'a str>,
}

impl Store {
    /// Every flow of a shop, by id.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flows(&self, shop: ShopId) -> Result<Vec<StoredFlow>, StoreError> {
        let rows = query(concat!(columns!(), "WHERE flow.shop = $1 ORDER BY flow.id"))
            .bind(shop.0)
            .fetch_all(&self.readers)
            .await?;
        rows.iter().map(read).collect()
    }

    /// Which flows a shop has, and whether they are on.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_switches(&self, shop: ShopId) -> Result<Vec<FlowSwitch>, StoreError> {
        self.seen_or(
            shop,
            |glance| glance.flows.clone(),
            self.flow_switches_of(&[shop]),
        )
        .await
    }

    /// The same of several shops.
    pub(crate) async fn flow_switches_of(
        &self,
        shops: &[ShopId],
    ) -> Result<BTreeMap<ShopId, Vec<FlowSwitch>>, StoreError> {
        let rows: Vec<(i64, String, i64, Option<String>)> = query_as(both!(
            "SELECT shop, id, enabled, paused_why FROM flow WHERE shop ",
            [numbers "1"],
            " ORDER BY shop, id"
        ))
        .bind(these(shops))
        .fetch_all(&self.readers)
        .await?;
        Ok(by_shop(rows, |(shop, id, enabled, paused_why)| {
            let flow = FlowSwitch {
                id,
                enabled: enabled != 0,
                paused_why,
            };
            (shop, flow)
        }))
    }

    /// One flow.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow(&self, shop: ShopId, id: &str) -> Result<Option<StoredFlow>, StoreError> {
        let row = query(concat!(columns!(), "WHERE flow.shop = $1 AND flow.id = $2"))
            .bind(shop.0)
            .bind(id)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Keeps a version of a flow: as the one at work, or as a draft beside it. A flow that is new, or switched on
    /// by this, starts from now; a changed one goes on where it is. Answers the version's number.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep_flow(
        &self,
        shop: ShopId,
        now: Timestamp,
        flow: &FlowToKeep<'_>,
    ) -> Result<i64, StoreError> {
        let mut tx = self.begin(shop).await?;
        let number: i64 = query_scalar(
            "SELECT coalesce(max(number), 0) + 1 FROM flow_version WHERE shop = $1 AND flow = $2",
        )
        .bind(shop.0)
        .bind(flow.id)
        .fetch_one(&mut tx)
        .await?;
        let draft = flow.draft.then_some(number);
        query(
            "INSERT INTO flow (shop, id, enabled, live, draft, recipe, active_from, created_at) VALUES ($1, $2, $3, $4, NULL, $6, $7, $7)
             ON CONFLICT (shop, id) DO UPDATE SET
                 live = CASE WHEN $5 IS NULL THEN excluded.live ELSE flow.live END, draft = $5,
                 recipe = CASE WHEN $5 IS NULL THEN excluded.recipe ELSE flow.recipe END,
                 active_from = CASE WHEN $5 IS NULL AND excluded.enabled = 1 AND (flow.enabled = 0 OR flow.paused_why IS NOT NULL)
                     THEN $7 ELSE flow.active_from END,
                 paused_why = CASE WHEN $5 IS NULL THEN NULL ELSE flow.paused_why END,
                 enabled = CASE WHEN $5 IS NULL THEN excluded.enabled ELSE flow.enabled END",
        )
        .bind(shop.0).bind(flow.id).bind(i64::from(flow.enabled)).bind(number).bind(draft).bind(flow.recipe).bind(time(now))
        .execute(&mut tx).await?;
        query(
            "INSERT INTO flow_version (shop, flow, number, document, at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(shop.0)
        .bind(flow.id)
        .bind(number)
        .bind(json(flow.document, "flow_version", "document")?)
        .bind(time(now))
        .execute(&mut tx)
        .await?;
        tx.commit().await?;
        Ok(number)
    }

    /// Puts a version to work that was kept before: a draft that is promoted, or an older one. The draft ends.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn put_to_work(
        &self,
        shop: ShopId,
        id: &str,
        number: i64,
    ) -> Result<bool, StoreError> {
        let done = query(
            "UPDATE flow SET live = $3, draft = NULL WHERE shop = $1 AND id = $2
                 AND EXISTS (SELECT 1 FROM flow_version WHERE shop = $1 AND flow = $2 AND number = $3)",
        )
        .bind(shop.0)
        .bind(id)
        .bind(number)
        .execute(self.turn(shop))
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Switches a flow on or off. What happened while it was off is history to it.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn switch_flow(
        &self,
        shop: ShopId,
        now: Timestamp,
        id: &str,
        on: bool,
    ) -> Result<(), StoreError> {
        query(
            "UPDATE flow SET enabled = $3, paused_why = NULL,
                 active_from = CASE WHEN $3 = 1 AND (enabled = 0 OR paused_why IS NOT NULL) THEN $4 ELSE active_from END
             WHERE shop = $1 AND id = $2",
        )
        .bind(shop.0)
        .bind(id)
        .bind(i64::from(on))
        .bind(time(now))
        .execute(self.turn(shop))
        .await?;
        Ok(())
    }

    /// Stops a flow by itself, with the reason.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn pause_flow(&self, shop: ShopId, id: &str, why: &str) -> Result<(), StoreError> {
        query("UPDATE flow SET paused_why = $3 WHERE shop = $1 AND id = $2")
            .bind(shop.0)
            .bind(id)
            .bind(why)
            .execute(self.turn(shop))
            .await?;
        Ok(())
    }

    /// Removes a flow with its versions, runs and memory.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn remove_flow(&self, shop: ShopId, id: &str) -> Result<(), StoreError> {
        let mut tx = self.begin(shop).await?;
        for sql in [
            "DELETE FROM flow_run WHERE shop = $1 AND flow = $2",
            "DELETE FROM flow_once WHERE shop = $1 AND flow = $2",
            "DELETE FROM flow WHERE shop = $1 AND id = $2",
        ] {
            query(sql).bind(shop.0).bind(id).execute(&mut tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The versions of a flow, newest first.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_versions(
        &self,
        shop: ShopId,
        id: &str,
    ) -> Result<Vec<FlowVersion>, StoreError> {
        let rows = query(
            "SELECT number, document, at FROM flow_version WHERE shop = $1 AND flow = $2 ORDER BY number DESC",
        )
        .bind(shop.0)
        .bind(id)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(version).collect()
    }

    /// One version of a flow.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn flow_version(
        &self,
        shop: ShopId,
        id: &str,
        number: i64,
    ) -> Result<Option<FlowVersion>, StoreError> {
        let row = query(
            "SELECT number, document, at FROM flow_version WHERE shop = $1 AND flow = $2 AND number = $3",
        )
        .bind(shop.0)
        .bind(id)
        .bind(number)
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(version).transpose()
    }

    /// Remembers a recipe that was installed: what it was told, and what it replaced.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn keep_recipe(
        &self,
        shop: ShopId,
        now: Timestamp,
        id: &str,
        answers: &Json,
        before: &Json,
    ) -> Result<(), StoreError> {
        query(
            "INSERT INTO recipe (shop, id, answers, before, at) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (shop, id)
             DO UPDATE SET answers = excluded.answers, before = excluded.before, at = excluded.at",
        )
        .bind(shop.0)
        .bind(id)
        .bind(json(answers, "recipe", "answers")?)
        .bind(json(before, "recipe", "before")?)
        .bind(time(now))
        .execute(self.turn(shop))
        .await?;
        Ok(())
    }

    /// The recipes that are installed: id, what they were told, what they replaced.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn recipes(&self, shop: ShopId) -> Result<Vec<(String, Json, Json)>, StoreError> {
        let rows = query("SELECT id, answers, before FROM recipe WHERE shop = $1 ORDER BY id")
            .bind(shop.0)
            .fetch_all(&self.readers)
            .await?;
        rows.iter()
            .map(|row| {
                let answers: String = row.try_get(1)?;
                let before: String = row.try_get(2)?;
                Ok((
                    row.try_get(0)?,
                    read_json(&answers, "recipe", "answers")?,
                    read_json(&before, "recipe", "before")?,
                ))
            })
            .collect()
    }

    /// Forgets that a recipe was installed.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn forget_recipe(&self, shop: ShopId, id: &str) -> Result<(), StoreError> {
        query("DELETE FROM recipe WHERE shop = $1 AND id = $2")
            .bind(shop.0)
            .bind(id)
            .execute(self.turn(shop))
            .await?;
        Ok(())
    }
}

fn version(row: &Row) -> Result<FlowVersion, StoreError> {
    Ok(FlowVersion {
        number: row.try_get(0)?,
        document: read_json(&row.try_get::<String, _>(1)?, "flow_version", "document")?,
        at: read_time(row.try_get(2)?),
    })
}
