//! Contacts (highlevel-api.md 7). Scopes `contacts.readonly` and `contacts.write`.

use crate::{
    Client, Cursor, Error, Page,
    client::Subject,
    model::{Contact, ContactSearch, CreateContact, UpdateContact, UpsertContact},
    page::may_go_on,
};
use futures::{Stream, stream};
use http::{Repeat, Request, path};
use serde_json::json;

/// Contacts of the location.
#[derive(Clone, Copy, Debug)]
pub struct Contacts<'a>(pub(crate) &'a Client);

/// Keys by which a duplicate is looked up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lookup<'a> {
    /// E-mail address.
    pub email: Option<&'a str>,
    /// E.164.
    pub number: Option<&'a str>,
}

/// What an upsert did.
#[derive(Clone, Debug, PartialEq)]
pub struct Upserted {
    /// Whether the contact is new.
    pub new: bool,
    /// The contact.
    pub contact: Contact,
}

/// A page of the deprecated list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListContacts {
    /// Rows, at most 100.
    pub limit: u32,
    /// Milliseconds and id of the last row before; the vendor wants both (highlevel-quirks.md 3.11).
    pub after: Option<(i64, String)>,
    /// Free text.
    pub query: Option<String>,
}

impl Contacts<'_> {
    /// One contact, fresh: unlike the search, this does not lag behind writes.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for a contact of another location.
    pub async fn get(&self, id: &str) -> Result<Contact, Error> {
        let request = Request::get(path(["contacts", id]));
        self.0
            .one(request, Subject::read("contact", &[id]), &["contact"])
            .await
    }

    /// Makes a contact. May start automations of the shop (highlevel-quirks.md 2.13).
    ///
    /// # Errors
    /// [`Error::Duplicate`] names the contact that is there. After an error with
    /// [`http::Applied::Unknown`], a 422 among them, look up before trying again (highlevel-quirks.md 1.5).
    pub async fn create(&self, contact: &CreateContact) -> Result<Contact, Error> {
        let body = contact
            .draft(self.0.location_id(), self.0.is_v3())
            .into_json();
        let request = Request::post(path(["contacts", ""])).json(body);
        self.0
            .one(request, Subject::create_contact(), &["contact"])
            .await
    }

    /// Changes what is given, and only that.
    ///
    /// # Errors
    /// [`Error::Invalid`] refuses the whole change; see [`Error::refused_keys`].
    pub async fn update(&self, id: &str, change: &UpdateContact) -> Result<Contact, Error> {
        let body = change.draft(self.0.is_v3()).into_json();
        let request = Request::put(path(["contacts", id])).json(body);
        self.0
            .one(request, Subject::write("contact", &[id]), &["contact"])
            .await
    }

    /// Deletes a contact. It goes on appearing in searches for a while.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone already.
    pub async fn delete(&self, id: &str) -> Result<(), Error> {
        let request = Request::delete(path(["contacts", id]));
        self.0.done(request, Subject::write("contact", &[id])).await
    }

    /// Creates or updates by the location's own rules. Read [`UpsertContact`] before using it: it is no way to
    /// find out who somebody is.
    ///
    /// # Errors
    /// As [`Contacts::create`].
    pub async fn upsert(&self, contact: &UpsertContact) -> Result<Upserted, Error> {
        let body = contact.to_json(self.0.location_id(), self.0.is_v3());
        let request = Request::post(path(["contacts", "upsert"])).json(body);
        let document = self.0.document(request, &Subject::create_contact()).await?;
        let new = document.flag("new").unwrap_or(false);
        Ok(Upserted {
            new,
            contact: document.one(&["contact"])?,
        })
    }

    /// The contact with this e-mail address or number. Where duplicates are allowed, the address counts first;
    /// to be sure of a number, look it up alone. The vendor's `matchingField` is not to be relied on.
    ///
    /// # Errors
    /// [`Error::NotFound`] when neither key is given.
    pub async fn find_duplicate(&self, lookup: Lookup<'_>) -> Result<Option<Contact>, Error> {
        let subject = Subject::read("contact", &[]);
        let mut request = Request::get(path(["contacts", "search", "duplicate"]))
            .query("locationId", self.0.location_id());
        let given = |key: Option<&str>| {
            key.map(str::trim)
                .filter(|key| !key.is_empty())
                .map(str::to_owned)
        };
        let (email, number) = (given(lookup.email), given(lookup.number));
        if email.is_none() && number.is_none() {
            return Err(subject.not_found());
        }
        if let Some(email) = email {
            request = request.query("email", email);
        }
        if let Some(number) = number {
            request = request.query("number", number);
        }
        match self.0.document(request, &subject).await {
            Ok(document) => document.maybe("contact"),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One page of a search.
    ///
    /// # Errors
    /// [`Error::Vendor`] 400 for a field that cannot be searched.
    pub async fn search(&self, search: &ContactSearch) -> Result<Page<Contact>, Error> {
        self.page(search, search.after.as_ref(), 0).await
    }

    /// All pages of a search, one after the other; holds one at a time. Ends after an error.
    pub fn search_pages(
        &self,
        search: ContactSearch,
    ) -> impl Stream<Item = Result<Page<Contact>, Error>> + Send + use<> {
        let client = self.0.clone();
        let begin = Some((search.after.clone(), 0_u64));
        stream::try_unfold(begin, move |place| {
            let (client, search) = (client.clone(), search.clone());
            async move {
                let Some((after, seen)) = place else {
                    return Ok(None);
                };
                let page = Contacts(&client)
                    .page(&search, after.as_ref(), seen)
                    .await?;
                if page.rows.is_empty() {
                    return Ok(None);
                }
                let seen = seen.saturating_add(u64::try_from(page.rows.len()).unwrap_or(u64::MAX));
                let next = page.next.clone().map(|cursor| (Some(cursor), seen));
                Ok(Some((page, next)))
            }
        })
    }

    async fn page(
        &self,
        search: &ContactSearch,
        after: Option<&Cursor>,
        seen: u64,
    ) -> Result<Page<Contact>, Error> {
        let body = search.to_json(self.0.location_id(), after);
        let request = Request::post(path(["contacts", "search"]))
            .repeat(Repeat::Safe)
            .json(body);
        let mut document = self
            .0
            .document(request, &Subject::read("contacts", &[]))
            .await?;
        let total = document.number("total");
        let rows: Vec<Contact> = document.take_list("contacts")?;
        let seen = seen.saturating_add(u64::try_from(rows.len()).unwrap_or(u64::MAX));
        let next = rows
            .last()
            .and_then(|row| row.search_after.clone())
            // A cursor that does not move would lead round in circles.
            .filter(|next| Some(next) != after)
            .filter(|_| may_go_on(rows.len(), search.limit(), seen, total));
        Ok(Page { rows, total, next })
    }

    /// A page of the deprecated list, for completeness; prefer [`Contacts::search`].
    ///
    /// # Errors
    /// As every read.
    pub async fn list(&self, list: &ListContacts) -> Result<Vec<Contact>, Error> {
        let mut request = Request::get(path(["contacts", ""]))
            .query("locationId", self.0.location_id())
            .query("limit", list.limit.clamp(1, 100).to_string());
        if let Some((at, id)) = &list.after {
            request = request
                .query("startAfter", at.to_string())
                .query("startAfterId", id);
        }
        if let Some(query) = &list.query {
            request = request.query("query", query);
        }
        self.0
            .list(request, Subject::read("contacts", &[]), "contacts")
            .await
    }

    /// Contacts of a business. `limit` is 25 by default with the vendor.
    ///
    /// # Errors
    /// [`Error::NotFound`] also for an id of another shape (highlevel-quirks.md 3.4).
    pub async fn of_business(
        &self,
        business_id: &str,
        limit: u32,
        skip: u32,
    ) -> Result<Vec<Contact>, Error> {
        let request = Request::get(path(["contacts", "business", business_id]))
            .query("locationId", self.0.location_id())
            .query("limit", limit.to_string())
            .query("skip", skip.to_string());
        self.0
            .list(
                request,
                Subject::read("business", &[business_id]),
                "contacts",
            )
            .await
    }

    /// Adds tags and leaves the others. Returns all tags. May start automations.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the contact.
    pub async fn add_tags(&self, id: &str, tags: &[String]) -> Result<Vec<String>, Error> {
        // Adding twice is the same as adding once (highlevel-api.md 7.10).
        let request = Request::post(path(["contacts", id, "tags"])).repeat(Repeat::Safe);
        self.change_tags(request, id, tags).await
    }

    /// Takes tags off and leaves the others. Returns what is left. Absent tags are no error.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the contact.
    pub async fn remove_tags(&self, id: &str, tags: &[String]) -> Result<Vec<String>, Error> {
        self.change_tags(Request::delete(path(["contacts", id, "tags"])), id, tags)
            .await
    }

    /// Puts a contact into a workflow, which may send messages to it. Twice may be two starts.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the contact or the workflow. After [`http::Applied::Unknown`] look for the
    /// contact by `activeWorkflows` before trying again.
    pub async fn add_to_workflow(&self, id: &str, workflow_id: &str) -> Result<(), Error> {
        let request =
            Request::post(path(["contacts", id, "workflow", workflow_id])).json(json!({}));
        self.0
            .done(request, Subject::write("contact", &[id, workflow_id]))
            .await
    }

    async fn change_tags(
        &self,
        request: Request,
        id: &str,
        tags: &[String],
    ) -> Result<Vec<String>, Error> {
        let request = request.json(json!({"tags": tags}));
        let document = self
            .0
            .document(request, &Subject::write("contact", &[id]))
            .await?;
        Ok(document.texts("tags"))
    }
}
