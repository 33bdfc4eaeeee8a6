//! What an operation is.

use crate::facts::Encoding;
use crate::field::Field;
use domain::Side;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// One entry of the catalogue: an action that can be called, or a trigger that can be awaited.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its id, such as `highlevel.contact.create`.
    pub id: String,
    /// Its row in operations-catalogue.md, where it belongs to the core.
    pub reference: Option<String>,
    /// Whose it is.
    pub side: Side,
    /// Whether it is called or awaited.
    pub kind: OperationKind,
    /// Its name, for people.
    pub title: String,
    /// What it does, for people.
    pub help: String,
    /// What it takes.
    pub fields: Vec<Field>,
    /// What it gives, as JSON Schema.
    pub output: Json,
    /// The permissions of a HighLevel token that it needs; all of them.
    pub scopes: Vec<String>,
    /// How many requests it takes; of a trigger: none of its own.
    pub cost: u32,
    /// What it may do.
    pub danger: Danger,
    /// What has to be there for it.
    pub needs: Needs,
    /// An input that works, with placeholders of [`crate::PLACEHOLDERS`] where a record is meant.
    pub example: Json,
    /// What is done when it is not known whether it was carried out.
    pub recovery: Recovery,
    /// How it is called; nothing of a trigger.
    pub call: Option<Call>,
    /// Whether the vendor calls it outdated.
    pub deprecated: bool,
    /// Inputs that make it milder: with all of these it messages nobody.
    pub(crate) quiet: Map<String, Json>,
    /// Inputs that make it louder: with one of these it may message a customer.
    pub(crate) loud: Vec<String>,
}

/// Whether an operation is called or awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OperationKind {
    /// It is called.
    Action,
    /// It is awaited.
    Trigger,
}

/// What an operation may do.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// It reads.
    Reads,
    /// It changes something.
    Writes,
    /// It changes something, and a customer may get a message because of it.
    MayMessage,
    /// It deletes something.
    Deletes,
}

impl Danger {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Reads => "reads",
            Self::Writes => "writes",
            Self::MayMessage => "may message a customer",
            Self::Deletes => "deletes",
        }
    }
}

/// How sure it is that MyGadgetRepairs has something (operations-catalogue.md, "Sure").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Evidence {
    /// Called by third parties.
    #[serde(rename = "A")]
    Called,
    /// Documented by the vendor.
    #[serde(rename = "D")]
    Documented,
    /// Its path is listed, its fields are not known; there where the account shows it.
    #[serde(rename = "B")]
    Listed,
    /// Found by us by comparing.
    #[serde(rename = "C")]
    Derived,
}

/// Where the occurrences of a trigger come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The vendor tells.
    Webhook,
    /// Lists of what changed are read.
    Poll,
    /// What is read is compared with what was there.
    Difference,
    /// A time comes.
    Clock,
    /// Something is not there any more.
    Absence,
}

/// What has to be there for an operation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Needs {
    /// How sure it is that the vendor offers it; of HighLevel everything is documented.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// The path of MyGadgetRepairs that the account must show, as the probe names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// The method on that path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// The webhook events that tell of a trigger.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
    /// Where the occurrences of a trigger come from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// Whether a token of the whole agency is needed, which a shop's connection is not.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub agency: bool,
}

impl Needs {
    /// Whether a trigger can be awaited without webhooks too. The vendor's messages and opportunities, and the state of
    /// the app, are told by webhooks only.
    #[must_use]
    pub fn webhooks_only(&self) -> bool {
        self.source == Some(Source::Webhook)
            && !self.events.iter().any(|event| {
                ["Contact", "Note", "Task", "Appointment"]
                    .iter()
                    .any(|kind| event.starts_with(kind))
            })
    }
}

