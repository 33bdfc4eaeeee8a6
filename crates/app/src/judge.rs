//! The pure core as a pass uses it: rules and setting held together, records in, judgements out.

use crate::edits::Edit;
use crate::pass::payload::Payload;
use crate::ports::{Draft, Writes};
use domain::{Field, Fields, Kind, LinkId, Record, RecordId, Side, Timestamp, Value};
use mapping::{Rules, Setting, Writing, project, project_linked, to_native};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use store::{Change, Link};
use sync::{
    Base, Changes, Choice, Pair, PairDecision, Person, Single, SingleDecision, Withheld,
    decide_pair, decide_single,
};

/// Rules and setting of a shop.
#[derive(Clone, Debug)]
pub(crate) struct Judge {
    pub(crate) rules: Rules,
    pub(crate) setting: Setting,
}

/// What bears on a record without a counterpart, beside the record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// Whether the person it belongs to is linked.
    pub(crate) parent_linked: bool,
    /// Whether the person has an appointment ahead.
    pub(crate) expected: bool,
    pub(crate) now: Timestamp,
}

/// What a link remembers beside its base.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Notes {
    /// Values that a vendor refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) withheld: Vec<Withheld>,
    /// Answers that people gave to conflicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) choices: Vec<Choice>,
    /// Fields about which a person is asked.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) asked: BTreeSet<Field>,
    /// Values that people entered, and when they were first seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) edits: Vec<Edit>,
    /// Fields in which the two sides differ since a person had a write taken back.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) taken_back: BTreeSet<Field>,
}

impl Notes {
    pub(crate) fn of(link: &Link) -> Self {
        serde_json::from_value(link.withheld.clone()).unwrap_or_default()
    }
}

/// What a link holds after a write or a comparison.
#[derive(Clone, Debug)]
pub(crate) struct LinkState {
    pub(crate) base: Base,
    pub(crate) notes: Notes,
    /// Fields compared, agreeing, held.
    pub(crate) counts: (u32, u32, u32),
}

impl LinkState {
    /// The change that stores it.
    pub(crate) fn rebase(&self, link: LinkId) -> Change {
        Change::Rebase {
            link,
            base: to_json(&self.base),
            withheld: to_json(&self.notes),
            counts: self.counts,
        }
    }

    /// Puts it into a link that is about to be stored.
    pub(crate) fn put_into(&self, link: &mut Link) {
        link.base = to_json(&self.base);
        link.withheld = to_json(&self.notes);
        (link.fields, link.agree, link.held) = self.counts;
    }

    /// For the journal: which fields were written, and which of them the vendor kept differently. Values
    /// stay out of it; they are in the records.
    pub(crate) fn detail(&self, payload: &Payload) -> Json {
        let refused: Vec<&str> = self
            .notes
            .withheld
            .iter()
            .map(|withheld| withheld.field.as_str())
            .collect();
        json!({
            "cause": payload.cause,
            "fields": payload.changes.keys().map(|field| field.as_str()).collect::<Vec<_>>(),
            "kept_differently": refused,
        })
    }
}

impl Judge {
    /// Whether a ticket is being worked on. One that has no status yet is new; one whose status nobody knows
    /// is left alone.
    pub(crate) fn is_open(&self, ticket: &Record) -> bool {
        mapping::group_of(ticket, &self.rules.tasks, &self.setting).map_or_else(
            || ticket.text(Field::Status).is_none() && ticket.text(Field::StatusLabel).is_none(),
            |group| !group.completed(),
        )
    }

    /// A record in shared terms.
    pub(crate) fn project(&self, record: &Record) -> Fields {
        project(record, &self.rules, &self.setting).fields
    }

    /// A record in shared terms, beside its counterpart where it has one.
    pub(crate) fn project_beside(&self, record: &Record, counterpart: Option<&Record>) -> Fields {
        match counterpart {
            Some(counterpart) => self.project_with(record, counterpart),
            None => self.project(record),
        }
    }

    /// A record in shared terms, with its counterpart's reference taken off.
    pub(crate) fn project_with(&self, record: &Record, counterpart: &Record) -> Fields {
        project_linked(record, Some(counterpart), &self.rules, &self.setting).fields
    }

    /// Compares a linked pair.
    pub(crate) fn judge(&self, link: &Link, left: &Record, right: &Record) -> PairDecision {
        let base: Option<Base> = serde_json::from_value(link.base.clone()).ok();
        self.compare(left, right, base.as_ref(), &Notes::of(link))
    }

    fn compare(
        &self,
        left: &Record,
        right: &Record,
        base: Option<&Base>,
        notes: &Notes,
    ) -> PairDecision {
        decide_pair(Pair {
            left,
            right,
            base,
            withheld: &notes.withheld,
            choices: &notes.choices,
            rules: &self.rules,
            setting: &self.setting,
        })
    }

    /// Decides about a record without a counterpart.
    pub(crate) fn single(&self, record: &Record, circumstances: Circumstances) -> SingleDecision {
        decide_single(Single {
            record,
            parent_linked: circumstances.parent_linked,
            tags: &record.tags,
            appointment: circumstances.expected,
            upcoming: mapping::appointment::is_ahead(record, circumstances.now),
            rules: &self.rules,
            setting: &self.setting,
        })
    }

