//! The way in for tests, below `/_twin`: look at everything, act as a person, turn the switches.

use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, Response, StatusCode, header};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::book::{Book, Truth, Word};
use super::id::Id;
use super::notifications::{self, Delivery, Notification};
use super::person::{self, Act};
use super::records::{Asset, Estimate, Invoice, Lead, Reminder};
use super::resources::{Kept, show_appointment, show_comment, show_customer, show_ticket};
use super::shelf::{Row, Shelf};
use super::{Account, Counts, LimitState, MyGadgetRepairsTwin, Settings};

type Twin = State<MyGadgetRepairsTwin>;
type Refusal = (StatusCode, String);

/// Rows of a page of state when the request names no number.
const STATE_PAGE: usize = 1_000;

pub(super) fn router(twin: MyGadgetRepairsTwin) -> Router {
    Router::new()
        .route("/counts", get(counts))
        .route("/state", get(state))
        .route("/state/{kind}/{id}", get(one))
        .route("/truth", get(truth))
        .route("/credentials", get(credentials))
        .route("/person", post(act))
        .route("/settings", get(settings).put(put_settings))
        .route("/violations", get(violations))
        .route("/lock", post(lock).delete(unlock))
        .route("/statuses", get(statuses).post(add_status))
        .route("/statuses/{id}", put(rename_status).delete(drop_status))
        .route("/notifications", get(notifications).put(put_notifications))
        .route("/deliveries", get(deliveries))
        .route("/inbound", get(inbound))
        .with_state(twin)
}

async fn counts(State(twin): Twin) -> Json<Counts> {
    Json(twin.counts())
}

#[derive(Debug, Deserialize)]
struct StateQuery {
    kind: String,
    after: Option<String>,
    limit: Option<usize>,
}

/// One record a line, oldest first, with its times whatever the switches say. `X-Next-After` is there when there may be more.
async fn state(
    State(twin): Twin,
    Query(query): Query<StateQuery>,
) -> Result<Response<Body>, Refusal> {
    let account = twin.account();
    let (book, plain) = (&account.book, plainly(&account.settings));
    let rows = match query.kind.trim_end_matches('s') {
        "customer" => page(&book.customers, &query, |row| {
            show_customer(book, &plain, row)
        }),
        "ticket" => page(&book.tickets, &query, |row| show_ticket(book, &plain, row)),
        "comment" => page(&book.comments, &query, |row| {
            show_comment(book, &plain, row)
        }),
        "appointment" => page(&book.appointments, &query, |row| {
            show_appointment(book, &plain, row)
        }),
        "reminder" => page_of::<Reminder>(book, &query, &plain),
        "invoice" => page_of::<Invoice>(book, &query, &plain),
        "estimate" => page_of::<Estimate>(book, &query, &plain),
        "lead" => page_of::<Lead>(book, &query, &plain),
        "asset" => page_of::<Asset>(book, &query, &plain),
        _ => Err(unknown_kind()),
    }?;
    let last = rows
        .last()
        .filter(|_| rows.len() == query.limit.unwrap_or(STATE_PAGE));
    let last = last
        .and_then(|row| row["id"].as_str())
        .and_then(|id| HeaderValue::from_str(id).ok());
    let mut response = lines(&rows);
    if let Some(last) = last {
        response.headers_mut().insert("x-next-after", last);
    }
    Ok(response)
}

fn page_of<T: Kept>(
    book: &Book,
    query: &StateQuery,
    plain: &Settings,
) -> Result<Vec<Value>, Refusal> {
    page(T::shelf(book), query, |row| T::show(book, plain, row))
}

