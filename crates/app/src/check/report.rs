//! The report of a pre-flight: lines, each with what was found and how to mend it.

use crate::ports::PortError;
use domain::FailureClass;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a line of the pre-flight came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Fine.
    Passed,
    /// Works, but worth knowing.
    Warned,
    /// Has to be mended.
    Failed,
}

/// A line of the pre-flight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckLine {
    /// What was looked at.
    pub what: String,
    /// How it came out.
    pub verdict: Verdict,
    /// What was found.
    pub says: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

/// The pre-flight of a shop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckReport {
    /// Line by line.
    pub lines: Vec<CheckLine>,
}

impl CheckReport {
    /// Whether something has to be mended.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.verdict == Verdict::Failed)
    }

    pub(super) fn say(
        &mut self,
        what: &str,
        verdict: Verdict,
        says: impl Into<String>,
        mend: Option<&str>,
    ) {
        self.lines.push(CheckLine {
            what: what.to_owned(),
            verdict,
            says: says.into(),
            mend: mend.map(str::to_owned),
        });
    }

    pub(super) fn passed(&mut self, what: &str, says: impl Into<String>) {
        self.say(what, Verdict::Passed, says, None);
    }

    pub(super) fn warned(&mut self, what: &str, says: impl Into<String>, mend: &str) {
        self.say(what, Verdict::Warned, says, Some(mend));
    }

    /// A vendor's refusal: what is wrong, and after the semicolon what to do about it.
    pub(super) fn refused(&mut self, what: &str, error: &PortError) {
        let verdict = match error.class {
            FailureClass::Deferred { .. } => Verdict::Warned,
            _ => Verdict::Failed,
        };
        let (says, mend) = match error.message.split_once("; ") {
            Some((says, mend)) => (says, Some(mend)),
            None => (error.message.as_str(), None),
        };
        self.say(what, verdict, format!("{says} ({})", error.code), mend);
    }
}
