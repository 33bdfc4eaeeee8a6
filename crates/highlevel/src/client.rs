//! The client: one location, one budget, one source of tokens.

use crate::{
    Config, ConfigError, Error, api,
    auth::TokenSource,
    decode::{self, Document},
    vendor_error,
};
use domain::{Clock, Context};
use http::{
    Answer, Applied, Budget, Guard, HeaderName, HeaderValue, Lane, Method, Request, Sender,
    SenderConfig,
};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Calls HighLevel for one location. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    inner: Arc<Inner>,
    lane: Lane,
    guard: Option<Guard>,
}

#[derive(Debug)]
struct Inner {
    sender: Sender,
    tokens: Arc<dyn TokenSource>,
    config: Config,
    version: HeaderValue,
    clock: Arc<dyn Clock>,
}

impl Client {
    /// A client in [`Lane::Live`].
    ///
    /// # Errors
    /// When the location is empty, or the address cannot be used.
    pub fn new(
        config: Config,
        tokens: Arc<dyn TokenSource>,
        budget: Arc<dyn Budget>,
        context: Context,
    ) -> Result<Self, ConfigError> {
        config.check()?;
        let version = HeaderValue::from_str(config.api_version.as_str())
            .map_err(|_| ConfigError::Version(config.api_version.to_string()))?;
        let clock = Arc::clone(&context.clock);
        let mut sending = SenderConfig::new(config.base_url.clone());
        sending.meter.clone_from(&config.meter);
        let sender = Sender::new(sending, budget, context)?;
        let inner = Arc::new(Inner {
            sender,
            tokens,
            config,
            version,
            clock,
        });
        Ok(Self {
            inner,
            lane: Lane::Live,
            guard: None,
        })
    }

    /// The same client in another lane.
    #[must_use]
    pub fn with_lane(&self, lane: Lane) -> Self {
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

    /// The location that this client works for.
    #[must_use]
    pub fn location_id(&self) -> &str {
        &self.inner.config.location_id
    }

    /// Contacts, and the tags on them.
    #[must_use]
    pub const fn contacts(&self) -> api::Contacts<'_> {
        api::Contacts(self)
    }

    /// Tasks of contacts, and the search over all of them.
    #[must_use]
    pub const fn tasks(&self) -> api::Tasks<'_> {
        api::Tasks(self)
    }

    /// Notes of contacts.
    #[must_use]
    pub const fn notes(&self) -> api::Notes<'_> {
        api::Notes(self)
    }

    /// The location's own settings.
    #[must_use]
    pub const fn location(&self) -> api::LocationApi<'_> {
        api::LocationApi(self)
    }

    /// Definitions of custom fields.
    #[must_use]
    pub const fn custom_fields(&self) -> api::CustomFields<'_> {
        api::CustomFields(self)
    }

    /// The location's dictionary of tags.
    #[must_use]
    pub const fn tags(&self) -> api::Tags<'_> {
        api::Tags(self)
    }

    /// Users of the location.
    #[must_use]
    pub const fn users(&self) -> api::Users<'_> {
        api::Users(self)
    }

    /// Workflows of the location.
    #[must_use]
    pub const fn workflows(&self) -> api::Workflows<'_> {
        api::Workflows(self)
    }

    /// Calendars and what is in them.
    #[must_use]
    pub const fn calendars(&self) -> api::Calendars<'_> {
        api::Calendars(self)
    }

    /// Appointments.
    #[must_use]
    pub const fn appointments(&self) -> api::Appointments<'_> {
        api::Appointments(self)
    }

    /// A request as it stands, and the answer whatever it says: for trying a call out, and for the headers of an
    /// answer. Token and version are added.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn raw(&self, request: Request) -> Result<Answer, Error> {
        self.send(request, &Subject::read("call", &[])).await
    }

    /// A call of any endpoint, told with its record's id where it has one. Token and version are added; a version that
    /// the request names itself is kept.
    ///
    /// # Errors
    /// When there is no answer, or the vendor refuses; [`Error::applied`] says whether it may have been carried out.
    pub async fn call(
        &self,
        request: Request,
        record: Option<&str>,
        writes: bool,
    ) -> Result<Answer, Error> {
        let ids: Vec<&str> = record.into_iter().collect();
        let what = if ids.is_empty() { "request" } else { "record" };
        let creates_contact = request.method == Method::POST && request.path == "/contacts/";
        let subject = match writes {
            true if creates_contact => Subject::create_contact(),
            true => Subject::write(what, &ids),
            false => Subject::read(what, &ids),
        };
        let answer = self.send(request, &subject).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(match self.refused(&answer, &subject) {
            // What is missing is something that the body names; the vendor says what.
            Error::NotFound { .. } if record.is_none() => Error::Vendor {
                what,
                status: answer.status.as_u16(),
                message: vendor_error::message_of(&answer),
                applied: Applied::No,
            },
            error => error,
        })
    }

    pub(crate) fn is_v3(&self) -> bool {
        self.inner.config.api_version.is_v3()
    }

    /// Calls, and reads one thing, inside one of the given envelopes or bare.
    pub(crate) async fn one<T: DeserializeOwned>(
        &self,
        request: Request,
        subject: Subject,
        envelopes: &[&str],
    ) -> Result<T, Error> {
        self.document(request, &subject).await?.one(envelopes)
    }

    /// Calls, and reads a list under its name.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        request: Request,
        subject: Subject,
        name: &str,
    ) -> Result<Vec<T>, Error> {
        self.document(request, &subject).await?.list(name)
    }

    /// Calls, and reads nothing but that it was done.
    pub(crate) async fn done(&self, request: Request, subject: Subject) -> Result<(), Error> {
        self.document(request, &subject).await?.done()
    }

    /// Calls, and hands on the whole answer.
    pub(crate) async fn document(
        &self,
        request: Request,
        subject: &Subject,
    ) -> Result<Document, Error> {
        let answer = self.send(request, subject).await?;
        if answer.status.is_success() {
            decode::parse(&answer.body, subject)
        } else {
            Err(self.refused(&answer, subject))
        }
    }

    /// Why the vendor did not do it.
    fn refused(&self, answer: &Answer, subject: &Subject) -> Error {
        // The vendor's support asks for this id (highlevel-api.md 2).
        let trace_id = vendor_error::trace_id(answer);
        tracing::debug!(
            status = answer.status.as_u16(),
            trace_id,
            what = subject.what,
            "refused"
        );
        vendor_error::judge(answer, subject, self.inner.clock.now())
    }

    async fn send(&self, request: Request, subject: &Subject) -> Result<Answer, Error> {
        // An empty id would turn `/contacts/{id}` into the address of the whole collection.
        if subject.ids.iter().any(|id| id.trim().is_empty()) {
            return Err(subject.not_found());
        }
        let inner = &self.inner;
        let token = inner.tokens.token().await?;
        let version = HeaderName::from_static("version");
        let request = match request.headers.iter().any(|(name, _)| *name == version) {
            true => request,
            false => request.header(version, inner.version.clone()),
        };
        let request = request.lane(self.lane).guarded(self.guard.clone()).header(
            HeaderName::from_static("accept"),
            HeaderValue::from_static("application/json"),
        );
        let answer = inner.sender.send(request.clone().bearer(&token)).await?;
        let refused = answer.status.as_u16() == 401
            && matches!(
                vendor_error::judge(&answer, subject, inner.clock.now()),
                Error::Unauthorized { .. }
            );
        // A 401 was not carried out, so any request may be sent again with a fresh token, once.
        if refused && inner.tokens.rejected(&token).await? {
            let fresh = inner.tokens.token().await?;
            return Ok(inner.sender.send(request.bearer(&fresh)).await?);
        }
        Ok(answer)
    }
}