fn page<T>(
    shelf: &Shelf<T>,
    query: &StateQuery,
    show: impl Fn(&Row<T>) -> Value,
) -> Result<Vec<Value>, Refusal> {
    let rows = match &query.after {
        None => shelf.by_created(),
        Some(after) => Id::read(after)
            .and_then(|id| shelf.made_after(id))
            .ok_or_else(|| {
                (
                    StatusCode::NOT_FOUND,
                    "the record named in `after` is gone; begin again without it".to_owned(),
                )
            })?,
    };
    Ok(rows
        .take(query.limit.unwrap_or(STATE_PAGE))
        .map(show)
        .collect())
}

async fn one(
    State(twin): Twin,
    Path((kind, id)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let account = twin.account();
    let (book, plain) = (&account.book, plainly(&account.settings));
    let id = Id::read(&id).ok_or_else(|| {
        (
            StatusCode::NOT_FOUND,
            "this is no id of 35 characters".to_owned(),
        )
    })?;
    let shown = match kind.trim_end_matches('s') {
        "customer" => book
            .customers
            .get(id)
            .map(|row| show_customer(book, &plain, row)),
        "ticket" => book
            .tickets
            .get(id)
            .map(|row| show_ticket(book, &plain, row)),
        "comment" => book
            .comments
            .get(id)
            .map(|row| show_comment(book, &plain, row)),
        "appointment" => book
            .appointments
            .get(id)
            .map(|row| show_appointment(book, &plain, row)),
        "reminder" => one_of::<Reminder>(book, id, &plain),
        "invoice" => one_of::<Invoice>(book, id, &plain),
        "estimate" => one_of::<Estimate>(book, id, &plain),
        "lead" => one_of::<Lead>(book, id, &plain),
        "asset" => one_of::<Asset>(book, id, &plain),
        _ => return Err(unknown_kind()),
    };
    shown
        .map(Json)
        .ok_or_else(|| (StatusCode::NOT_FOUND, "no such record".to_owned()))
}

fn one_of<T: Kept>(book: &Book, id: Id, plain: &Settings) -> Option<Value> {
    let row = T::shelf(book).get(id)?;
    Some(T::show(book, plain, row))
}

fn unknown_kind() -> Refusal {
    (
        StatusCode::NOT_FOUND,
        "there are customers, tickets, comments, appointments, reminders, invoices, estimates, leads and assets"
            .to_owned(),
    )
}

/// Switches under which nothing is left out or bent.
pub(super) fn plainly(settings: &Settings) -> Settings {
    Settings {
        timestamps: true,
        number_phones: false,
        empty_text_objects: false,
        ..settings.clone()
    }
}

fn lines(rows: &[Value]) -> Response<Body> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&row.to_string());
        text.push('\n');
    }
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/x-ndjson"),
    );
    response
}

/// The emulated account's made-up key, for clients in other languages.
async fn credentials(State(twin): Twin) -> Json<Value> {
    Json(json!({ "apiKey": twin.api_key() }))
}

/// Which customer is which contact of the made-up shop (its index in `MadeUpShop::contacts`); one a line, all at once.
async fn truth(State(twin): Twin) -> Response<Body> {
    let account = twin.account();
    let book = &account.book;
    let row = |truth: &Truth| {
        let reference = book
            .customers
            .get(truth.customer)
            .map(|row| row.body.reference.as_str());
        json!({ "customer_id": truth.customer.to_string(), "customer_ref": reference, "contact": truth.contact })
    };
    lines(&book.truth.iter().map(row).collect::<Vec<_>>())
}

async fn act(State(twin): Twin, Json(wanted): Json<Act>) -> Response<Body> {
    carried_out(&twin, wanted).response(201, &[])
}

pub(super) fn carried_out(twin: &MyGadgetRepairsTwin, wanted: Act) -> Answer {
    let now = twin.inner.clock.now();
    let (answer, calls) = {
        let mut account = twin.account();
        let answer = person::act(&mut account, wanted, now);
        (
            answer,
            notifications::due(&mut account, true, now.as_millisecond()),
        )
    };
    notifications::send(twin, calls);
    answer
}

async fn settings(State(twin): Twin) -> Json<Settings> {
    Json(twin.settings())
}

