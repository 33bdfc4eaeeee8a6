//! Routes that describe themselves: the OpenAPI document is made from the types that a handler takes and answers, so that
//! neither can change without the other.

mod schemas;
mod taken;

pub(crate) use schemas::Schemas;
pub(crate) use taken::{Admin, Given, MaybeGiven, Operator, Query};

use axum::Json;
use axum::Router;
use axum::handler::Handler;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use std::future::Future;

/// What a handler answers: a document, or why not.
pub(crate) type Answer<T> = Result<Json<T>, Response>;

/// Routes with what the document says of them.
pub(crate) struct Routes<S> {
    router: Router<S>,
    described: Vec<Described>,
}

/// One method of a path, as the document tells of it.
pub(crate) struct Described {
    pub(crate) path: &'static str,
    pub(crate) method: &'static str,
    summary: &'static str,
    describe: fn(&mut Description<'_>),
}

/// The description of one operation while it is made.
pub(crate) struct Description<'a> {
    pub(crate) operation: Map<String, Value>,
    pub(crate) parameters: Vec<Value>,
    pub(crate) schemas: &'a mut Schemas,
    /// Names in the path, in order.
    names: Vec<&'static str>,
}

/// Something that a handler takes.
pub(crate) trait Taken {
    /// Says so.
    fn describe(_of: &mut Description<'_>) {}
}

/// Something that a handler answers.
pub(crate) trait Answered {
    /// Says what.
    fn describe(of: &mut Description<'_>);
}

/// A handler whose arguments and answer can be described.
pub(crate) trait Documented<Arguments> {
    /// Says what it takes and answers.
    fn describe(of: &mut Description<'_>);
}

macro_rules! documented {
    ($($taken:ident),*) => {
        impl<F, Fut, A, $($taken),*> Documented<($($taken,)*)> for F
        where
            F: Fn($($taken),*) -> Fut,
            Fut: Future<Output = A>,
            A: Answered,
            $($taken: Taken),*
        {
            fn describe(of: &mut Description<'_>) {
                $($taken::describe(of);)*
                A::describe(of);
            }
        }
    };
}

documented!();
documented!(T1);
documented!(T1, T2);
documented!(T1, T2, T3);
documented!(T1, T2, T3, T4);
documented!(T1, T2, T3, T4, T5);

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// None yet.
    pub(crate) fn new() -> Self {
        Self {
            router: Router::new(),
            described: Vec::new(),
        }
    }

    /// What is read.
    pub(crate) fn get<H, T, D>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, S> + Documented<D>,
        T: 'static,
    {
        self.add(MethodFilter::GET, "get", path, summary, handler)
    }

    /// What is done.
    pub(crate) fn post<H, T, D>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, S> + Documented<D>,
        T: 'static,
    {
        self.add(MethodFilter::POST, "post", path, summary, handler)
    }

    /// What is put in place of what was there.
    pub(crate) fn put<H, T, D>(self, path: &'static str, summary: &'static str, handler: H) -> Self
    where
        H: Handler<T, S> + Documented<D>,
        T: 'static,
    {
        self.add(MethodFilter::PUT, "put", path, summary, handler)
    }

    /// What is changed in part.
    pub(crate) fn patch<H, T, D>(
        self,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S> + Documented<D>,
        T: 'static,
    {
        self.add(MethodFilter::PATCH, "patch", path, summary, handler)
    }

    /// What is taken away.
    pub(crate) fn delete<H, T, D>(
        self,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S> + Documented<D>,
        T: 'static,
    {
        self.add(MethodFilter::DELETE, "delete", path, summary, handler)
    }

    fn add<H, T, D>(
        mut self,
        filter: MethodFilter,
        method: &'static str,
        path: &'static str,
        summary: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, S> + Documented<D>,
        T: 'static,
    {
        let route: MethodRouter<S> = on(filter, handler);
        self.router = self.router.route(path, route);
        self.described.push(Described {
            path,
            method,
            summary,
            describe: H::describe,
        });
        self
    }

    /// These and others.
    pub(crate) fn merge(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.described.extend(others.described);
        self
    }

    /// The routes.
    pub(crate) fn into_router(self) -> Router<S> {
        self.router
    }

    /// What the document says of them.
    pub(crate) fn into_described(self) -> Vec<Described> {
        self.described
    }
}

impl Described {
    /// The operation, with the schemas that it needs added to `schemas`.
    pub(crate) fn operation(&self, schemas: &mut Schemas) -> Value {
        let mut description = Description {
            operation: Map::new(),
            parameters: Vec::new(),
            schemas,
            names: catalogue::path_names(self.path).collect(),
        };
        description.say("summary", json!(self.summary));
        description.say("x-permission", json!("read"));
        (self.describe)(&mut description);
        let Description {
            mut operation,
            parameters,
            names,
            ..
        } = description;
        let in_path = names.into_iter().map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        });
        let parameters: Vec<Value> = in_path.chain(parameters).collect();
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), json!(parameters));
        }
        Value::Object(operation)
    }
}

impl Description<'_> {
    /// Says something of the operation.
    pub(crate) fn say(&mut self, key: &str, what: Value) {
        self.operation.insert(key.to_owned(), what);
    }

    /// Says what a good answer is, by its media type and schema.
    pub(crate) fn answers(&mut self, media: &str, schema: &Value) {
        self.say(
            "responses",
            json!({
                "200": { "description": "The answer", "content": { media: { "schema": schema } } },
                "default": { "$ref": "#/components/responses/Refused" },
            }),
        );
    }
}

impl<T: JsonSchema, E: IntoResponse> Answered for Result<Json<T>, E> {
    fn describe(of: &mut Description<'_>) {
        let schema = of.schemas.answered::<T>();
        of.answers("application/json", &schema);
    }
}