    /// A contact as identity sees it.
    pub(crate) fn person(&self, record: &Record) -> Option<Person> {
        Person::of(record, &self.rules, &self.setting)
    }

    /// What a link holds after a comparison that writes nothing.
    pub(crate) fn settled(&self, link: &Link, decision: &PairDecision) -> LinkState {
        let mut notes = Notes::of(link);
        notes.asked = decision
            .merge
            .conflicts
            .iter()
            .map(|conflict| conflict.field)
            .collect();
        notes.choices = sync::standing(&notes.choices, &decision.merge);
        notes
            .taken_back
            .retain(|field| decision.merge.differing.contains(field));
        LinkState {
            base: decision.merge.base.clone(),
            notes,
            counts: counts(decision),
        }
    }

    /// The shared values with which a counterpart of the record is made.
    pub(crate) fn drafted(&self, source: &Record, withhold: &BTreeSet<Field>) -> Changes {
        let side = source.side.other();
        self.project(source)
            .into_iter()
            .filter(|(field, _)| {
                self.is_mapped(source.kind, *field, side) && !withhold.contains(field)
            })
            .map(|(field, value)| (field, Some(value)))
            .collect()
    }

    /// The record to be made on the other side.
    pub(crate) fn draft(
        &self,
        source: &Record,
        parent: Option<RecordId>,
        withhold: &BTreeSet<Field>,
    ) -> Draft {
        let side = source.side.other();
        let changes = self.drafted(source, withhold);
        let native = to_native(
            self.writing(side, source.kind, None, Some(source)),
            &changes,
        );
        Draft {
            kind: source.kind,
            parent,
            fields: native.fields,
            source: native.source,
            issue_type: native.issue_type,
            mark: crate::keys::mark_of(source),
        }
    }

    /// Native fields that carry shared changes to an existing record.
    pub(crate) fn native(&self, changes: &Changes, target: &Record, source: &Record) -> Writes {
        let writing = self.writing(target.side, target.kind, Some(target), Some(source));
        to_native(writing, changes).fields
    }

    /// The link of a record just made, from what it reads back as. `had` are the source's shared fields
    /// at the moment of writing, `withhold` the fields that were left out since another record holds the
    /// same key. In doubt, what it shows is not what was written: a person may have edited it meanwhile, so
    /// differing fields were never in step and are decided by the rules, not taken for the vendor's form.
    pub(crate) fn after_create(
        &self,
        source: &Record,
        had: &Fields,
        made: &Record,
        withhold: &BTreeSet<Field>,
        in_doubt: bool,
    ) -> LinkState {
        let side = made.side;
        let shown = project_linked(made, Some(source), &self.rules, &self.setting).fields;
        let mut base = self
            .rules
            .fields_of(made.kind)
            .map(|rules| Base::created(side, &rules, had, &shown, &[]))
            .unwrap_or_default();
        if in_doubt {
            base.0
                .retain(|field, _| field.same(shown.get(field), had.get(field)));
        }
        let withheld = withhold
            .iter()
            .filter(|field| had.contains_key(field))
            .map(|field| Withheld {
                side,
                field: *field,
                value: had.get(field).cloned(),
                shown: shown.get(field).cloned(),
            })
            .collect();
        let notes = Notes {
            withheld,
            ..Notes::default()
        };
        let (left, right) = side.in_order(made, source);
        let after = self.compare(left, right, Some(&base), &notes);
        LinkState {
            base,
            notes,
            counts: counts(&after),
        }
    }

    /// What a link holds after an update of `side` that reads back as `shown`. In doubt, a value that is neither
    /// the old one nor ours may be a person's: the base stays, and both edits are weighed by the rules.
    pub(crate) fn after_update(
        &self,
        link: &Link,
        payload: &Payload,
        shown: &Record,
        source: &Record,
        in_doubt: bool,
    ) -> LinkState {
        let side = shown.side;
        let fields = project_linked(shown, Some(source), &self.rules, &self.setting).fields;
        let mut base: Base = serde_json::from_value(link.base.clone()).unwrap_or_default();
        let mut written = payload.changes.clone();
        if in_doubt {
            written.retain(|field, value| {
                let shows = fields.get(field);
                field.same(value.as_ref(), shows) || field.same(payload.before.get(field), shows)
            });
        }
        self.settle_implied(&mut base, payload, shown, &fields);
        let refused = base.settle(side, &written, &payload.before, &fields);
        let mut notes = Notes::of(link);
        notes
            .withheld
            .retain(|note| note.side != side || !payload.changes.contains_key(&note.field));
        notes.withheld.extend(refused);
        notes
            .choices
            .retain(|choice| !payload.changes.contains_key(&choice.field));
        notes
            .taken_back
            .retain(|field| !payload.changes.contains_key(field));
        LinkState {
            base,
            notes,
            counts: (link.fields, link.agree, link.held),
        }
    }

