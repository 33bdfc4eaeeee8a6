//! The location's pipelines with their stages, and its reasons for a loss. They are set up in the browser only.

use serde_json::{Value, json};

use crate::highlevel::call::{Call, Reply};
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;
use crate::ids::Ids;

/// A pipeline of the location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pipeline {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its stages in order.
    pub stages: Vec<Stage>,
}

/// A stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// Its id, a UUID.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Pipeline {
    pub(super) fn has(&self, stage: &str) -> bool {
        self.stages.iter().any(|known| known.id == stage)
    }
}

/// The pipelines of a fresh location.
pub(in crate::highlevel) fn usual(ids: &mut Ids) -> Vec<Pipeline> {
    let mut pipeline = |name: &str, stages: &[&str]| Pipeline {
        id: ids.alphanumeric_text(),
        name: name.to_owned(),
        stages: stages
            .iter()
            .map(|stage| Stage {
                id: ids.uuid(),
                name: (*stage).to_owned(),
            })
            .collect(),
    };
    vec![
        pipeline(
            "Repairs",
            &["Enquiry", "Quoted", "Device in the shop", "Ready"],
        ),
        pipeline("Trade accounts", &["Talking", "Trial", "Agreed"]),
    ]
}

/// `GET /opportunities/pipelines`. Stages are not described by the document; these keys are a guess.
pub(in crate::highlevel) fn list(world: &mut World, _call: &Call<'_>) -> Result<Reply, Refusal> {
    let stage = |(position, stage): (usize, &Stage)| json!({ "id": stage.id, "name": stage.name, "position": position, "showInFunnel": true, "showInPieChart": true });
    let pipelines: Vec<Value> = world
        .opportunities
        .pipelines
        .iter()
        .map(|pipeline| {
            json!({
                "id": pipeline.id,
                "name": pipeline.name,
                "stages": pipeline.stages.iter().enumerate().map(stage).collect::<Vec<_>>(),
                "showInFunnel": true,
                "showInPieChart": true,
                "locationId": world.location.id,
            })
        })
        .collect();
    Ok(Reply::ok(json!({ "pipelines": pipelines })))
}

/// `GET /opportunities/lost-reason`: the location has none.
pub(in crate::highlevel) fn lost_reasons(
    _world: &mut World,
    _call: &Call<'_>,
) -> Result<Reply, Refusal> {
    Ok(Reply::ok(json!({ "lostReasons": [], "total": 0 })))
}
