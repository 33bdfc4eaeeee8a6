//! `/api/v1/operations`: the catalogue, and calling an operation for a shop. What reads takes the permission to read,
//! and shows values to whoever may operate; what changes something takes more, and the caller says how far it may go.

use super::refused;
use crate::access::Signed;
use crate::describe::{Answer, MaybeGiven, Query, Routes};
use crate::view::Views;
use app::AppError;
use app::access::{Permission, Who};
use app::operations::{Allowed, Availability, CallCause, OperationCall, OperationReport};
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use catalogue::{Danger, Filter, Operation, OperationKind};
use domain::{Lane, Side};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Operations in the answer to a search.
const MOST_FOUND: usize = 100;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get("/api/v1/operations", "The operations catalogue", list)
        .get(
            "/api/v1/operations/{id}",
            "One operation: what it takes, gives, costs and may do",
            show,
        )
        .get(
            "/api/v1/shops/{shop}/operations",
            "Operations with whether a shop can use each",
            offers,
        )
        .post(
            "/api/v1/shops/{shop}/operations/{id}",
            "Calls an operation of the catalogue for a shop",
            call,
        )
}

/// Which operations are meant.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Words to look for.
    search: Option<String>,
    /// Of this side.
    side: Option<Side>,
    /// Called or awaited.
    kind: Option<OperationKind>,
    /// What they may do.
    danger: Option<Danger>,
    /// Also what is beyond the core.
    #[serde(default)]
    all: bool,
    /// Those after so many: `next` of the answer before.
    after: Option<usize>,
    /// So many at most; all where nothing is said.
    limit: Option<usize>,
}

impl Which {
    /// A page of what was found.
    fn page(&self, found: Vec<OperationLine>) -> Json<Operations> {
        let total = found.len();
        let after = self.after.unwrap_or(0);
        let operations: Vec<_> = found
            .into_iter()
            .skip(after)
            .take(self.limit.unwrap_or(usize::MAX))
            .collect();
        let shown = after.saturating_add(operations.len());
        Json(Operations {
            next: (shown < total).then_some(shown),
            total,
            operations,
        })
    }

    fn filter(&self) -> Filter {
        Filter {
            side: self.side,
            kind: self.kind,
            danger: self.danger,
            extended: self.all,
        }
    }
}

/// An operation, for a list.
#[derive(Debug, Serialize, JsonSchema)]
struct OperationLine {
    /// Its id, such as `highlevel.contact.create`.
    id: String,
    /// Its row in the catalogue's core; nothing beyond it.
    reference: Option<String>,
    /// Whose it is.
    side: Side,
    /// Whether it is called or awaited.
    kind: OperationKind,
    /// Its name, for people.
    title: String,
    /// What it may do.
    danger: Danger,
    /// How many requests it takes.
    cost: u32,
    /// The permissions of a HighLevel token that it needs.
    scopes: Vec<String>,
    /// Whether the vendor calls it outdated.
    deprecated: bool,
    /// Whether the shop can use it, where one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    availability: Option<Availability>,
}

impl OperationLine {
    fn of(operation: Operation, availability: Option<Availability>) -> Self {
        Self {
            id: operation.id,
            reference: operation.reference,
            side: operation.side,
            kind: operation.kind,
            title: operation.title,
            danger: operation.danger,
            cost: operation.cost,
            scopes: operation.scopes,
            deprecated: operation.deprecated,
            availability,
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct Operations {
    operations: Vec<OperationLine>,
    /// How many were found in all.
    total: usize,
    /// To be given as `after` for those that follow; nothing at the end.
    next: Option<usize>,
}

async fn list(_signed: Signed, Query(which): Query<Which>) -> Answer<Operations> {
    let filter = which.filter();
    let found: Vec<Operation> = match &which.search {
        Some(words) => catalogue::search(words, &filter, MOST_FOUND),
        None => catalogue::list(&filter).collect(),
    };
    let lines = found.into_iter().map(|one| OperationLine::of(one, None));
    Ok(which.page(lines.collect()))
}

async fn show(_signed: Signed, Path(id): Path<String>) -> Answer<Value> {
    let found = catalogue::find(&id).ok_or_else(|| AppError::no_operation(&id));
    Ok(Json(found.map_err(refused)?.document()))
}

async fn offers(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(which): Query<Which>,
) -> Answer<Operations> {
    let filter = which.filter();
    let offers = views.app().operations(&name, &filter).await;
    let lines = offers
        .map_err(refused)?
        .into_iter()
        .map(|offer| OperationLine::of(offer.operation, Some(offer.availability)));
    let found = match &which.search {
        None => lines.collect(),
        Some(words) => {
            let mut by_id: BTreeMap<String, OperationLine> =
                lines.map(|line| (line.id.clone(), line)).collect();
            catalogue::search(words, &filter, MOST_FOUND)
                .iter()
                .filter_map(|operation| by_id.remove(&operation.id))
                .collect()
        }
    };
    Ok(which.page(found))
}

/// A call.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Wanted {
    /// What the operation takes.
    input: Value,
    /// How far it may go beside reading.
    allow: Allowed,
    /// Only what would be sent.
    plan: bool,
    /// Whether personal data is left out of the answer.
    redact: bool,
}

async fn call(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path((name, id)): Path<(String, String)>,
    MaybeGiven(wanted): MaybeGiven<Wanted>,
) -> Answer<OperationReport> {
    let app = views.app();
    let operation = app.operation(&id).map_err(refused)?;
    let input = match wanted.input {
        Value::Null => json!({}),
        input => input,
    };
    if !wanted.plan && operation.kind == OperationKind::Action {
        let danger = operation.danger_of(&input);
        if let Some(permission) = permission(&operation, danger) {
            let allowed = signed.require(permission);
            allowed.map_err(IntoResponse::into_response)?;
        }
    }
    let call = OperationCall {
        id,
        input,
        lane: Lane::Interactive,
        allow: wanted.allow,
        // Who may only look sees forms and ids, as on the page, and no people.
        show_values: !wanted.redact && signed.who.may(Permission::Operate),
        cause: match &signed.who {
            Who::ApiToken { .. } => CallCause::Program {
                name: signed.who.name().to_owned(),
            },
            Who::User { .. } | Who::Anybody => CallCause::Person,
        },
    };
    if wanted.plan {
        let plan = app.plan_operation(&name, &call).await.map_err(refused)?;
        return Ok(Json(plan));
    }
    if call.allow.covers(operation.danger_of(&call.input)) && operation.danger != Danger::Reads {
        // Looked up first, so that the log holds no words of strangers.
        let shop = app.shop(&name).await.map_err(refused)?;
        let what = format!("called {}", operation.id);
        app.note_audit(signed.doer(), &what, Some(&shop.name))
            .await
            .map_err(refused)?;
    }
    let report = app.call_operation(&name, &call).await.map_err(refused)?;
    Ok(Json(report))
}

/// What a call takes beside the permission to read. What is beyond the core may change the account itself.
fn permission(operation: &Operation, danger: Danger) -> Option<Permission> {
    match (danger, operation.is_core()) {
        (Danger::Reads, _) => None,
        (_, true) => Some(Permission::Operate),
        (_, false) => Some(Permission::Admin),
    }
}