    /// What a link holds after earlier writes to `side` were taken back and it reads as `shown`, and the
    /// exchange as it is kept: without the fields that the vendor did not put back.
    pub(crate) fn after_undo(
        &self,
        link: &Link,
        payload: &Payload,
        shown: &Record,
        source: &Record,
    ) -> (LinkState, Payload) {
        let side = shown.side;
        let here = self.project_with(shown, source);
        let there = self.project_with(source, shown);
        let mut base: Base = serde_json::from_value(link.base.clone()).unwrap_or_default();
        let mut notes = Notes::of(link);
        self.settle_implied(&mut base, payload, shown, &here);
        let mut payload = payload.clone();
        let mut undo = payload.undo.take().unwrap_or_default();
        for (field, value) in payload.changes.clone() {
            let now = here.get(&field);
            let stands = undo.stands.get(&field).and_then(Option::as_ref);
            if field.same(now, stands) && !field.same(now, value.as_ref()) {
                payload.changes.remove(&field);
                let reason = format!(
                    "{} kept its value although it took the change",
                    side.title()
                );
                undo.refused.insert(field, reason);
                continue;
            }
            // An edit on the other side that came after our write is still to be carried over.
            let other = match base.get(field) {
                Some(agreed) => agreed.on(side.other()).cloned(),
                None => there.get(&field).cloned(),
            };
            base.put(field, side, now.cloned(), other);
            notes
                .withheld
                .retain(|note| note.side != side || note.field != field);
            notes.choices.retain(|choice| choice.field != field);
            notes.taken_back.insert(field);
        }
        payload.undo = Some(undo);
        let (left, right) = side.in_order(shown, source);
        let after = self.compare(left, right, Some(&base), &notes);
        let state = LinkState {
            base,
            notes,
            counts: counts(&after),
        };
        (state, payload.kept(&here))
    }

    /// What came or went by itself with what we wrote is nobody's edit.
    fn settle_implied(&self, base: &mut Base, payload: &Payload, shown: &Record, now: &Fields) {
        let written = |field| payload.changes.contains_key(&field);
        let implied = mapping::implied(written, shown, &self.setting);
        let agreed = implied.and_then(|field| Some((field, base.get(field)?.clone())));
        if let Some((field, agreed)) = agreed {
            let other = agreed.on(shown.side.other()).cloned();
            base.put(field, shown.side, now.get(&field).cloned(), other);
        }
    }

    /// Whether a linked record can take a value at all; the reason if not.
    pub(crate) fn can_take(
        &self,
        target: &Record,
        source: &Record,
        field: Field,
        value: Option<&Value>,
    ) -> Result<(), mapping::Held> {
        let writing = self.writing(target.side, target.kind, Some(target), Some(source));
        mapping::can_write(writing, field, value)
    }

    /// What a link holds once a vendor refused a field outright.
    pub(crate) fn withhold(
        &self,
        link: &Link,
        side: Side,
        field: Field,
        changes: &BTreeMap<Field, Option<Value>>,
        shown: &Record,
    ) -> LinkState {
        let mut notes = Notes::of(link);
        notes
            .withheld
            .retain(|note| note.side != side || note.field != field);
        if let Some(value) = changes.get(&field) {
            let shown = self.project(shown).get(&field).cloned();
            notes.withheld.push(Withheld {
                side,
                field,
                value: value.clone(),
                shown,
            });
        }
        LinkState {
            base: serde_json::from_value(link.base.clone()).unwrap_or_default(),
            notes,
            counts: (link.fields, link.agree, link.held),
        }
    }

    /// Whether a record holds what a draft says: for records that carry no mark.
    pub(crate) fn holds(&self, record: &Record, draft: &Draft) -> bool {
        let mut sent = Record::new(record.side, record.kind, record.id.clone());
        for (field, value) in &draft.fields {
            sent.set(*field, value.clone());
        }
        let (sent, shown) = (self.project(&sent), self.project(record));
        sent.iter()
            .all(|(field, value)| field.same(Some(value), shown.get(field)))
            && draft.parent == record.parent
    }

    pub(crate) fn is_mapped(&self, kind: Kind, field: Field, side: Side) -> bool {
        self.rules
            .fields_of(kind)
            .and_then(|rules| rules.get(field))
            .is_some_and(|rule| rule.direction.writes(side))
    }

    const fn writing<'a>(
        &'a self,
        side: Side,
        kind: Kind,
        target: Option<&'a Record>,
        source: Option<&'a Record>,
    ) -> Writing<'a> {
        Writing {
            side,
            kind,
            target,
            source,
            rules: &self.rules,
            setting: &self.setting,
        }
    }
}

fn counts(decision: &PairDecision) -> (u32, u32, u32) {
    let held = decision.merge.held.len() + decision.paused.len();
    let merge = &decision.merge;
    (
        merge.fields_compared,
        merge.fields_agreeing,
        u32::try_from(held).unwrap_or(u32::MAX),
    )
}

fn to_json(value: &impl Serialize) -> Json {
    serde_json::to_value(value).unwrap_or(Json::Null)
}
