//! A shop's rules: one document, every part with a working default.

use crate::elsewhere::Elsewhere;
use crate::{
    AppointmentRules, DeleteRules, FieldRules, Held, Hours, KindRules, NoteRule, NotesRules,
    Problem, Setting, TaskRules, status,
};
use domain::{Field, Kind, Side};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt, str::FromStr};

/// A shop's rules. Written as TOML; what the document leaves out has the default of CONTRACT.md section 4,
/// and an unknown key is an error that names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Which records get a counterpart.
    pub create: CreateRules,
    /// What happens to the counterpart of a record that vanished.
    pub delete: DeleteRules,
    /// When a run waits for a person.
    pub guard: GuardLimits,
    /// How tickets and tasks correspond.
    pub tasks: TaskRules,
    /// How appointments are kept in step.
    pub appointments: AppointmentRules,
    /// Where CRM notes are shown.
    pub notes: NotesRules,
    /// When the shop is open.
    pub hours: Hours,
    /// Direction and conflict policy of every shared field.
    pub fields: FieldRules,
    /// What follows from notes in the CRM.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub note_rules: Vec<NoteRule>,
    /// The shop's flows stand in the same document, and are read by `flows`.
    #[serde(rename = "flow", skip_serializing_if = "Elsewhere::is_left_out")]
    flows: Elsewhere,
    /// So do the recipes that are installed.
    #[serde(rename = "recipe", skip_serializing_if = "Elsewhere::is_left_out")]
    recipes: Elsewhere,
    /// So do the examples that they are tested with.
    #[serde(rename = "example", skip_serializing_if = "Elsewhere::is_left_out")]
    examples: Elsewhere,
}

/// Why a rules document cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RulesError {
    /// It is not a rules document. The text says where.
    #[error("the rules cannot be read: {0}")]
    Read(#[from] toml::de::Error),
    /// A rule about notes makes no sense. The text names it.
    #[error("[[note_rules]] {0}")]
    NoteRule(String),
    /// A rule about deletes cannot be carried out. The text names it.
    #[error("[delete] {0}")]
    Delete(String),
    /// They cannot be written as TOML.
    #[error("the rules cannot be written: {0}")]
    Write(#[from] toml::ser::Error),
}

impl Rules {
    /// Reads a TOML document.
    ///
    /// # Errors
    /// When it is not TOML, names a key or value that does not exist, or asks for what no vendor can do.
    pub fn from_toml(text: &str) -> Result<Self, RulesError> {
        let rules: Self = toml::from_str(text)?;
        crate::note_rules::check(&rules.note_rules).map_err(RulesError::NoteRule)?;
        rules.delete.check().map_err(RulesError::Delete)?;
        Ok(rules)
    }

    /// The whole document, defaults included.
    ///
    /// # Errors
    /// When a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, RulesError> {
        Ok(toml::to_string_pretty(self)?)
    }

    /// The shared fields of a kind with the rules that hold for them; nothing for kinds that are not synced. Nothing
    /// is written into HighLevel's calendars while no calendar is chosen for the way back.
    #[must_use]
    pub fn fields_of(&self, kind: Kind) -> Option<Cow<'_, KindRules>> {
        let rules = self.fields.of(kind)?;
        match kind {
            Kind::Appointment if !self.appointments.are_synced() => None,
            Kind::Appointment if self.appointments.back().is_none() => {
                Some(Cow::Owned(rules.without_writes_to(Side::HighLevel)))
            }
            _ => Some(Cow::Borrowed(rules)),
        }
    }

    /// What of these rules does not fit the shop: statuses that do not exist, or that do not mean what
    /// they are used for.
    #[must_use]
    pub fn check(&self, setting: &Setting) -> Vec<Problem> {
        let chosen = [
            ("done_status", &self.tasks.done_status, true),
            ("reopened_status", &self.tasks.reopened_status, false),
        ];
        chosen
            .into_iter()
            .filter_map(|(key, status, completed)| {
                let status = status.as_deref()?;
                let reason = self.chosen_status(status, completed, setting).err()?;
                Some(Problem {
                    field: Field::Completed,
                    reason: format!("tasks.{key}: {reason}"),
                })
            })
            .collect()
    }

    /// The id of the status to set when a task is completed or opened again.
    pub(crate) fn completion_status(
        &self,
        completed: bool,
        setting: &Setting,
    ) -> Result<String, Held> {
        let (key, chosen) = if completed {
            ("done_status", &self.tasks.done_status)
        } else {
            ("reopened_status", &self.tasks.reopened_status)
        };
        let held = |reason| Held {
            field: Field::Completed,
            reason,
        };
        let Some(chosen) = chosen.as_deref() else {
            let deed = if completed {
                "completed"
            } else {
                "opened again"
            };
            return Err(held(format!(
                "the task was {deed} in HighLevel, but no MyGadgetRepairs status is chosen for that; \
                 set tasks.{key} in the rules"
            )));
        };
        self.chosen_status(chosen, completed, setting)
            .map_err(|reason| held(format!("tasks.{key}: {reason}")))
    }

    fn chosen_status(
        &self,
        chosen: &str,
        completed: bool,
        setting: &Setting,
    ) -> Result<String, String> {
        let Some(id) = setting.status_id(chosen) else {
            return Err(format!(
                "this shop has no ticket status `{chosen}`; choose one that it has"
            ));
        };
        // A status of the wrong group would read back as the opposite, and the sync would undo itself.
        let group = status::group(Some(id), setting.status_label(id), &self.tasks);
        match group {
            Some(group) if group.completed() == completed => Ok(id.to_owned()),
            Some(_) => Err(format!(
                "the ticket status `{chosen}` is in a group that means the opposite; choose another, \
                 or move it in tasks.statuses"
            )),
            None => Err(format!(
                "the group of the ticket status `{chosen}` is not known; name it in tasks.statuses"
            )),
        }
    }
}