/// Changes the switches that are named and leaves the others.
async fn put_settings(
    State(twin): Twin,
    Json(wanted): Json<serde_json::Map<String, Value>>,
) -> Result<Json<Settings>, Refusal> {
    let refuse = |error: serde_json::Error| (StatusCode::BAD_REQUEST, format!("settings: {error}"));
    let mut whole = serde_json::to_value(twin.settings()).map_err(refuse)?;
    if let Value::Object(fields) = &mut whole {
        fields.extend(wanted);
    }
    let settings: Settings = serde_json::from_value(whole).map_err(refuse)?;
    twin.set_settings(settings.clone());
    Ok(Json(settings))
}

async fn violations(State(twin): Twin) -> Json<LimitState> {
    Json(twin.limits())
}

#[derive(Debug, Deserialize)]
struct Lock {
    /// Without it, as long as the settings say.
    seconds: Option<u64>,
}

async fn lock(State(twin): Twin, Json(wanted): Json<Lock>) -> Json<LimitState> {
    let usual = twin.settings().lockout_seconds;
    twin.lock_out(wanted.seconds.unwrap_or(usual));
    Json(twin.limits())
}

async fn unlock(State(twin): Twin) -> Json<LimitState> {
    twin.account().limits.unlock();
    Json(twin.limits())
}

fn shown_statuses(account: &Account) -> Json<Value> {
    Json(account.book.statuses.iter().map(|status| json!({ "id": status.id, "label": status.label, "offered": status.offered })).collect())
}

async fn statuses(State(twin): Twin) -> Json<Value> {
    shown_statuses(&twin.account())
}

#[derive(Debug, Deserialize)]
struct Label {
    label: String,
}

async fn add_status(State(twin): Twin, Json(wanted): Json<Label>) -> Json<Value> {
    let mut account = twin.account();
    let id = account
        .book
        .statuses
        .iter()
        .map(|status| status.id)
        .max()
        .unwrap_or(10)
        + 1;
    account.book.statuses.push(Word {
        id,
        label: wanted.label,
        offered: true,
    });
    shown_statuses(&account)
}

async fn rename_status(
    State(twin): Twin,
    Path(id): Path<u32>,
    Json(wanted): Json<Label>,
) -> Result<Json<Value>, Refusal> {
    change_status(&twin, id, |status| status.label = wanted.label)
}

/// The status is offered no more; tickets that have it keep it.
async fn drop_status(State(twin): Twin, Path(id): Path<u32>) -> Result<Json<Value>, Refusal> {
    change_status(&twin, id, |status| status.offered = false)
}

fn change_status(
    twin: &MyGadgetRepairsTwin,
    id: u32,
    change: impl FnOnce(&mut Word),
) -> Result<Json<Value>, Refusal> {
    let mut account = twin.account();
    let status = account
        .book
        .statuses
        .iter_mut()
        .find(|status| status.id == id);
    change(status.ok_or_else(|| (StatusCode::NOT_FOUND, format!("there is no status {id}")))?);
    Ok(shown_statuses(&account))
}

async fn notifications(State(twin): Twin) -> Json<Vec<Notification>> {
    Json(twin.notifications())
}

async fn put_notifications(
    State(twin): Twin,
    Json(wanted): Json<Vec<Notification>>,
) -> Json<Vec<Notification>> {
    twin.set_notifications(wanted);
    Json(twin.notifications())
}

async fn deliveries(State(twin): Twin) -> Json<Vec<Delivery>> {
    Json(twin.account().outbox.deliveries.values().cloned().collect())
}

/// Bodies that came to the vendor's `/webhook/…` paths.
async fn inbound(State(twin): Twin) -> Json<Value> {
    Json(
        twin.account()
            .book
            .inbound
            .iter()
            .map(|(path, body)| json!({ "path": path, "body": body }))
            .collect(),
    )
}
