//! What an account can do, found with at most ten requests.
//!
//! The service is only partly documented, so nothing is assumed that was not found
//! (mygadgetrepairs-api.md sections 1.2, 14 and 15). The result is stored per shop and shown to people;
//! ask again after some days, or when something is not offered any more.

mod finding;
mod sentences;

use crate::{
    Client, Error, PAGE_ROWS, PagingForm, Slot, error::Target, page::Window, stamp::FilterDay,
};
use domain::Timestamp;
use http::{Repeat, Request};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use finding::{Finding, Outcome};
pub use sentences::{Sentence, Tone};

/// The most requests that a probe spends.
pub const MOST_REQUESTS: usize = 10;

/// What was found. Serialisable; keep it with the shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// When the account was asked.
    pub asked_at: Timestamp,
    /// `/info`.
    pub info: Finding,
    /// `/customers`.
    pub customers: Finding,
    /// `/tickets`.
    pub tickets: Finding,
    /// `/appointments`.
    pub appointments: Finding,
    /// `/customers/updated`.
    pub customers_updated: Finding,
    /// `/tickets/updated`.
    pub tickets_updated: Finding,
    /// `/appointments/updated`.
    pub appointments_updated: Finding,
    /// `/ticketComments`.
    pub ticket_comments: Finding,
    /// `/statuses`.
    pub statuses: Finding,
    /// The form of paging that works, per list, as far as learnt. Refresh it from
    /// [`Client::paging`] after a walk, and hand it to [`crate::Config::paging`].
    #[serde(default)]
    pub paging: BTreeMap<String, PagingForm>,
}

impl Capabilities {
    /// Whether records with changes can be asked for, per list path such as `/customers`.
    #[must_use]
    pub fn has_feed(&self, list: &str) -> bool {
        match list {
            "/customers" => self.customers_updated.is_found(),
            "/tickets" => self.tickets_updated.is_found(),
            "/appointments" => self.appointments_updated.is_found(),
            _ => false,
        }
    }

    /// Whether comments can be added. `None` where the account does not say; the first write tells.
    #[must_use]
    pub fn can_add_comments(&self) -> Option<bool> {
        match self.ticket_comments.outcome {
            Outcome::NotOffered => Some(false),
            _ if self.ticket_comments.verbs.is_empty() => None,
            _ => Some(self.ticket_comments.verbs.contains("POST")),
        }
    }

    /// Whether a comment that was read says if it is internal. Until it does, treat every comment as visible
    /// to the customer.
    #[must_use]
    pub fn shows_comment_visibility(&self) -> bool {
        const TELLING: [&str; 12] = [
            "internal",
            "is_internal",
            "isinternal",
            "private",
            "is_private",
            "isprivate",
            "public",
            "is_public",
            "ispublic",
            "visible_to_customer",
            "type",
            "visibility",
        ];
        self.ticket_comments
            .fields
            .iter()
            .any(|field| TELLING.contains(&field.to_ascii_lowercase().as_str()))
    }

    /// One sentence per capability, for shop owners.
    #[must_use]
    pub fn sentences(&self) -> Vec<Sentence> {
        sentences::of(self)
    }
}

/// Asks the account. One try per request, so that the ten are never exceeded.
///
/// # Errors
/// [`Error::KeyRefused`], a pause, or no answer at all: then nothing was found and the probe is repeated as a
/// whole. A list that is missing or refused is a finding, not an error.
pub async fn run(client: &Client) -> Result<Capabilities, Error> {
    let now = client.now();
    let probe = Probe { client };
    let (info, _) = probe.ask("/info", Vec::new()).await?;
    let (customers, seen) = probe.ask("/customers", one()).await?;
    probe.learn_paging("/customers", &customers, &seen).await?;
    let (tickets, _) = probe.ask("/tickets", one()).await?;
    let (appointments, _) = probe.ask("/appointments", one()).await?;
    // A month of changes, so that there is something to see without asking for everything.
    let month = now
        .checked_sub(jiff::SignedDuration::from_hours(30 * 24))
        .unwrap_or(now);
    let mut since = one();
    let day = FilterDay(client.zone().to_datetime(month).date()).to_string();
    client.wire().put(&mut since, Slot::UpdatedFrom, &day);
    let (customers_updated, _) = probe.ask("/customers/updated", since.clone()).await?;
    let (tickets_updated, _) = probe.ask("/tickets/updated", since.clone()).await?;
    let (appointments_updated, _) = probe.ask("/appointments/updated", since).await?;
    let (ticket_comments, _) = probe.ask("/ticketComments", one()).await?;
    let (statuses, _) = probe.ask("/statuses", Vec::new()).await?;
    Ok(Capabilities {
        asked_at: now,
        info,
        customers,
        tickets,
        appointments,
        customers_updated,
        tickets_updated,
        appointments_updated,
        ticket_comments,
        statuses,
        paging: client.paging(),
    })
}

fn one() -> Vec<(String, String)> {
    vec![("limit".to_owned(), "1".to_owned())]
}

struct Probe<'a> {
    client: &'a Client,
}

impl Probe<'_> {
    /// One request. Returns the keys of the rows as well.
    async fn ask(
        &self,
        path: &'static str,
        query: Vec<(String, String)>,
    ) -> Result<(Finding, Vec<String>), Error> {
        let mut request = Request::get(path).repeat(Repeat::Never);
        for (name, value) in query {
            request = request.query(name, value);
        }
        let answer = self.client.ask(request).await?;
        let status = answer.status.as_u16();
        if matches!(status, 401 | 429) {
            let refused =
                crate::error::of_answer(&answer, &Target::list("capability"), self.client.now());
            return Err(refused.unwrap_or(Error::KeyRefused));
        }
        Ok(finding::of(path, &answer))
    }

    /// One more request tells whether `offset` works, where there is more than one customer.
    async fn learn_paging(
        &self,
        path: &'static str,
        found: &Finding,
        seen: &[String],
    ) -> Result<(), Error> {
        let Some(first) = seen.first() else {
            return Ok(());
        };
        let learnt = self.client.learnt();
        if !found.is_found() || learnt.get(path).is_some() {
            return Ok(());
        }
        let count = seen.len() as u64;
        let mut query = Window::At(PagingForm::Offset, count, PAGE_ROWS).arguments();
        if count == 1 {
            query.retain(|(name, _)| name != "limit");
            query.extend(one());
        }
        let (_, after) = self.ask(path, query).await?;
        match after.first() {
            // The same record again: `offset` is not understood, so `page` it must be. Should that be wrong,
            // the first walk notices.
            Some(_) if after.contains(first) => learnt.set(path, PagingForm::Page),
            Some(_) => learnt.set(path, PagingForm::Offset),
            None => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
