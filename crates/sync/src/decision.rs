//! The decision about a linked pair, and about a record without a counterpart.

use crate::{Base, Changes, Choice, Merge, MergeInput, Withheld, merge};
use domain::{Field, Fields, Kind, Record, Side};
use mapping::{
    CreateRule, Direction, Held, NativeWrite, Problem, Rules, Setting, Writing, can_write, project,
    project_linked, to_native,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A linked pair with everything that bears on it.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// The HighLevel record.
    pub left: &'a Record,
    /// The MyGadgetRepairs record, of the same kind.
    pub right: &'a Record,
    /// What both last agreed on; nothing for a fresh link.
    pub base: Option<&'a Base>,
    /// Values that a vendor refused.
    pub withheld: &'a [Withheld],
    /// Answers that people gave.
    pub choices: &'a [Choice],
    /// The shop's rules.
    pub rules: &'a Rules,
    /// The shop's facts.
    pub setting: &'a Setting,
}

/// What comes of a pair, in one word; the strongest that applies. Whatever it is, `merge.base` is to be
/// kept when it differs from the base before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing, and nothing to remember.
    Nothing,
    /// Nothing to write; a new base to remember.
    Adopt,
    /// Something differs and is not written now, with the reason.
    Held,
    /// A person decides about a field; other fields may be written all the same.
    Conflict,
    /// At least one side is written.
    Update,
}

/// What comes of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairDecision {
    /// In one word.
    pub outcome: Outcome,
    /// Field by field.
    pub merge: Merge,
    /// What to send to HighLevel.
    pub left: Option<NativeWrite>,
    /// What to send to MyGadgetRepairs.
    pub right: Option<NativeWrite>,
    /// Fields that cannot be read on a side, and so rest.
    pub paused: Vec<(Side, Problem)>,
    /// HighLevel's fields in shared terms, as decided on.
    pub left_shared: Fields,
    /// MyGadgetRepairs' fields in shared terms, as decided on.
    pub right_shared: Fields,
}

impl PairDecision {
    /// What to send to a side.
    #[must_use]
    pub const fn write(&self, side: Side) -> Option<&NativeWrite> {
        match side {
            Side::HighLevel => self.left.as_ref(),
            Side::MyGadgetRepairs => self.right.as_ref(),
        }
    }
}

/// Decides about a linked pair.
#[must_use]
pub fn decide_pair(pair: Pair<'_>) -> PairDecision {
    let kind = pair.left.kind;
    let left = project_linked(pair.left, Some(pair.right), pair.rules, pair.setting);
    let right = project_linked(pair.right, Some(pair.left), pair.rules, pair.setting);
    let fields = pair.rules.fields_of(kind);
    let mut paused = Vec::new();
    for (side, problems) in [
        (Side::HighLevel, left.unknown),
        (Side::MyGadgetRepairs, right.unknown),
    ] {
        paused.extend(
            problems
                .into_iter()
                .filter(|problem| mapped(pair.rules, kind).contains(&problem.field))
                .map(|problem| (side, problem)),
        );
    }
    let mut resting: BTreeSet<Field> = paused.iter().map(|(_, problem)| problem.field).collect();
    // An opt-out that one side does not have is kept on the other and compared with nothing.
    resting.extend(
        Field::CONSENT.into_iter().filter(|field| {
            !mapping::shows(pair.left, *field) || !mapping::shows(pair.right, *field)
        }),
    );
    let times = pair.left.changed_at.zip(pair.right.changed_at);
    let merged = fields.map_or_else(
        || Merge {
            base: pair.base.cloned().unwrap_or_default(),
            ..Merge::default()
        },
        |rules| {
            merge(MergeInput {
                base: pair.base,
                left: &left.fields,
                right: &right.fields,
                rules: &rules,
                times,
                paused: &resting,
                withheld: pair.withheld,
                choices: pair.choices,
                writable: &|side, field, value| can_write(writing(pair, side), field, value),
            })
        },
    );
    let write = |side| {
        let changes = merged.to(side);
        (!changes.is_empty()).then(|| to_native(writing(pair, side), changes))
    };
    let (to_left, to_right) = (write(Side::HighLevel), write(Side::MyGadgetRepairs));
    PairDecision {
        outcome: outcome(&merged, pair.base, &paused),
        left: to_left,
        right: to_right,
        merge: merged,
        paused,
        left_shared: left.fields,
        right_shared: right.fields,
    }
}

fn writing(pair: Pair<'_>, side: Side) -> Writing<'_> {
    let (target, source) = side.in_order(pair.left, pair.right);
    Writing {
        side,
        kind: target.kind,
        target: Some(target),
        source: Some(source),
        rules: pair.rules,
        setting: pair.setting,
    }
}

fn outcome(merge: &Merge, base: Option<&Base>, paused: &[(Side, Problem)]) -> Outcome {
    if !merge.is_quiet() {
        Outcome::Update
    } else if !merge.conflicts.is_empty() {
        Outcome::Conflict
    } else if !merge.held.is_empty() || !paused.is_empty() {
        Outcome::Held
    } else if base != Some(&merge.base) {
        Outcome::Adopt
    } else {
        Outcome::Nothing
    }
}

/// A record without a counterpart, which identity has found to match nobody.
#[derive(Clone, Copy, Debug)]
pub struct Single<'a> {
    /// The record.
    pub record: &'a Record,
    /// Whether the person it belongs to is linked; of no account for contacts.
    pub parent_linked: bool,
    /// Tags or groups of the person.
    pub tags: &'a [String],
    /// Whether the person has an upcoming appointment.
    pub appointment: bool,
    /// Whether it is still to come; of no account for anything but appointments.
    pub upcoming: bool,
    /// The shop's rules.
    pub rules: &'a Rules,
    /// The shop's facts.
    pub setting: &'a Setting,
}