/// What is done when it is not known whether a call was carried out.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "way")]
pub enum Recovery {
    /// Twice is the same as once.
    Repeat,
    /// A look shows whether it was.
    Look {
        /// The operation that looks.
        operation: String,
        /// Its inputs, each by the input of the call that fills it; one that is not filled is left out.
        with: BTreeMap<String, String>,
        /// Further inputs of it.
        also: Map<String, Json>,
        /// Where in the answer the records are, or the one record; a JSON pointer.
        found: String,
        /// What must be the same: inputs of the call, each with the field of the record.
        compare: BTreeMap<String, String>,
    },
    /// Only a person can find out.
    AskPerson {
        /// What there is to be looked at.
        why: String,
    },
}

/// How an action is called.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Call {
    /// The method.
    pub method: String,
    /// The path, with `{name}` for what is filled in.
    pub path: String,
    /// The `Version` header; nothing where there is none.
    pub version: Option<String>,
    /// How the body is written.
    pub encoding: Encoding,
    /// Whether a body is sent even where it is empty.
    pub(crate) body: bool,
    /// Sent whatever is given; `{location}` is the sub-account.
    pub(crate) fixed: Map<String, Json>,
    /// Taken where nothing is given.
    pub(crate) defaults: Map<String, Json>,
    /// Whether pages are asked for in every form at once (mygadgetrepairs-api.md section 6).
    pub(crate) paged: bool,
    /// The path to which the file itself goes, afterwards.
    pub(crate) upload: Option<String>,
    /// Another operation that runs in its place.
    pub(crate) instead: Option<Instead>,
}

/// Another operation that runs in the place of one.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Instead {
    pub(crate) operation: String,
    /// Unless this input is yes.
    pub(crate) unless: String,
    /// Inputs that have another name there.
    #[serde(default)]
    pub(crate) rename: BTreeMap<String, String>,
}

impl Operation {
    /// Whether it is one of the core.
    #[must_use]
    pub const fn is_core(&self) -> bool {
        self.reference.is_some()
    }

    /// What it takes, as JSON Schema (2020-12).
    #[must_use]
    pub fn input(&self) -> Json {
        crate::field::schema(&self.fields)
    }

    /// What it may do with this input.
    #[must_use]
    pub fn danger_of(&self, input: &Json) -> Danger {
        let given = |name: &str| {
            input.get(name).or_else(|| {
                let call = self.call.as_ref()?;
                call.defaults.get(name)
            })
        };
        let loud = self.loud.iter().any(|name| given(name).is_some());
        let mut quiet = self.quiet.iter();
        let quiet = !self.quiet.is_empty() && quiet.all(|(name, value)| given(name) == Some(value));
        match self.danger {
            Danger::Writes if loud => Danger::MayMessage,
            Danger::MayMessage if quiet => Danger::Writes,
            danger => danger,
        }
    }

    /// What it may do at least, whatever is given.
    #[must_use]
    pub fn mildest(&self) -> Danger {
        match self.danger {
            Danger::MayMessage if !self.quiet.is_empty() => Danger::Writes,
            danger => danger,
        }
    }

    /// All of it as one document.
    #[must_use]
    pub fn document(&self) -> Json {
        let mut document = json!({
            "id": self.id,
            "reference": self.reference,
            "core": self.is_core(),
            "side": self.side,
            "kind": self.kind,
            "title": self.title,
            "help": self.help,
            "input": self.input(),
            "output": self.output,
            "scopes": self.scopes,
            "cost": self.cost,
            "danger": self.danger,
            "needs": self.needs,
            "example": self.example,
            "deprecated": self.deprecated,
        });
        if let Some(call) = &self.call {
            document["method"] = json!(call.method);
            document["path"] = json!(call.path);
            document["version"] = json!(call.version);
            document["recovery"] = json!(self.recovery);
        }
        document
    }

    /// What a list shows of it.
    #[must_use]
    pub fn line(&self) -> Json {
        json!({
            "id": self.id,
            "reference": self.reference,
            "side": self.side,
            "kind": self.kind,
            "title": self.title,
            "danger": self.danger,
            "cost": self.cost,
            "scopes": self.scopes,
            "deprecated": self.deprecated,
        })
    }
}
