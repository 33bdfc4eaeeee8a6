//! A flow: what starts it, what must hold, and its steps.

use crate::transform::Transform;
use crate::walk::Part;
use crate::{Condition, Deed, Occurrence, Step, Trigger};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A flow: what starts it, what must hold, and its steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    /// Its name in the store, in logs and in other flows: lower-case letters, digits and hyphens.
    pub id: String,
    /// What people call it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// Whether it runs.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub enabled: bool,
    /// The recipe from which it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipe: Option<String>,
    /// What starts it.
    pub trigger: Trigger,
    /// What must hold for it to start: all of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<Condition>,
    /// What it does.
    #[serde(default, rename = "step", skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
}

impl Flow {
    /// Whether an occurrence starts it, as far as its trigger is concerned; `when` is judged by the run itself.
    #[must_use]
    pub fn starts_on(&self, occurrence: &Occurrence) -> bool {
        self.enabled && self.trigger.fits(occurrence)
    }

    /// The operations that it calls: the scopes that these need must be granted.
    #[must_use]
    pub fn calls(&self) -> BTreeSet<String> {
        let mut operations = BTreeSet::new();
        crate::walk::flow(self, &mut |part, _| {
            if let Part::Step(step, _) = part
                && let Deed::Call { operation, .. } = &step.deed
            {
                operations.insert(operation.clone());
            }
        });
        operations
    }

    /// The names of the scope that it uses: only these need be loaded.
    #[must_use]
    pub fn reads(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        let root = |path: &str| {
            path.trim()
                .split(['.', '['])
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        crate::walk::flow(self, &mut |part, _| match part {
            Part::Path(path) => {
                names.insert(root(path));
            }
            Part::Template(source) => {
                names.extend(crate::template::names_in(source).unwrap_or_default());
            }
            Part::Transform(Transform::Template(source)) => {
                names.extend(crate::template::names_in(source).unwrap_or_default());
            }
            _ => {}
        });
        names.retain(|name| crate::scope::NAMES.iter().any(|known| known.name == name));
        names
    }
}

const fn yes() -> bool {
    true
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
const fn is_yes(flag: &bool) -> bool {
    *flag
}