/// What comes of a record without a counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SingleDecision {
    /// A counterpart is made.
    Create {
        /// Where.
        side: Side,
        /// The shared values that it gets.
        changes: Changes,
        /// What to send, marks included. Its `held` names the fields left out.
        write: NativeWrite,
        /// The record in shared terms, for [`Base::created`].
        shared: Fields,
    },
    /// Not yet; the reason.
    Wait(String),
    /// The rules say that it gets none, or it has nothing to be known by; the reason.
    Skip(String),
    /// It should get one, but cannot; the reasons.
    Hold(Vec<Held>),
}

/// Decides about a record without a counterpart.
#[must_use]
pub fn decide_single(single: Single<'_>) -> SingleDecision {
    let Single {
        record,
        rules,
        setting,
        ..
    } = single;
    let side = record.side.other();
    let kind = record.kind;
    // Whatever becomes of its person: a diary is full of what needs no counterpart.
    if let Some(reason) = stays_alone(single) {
        return SingleDecision::Skip(reason);
    }
    if kind != Kind::Contact && !single.parent_linked {
        return SingleDecision::Wait(format!(
            "the {} that this {} belongs to is not linked yet",
            Kind::Contact.name_on(record.side),
            kind.name_on(record.side)
        ));
    }
    if let Some(reason) = no_counterpart(single, side) {
        return SingleDecision::Skip(reason);
    }
    let Some(fields) = rules.fields_of(kind) else {
        return SingleDecision::Skip(format!("{}s are not mapped", kind.name_on(record.side)));
    };
    let projection = project(record, rules, setting);
    let changes: Changes = projection
        .fields
        .iter()
        .filter(|(field, _)| {
            fields
                .get(**field)
                .is_some_and(|rule| rule.direction.writes(side))
        })
        .map(|(field, value)| (*field, Some(value.clone())))
        .collect();
    let writing = Writing {
        side,
        kind,
        target: None,
        source: Some(record),
        rules,
        setting,
    };
    let mut write = to_native(writing, &changes);
    let required = mapping::missing(writing, &write);
    if !required.is_empty() {
        return SingleDecision::Hold(required);
    }
    write.held.extend(
        projection
            .unknown
            .into_iter()
            .filter(|problem| mapped(rules, kind).contains(&problem.field))
            .map(|problem| Held {
                field: problem.field,
                reason: problem.reason,
            }),
    );
    SingleDecision::Create {
        side,
        changes,
        write,
        shared: projection.fields,
    }
}

/// The fields of a kind that are synced at all.
pub fn mapped(rules: &Rules, kind: Kind) -> BTreeSet<Field> {
    rules
        .fields_of(kind)
        .iter()
        .flat_map(|rules| rules.iter())
        .filter(|(_, rule)| rule.direction != Direction::Off)
        .map(|(field, _)| field)
        .collect()
}

/// Why an appointment gets no counterpart, whoever it is with.
fn stays_alone(single: Single<'_>) -> Option<String> {
    let Single { record, rules, .. } = single;
    if record.kind != Kind::Appointment {
        return None;
    }
    let reason = if !rules.appointments.are_synced() {
        "the rules keep appointments out of the sync"
    } else if record.side == Side::MyGadgetRepairs && rules.appointments.back().is_none() {
        "appointments of the counter stay there: the rules name no HighLevel calendar for them (appointments.back)"
    } else if !single.upcoming {
        "it is not ahead; only upcoming appointments get a counterpart"
    } else if !mapping::appointment::takes_place(record) {
        "it was called off before it had a counterpart"
    } else {
        return None;
    };
    Some(reason.to_owned())
}

fn no_counterpart(single: Single<'_>, side: Side) -> Option<String> {
    let Single { record, rules, .. } = single;
    let title = side.title();
    let finished = record
        .fields
        .get(&Field::Completed)
        .and_then(domain::Value::as_flag);
    if (record.kind, record.side, finished) == (Kind::Task, Side::HighLevel, Some(true)) {
        return Some("the task was already completed; only open tasks become tickets".to_owned());
    }
    let flow = record
        .text(Field::Body)
        .and_then(mapping::mark::read_flow_task);
    if let (Kind::Task, Side::HighLevel, Some(flow)) = (record.kind, record.side, flow) {
        return Some(format!(
            "the task was opened by the flow `{flow}` for the people of the CRM, and is no repair"
        ));
    }
    match rules.create.on(side) {
        CreateRule::All => None,
        // Whose person has a counterpart is not asked again for every appointment.
        CreateRule::Appointment | CreateRule::Tagged(_) if record.kind == Kind::Appointment => None,
        // Nor for the tasks of people who came with an appointment.
        CreateRule::Appointment if record.kind != Kind::Contact => None,
        CreateRule::None => Some(format!("the rules create nothing in {title}")),
        CreateRule::Appointment if single.appointment => None,
        CreateRule::Appointment => Some(format!(
            "the rules create in {title} only people with an upcoming appointment"
        )),
        CreateRule::Tagged(tag) => {
            let wanted = tag.trim().to_lowercase();
            let tagged = single
                .tags
                .iter()
                .any(|tag| tag.trim().to_lowercase() == wanted);
            (!tagged).then(|| format!("the rules create in {title} only people tagged `{tag}`"))
        }
    }
}
