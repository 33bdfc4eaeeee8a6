//! What must hold once everything is quiet (DESIGN.md section 5), judged by what the vendors really hold, by the
//! ledger of people's edits, and by what the engine tells of itself.

mod diaries;
mod merges;

use crate::notes::Notes;
use crate::people::{Edit, People};
use crate::stage::{SHOP, Stage};
use crate::truth::{Seen, Truth, same};
use crate::{Trouble, Violation};
use app::ReviewLine;
use domain::{Field, Kind, RecordId, Side, Timestamp};
use mapping::{CreateRule, Rules};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Intent, IntentState, JournalRow, Link, RecordState, ReviewKind};

const KINDS: [Kind; 3] = [Kind::Contact, Kind::Task, Kind::Appointment];
const STATES: [IntentState; 7] = [
    IntentState::Ready,
    IntentState::Sent,
    IntentState::Unknown,
    IntentState::Written,
    IntentState::Done,
    IntentState::Failed,
    IntentState::Held,
];
const MANY: u32 = 100_000;

/// Everything that is looked at.
pub(crate) struct Evidence {
    pub(crate) journal: Vec<JournalRow>,
    pub(crate) intents: Vec<Intent>,
    pub(crate) reviews: Vec<ReviewLine>,
    truth: Truth,
    pub(crate) notes: Notes,
    rules: Rules,
    links: Vec<Link>,
    at: BTreeMap<(Side, Kind, String), usize>,
    states: BTreeMap<(Side, Kind, String), RecordState>,
    once: BTreeSet<(Side, Kind, String)>,
    now: Timestamp,
}

impl Evidence {
    pub(crate) async fn gather(stage: &Stage) -> Result<Self, Trouble> {
        stage.clock.begin(None);
        let (store, shop) = (stage.app.store(), &stage.shop);
        let truth = Truth::read(&stage.twins);
        let mut intents = Vec::new();
        for state in STATES {
            intents.extend(store.intents(shop.id, state, None, MANY).await?);
        }
        let mut links: BTreeMap<String, Link> = BTreeMap::new();
        let mut states = BTreeMap::new();
        let mut once = BTreeSet::new();
        for side in Side::BOTH {
            for kind in KINDS {
                let ids: Vec<RecordId> = truth.of(side, kind).keys().map(RecordId::new).collect();
                let found = store.links_of(shop.id, side, kind, &ids).await?;
                links.extend(found.into_values().map(|link| (link.id.to_string(), link)));
                for stored in store.records(shop.id, side, kind, &ids).await? {
                    let id = stored.record.id.as_str().to_owned();
                    states.insert((side, kind, id), stored.state);
                }
                for id in store.once_linked(shop.id, side, kind, &ids).await? {
                    once.insert((side, kind, id.as_str().to_owned()));
                }
            }
        }
        let links: Vec<Link> = links.into_values().collect();
        let mut at = BTreeMap::new();
        for (index, link) in links.iter().enumerate() {
            for side in Side::BOTH {
                at.insert((side, link.kind, link.on(side).as_str().to_owned()), index);
            }
        }
        Ok(Self {
            notes: Notes::read(stage).await?,
            journal: store.journal_after(shop.id, 0, MANY).await?,
            intents,
            reviews: stage.app.reviews(SHOP).await?,
            rules: stage.app.rules_of(&stage.app.shop(SHOP).await?)?,
            truth,
            links,
            at,
            states,
            once,
            now: stage.clock.look(),
        })
    }

    /// The first thing that does not hold.
    pub(crate) fn judge(&self, people: &People) -> Result<(), Violation> {
        self.no_duplicates(people)?;
        self.no_strangers(people)?;
        self.nobody_left_out()?;
        self.agreement(people)?;
        self.the_past_is_left_alone(people)?;
        self.no_lost_edit(people)?;
        self.merges_leave_nobody_behind(people)?;
        self.notes.judge(&self.truth, &self.links)?;
        self.visible_failures()
    }

    fn seen(&self, side: Side, kind: Kind, id: &RecordId) -> Option<&Seen> {
        self.truth.of(side, kind).get(id.as_str())
    }

