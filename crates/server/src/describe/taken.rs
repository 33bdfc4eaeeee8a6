//! What handlers take: who asks and what this takes, what is in the query, and what is in the body.

use super::{Description, Taken};
use crate::access::{Signed, html};
use app::access::Permission;
use axum::Json;
use axum::extract::{FromRequest, FromRequestParts, Path, Query as Plain, Request, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::ops::Deref;

impl<T> Taken for State<T> {}

impl<T> Taken for Path<T> {}

/// Whoever may look.
impl Taken for Signed {}

macro_rules! permitted {
    ($(#[$doc:meta])* $name:ident, $permission:ident) => {
        $(#[$doc])*
        pub(crate) struct $name(pub(crate) Signed);

        impl Deref for $name {
            type Target = Signed;

            fn deref(&self) -> &Signed {
                &self.0
            }
        }

        impl<S: Send + Sync> FromRequestParts<S> for $name {
            type Rejection = Response;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
                let signed = Signed::from_request_parts(parts, state).await?;
                match signed.require(Permission::$permission) {
                    Ok(()) => Ok(Self(signed)),
                    Err(forbidden) => Err(forbidden.into_response()),
                }
            }
        }

        impl Taken for $name {
            fn describe(of: &mut Description<'_>) {
                of.say("x-permission", json!(Permission::$permission));
                let words = format!("Takes the permission `{}`.", Permission::$permission);
                of.say("description", json!(words));
            }
        }
    };
}

permitted!(
    /// Whoever may run the shop's sync. Handlers that take this refuse everybody else.
    Operator,
    Operate
);
permitted!(
    /// Whoever may do everything. Handlers that take this refuse everybody else.
    Admin,
    Admin
);

/// What stands in the query.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match Plain::<T>::from_request_parts(parts, state).await {
            Ok(Plain(asked)) => Ok(Self(asked)),
            Err(why) => {
                let says = format!("the query cannot be read: {why}");
                Err(html::error(StatusCode::BAD_REQUEST, "INPUT", &says))
            }
        }
    }
}

impl<T: JsonSchema> Taken for Query<T> {
    fn describe(of: &mut Description<'_>) {
        let mut schema = of.schemas.taken::<T>();
        let needed = schema["required"].take();
        let needed: Vec<&str> = needed
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let members = schema["properties"].as_object_mut();
        for (name, schema) in members.into_iter().flatten() {
            let help = schema["description"].take();
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("description");
            }
            without_null(schema);
            of.parameters.push(json!({
                "name": name,
                "in": "query",
                "required": needed.contains(&name.as_str()),
                "description": help.as_str().unwrap_or_default(),
                "schema": schema,
            }));
        }
    }
}

/// What is left out of a query is left out: nobody writes null there.
fn without_null(schema: &mut Value) {
    let is_null = |one: &Value| one == "null" || one["type"] == "null";
    for key in ["type", "anyOf"] {
        let Some(all) = schema[key].as_array_mut() else {
            continue;
        };
        all.retain(|one| !is_null(one));
        if let [only] = all.as_mut_slice() {
            let only = only.take();
            match key {
                "type" => schema["type"] = only,
                _ => *schema = only,
            }
        }
    }
    // Looking for a key leaves it behind.
    if let Some(schema) = schema.as_object_mut() {
        schema.retain(|_, value| !value.is_null());
    }
}

/// What stands in the body.
pub(crate) struct Given<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Given<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Json::<T>::from_request(request, state).await {
            Ok(Json(given)) => Ok(Self(given)),
            Err(why) => Err(unfit(&why.body_text())),
        }
    }
}

impl<T: JsonSchema> Taken for Given<T> {
    fn describe(of: &mut Description<'_>) {
        body::<T>(of, true);
    }
}

/// What stands in the body, where there is one.
pub(crate) struct MaybeGiven<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for MaybeGiven<T> {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        match Option::<Json<T>>::from_request(request, state).await {
            Ok(given) => Ok(Self(given.map(|Json(given)| given).unwrap_or_default())),
            Err(why) => Err(unfit(&why.body_text())),
        }
    }
}

impl<T: JsonSchema> Taken for MaybeGiven<T> {
    fn describe(of: &mut Description<'_>) {
        body::<T>(of, false);
    }
}

/// A document as text, such as TOML.
impl Taken for String {
    fn describe(of: &mut Description<'_>) {
        let content = json!({ "text/plain": { "schema": { "type": "string" } } });
        of.say(
            "requestBody",
            json!({ "required": true, "content": content }),
        );
    }
}

fn body<T: JsonSchema>(of: &mut Description<'_>, required: bool) {
    let schema = of.schemas.taken::<T>();
    let content = json!({ "application/json": { "schema": schema } });
    of.say(
        "requestBody",
        json!({ "required": required, "content": content }),
    );
}

/// The answer to what cannot be read.
fn unfit(says: &str) -> Response {
    html::error(StatusCode::UNPROCESSABLE_ENTITY, "INPUT", says)
}
