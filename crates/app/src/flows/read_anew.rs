//! Records that only lists show, read anew before a run acts on them: the lists may be hours old, and what a guard asks
//! for (paid, answered, ticked off) may have happened since.

use super::scope::{INVOICE, Known};
use crate::connection::ShopFacts;
use crate::{App, AppError};
use domain::{Kind, Lane, RecordId, Side};
use flows::Occurrence;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use store::{Shop, Watched, source_of};

/// Where MyGadgetRepairs shows a single record (mygadgetrepairs-api.md 12).
const MEMBERS: [(&str, &str); 4] = [
    (INVOICE, "ticketInvoices"),
    ("mygadgetrepairs.estimate", "estimates"),
    ("mygadgetrepairs.lead", "leads"),
    ("mygadgetrepairs.reminder", "reminders"),
];

impl App {
    /// Reads anew what a run is about, or the invoice of the ticket that it is about. What cannot be read now is as it
    /// was when a list showed it last.
    pub(super) async fn read_anew(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        reads: &BTreeSet<String>,
        occurrence: &Occurrence,
    ) -> Result<(), AppError> {
        let ticket = source_of(Side::MyGadgetRepairs, Kind::Task);
        let (source, records) = if occurrence.source == ticket && reads.contains("invoice") {
            let id = RecordId::new(occurrence.record.clone());
            let invoice = self.invoice_of(shop, &id).await?;
            (INVOICE, Vec::from_iter(invoice))
        } else {
            let own = vec![occurrence.record.clone()];
            (occurrence.source.as_str(), own)
        };
        let Some((_, path)) = MEMBERS.iter().find(|(of, _)| *of == source) else {
            return Ok(());
        };
        let known = self.store.watched(shop.id, source, &records).await?;
        for record in records {
            let Some(known) = known.get(&record) else {
                continue;
            };
            // What was sold at the till is paid, and stands in another list.
            if source == INVOICE && known.get("ticket").is_none() {
                continue;
            }
            self.read_one(shop, facts, (source, path), &record, known)
                .await?;
        }
        Ok(())
    }

    async fn read_one(
        &self,
        shop: &Shop,
        facts: &ShopFacts,
        (source, path): (&str, &str),
        record: &str,
        known: &Json,
    ) -> Result<(), AppError> {
        let (zone, paging) = (&facts.setting.zone, &facts.capabilities.paging);
        let clients = self.clients(shop, zone, paging).await?;
        let client = clients.mygadgetrepairs.in_lane(Lane::Live);
        let request = http::Request::get(http::path([path, record]));
        let found = match client.raw(request).await {
            Ok(answer) if answer.status.is_success() => {
                serde_json::from_slice(&answer.body).unwrap_or(Json::Null)
            }
            Ok(_) | Err(_) => Json::Null,
        };
        let body = match found {
            Json::Array(mut only) if only.len() == 1 => only.remove(0),
            other => other,
        };
        let is_it = body.get("id").is_some_and(|id| match id {
            Json::String(id) => id.eq_ignore_ascii_case(record),
            Json::Number(id) => record.parse::<serde_json::Number>().ok().as_ref() == Some(id),
            _ => false,
        });
        let view = |body: &Json| flows::view::view(source, body, &facts.setting, &facts.rules);
        // A single record shows more than a list does; that is no change.
        if !is_it || view(&body) == view(known) {
            return Ok(());
        }
        let row = Watched {
            record: record.to_owned(),
            body,
            created_at: None,
        };
        self.store
            .watch(shop.id, self.now(), source, vec![row], false)
            .await?;
        Ok(())
    }

    /// The newest invoice of a ticket that was seen.
    async fn invoice_of(&self, shop: &Shop, ticket: &RecordId) -> Result<Option<String>, AppError> {
        let (side, kind) = (Side::MyGadgetRepairs, Kind::Task);
        let stored = self.store.record(shop.id, side, kind, ticket).await?;
        let Some(known) = stored.map(|stored| Known::of(&stored.record)) else {
            return Ok(None);
        };
        let found = self
            .store
            .watched_about(shop.id, INVOICE, &known.as_ticket(), 1)
            .await?;
        let id = found.first().and_then(|body| body.get("id"));
        Ok(id.map(|id| id.as_str().map_or_else(|| id.to_string(), str::to_owned)))
    }
}