/// What a call is about: for errors, and for whether it may have been carried out.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) what: &'static str,
    ids: Vec<String>,
    writes: bool,
    creates_contact: bool,
}

impl Subject {
    pub(crate) fn read(what: &'static str, ids: &[&str]) -> Self {
        let ids = ids.iter().map(|id| (*id).to_owned()).collect();
        Self {
            what,
            ids,
            writes: false,
            creates_contact: false,
        }
    }

    pub(crate) fn write(what: &'static str, ids: &[&str]) -> Self {
        Self {
            writes: true,
            ..Self::read(what, ids)
        }
    }

    pub(crate) fn create_contact() -> Self {
        Self {
            creates_contact: true,
            ..Self::write("contact", &[])
        }
    }

    /// The scope that the call needs (highlevel-api.md 4.6).
    pub(crate) fn scope(&self) -> &'static str {
        match (self.what, self.writes) {
            ("contact" | "contacts" | "task" | "note" | "business", false) => "contacts.readonly",
            ("contact" | "contacts" | "task" | "note" | "business", true) => "contacts.write",
            ("tasks", _) => "locations/tasks.readonly",
            ("sub-account", _) => "locations.readonly",
            ("tags", _) => "locations/tags.readonly",
            ("custom field" | "custom fields", false) => "locations/customFields.readonly",
            ("custom field" | "custom fields", true) => "locations/customFields.write",
            ("workflows", _) => "workflows.readonly",
            ("calendars", _) => "calendars.readonly",
            ("calendar" | "appointment", false) => "calendars/events.readonly",
            ("calendar" | "appointment", true) => "calendars/events.write",
            _ => "users.readonly",
        }
    }

    pub(crate) fn not_found(&self) -> Error {
        Error::NotFound {
            what: self.what,
            id: self.ids.last().cloned().unwrap_or_default(),
        }
    }

    pub(crate) const fn applied_if_unanswered(&self) -> Applied {
        if self.writes {
            Applied::Unknown
        } else {
            Applied::No
        }
    }

    /// A contact was once created although the answer was 422 (highlevel-quirks.md 1.5).
    pub(crate) const fn applied_after_422(&self) -> Applied {
        if self.creates_contact {
            Applied::Unknown
        } else {
            Applied::No
        }
    }
}
