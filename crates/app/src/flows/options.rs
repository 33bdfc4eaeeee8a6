//! What a shop has to choose from where a recipe asks: its statuses, calendars, users and so on.

use super::acts::CUSTOM_FIELDS;
use crate::operations::{Allowed, CallCause, OperationCall};
use crate::{App, AppError};
use domain::Lane;
use flows::recipe::{Asked, Kind};
use mapping::StatusGroup;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};
use store::Shop;

/// Something that can be chosen.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Choice {
    /// The answer.
    pub value: Json,
    /// What people call it.
    pub label: String,
}

impl Choice {
    fn new(value: impl Into<Json>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

impl App {
    /// What there is to choose from; nothing where anything may be said.
    pub(super) async fn choices(
        &self,
        shop: &Shop,
        asked: &Asked,
    ) -> Result<Vec<Choice>, AppError> {
        let (operation, list) = match asked.kind {
            Kind::Number | Kind::Text | Kind::YesNo => return Ok(Vec::new()),
            Kind::Choice => {
                let options = asked.options.iter();
                return Ok(options
                    .map(|one| Choice::new(one.clone(), one.clone()))
                    .collect());
            }
            Kind::StatusGroup => {
                let groups = StatusGroup::ALL.into_iter().map(StatusGroup::as_str);
                return Ok(groups.map(|group| Choice::new(group, group)).collect());
            }
            Kind::Status => {
                let judge = self.stored_judge(shop).await?;
                let statuses = judge.setting.statuses.iter();
                return Ok(statuses
                    .map(|status| Choice::new(status.label.clone(), status.label.clone()))
                    .collect());
            }
            Kind::Tag => ("highlevel.tag.list", "/tags"),
            Kind::Calendar => ("highlevel.calendar.list", "/calendars"),
            Kind::User => ("highlevel.user.list", "/users"),
            Kind::Pipeline | Kind::Stage => ("highlevel.pipeline.list", "/pipelines"),
            Kind::CustomField => (CUSTOM_FIELDS, "/customFields"),
            Kind::IssueType => ("mygadgetrepairs.issue_type.list", ""),
            Kind::CustomerGroup => ("mygadgetrepairs.group_collection.get", ""),
        };
        let answer = self.read_for_choices(shop, operation).await?;
        let found = answer.pointer(list).and_then(Json::as_array);
        let mut choices = Vec::new();
        for one in found.into_iter().flatten() {
            if asked.kind == Kind::Stage {
                let pipeline = text(one);
                let stages = one.get("stages").and_then(Json::as_array);
                for stage in stages.into_iter().flatten() {
                    let label = format!("{pipeline}: {}", text(stage));
                    choices.push(Choice::new(id(stage), label));
                }
                continue;
            }
            let named = text(one);
            let by_name = matches!(asked.kind, Kind::Tag | Kind::CustomerGroup);
            let value = if by_name {
                Json::from(named.clone())
            } else {
                id(one)
            };
            choices.push(Choice::new(value, named));
        }
        Ok(choices)
    }

    async fn read_for_choices(&self, shop: &Shop, operation: &str) -> Result<Json, AppError> {
        let call = OperationCall {
            id: operation.to_owned(),
            input: json!({}),
            lane: Lane::Interactive,
            allow: Allowed::READS,
            show_values: true,
            cause: CallCause::Person,
        };
        let report = self.call_operation(&shop.name, &call).await?;
        Ok(report.answer.map_or(Json::Null, |answer| answer.body))
    }
}

fn id(of: &Json) -> Json {
    of.get("id").cloned().unwrap_or_default()
}

fn text(of: &Json) -> String {
    let named = ["name", "label", "title"]
        .iter()
        .find_map(|name| of.get(*name));
    named.and_then(Json::as_str).unwrap_or_default().to_owned()
}
