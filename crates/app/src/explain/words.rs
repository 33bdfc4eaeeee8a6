//! An explanation for people.

use super::{Explanation, FieldStory, FlowWrote, Linked, OpenWrite, Origin, WrittenStory};
use domain::{Kind, Side, Timestamp, Value};
use mapping::{FieldRule, Policy};

impl Explanation {
    /// For people, line by line.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for record in &self.records {
            let number = record.reference.as_deref().unwrap_or(record.id.as_str());
            let name = record.name.as_deref().unwrap_or("(no name)");
            let state = if record.deleted {
                "deleted".to_owned()
            } else {
                format!("last read {}", time(record.fetched))
            };
            let kind = self.kind.name_on(record.side);
            lines.push(format!(
                "{} {kind} {number} {name}, {state}",
                record.side.title()
            ));
        }
        lines.extend(self.linked.as_ref().map(|linked| how(linked, self.kind)));
        if let Some(why) = &self.alone {
            lines.push(format!("It has no counterpart: {why}"));
        }
        if self.left_alone {
            lines.push("A person said that both sides are left as they are".to_owned());
        }
        lines.extend(self.begins.iter().cloned());
        lines.extend(self.open.iter().map(open));
        lines.extend(self.flows.iter().map(wrote));
        for field in &self.fields {
            lines.push(String::new());
            lines.extend(field.lines(self.alone.is_some()));
        }
        lines
    }
}

fn wrote(wrote: &FlowWrote) -> String {
    let deed = if wrote.made { "made it by" } else { "called" };
    format!(
        "The flow `{}` {deed} {} with {} at {} (run {})",
        wrote.flow,
        wrote.operation,
        wrote.sent.join(", "),
        time(wrote.at),
        wrote.run
    )
}

impl FieldStory {
    fn lines(&self, alone: bool) -> Vec<String> {
        let mut lines = Vec::new();
        let state = match (self.agree, alone) {
            (_, true) => String::new(),
            (true, _) => ": both sides agree".to_owned(),
            (false, _) => ": the two sides differ".to_owned(),
        };
        lines.push(format!("{}{state}", self.field));
        for side in Side::BOTH {
            let value = self.values.on(side).as_ref();
            if alone && value.is_none() {
                continue;
            }
            lines.push(format!("  {}: {}", side.title(), shown(value)));
            if let Some(origin) = self.set_by.on(side) {
                lines.push(format!("    {}", set_by(origin, side)));
            }
        }
        if let Some(why) = &self.differs {
            lines.push(format!("  they differ: {}", why.words()));
        }
        if let Some(agreed) = self.agreed.as_ref().filter(|_| !self.agree) {
            lines.push(format!(
                "  last in step with HighLevel at {} and MyGadgetRepairs at {}",
                shown(agreed.left.as_ref()),
                shown(agreed.right.as_ref())
            ));
        }
        if let Some(id) = self.question {
            lines.push(format!("  question {id} waits for a person"));
        }
        lines.extend(self.rule.as_ref().map(|rule| format!("  rule: {rule}")));
        lines
    }
}

fn set_by(origin: &Origin, side: Side) -> String {
    match origin {
        Origin::Person { first_seen } => format!(
            "not written by Repairbridge: entered in {}, first seen {}",
            side.title(),
            time(*first_seen)
        ),
        Origin::Vendor => format!("filled in or reshaped by {} itself", side.title()),
        Origin::Repairbridge(written) => ours(written),
    }
}

fn ours(written: &WrittenStory) -> String {
    let when = written.confirmed_at.unwrap_or(written.decided_at);
    let mut text = format!(
        "written by Repairbridge {} (run {}), because {}; it replaced {}",
        time(when),
        written.run,
        written.because,
        shown(written.replaced.as_ref())
    );
    if written.read_back != written.wrote {
        text.push_str(&format!(
            "; sent as {}, it reads back as {}",
            shown(written.wrote.as_ref()),
            shown(written.read_back.as_ref())
        ));
    }
    if written.attempts > 1 {
        text.push_str(&format!("; attempts: {}", written.attempts));
    }
    text
}

fn how(linked: &Linked, kind: Kind) -> String {
    let mut text = match (linked.made_in, linked.how.as_str()) {
        (Some(side), _) => format!(
            "Repairbridge made the {} {} for the other side's record",
            side.title(),
            kind.name_on(side)
        ),
        (None, "created") => "Repairbridge made one of the two for the other".to_owned(),
        (None, "a person") => "A person said that the two are the same".to_owned(),
        (None, rung) => format!("The two were found to be the same by {rung}"),
    };
    if !linked.reasons.is_empty() {
        text.push_str(&format!(" ({})", linked.reasons.join("; ")));
    }
    if let (Some(at), Some(run)) = (linked.at, linked.run) {
        text.push_str(&format!(", {} (run {run})", time(at)));
    }
    text
}

fn open(write: &OpenWrite) -> String {
    let what = if write.fields.is_empty() {
        write.op.as_str().to_owned()
    } else {
        format!("{} {}", write.op.as_str(), write.fields.join(", "))
    };
    let why = write.waits_for.as_deref().unwrap_or(&write.cause);
    format!(
        "A write to {} is {}: {what}; {why}",
        write.side.title(),
        write.state
    )
}

/// The rule of a field.
pub(super) fn rule(rule: FieldRule) -> String {
    let conflict = match rule.conflict {
        Policy::Newest => "the later change stands",
        Policy::Highlevel => "HighLevel's value stands",
        Policy::Mygadgetrepairs => "MyGadgetRepairs' value stands",
        Policy::Ask => "a person is asked",
        Policy::Stricter => "the opt-out holds on both",
    };
    format!(
        "flows {}; where both sides changed, {conflict}",
        sync::way(rule.direction)
    )
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "(empty)".to_owned(), |value| format!("`{value}`"))
}

fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
