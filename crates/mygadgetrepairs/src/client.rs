//! The client: one account, one key.

mod list;
mod member;

use crate::{
    Config, Error, PagingForm, WireNames, api,
    auth::Key,
    error::{Target, of_answer},
    page::Learnt,
};
use domain::Context;
use http::{Answer, Budget, Guard, HeaderName, HeaderValue, Lane, Request, Sender, SenderConfig};
use jiff::tz::TimeZone;
use secrecy::SecretString;
use std::{collections::BTreeMap, sync::Arc};

pub(crate) use list::{List, rows};

/// Talks to one MyGadgetRepairs account. Cheap to clone.
///
/// Every request is taken from the budget first. Callers keep one request per key under way
/// ([`crate::limits::CONCURRENCY`]).
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
    lane: Lane,
    guard: Option<Guard>,
}

#[derive(Debug)]
struct Inner {
    sender: Sender,
    key: Key,
    wire: WireNames,
    zone: TimeZone,
    learnt: Learnt,
    context: Context,
}

impl Client {
    /// A client in [`Lane::Live`].
    ///
    /// # Errors
    /// When the key is empty or holds characters that no key has, or the address is no `https` address.
    pub fn new(
        config: Config,
        key: &SecretString,
        budget: Arc<dyn Budget>,
        context: Context,
    ) -> Result<Self, Error> {
        let key = Key::new(key)?;
        let mut sending = SenderConfig::new(config.base_url);
        sending.meter = config.meter;
        let sender = Sender::new(sending, budget, context.clone())?;
        let inner = Inner {
            sender,
            key,
            wire: config.wire,
            zone: config.zone,
            learnt: Learnt::from_known(config.paging),
            context,
        };
        Ok(Self {
            inner: Arc::new(inner),
            lane: Lane::Live,
            guard: None,
        })
    }

    /// The same client with another urgency.
    #[must_use]
    pub fn in_lane(&self, lane: Lane) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            lane,
            guard: self.guard.clone(),
        }
    }

    /// The same client, whose requests can be kept back at the last moment.
    #[must_use]
    pub fn guarded(&self, guard: Option<Guard>) -> Self {
        Self {
            guard,
            ..self.clone()
        }
    }

    /// The form of paging that was found to work, per list. Store it and hand it to the next client in
    /// [`Config::paging`]: it saves a request per list. A wrong one is noticed and corrected.
    #[must_use]
    pub fn paging(&self) -> BTreeMap<String, PagingForm> {
        self.inner.learnt.all()
    }

    /// Customers.
    #[must_use]
    pub const fn customers(&self) -> api::Customers<'_> {
        api::Customers::new(self)
    }

    /// Tickets.
    #[must_use]
    pub const fn tickets(&self) -> api::Tickets<'_> {
        api::Tickets::new(self)
    }

    /// Ticket comments.
    #[must_use]
    pub const fn ticket_comments(&self) -> api::TicketComments<'_> {
        api::TicketComments::new(self)
    }

    /// Appointments.
    #[must_use]
    pub const fn appointments(&self) -> api::Appointments<'_> {
        api::Appointments::new(self)
    }

    /// Ticket statuses.
    #[must_use]
    pub const fn statuses(&self) -> api::Statuses<'_> {
        api::Statuses::new(self)
    }

    /// Issue types.
    #[must_use]
    pub const fn issue_types(&self) -> api::IssueTypes<'_> {
        api::IssueTypes::new(self)
    }

    /// Custom fields.
    #[must_use]
    pub const fn custom_fields(&self) -> api::CustomFields<'_> {
        api::CustomFields::new(self)
    }

    /// Staff.
    #[must_use]
    pub const fn users(&self) -> api::Users<'_> {
        api::Users::new(self)
    }

    /// The shop's profile.
    #[must_use]
    pub const fn info(&self) -> api::ShopInfo<'_> {
        api::ShopInfo::new(self)
    }

    /// Invoices of tickets.
    #[must_use]
    pub const fn ticket_invoices(&self) -> api::TicketInvoices<'_> {
        api::TicketInvoices::new(self)
    }

    /// The list of a resource that is not modelled, by its path: `/posOrders`.
    #[must_use]
    pub const fn listing<'a>(&'a self, path: &'a str) -> api::Listing<'a> {
        api::Listing::new(self, path)
    }

    /// The spellings that this account uses.
    #[must_use]
    pub fn wire(&self) -> &WireNames {
        &self.inner.wire
    }

    pub(crate) fn zone(&self) -> &TimeZone {
        &self.inner.zone
    }

    pub(crate) fn learnt(&self) -> &Learnt {
        &self.inner.learnt
    }

    pub(crate) fn now(&self) -> domain::Timestamp {
        self.inner.context.clock.now()
    }

    /// A request as it stands, and the answer whatever it says: for the headers of an answer. The key is added.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn raw(&self, request: Request) -> Result<Answer, Error> {
        self.ask(request).await
    }

    /// A call of any resource, told with its record's id where it has one. The key is added.
    ///
    /// # Errors
    /// When there is no answer, or the vendor refuses; [`Error::applied`] says whether it may have been carried out.
    /// A path that the account does not have is [`Error::NotOffered`], also below a record: the vendor's framework answers
    /// with an empty body then (mygadgetrepairs-api.md section 10).
    pub async fn call(
        &self,
        request: Request,
        record: Option<&str>,
        writes: bool,
    ) -> Result<Answer, Error> {
        let answer = self.ask(request).await?;
        let unknown_path = answer.status.as_u16() == 404 && answer.body.trim_ascii().is_empty();
        let target = match record.filter(|_| !unknown_path) {
            Some(id) => Target::member("record", id, writes),
            None if writes => Target::create("record"),
            None => Target::list("record"),
        };
        self.judged(answer, &target)
    }

    /// Sends and returns any answer.
    pub(crate) async fn ask(&self, request: Request) -> Result<Answer, Error> {
        let request = request.lane(self.lane).guarded(self.guard.clone()).header(
            HeaderName::from_static("accept"),
            HeaderValue::from_static("application/json"),
        );
        Ok(self.inner.sender.send(self.inner.key.sign(request)).await?)
    }

    /// Sends and returns a successful answer.
    pub(crate) async fn succeed(&self, request: Request, target: &Target) -> Result<Answer, Error> {
        let answer = self.ask(request).await?;
        self.judged(answer, target)
    }

    fn judged(&self, answer: Answer, target: &Target) -> Result<Answer, Error> {
        match of_answer(&answer, target, self.now()) {
            Some(error) => Err(error),
            None => Ok(answer),
        }
    }
}
