//! Everything that a shop decides: its rules, its recipes and flows, as one document and field by field.

use super::{noted, refused};
use crate::access::Signed;
use crate::describe::{Admin, Answer, Given, Query, Routes};
use crate::view::Views;
use app::access::Permission;
use app::{DocumentChange, FieldRuleLine, FieldWish, RulesCheck, RulesSample, ShopDocument};
use axum::Json;
use axum::extract::{Path, State};
use domain::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get(
            "/api/v1/shops/{shop}/rules",
            "Everything that a shop decides",
            show,
        )
        .put(
            "/api/v1/shops/{shop}/rules",
            "Puts a document to work; the next pass compares everything under it",
            set,
        )
        .patch(
            "/api/v1/shops/{shop}/rules/fields",
            "Changes the direction or the policy of fields",
            set_fields,
        )
        .get(
            "/api/v1/shops/{shop}/rules/sample",
            "A few of the shop's own records: what each side holds, and what would be written",
            sample,
        )
        .post(
            "/api/v1/shops/{shop}/rules/check",
            "Looks through a document and compares it with the one at work; changes nothing",
            check,
        )
}

#[derive(Debug, Serialize, JsonSchema)]
struct RulesShown {
    /// The whole document, defaults included.
    toml: String,
    /// Direction and policy of every shared field.
    fields: Vec<FieldRuleLine>,
}

async fn show(State(views): State<Arc<Views>>, Path(name): Path<String>) -> Answer<RulesShown> {
    shown(&views, &name).await
}

async fn shown(views: &Views, name: &str) -> Answer<RulesShown> {
    let shown = async {
        let document = views.app().shop_document(name).await?;
        Ok(RulesShown {
            toml: document.to_toml()?,
            fields: app::field_rules(&document.rules),
        })
    };
    Ok(Json(shown.await.map_err(refused)?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct NewDocument {
    /// The document.
    toml: String,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
struct Setting {
    /// Whether flows that the document does not name are removed.
    prune: bool,
}

async fn set(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(how): Query<Setting>,
    Given(new): Given<NewDocument>,
) -> Answer<DocumentChange> {
    let app = views.app();
    let document = ShopDocument::parse(&new.toml).map_err(refused)?;
    noted(&signed, app, "rules set", &name).await?;
    let done = app.set_shop_document(&name, &document, how.prune).await;
    Ok(Json(done.map_err(refused)?))
}

async fn set_fields(
    signed: Admin,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Given(wishes): Given<Vec<FieldWish>>,
) -> Answer<RulesShown> {
    let app = views.app();
    noted(&signed, app, "rules set", &name).await?;
    app.set_field_rules(&name, &wishes).await.map_err(refused)?;
    shown(&views, &name).await
}

async fn check(
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Given(given): Given<NewDocument>,
) -> Answer<RulesCheck> {
    let checked = views.app().look_through_rules(&name, &given.toml).await;
    Ok(Json(checked.map_err(refused)?))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OfKind {
    /// The kind of record.
    kind: Kind,
}

async fn sample(
    signed: Signed,
    State(views): State<Arc<Views>>,
    Path(name): Path<String>,
    Query(of): Query<OfKind>,
) -> Answer<RulesSample> {
    // Before anything was read, a vendor is asked; not for who may only look.
    let may_ask = signed.who.may(Permission::Operate);
    let sample = views.app().rules_sample(&name, of.kind, may_ask).await;
    Ok(Json(sample.map_err(refused)?))
}