/// Which records without a counterpart get one, by the side that is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CreateRules {
    /// Which customers and tickets are made in HighLevel.
    pub highlevel: CreateRule,
    /// Which contacts and tasks are made in MyGadgetRepairs.
    pub mygadgetrepairs: CreateRule,
}

impl CreateRules {
    /// The rule for making records on a side.
    #[must_use]
    pub const fn on(&self, side: Side) -> &CreateRule {
        match side {
            Side::HighLevel => &self.highlevel,
            Side::MyGadgetRepairs => &self.mygadgetrepairs,
        }
    }
}

/// Which records get a counterpart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum CreateRule {
    /// Every record.
    #[default]
    All,
    /// None: only records that match are linked.
    None,
    /// People with an upcoming appointment.
    Appointment,
    /// People with this tag (HighLevel) or in this group (MyGadgetRepairs).
    Tagged(String),
}

impl fmt::Display for CreateRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::None => f.write_str("none"),
            Self::Appointment => f.write_str("appointment"),
            Self::Tagged(tag) => write!(f, "tagged:{tag}"),
        }
    }
}

impl FromStr for CreateRule {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            "none" => Ok(Self::None),
            "appointment" => Ok(Self::Appointment),
            _ => match text.strip_prefix("tagged:").map(str::trim) {
                Some(tag) if !tag.is_empty() => Ok(Self::Tagged(tag.to_owned())),
                _ => Err(format!(
                    "`{text}` is no rule for creating records; write all, none, appointment or tagged:NAME"
                )),
            },
        }
    }
}

impl TryFrom<String> for CreateRule {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<CreateRule> for String {
    fn from(rule: CreateRule) -> Self {
        rule.to_string()
    }
}

/// When a run waits for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct GuardLimits {
    /// Deletes and unlinks that always pass.
    pub deletes: u64,
    /// Per cent of the linked records that may be deleted or unlinked beyond that number.
    pub deletes_percent: u64,
    /// Creates and updates that always pass.
    pub changes: u64,
    /// Per cent of the linked records that may be created or updated beyond that number.
    pub changes_percent: u64,
    /// Whether a shop's first run waits for a person.
    pub first_run: bool,
    /// Contacts to whom HighLevel sends messages just after we wrote to them, before writing there stops;
    /// 0 never stops.
    pub messages: u64,
}

impl Default for GuardLimits {
    fn default() -> Self {
        Self {
            deletes: 20,
            deletes_percent: 2,
            changes: 200,
            changes_percent: 10,
            first_run: true,
            messages: 5,
        }
    }
}
