//! Who is asking, and what is running here.

use super::refused;
use crate::access::Signed;
use crate::describe::{Answer, Routes};
use crate::view::Views;
use app::About;
use app::access::{Permission, Role, Who};
use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

pub(super) fn routes() -> Routes<Arc<Views>> {
    Routes::new()
        .get("/api/v1/me", "Who is asking, and what this one may do", me)
        .get("/api/v1/about", "What is running here", about)
}

/// Whoever asks.
#[derive(Debug, Serialize, JsonSchema)]
struct Me {
    /// What this one is.
    kind: AskerKind,
    /// The name.
    name: String,
    /// The role of a user.
    role: Option<Role>,
    /// What this one may do.
    may: Vec<Permission>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum AskerKind {
    /// A signed-in user.
    User,
    /// A program with an API token.
    Token,
    /// Whoever sits at this machine, where no login is asked for: the demo.
    Anybody,
}

async fn me(signed: Signed) -> Answer<Me> {
    let may = Permission::ALL.into_iter();
    let may = may.filter(|wanted| signed.who.may(*wanted)).collect();
    let (kind, role) = match &signed.who {
        Who::User { role, .. } => (AskerKind::User, Some(*role)),
        Who::ApiToken { .. } => (AskerKind::Token, None),
        Who::Anybody => (AskerKind::Anybody, None),
    };
    let name = signed.who.name().to_owned();
    Ok(Json(Me {
        kind,
        name,
        role,
        may,
    }))
}

/// What is running here.
#[derive(Debug, Serialize, JsonSchema)]
struct AboutHere {
    /// The version.
    version: &'static str,
    /// The licence, by its SPDX name.
    license: &'static str,
    /// The database and the addresses.
    #[serde(flatten)]
    about: About,
    /// What whoever runs this should mend, in words.
    warnings: Vec<String>,
    /// What changed with the versions, as Markdown.
    changes: &'static str,
}

async fn about(signed: Signed, State(views): State<Arc<Views>>) -> Answer<AboutHere> {
    let mut about = views.app().about().await.map_err(refused)?;
    if !signed.who.may(Permission::Admin) {
        // Where files lie is nobody else's business.
        about.store_path = None;
        for node in &mut about.nodes {
            node.address = None;
        }
    }
    Ok(Json(AboutHere {
        version: env!("CARGO_PKG_VERSION"),
        license: env!("CARGO_PKG_LICENSE"),
        about,
        warnings: views.warnings().to_vec(),
        changes: include_str!("../../../../CHANGELOG.md"),
    }))
}
