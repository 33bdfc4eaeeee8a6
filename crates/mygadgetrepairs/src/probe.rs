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
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

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

/// Asks the account from beginning to end, each question once.
///
/// # Errors
/// As [`Probe::ask_next`].
pub async fn run(client: &Client) -> Result<Capabilities, Error> {
    let probe = Probe::new(client);
    loop {
        if let Some(found) = probe.ask_next().await? {
            return Ok(found);
        }
    }
}

/// The lists that are asked for, in order.
const QUESTIONS: [&str; 9] = [
    INFO,
    CUSTOMERS,
    "/tickets",
    "/appointments",
    "/customers/updated",
    "/tickets/updated",
    "/appointments/updated",
    "/ticketComments",
    STATUSES,
];
const INFO: &str = "/info";
const CUSTOMERS: &str = "/customers";
const STATUSES: &str = "/statuses";
/// A month of changes, so that there is something to see without asking for everything.
const CHANGES: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A probe under way. What was answered is not asked again: on a bad line, or where the account's limit is used
/// up, the next question goes on where the last one failed.
pub struct Probe<'a> {
    client: &'a Client,
    asked_at: Timestamp,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    findings: BTreeMap<&'static str, Finding>,
    /// Keys of the customers that came, while it is open how the list is paged.
    to_page: Vec<String>,
}

impl<'a> Probe<'a> {
    /// Nothing is asked yet.
    #[must_use]
    pub fn new(client: &'a Client) -> Self {
        Self {
            client,
            asked_at: client.now(),
            known: Mutex::default(),
        }
    }

    /// Asks one question, with one try, so that the ten are never exceeded. Answers with everything once nothing
    /// is left to ask.
    ///
    /// # Errors
    /// [`Error::KeyRefused`], a pause, or no answer at all: ask again to go on. A list that is missing or refused
    /// is a finding, not an error.
    pub async fn ask_next(&self) -> Result<Option<Capabilities>, Error> {
        let to_page = self.known().to_page.clone();
        if !to_page.is_empty() {
            self.learn_paging(&to_page).await?;
            self.known().to_page.clear();
            return Ok(None);
        }
        let next = QUESTIONS
            .into_iter()
            .find(|path| !self.known().findings.contains_key(path));
        let Some(path) = next else {
            return Ok(self.found());
        };
        let (finding, seen) = self.ask(path, self.query(path)).await?;
        let mut known = self.known();
        let open = self.client.learnt().get(CUSTOMERS).is_none();
        if path == CUSTOMERS && finding.is_found() && open {
            known.to_page = seen;
        }
        known.findings.insert(path, finding);
        Ok(None)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn query(&self, path: &str) -> Vec<(String, String)> {
        let mut query = match path {
            INFO | STATUSES => Vec::new(),
            _ => one(),
        };
        if path.ends_with("/updated") {
            let since = self.asked_at.checked_sub(CHANGES).unwrap_or(self.asked_at);
            let day = FilterDay(self.client.zone().to_datetime(since).date()).to_string();
            self.client.wire().put(&mut query, Slot::UpdatedFrom, &day);
        }
        query
    }

    /// Everything, once it is all there.
    fn found(&self) -> Option<Capabilities> {
        let mut known = self.known().findings.clone();
        let mut of = |path: &str| known.remove(path);
        Some(Capabilities {
            asked_at: self.asked_at,
            info: of(INFO)?,
            customers: of(CUSTOMERS)?,
            tickets: of("/tickets")?,
            appointments: of("/appointments")?,
            customers_updated: of("/customers/updated")?,
            tickets_updated: of("/tickets/updated")?,
            appointments_updated: of("/appointments/updated")?,
            ticket_comments: of("/ticketComments")?,
            statuses: of(STATUSES)?,
            paging: self.client.paging(),
        })
    }

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
    async fn learn_paging(&self, seen: &[String]) -> Result<(), Error> {
        let count = seen.len() as u64;
        let mut query = Window::At(PagingForm::Offset, count, PAGE_ROWS).arguments();
        if count == 1 {
            query.retain(|(name, _)| name != "limit");
            query.extend(one());
        }
        let (_, after) = self.ask(CUSTOMERS, query).await?;
        let learnt = self.client.learnt();
        match (seen.first(), after.first()) {
            // The same record again: `offset` is not understood, so `page` it must be. Should that be wrong,
            // the first walk notices.
            (Some(first), Some(_)) if after.contains(first) => {
                learnt.set(CUSTOMERS, PagingForm::Page);
            }
            (Some(_), Some(_)) => learnt.set(CUSTOMERS, PagingForm::Offset),
            _ => {}
        }
        Ok(())
    }
}

fn one() -> Vec<(String, String)> {
    vec![("limit".to_owned(), "1".to_owned())]
}

#[cfg(test)]
mod tests;
