//! Single records: read, make, change, remove.

use super::{Client, list::unreadable};
use crate::{
    Error,
    error::Target,
    lenient::{self, Row},
    model::Remote,
    normal_id,
};
use domain::RecordId;
use http::{Answer, Request};
use serde_json::{Map, Value};

/// Arguments of a write.
pub(crate) type Arguments = Vec<(String, Value)>;

impl Client {
    /// `GET /collection/{id}`.
    pub(crate) async fn get<T: Remote>(&self, collection: &str, id: &RecordId) -> Result<T, Error> {
        let target = Target::member(T::NOUN, id.as_str(), false);
        let request = Request::get(member_path(T::NOUN, collection, id)?);
        let answer = self.succeed(request, &target).await?;
        let record = T::from_raw(one(&answer, &target)?)
            .map_err(|bad| target.decode(bad.path, bad.problem))?;
        if normal_id(record.id().as_str()) == normal_id(id.as_str()) {
            Ok(record)
        } else {
            Err(target.decode("$.id", "another record came than the one asked for"))
        }
    }

    /// `POST /collection`; never repeated by itself. Returns the new id.
    pub(crate) async fn create(
        &self,
        noun: &'static str,
        collection: &str,
        arguments: Arguments,
    ) -> Result<RecordId, Error> {
        let target = Target::create(noun);
        let request = Request::post(http::path([collection])).json(body(arguments, None));
        let answer = self.succeed(request, &target).await?;
        let value = one(&answer, &target)?;
        let id = value
            .as_object()
            .and_then(|map| Row(map).id(&["id"]))
            .or_else(|| {
                // A bare id instead of an object.
                lenient::text(&value).map(RecordId::new)
            });
        id.ok_or_else(|| {
            target.decode(
                "$.id",
                "the id of the new record is missing; look for the record before making it again",
            )
        })
    }

    /// `PUT /collection/{id}` with the given fields only; without any, nothing is sent.
    pub(crate) async fn update(
        &self,
        noun: &'static str,
        collection: &str,
        token: &str,
        id: &RecordId,
        arguments: Arguments,
    ) -> Result<(), Error> {
        let path = member_path(noun, collection, id)?;
        if arguments.is_empty() {
            return Ok(());
        }
        let request = Request::put(path).json(body(arguments, Some(token)));
        self.succeed(request, &Target::member(noun, id.as_str(), true))
            .await
            .map(drop)
    }

    /// `DELETE /collection/{id}`.
    pub(crate) async fn delete(
        &self,
        noun: &'static str,
        collection: &str,
        id: &RecordId,
    ) -> Result<(), Error> {
        let request = Request::delete(member_path(noun, collection, id)?);
        self.succeed(request, &Target::member(noun, id.as_str(), true))
            .await
            .map(drop)
    }
}

/// The path of a record. Ids with anything but letters, digits, `-` and `_` are refused: an empty one would
/// reach the whole collection, a dot chooses another answer format, `updated` is the update feed.
fn member_path(noun: &'static str, collection: &str, id: &RecordId) -> Result<String, Error> {
    let text = id.as_str().trim();
    let plain = !text.is_empty()
        && text.len() <= 100
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && !text.eq_ignore_ascii_case("updated");
    if plain {
        Ok(http::path([collection, text]))
    } else {
        Err(Error::invalid(
            noun,
            "its id is not one that MyGadgetRepairs gives out; read the record again",
        ))
    }
}

/// The JSON body. The vendor merges path, query and body into one set in which the body wins, so a body
/// never names the path's own argument: it would change another record.
fn body(arguments: Arguments, token: Option<&str>) -> Value {
    let map: Map<String, Value> = arguments
        .into_iter()
        .filter(|(name, _)| !token.is_some_and(|token| name.eq_ignore_ascii_case(token)))
        .collect();
    Value::Object(map)
}

/// The one value of an answer, also when it comes as a list of one.
fn one(answer: &Answer, target: &Target) -> Result<Value, Error> {
    let value = lenient::parse(&answer.body)
        .map_err(|error| target.decode("$", unreadable(&answer.body, &error)))?;
    match value {
        Value::Array(mut items) if items.len() == 1 => Ok(items.remove(0)),
        other => Ok(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_can_only_reach_its_record() {
        for bad in [
            "", " ", "updated", "UPDATED", "a/b", "1.xml", "..", "1?x", "é", "1 2",
        ] {
            let path = member_path("customer", "customers", &RecordId::new(bad));
            assert!(matches!(path, Err(Error::Invalid { .. })), "{bad}");
        }
        let path = member_path(
            "customer",
            "customers",
            &RecordId::new("4C1D9E52-8F0A-4B7C-91E3D6A85B2F7034"),
        );
        assert_eq!(
            path.unwrap(),
            "/customers/4C1D9E52-8F0A-4B7C-91E3D6A85B2F7034"
        );
    }

    #[test]
    fn a_body_never_names_another_record() {
        let arguments = vec![
            ("ticketID".to_owned(), json!("other")),
            ("customerId".to_owned(), json!("9")),
        ];
        assert_eq!(
            body(arguments, Some("ticketId")),
            json!({"customerId": "9"})
        );
    }
}
