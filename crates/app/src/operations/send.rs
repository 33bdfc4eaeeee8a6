//! From a plan to a request of a vendor's client, and its answer.

use super::multipart;
use crate::ports::PortError;
use crate::test_call::{body_of, shown_headers};
use crate::{App, AppError};
use catalogue::{Body, Plan};
use domain::{FailureClass, Lane, Side};
use http::{Answer, HeaderName, HeaderValue, Method, Repeat, Request};
use jiff::tz::TimeZone;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use store::Shop;

/// What came back.
pub(super) struct Reached {
    pub(super) status: u16,
    pub(super) milliseconds: i64,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Json,
}

impl App {
    pub(super) async fn send_plan(
        &self,
        shop: &Shop,
        plan: &Plan,
        lane: Lane,
        writes: bool,
        record: &Option<String>,
    ) -> Result<Reached, AppError> {
        let clients = self.known_clients(shop).await?;
        let send = async |request: Request| -> Result<Answer, AppError> {
            let answered = match plan.side {
                Side::HighLevel => {
                    let client = clients.highlevel.with_lane(lane);
                    let answered = client.call(request, record.as_deref(), writes).await;
                    answered.map_err(PortError::from)
                }
                Side::MyGadgetRepairs => {
                    let client = clients.mygadgetrepairs.in_lane(lane);
                    let answered = client.call(request, record.as_deref(), writes).await;
                    answered.map_err(PortError::from)
                }
            };
            answered.map_err(AppError::Vendor)
        };
        let began = self.now();
        let mut answer = send(request(plan, writes)?).await?;
        if let Some(upload) = &plan.upload {
            let path = upload_id(&answer).and_then(|id| upload.path_for(&id));
            let Some(path) = path else {
                return Err(AppError::Vendor(PortError::ours(
                    plan.side,
                    FailureClass::Permanent,
                    "MGR-UPLOAD-01",
                    "the file was announced, but the answer does not say where it is to be sent; look at the ticket's files",
                )));
            };
            let (content_type, bytes) =
                multipart::one_file("file", &upload.name, &upload.kind, &upload.bytes);
            let request = Request::post(path).bytes(content_type, bytes);
            answer = send(request.repeat(Repeat::Never)).await?;
        }
        Ok(Reached {
            status: answer.status.as_u16(),
            milliseconds: i64::try_from(self.now().duration_since(began).as_millis())
                .unwrap_or(i64::MAX),
            headers: shown_headers(&answer.headers),
            body: body_of(&answer),
        })
    }

    /// The clients that the sync uses, by what is known of the shop; no vendor is asked.
    async fn known_clients(&self, shop: &Shop) -> Result<crate::connection::Clients, AppError> {
        let zone = self
            .stored_judge(shop)
            .await
            .map(|judge| judge.setting.zone);
        let capabilities: Option<mygadgetrepairs::probe::Capabilities> =
            self.fact_of(shop, "capabilities").await?;
        let paging = capabilities.map(|found| found.paging).unwrap_or_default();
        self.clients(shop, &zone.unwrap_or(TimeZone::UTC), &paging)
            .await
    }
}

fn request(plan: &Plan, writes: bool) -> Result<Request, AppError> {
    let method = Method::from_bytes(plan.method.as_bytes())
        .map_err(|_| AppError::Refused(format!("`{}` is no method", plan.method)))?;
    let mut request = Request::new(method, plan.path.clone());
    for (name, value) in &plan.query {
        request = request.query(name, value);
    }
    if let Some(version) = &plan.version {
        let version = HeaderValue::from_str(version)
            .map_err(|_| AppError::Refused("the catalogue holds an unusable version".to_owned()))?;
        request = request.header(HeaderName::from_static("version"), version);
    }
    request = match &plan.body {
        Body::None => request,
        Body::Json(body) => request.json(body.clone()),
        Body::Form(fields) => request.form(fields.clone()),
        Body::Multipart(parts) => {
            let (content_type, bytes) = multipart::body(parts);
            request.bytes(content_type, bytes)
        }
    };
    // Whether a write was carried out is looked for, never found out by sending it again.
    Ok(request.repeat(match writes {
        true => Repeat::Never,
        false => Repeat::Safe,
    }))
}

/// The id that the first answer gives for the file: the end of `Location`, else the answer's id
/// (mygadgetrepairs-api.md 12.5).
fn upload_id(answer: &Answer) -> Option<String> {
    let location = answer
        .headers
        .get("location")
        .and_then(|value| value.to_str().ok());
    let named = location.and_then(|path| path.trim_end_matches('/').rsplit('/').next());
    named.map(str::to_owned).or_else(|| {
        let body: Json = serde_json::from_slice(&answer.body).ok()?;
        match &body["id"] {
            Json::String(id) => Some(id.clone()),
            Json::Number(id) => Some(id.to_string()),
            _ => None,
        }
    })
}

/// Path and query; without values of the query, which may be somebody's address.
pub(super) fn shown_path(plan: &Plan, with_values: bool) -> String {
    let mut shown = plan.path.clone();
    for (at, (name, value)) in plan.query.iter().enumerate() {
        let plain = with_values || name.ends_with("Id") || value.parse::<u64>().is_ok();
        shown.push(if at == 0 { '?' } else { '&' });
        shown.push_str(name);
        shown.push('=');
        shown.push_str(if plain { value } else { "…" });
    }
    shown
}

/// The body as it is shown: files by their size only.
pub(super) fn shown_body(plan: &Plan) -> Option<Json> {
    match &plan.body {
        Body::None => None,
        Body::Json(body) => Some(body.clone()),
        Body::Form(fields) => Some(Json::Object(
            fields
                .iter()
                .map(|(name, value)| (name.clone(), Json::from(value.as_str())))
                .collect(),
        )),
        Body::Multipart(parts) => Some(Json::Object(
            parts
                .iter()
                .map(|part| {
                    let shown = match part.file {
                        Some(_) => format!("(file, {} bytes)", part.bytes.len()),
                        None => String::from_utf8_lossy(&part.bytes).into_owned(),
                    };
                    (part.name.clone(), Json::from(shown))
                })
                .collect(),
        )),
    }
}
