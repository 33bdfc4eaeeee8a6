//! Tasks (highlevel-api.md 7.11 and 9.4). Scopes `contacts.readonly`, `contacts.write`, and for the search
//! `locations/tasks.readonly`.

use crate::{
    Client, Cursor, Error, Page,
    client::Subject,
    model::{CreateTask, Task, TaskSearch, UpdateTask},
    page::may_go_on,
};
use futures::{Stream, stream};
use http::{Repeat, Request, path};
use serde_json::json;

/// Tasks of the location's contacts.
#[derive(Clone, Copy, Debug)]
pub struct Tasks<'a>(pub(crate) &'a Client);

/// Where a search stands.
#[derive(Clone, Default)]
struct Place {
    after: Option<Cursor>,
    seen: u64,
}

impl Tasks<'_> {
    /// All tasks of a contact; there are no pages, and no times of change.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the contact.
    pub async fn list(&self, contact_id: &str) -> Result<Vec<Task>, Error> {
        let request = Request::get(path(["contacts", contact_id, "tasks"]));
        self.0
            .list(request, Subject::read("contact", &[contact_id]), "tasks")
            .await
    }

    /// One task.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn get(&self, contact_id: &str, id: &str) -> Result<Task, Error> {
        let request = Request::get(path(["contacts", contact_id, "tasks", id]));
        self.0
            .one(request, Subject::read("task", &[contact_id, id]), &["task"])
            .await
    }

    /// Makes a task.
    ///
    /// # Errors
    /// After [`http::Applied::Unknown`], look through the contact's tasks before trying again.
    pub async fn create(&self, contact_id: &str, task: &CreateTask) -> Result<Task, Error> {
        let request = Request::post(path(["contacts", contact_id, "tasks"])).json(task.to_json());
        self.0
            .one(request, Subject::write("contact", &[contact_id]), &["task"])
            .await
    }

    /// Changes what is given, and only that.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`].
    pub async fn update(
        &self,
        contact_id: &str,
        id: &str,
        change: &UpdateTask,
    ) -> Result<Task, Error> {
        let request =
            Request::put(path(["contacts", contact_id, "tasks", id])).json(change.to_json());
        self.0
            .one(
                request,
                Subject::write("task", &[contact_id, id]),
                &["task"],
            )
            .await
    }

    /// Completes or reopens a task.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_completed(
        &self,
        contact_id: &str,
        id: &str,
        completed: bool,
    ) -> Result<Task, Error> {
        let request = Request::put(path(["contacts", contact_id, "tasks", id, "completed"]))
            .json(json!({"completed": completed}));
        self.0
            .one(
                request,
                Subject::write("task", &[contact_id, id]),
                &["task"],
            )
            .await
    }

    /// Deletes a task.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone already.
    pub async fn delete(&self, contact_id: &str, id: &str) -> Result<(), Error> {
        let request = Request::delete(path(["contacts", contact_id, "tasks", id]));
        self.0
            .done(request, Subject::write("task", &[contact_id, id]))
            .await
    }

    /// One page of the search over the location.
    ///
    /// # Errors
    /// [`Error::MissingScope`] without `locations/tasks.readonly`.
    pub async fn search(&self, search: &TaskSearch) -> Result<Page<Task>, Error> {
        self.page(
            search,
            &Place {
                after: search.after.clone(),
                seen: 0,
            },
        )
        .await
    }

    /// All pages of the search, one after the other; holds one at a time. Ends after an error.
    pub fn search_pages(
        &self,
        search: TaskSearch,
    ) -> impl Stream<Item = Result<Page<Task>, Error>> + Send + use<> {
        let client = self.0.clone();
        let begin = Some(Place {
            after: search.after.clone(),
            seen: 0,
        });
        stream::try_unfold(begin, move |place| {
            let (client, search) = (client.clone(), search.clone());
            async move {
                let Some(place) = place else { return Ok(None) };
                let page = Tasks(&client).page(&search, &place).await?;
                if page.rows.is_empty() {
                    return Ok(None);
                }
                let count = u64::try_from(page.rows.len()).unwrap_or(u64::MAX);
                let seen = place.seen.saturating_add(count);
                // Rows without a cursor are followed by counting; then the page has no `next`, so ask again here.
                let by_count = page.rows.iter().all(|row| row.search_after.is_none())
                    && may_go_on(page.rows.len(), search.limit(), seen, None);
                let next = match &page.next {
                    Some(cursor) => Some(Place {
                        after: Some(cursor.clone()),
                        seen,
                    }),
                    None => by_count.then_some(Place { after: None, seen }),
                };
                Ok(Some((page, next)))
            }
        })
    }

    async fn page(&self, search: &TaskSearch, place: &Place) -> Result<Page<Task>, Error> {
        let request = Request::post(path(["locations", self.0.location_id(), "tasks", "search"]))
            .repeat(Repeat::Safe)
            .json(search.to_json(place.after.as_ref(), place.seen));
        let rows: Vec<Task> = self
            .0
            .list(request, Subject::read("tasks", &[]), "tasks")
            .await?;
        let next = rows
            .last()
            .and_then(|row| row.search_after.clone())
            .filter(|next| Some(next) != place.after.as_ref())
            .filter(|_| may_go_on(rows.len(), search.limit(), 0, None));
        Ok(Page {
            rows,
            total: None,
            next,
        })
    }
}
