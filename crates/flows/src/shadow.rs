//! A changed flow beside the live one: what each would have done, and where they differ.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// One call of an operation by a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Act {
    /// The step's path.
    pub step: String,
    /// The operation.
    pub operation: String,
    /// Its input.
    pub input: Json,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
}

/// Where the acts of two versions on the same occurrence differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "difference")]
#[schemars(rename = "FlowDifference")]
pub enum Difference {
    /// Only the live version does it.
    Missing {
        /// What it does.
        act: Act,
    },
    /// Only the new version does it.
    New {
        /// What it does.
        act: Act,
    },
    /// Both do it, but not with the same input, or not at the same time.
    Changed {
        /// The operation.
        operation: String,
        /// What differs: the live value and the new one, by the name of the input; nothing as null.
        input: Map<String, Json>,
        /// When the live version does it, and when the new one, where that differs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schemars(with = "Option<(String, String)>")]
        at: Option<(Timestamp, Timestamp)>,
    },
}

/// Compares what the live version did with what a new one would have done on the same occurrence. Acts belong together
/// by their operation, in the order in which they come; steps may have been renamed.
#[must_use]
pub fn compare(live: &[Act], new: &[Act]) -> Vec<Difference> {
    let mut left: Vec<Option<&Act>> = new.iter().map(Some).collect();
    let mut differences = Vec::new();
    for act in live {
        // The same act rather than one that is only of the same sort.
        let place = left
            .iter()
            .position(|other| {
                other.is_some_and(|other| {
                    other.operation == act.operation && other.input == act.input
                })
            })
            .or_else(|| {
                left.iter()
                    .position(|other| other.is_some_and(|other| other.operation == act.operation))
            });
        match place.and_then(|place| left[place].take()) {
            None => differences.push(Difference::Missing { act: act.clone() }),
            Some(other) => differences.extend(changed(act, other)),
        }
    }
    let more = left
        .into_iter()
        .flatten()
        .map(|act| Difference::New { act: act.clone() });
    differences.extend(more);
    differences
}

fn changed(live: &Act, new: &Act) -> Option<Difference> {
    let empty = Map::new();
    let (old, other) = (
        live.input.as_object().unwrap_or(&empty),
        new.input.as_object().unwrap_or(&empty),
    );
    let mut names: Vec<&String> = old.keys().chain(other.keys()).collect();
    names.sort();
    names.dedup();
    let input: Map<String, Json> = names
        .into_iter()
        .filter(|name| old.get(*name) != other.get(*name))
        .map(|name| {
            let of = |map: &Map<String, Json>| map.get(name).cloned().unwrap_or_default();
            (name.clone(), serde_json::json!([of(old), of(other)]))
        })
        .collect();
    let at = (live.at != new.at).then_some((live.at, new.at));
    (!input.is_empty() || at.is_some()).then(|| Difference::Changed {
        operation: live.operation.clone(),
        input,
        at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn act(operation: &str, title: &str, at: &str) -> Act {
        Act {
            step: "s".to_owned(),
            operation: operation.to_owned(),
            input: json!({"title": title}),
            at: at.parse().unwrap(),
        }
    }

    #[test]
    fn what_differs_is_told_and_what_does_not_is_not() {
        let (early, late) = ("2026-07-09T10:00:00Z", "2026-07-10T10:00:00Z");
        let live = [
            act("a", "x", early),
            act("a", "y", early),
            act("b", "z", early),
        ];
        assert!(compare(&live, &live).is_empty());
        // The order of the same acts does not matter, a renamed step neither.
        let turned = [live[1].clone(), live[0].clone(), live[2].clone()];
        assert!(compare(&live, &turned).is_empty());
        let new = [
            act("a", "x", late),
            act("a", "w", early),
            act("c", "z", early),
        ];
        let told = compare(&live, &new);
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(
            matches!(&told[0], Difference::Changed { at: Some(_), input, .. } if input.is_empty())
        );
        assert!(
            matches!(&told[1], Difference::Changed { at: None, input, .. } if input["title"] == json!(["y", "w"]))
        );
        assert!(matches!(&told[2], Difference::Missing { act } if act.operation == "b"));
        assert!(matches!(&told[3], Difference::New { act } if act.operation == "c"));
    }
}