    fn link_of(&self, side: Side, kind: Kind, id: &str) -> Option<&Link> {
        let index = self.at.get(&(side, kind, id.to_owned()))?;
        self.links.get(*index)
    }

    /// What the engine made for what: (side, kind, record) to its source on the other side. A record whose making
    /// got no answer and that a person edited before it was looked for is known by who it is: it was linked.
    fn made(&self) -> BTreeMap<(Side, Kind, String), String> {
        let mut made = BTreeMap::new();
        for event in ["created", "linked"] {
            for row in self.journal.iter().filter(|row| row.event == event) {
                let (Some(side), Some(kind)) = (row.side, row.kind) else {
                    continue;
                };
                let (Some(record), Some(across)) = (&row.record, &row.counterpart) else {
                    continue;
                };
                let (record, across) = (record.as_str().to_owned(), across.as_str().to_owned());
                if event == "linked" {
                    let key = (side.other(), kind, across.clone());
                    made.entry(key).or_insert_with(|| record.clone());
                }
                made.entry((side, kind, record)).or_insert(across);
            }
        }
        made
    }

    fn no_duplicates(&self, people: &People) -> Result<(), Violation> {
        const NAME: &str = "invariant_2_no_duplicates";
        let made = self.made();
        let mut of: BTreeMap<(Side, Kind, &String), Vec<&String>> = BTreeMap::new();
        let mut marks: BTreeMap<(Side, Kind, &String), Vec<&String>> = BTreeMap::new();
        for side in Side::BOTH {
            for kind in KINDS {
                for (id, seen) in self.truth.of(side, kind) {
                    let key = (side, kind, id.clone());
                    if people.theirs.contains(&key) {
                        continue;
                    }
                    let name = name(side, kind, id);
                    let Some(source) = made.get(&key) else {
                        return Err(Violation::new(
                            NAME,
                            "everything that was made is known to have been made",
                            format!("nobody's {name} ({seen:?})"),
                        ));
                    };
                    of.entry((side, kind, source)).or_default().push(id);
                    if let Some(mark) = &seen.mark {
                        marks.entry((side, kind, mark)).or_default().push(id);
                    }
                }
            }
        }
        for ((side, kind, source), ids) in of.into_iter().chain(marks) {
            if ids.len() > 1 {
                return Err(Violation::new(
                    NAME,
                    format!(
                        "one {} for the {} {source}",
                        kind.name_on(side),
                        kind.name_on(side.other())
                    ),
                    format!("{ids:?}"),
                ));
            }
        }
        Ok(())
    }

    fn no_strangers(&self, people: &People) -> Result<(), Violation> {
        const NAME: &str = "invariant_9_no_strangers";
        let made = self.made();
        for link in &self.links {
            if matches!(link.reason.as_str(), "a person" | "created") {
                continue;
            }
            let is_right = match link.kind {
                Kind::Appointment => {
                    let theirs = |side| {
                        let key = (side, link.kind, link.on(side).as_str().to_owned());
                        people.theirs.contains(&key)
                    };
                    let both = theirs(Side::HighLevel) && theirs(Side::MyGadgetRepairs);
                    !both || people.diary.met(link.left.as_str(), link.right.as_str())
                }
                Kind::Contact => {
                    let who = |side| who(people, &made, side, link.on(side).as_str());
                    who(Side::HighLevel) == who(Side::MyGadgetRepairs)
                }
                _ => {
                    let theirs = |side| {
                        let key = (side, link.kind, link.on(side).as_str().to_owned());
                        people.theirs.contains(&key)
                    };
                    !(theirs(Side::HighLevel) && theirs(Side::MyGadgetRepairs))
                }
            };
            if !is_right {
                return Err(Violation::new(
                    NAME,
                    "only records of the same person or work are linked",
                    format!(
                        "{} {} and {} by {}",
                        link.kind, link.left, link.right, link.reason
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Every record has a counterpart or a reason for having none.
    fn nobody_left_out(&self) -> Result<(), Violation> {
        const NAME: &str = "invariant_5_nobody_left_out";
        for side in Side::BOTH {
            if *self.rules.create.on(side.other()) != CreateRule::All {
                continue;
            }
            for kind in KINDS {
                for (id, seen) in self.truth.of(side, kind) {
                    let key = (side, kind, id.clone());
                    let alone = kind == Kind::Appointment && self.stays_alone(side, seen);
                    if alone || self.at.contains_key(&key) || self.once.contains(&key) {
                        continue;
                    }
                    let Some(state) = self.states.get(&key) else {
                        return Err(Violation::new(
                            "invariant_5_everything_read",
                            "every record has been read",
                            format!("{} is not known", name(side, kind, id)),
                        ));
                    };
                    let orphan = seen
                        .parent
                        .as_ref()
                        .is_none_or(|parent| self.link_of(side, Kind::Contact, parent).is_none());
                    // Work that is over is no news for the other side, and a customer needs a name.
                    let over = kind == Kind::Task && seen.shows(Field::Completed) == Some("true");
                    let nameless = kind == Kind::Contact && seen.shows(Field::Name).is_none();
                    let waits = over
                        || nameless
                        || match state {
                            RecordState::WaitsForPerson => true,
                            RecordState::WaitsForParent => orphan,
                            RecordState::Settled => self.open_intent(side, kind, id).is_some(),
                            RecordState::Unsettled => false,
                        };
                    if !waits {
                        return Err(Violation::new(
                            NAME,
                            "every record has a counterpart, or a reason for having none",
                            format!("{} has none ({state:?}; {seen:?})", name(side, kind, id)),
                        ));
                    }
                }
            }
        }
        Ok(())
    }

    fn open_intent(&self, side: Side, kind: Kind, source: &str) -> Option<&Intent> {
        self.intents.iter().find(|intent| {
            intent.state != IntentState::Done
                && intent.side == side.other()
                && intent.kind == kind
                && intent.source.as_str() == source
        })
    }

    fn agreement(&self, people: &People) -> Result<(), Violation> {
        const NAME: &str = "invariant_5_agreement";
        for link in &self.links {
            let on = |side| self.seen(side, link.kind, link.on(side));
            let (Some(left), Some(right)) = (on(Side::HighLevel), on(Side::MyGadgetRepairs)) else {
                return Err(Violation::new(
                    NAME,
                    "both records of a link are there",
                    format!("{} {} and {}", link.kind, link.left, link.right),
                ));
            };
            if self.lies_back(link, left) {
                continue;
            }
            for field in fields_of(link.kind) {
                let (one, other) = (left.shows(*field), right.shows(*field));
                if !same(*field, one, other, right.reference.as_deref())
                    && !self.is_explained(people, link, *field)
                {
                    return Err(Violation::new(
                        NAME,
                        format!(
                            "the {field} of {} {} and {} agrees",
                            link.kind, link.left, link.right
                        ),
                        format!(
                            "HighLevel {one:?}, MyGadgetRepairs {other:?}; the engine counts {} of {} agreeing, {} held",
                            link.agree, link.fields, link.held
                        ),
                    ));
                }
            }
        }
        Ok(())
    }

    /// Whether a difference is told to people: a question, a value that a vendor refused, a write that is held or
    /// failed, a rule.
    fn is_explained(&self, people: &People, link: &Link, field: Field) -> bool {
        let asked = self.reviews.iter().any(|line| {
            line.what == ReviewKind::Conflict
                && line.record == link.left
                && line.field == field.as_str()
        });
        let refused = link.withheld["withheld"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|note| note["field"] == field.as_str());
        let rule = self
            .rules
            .fields_of(link.kind)
            .and_then(|rules| rules.get(field));
        let one_way = match link.kind {
            Kind::Appointment => self.is_counters_own(people, link, field),
            _ => rule.is_none_or(|rule| {
                Side::BOTH
                    .into_iter()
                    .any(|side| !rule.direction.writes(side))
            }),
        };
        let stuck = Side::BOTH.into_iter().any(|side| {
            self.open_intent(side, link.kind, link.on(side).as_str())
                .is_some()
        });
        asked || refused || one_way || stuck || link.held > 0
    }

    fn no_lost_edit(&self, people: &People) -> Result<(), Violation> {
        const NAME: &str = "invariant_3_no_lost_edit";
        let mut last: BTreeMap<(Side, Kind, &str, Field), &Edit> = BTreeMap::new();
        for edit in &people.edits {
            let key = (edit.side, edit.kind, edit.record.as_str(), edit.field);
            last.insert(key, edit);
        }
        for edit in last.into_values() {
            // A status has two values only: what became of it shows in the agreement.
            if matches!(edit.field, Field::Completed | Field::Cancelled) {
                continue;
            }
            let record = RecordId::new(&edit.record);
            let Some(seen) = self.seen(edit.side, edit.kind, &record) else {
                continue; // deleted by a person, with everything in it
            };
            let link = self.link_of(edit.side, edit.kind, &edit.record);
            let counterpart = link.and_then(|link| {
                let across = edit.side.other();
                self.seen(across, edit.kind, link.on(across))
            });
            let reference = seen
                .reference
                .as_deref()
                .or(counterpart.and_then(|seen| seen.reference.as_deref()))
                .or(seen.mark.as_deref());
            let stands = same(
                edit.field,
                seen.shows(edit.field),
                edit.value.as_deref(),
                reference,
            );
            if !stands && !self.is_accounted_for(edit, people, link, reference) {
                return Err(Violation::new(
                    NAME,
                    format!(
                        "the {} that a person gave {} in act {} ({:?}) stands, or is kept as a conflict or in the journal",
                        edit.field,
                        name(edit.side, edit.kind, &edit.record),
                        edit.act,
                        edit.value
                    ),
                    format!(
                        "{:?} there, {:?} on the other side",
                        seen.shows(edit.field),
                        counterpart.and_then(|seen| seen.shows(edit.field))
                    ),
                ));
            }
        }
        Ok(())
    }

    /// Whether it is known why an edit does not stand: somebody on the other side saw it and changed it, a rule
    /// overruled it and the journal keeps it, or a person chose.
    fn is_accounted_for(
        &self,
        edit: &Edit,
        people: &People,
        link: Option<&Link>,
        reference: Option<&str>,
    ) -> bool {
        let is_it = |text: Option<&str>| same(edit.field, text, edit.value.as_deref(), reference);
        let seen_and_changed = people.edits.iter().any(|later| {
            later.side != edit.side
                && later.field == edit.field
                && later.act > edit.act
                && is_it(later.saw.as_deref())
        });
        let kept = self.journal.iter().any(|row| match row.event.as_str() {
            "overruled" => row.detail["values"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|value| {
                    let text = &value["value"];
                    let text = text.as_str().or(text["at"].as_str());
                    value["field"] == edit.field.as_str() && is_it(text)
                }),
            "chosen" => {
                row.detail["field"] == edit.field.as_str()
                    && [&row.record, &row.counterpart]
                        .iter()
                        .any(|id| id.as_ref().is_some_and(|id| id.as_str() == edit.record))
            }
            _ => false,
        });
        let asked = link.is_some_and(|link| {
            self.reviews
                .iter()
                .any(|line| line.record == link.left && line.field == edit.field.as_str())
        });
        // Where a pair is joined, an empty field is filled: nothing stood there to be kept.
        let filled = edit.value.is_none()
            && self.counterparts(edit).any(|across| {
                self.first_compared(&edit.record, across) > Some(edit.at)
                    || self.is_given_up(edit, across)
                    || self.was_in_question(edit, across, people)
            });
        seen_and_changed || kept || asked || filled
    }

    /// Everybody with whom the record of an edit was ever joined.
    fn counterparts<'a>(&'a self, edit: &'a Edit) -> impl Iterator<Item = &'a str> {
        let joined = self
            .journal
            .iter()
            .filter(|row| matches!(row.event.as_str(), "linked" | "created"));
        joined.filter_map(|row| {
            let (one, other) = (
                row.record.as_ref()?.as_str(),
                row.counterpart.as_ref()?.as_str(),
            );
            (one == edit.record)
                .then_some(other)
                .or((other == edit.record).then_some(one))
        })
    }

    /// Whether the value of a field had been given up for the other side's when it was emptied: the write that
    /// replaces it was decided, and not yet carried out.
    fn is_given_up(&self, edit: &Edit, across: &str) -> bool {
        let ids = [edit.record.as_str(), across];
        let is_it =
            |id: &Option<RecordId>| id.as_ref().is_some_and(|id| ids.contains(&id.as_str()));
        let names = |row: &JournalRow| {
            let fields = row.detail["fields"].as_array();
            let mut fields = fields.into_iter().flatten();
            fields.any(|field| field == edit.field.as_str())
        };
        let mut rows = self.journal.iter().filter(|row| row.at <= edit.at);
        let last = rows.rfind(|row| is_it(&row.record) && is_it(&row.counterpart) && names(row));
        last.is_some_and(|row| row.event == "overruled")
    }

    /// Whether the two sides had been joined with two values and had agreed on none when one was emptied: then the
    /// question between them is over, and the other stands.
    fn was_in_question(&self, edit: &Edit, across: &str, people: &People) -> bool {
        let is_pair = |row: &&JournalRow| {
            let ids = [&row.record, &row.counterpart].map(|id| id.as_ref().map(RecordId::as_str));
            ids.contains(&Some(edit.record.as_str())) && ids.contains(&Some(across))
        };
        let mut rows = self
            .journal
            .iter()
            .filter(is_pair)
            .filter(|row| row.at <= edit.at);
        let Some(joined) = rows.find(|row| row.event == "linked") else {
            return false;
        };
        let written = rows.any(|row| {
            let fields = row.detail["fields"].as_array();
            let mut fields = fields.into_iter().flatten();
            fields.any(|field| field == edit.field.as_str())
        });
        let other = people.edits.iter().rfind(|other| {
            (other.side, other.field) == (edit.side.other(), edit.field)
                && other.record == across
                && other.at <= joined.at
        });
        !written && other.is_some_and(|other| other.value.is_some() && other.value != edit.saw)
    }

    /// When a pair was first compared: with its link, or, where a person linked it, in the pass after that.
    fn first_compared(&self, one: &str, other: &str) -> Option<Timestamp> {
        let is_it = |id: &Option<RecordId>| {
            let id = id.as_ref().map(RecordId::as_str);
            id == Some(one) || id == Some(other)
        };
        let mut rows = self
            .journal
            .iter()
            .filter(|row| is_it(&row.record) && is_it(&row.counterpart));
        let joined = rows.find(|row| matches!(row.event.as_str(), "linked" | "created"))?;
        if joined.detail["rung"] == "a person" {
            Some(rows.next().map_or(Timestamp::MAX, |row| row.at))
        } else {
            Some(joined.at)
        }
    }

    fn visible_failures(&self) -> Result<(), Violation> {
        const NAME: &str = "invariant_12_visible_failures";
        for intent in &self.intents {
            let told = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
            let sound = match intent.state {
                IntentState::Done => true,
                IntentState::Failed | IntentState::Held => {
                    told(&intent.code) && told(&intent.message)
                }
                _ => false,
            };
            if !sound {
                return Err(Violation::new(
                    NAME,
                    "every write is done, or failed or held with a code and words",
                    format!(
                        "{} of {} on {} for {}: {} ({:?} {:?})",
                        intent.op.as_str(),
                        intent.kind,
                        intent.side,
                        intent.source,
                        intent.state,
                        intent.code,
                        intent.message
                    ),
                ));
            }
        }
        Ok(())
    }
}

const fn fields_of(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Contact => &crate::draw::OF_PEOPLE,
        Kind::Appointment => &[Field::Title, Field::Start, Field::End, Field::Cancelled],
        _ => &[Field::Title, Field::Body, Field::Completed],
    }
}

/// Who a record stands for; what the engine made stands for whom it was made. Whoever was made one is one person.
fn who(
    people: &People,
    made: &BTreeMap<(Side, Kind, String), String>,
    side: Side,
    id: &str,
) -> Option<u32> {
    let mut is_now: BTreeMap<u32, u32> = BTreeMap::new();
    let now = |is_now: &BTreeMap<u32, u32>, mut who: u32| {
        while let Some(other) = is_now.get(&who) {
            who = *other;
        }
        who
    };
    for joined in &people.joined {
        let of = |id: &str| stood_for(people, made, Side::HighLevel, id);
        if let (Some(kept), Some(gone)) = (of(&joined.kept), of(&joined.gone)) {
            let (kept, gone) = (now(&is_now, kept), now(&is_now, gone));
            if kept != gone {
                is_now.insert(gone, kept);
            }
        }
    }
    stood_for(people, made, side, id).map(|who| now(&is_now, who))
}

/// Who a record stood for before anybody was made one.
fn stood_for(
    people: &People,
    made: &BTreeMap<(Side, Kind, String), String>,
    side: Side,
    id: &str,
) -> Option<u32> {
    let (mut side, mut id) = (side, id.to_owned());
    for _ in 0..16 {
        let key = (side, id);
        if let Some(who) = people.who.get(&key) {
            return Some(*who);
        }
        id = match people.same.get(&key) {
            Some(same) => same.clone(),
            None => made.get(&(side, Kind::Contact, key.1))?.clone(),
        };
        side = side.other();
    }
    None
}

fn name(side: Side, kind: Kind, id: &str) -> String {
    format!("the {} {id} in {}", kind.name_on(side), side.title())
}

/// Answers a question as the truth is: the candidate who is the same person, else that they are different.
pub(crate) fn true_answer(
    people: &People,
    journal: &[JournalRow],
    line: &ReviewLine,
) -> app::Answer {
    let made: BTreeMap<(Side, Kind, String), String> = journal
        .iter()
        .filter(|row| row.event == "created")
        .filter_map(|row| {
            let key = (
                row.side?,
                row.kind?,
                row.record.as_ref()?.as_str().to_owned(),
            );
            Some((key, row.counterpart.as_ref()?.as_str().to_owned()))
        })
        .collect();
    let subject = who(people, &made, line.side, line.record.as_str());
    let candidates = line.detail["candidates"].as_array();
    let across = line.side.other();
    let typed_in = |side: Side, id: &str, of: &str| {
        let of_it = people.diary.same.get(&(side, id.to_owned()));
        of_it.is_some_and(|it| it == of)
    };
    let same = candidates
        .into_iter()
        .flatten()
        .filter_map(|candidate| candidate["id"].as_str())
        .find(|id| match line.kind {
            Kind::Contact => subject.is_some() && who(people, &made, across, id) == subject,
            Kind::Appointment => {
                let record = line.record.as_str();
                typed_in(line.side, record, id) || typed_in(across, id, record)
            }
            _ => false,
        });
    match same {
        // Whose contact was merged into somebody else's: that one may keep it.
        Some(id) if line.detail.get("lost_in").is_some() && line.id % 2 == 0 => {
            app::Answer::Merge {
                candidate: Some(id.to_owned()),
            }
        }
        Some(id) => app::Answer::Accept {
            candidate: Some(id.to_owned()),
            side: None,
        },
        None => app::Answer::Apart,
    }
}

/// The digest of everything that the engine tells of what it did.
pub(crate) fn digest(evidence: &Evidence, since: Timestamp) -> String {
    let mut hash = blake3::Hasher::new();
    let mut add = |line: Json| {
        hash.update(line.to_string().as_bytes());
        hash.update(b"\n");
    };
    let after = |at: Timestamp| at.as_microsecond() - since.as_microsecond();
    for row in &evidence.journal {
        add(serde_json::json!([
            after(row.at),
            row.event,
            row.side,
            row.kind,
            row.record,
            row.counterpart,
            row.detail
        ]));
    }
    for intent in &evidence.intents {
        add(serde_json::json!([
            intent.id,
            intent.side,
            intent.kind,
            intent.op,
            intent.target,
            intent.source,
            intent.payload,
            intent.state,
            intent.attempt,
            intent.sent_at.map(after),
            intent.code,
            intent.message
        ]));
    }
    for line in &evidence.reviews {
        add(serde_json::json!([
            line.id,
            line.what,
            line.record,
            line.field,
            line.detail
        ]));
    }
    hash.finalize().to_hex().to_string()
}
