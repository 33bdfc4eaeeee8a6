//! The merge as a whole: nothing is lost, nothing echoes, both sides come to agree.

use domain::{Field, Fields, Side, Timestamp, Value};
use mapping::{Direction, FieldRule, Held, KindRules, Policy, Rules};
use proptest::prelude::*;
use std::collections::BTreeSet;
use sync::{Base, Choice, Conflict, Merge, MergeInput, Withheld, merge};

const FIELDS: [Field; 3] = [Field::Email, Field::Company, Field::City];

/// How a vendor stores what it is given.
#[derive(Clone, Copy, Debug)]
enum Vendor {
    Faithful,
    /// Stores five letters, in capitals.
    Normalises,
    /// Answers 200 and changes nothing.
    Ignores,
    /// Fills an empty town by itself.
    Defaults,
}

impl Vendor {
    fn write(self, fields: &mut Fields, changes: &sync::Changes) {
        for (field, value) in changes {
            let stored = value.as_ref().map(|value| match self {
                Self::Normalises => Value::Text(
                    value
                        .to_string()
                        .chars()
                        .take(5)
                        .collect::<String>()
                        .to_uppercase(),
                ),
                _ => value.clone(),
            });
            match (self, stored) {
                (Self::Ignores, _) => {}
                (_, Some(stored)) => {
                    fields.insert(*field, stored);
                }
                (Self::Defaults, None) if *field == Field::City => {
                    fields.insert(*field, Value::Text("Leeds".into()));
                }
                (_, None) => {
                    fields.remove(field);
                }
            }
        }
    }
}

/// A linked pair as the service keeps it.
#[derive(Clone, Debug)]
struct World {
    left: Fields,
    right: Fields,
    base: Option<Base>,
    withheld: Vec<Withheld>,
    choices: Vec<Choice>,
    rules: KindRules,
    vendors: [Vendor; 2],
}

fn anything(_: Side, _: Field, _: Option<&Value>) -> Result<(), Held> {
    Ok(())
}

impl World {
    fn decide(&self) -> Merge {
        merge(MergeInput {
            base: self.base.as_ref(),
            left: &self.left,
            right: &self.right,
            rules: &self.rules,
            times: Some((Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH)),
            paused: &BTreeSet::new(),
            withheld: &self.withheld,
            choices: &self.choices,
            writable: &anything,
        })
    }

    /// Decides, writes both sides, reads back and remembers.
    fn step(&mut self) -> Merge {
        let decided = self.decide();
        self.apply(&decided, [true, true]);
        decided
    }

    /// Writes and reads back; a side that is not `kept` is written, but the process dies before it can
    /// remember.
    fn apply(&mut self, decided: &Merge, kept: [bool; 2]) {
        let mut base = decided.base.clone();
        for (side, kept, vendor) in [
            (Side::HighLevel, kept[0], self.vendors[0]),
            (Side::MyGadgetRepairs, kept[1], self.vendors[1]),
        ] {
            let changes = decided.to(side);
            let fields = match side {
                Side::HighLevel => &mut self.left,
                Side::MyGadgetRepairs => &mut self.right,
            };
            let before = fields.clone();
            vendor.write(fields, changes);
            if kept {
                self.withheld
                    .extend(base.settle(side, changes, &before, fields));
            }
        }
        self.base = Some(base);
    }
}

fn rules(rows: &[(Direction, Policy)]) -> KindRules {
    let mut rules = Rules::default()
        .fields_of(domain::Kind::Contact)
        .map(std::borrow::Cow::into_owned)
        .unwrap_or_else(|| unreachable!("contacts have shared fields"));
    let all: Vec<Field> = rules.iter().map(|(field, _)| field).collect();
    for field in all {
        rules.set(
            field,
            FieldRule {
                direction: Direction::Off,
                conflict: Policy::Ask,
            },
        );
    }
    for (field, (direction, conflict)) in FIELDS.into_iter().zip(rows) {
        rules.set(
            field,
            FieldRule {
                direction: *direction,
                conflict: *conflict,
            },
        );
    }
    rules
}

fn value() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        1 => Just(None),
        4 => prop::sample::select(vec!["ada@x.test", "bob@x.test", "ADA@x.test", "Leeds", "York"])
            .prop_map(|text| Some(Value::Text(text.to_owned()))),
    ]
}

fn fields() -> impl Strategy<Value = Fields> {
    prop::collection::vec(value(), 3).prop_map(|values| {
        FIELDS
            .into_iter()
            .zip(values)
            .filter_map(|(field, value)| Some((field, value?)))
            .collect()
    })
}

fn direction() -> impl Strategy<Value = Direction> {
    prop::sample::select(vec![
        Direction::Both,
        Direction::Both,
        Direction::ToHighlevel,
        Direction::ToMygadgetrepairs,
        Direction::Off,
    ])
}

fn policy() -> impl Strategy<Value = Policy> {
    prop::sample::select(vec![
        Policy::Newest,
        Policy::Highlevel,
        Policy::Mygadgetrepairs,
        Policy::Ask,
    ])
}

fn vendor() -> impl Strategy<Value = Vendor> {
    prop::sample::select(vec![
        Vendor::Faithful,
        Vendor::Normalises,
        Vendor::Ignores,
        Vendor::Defaults,
    ])
}

/// A pair in any state: fresh, or in step and then edited.
fn world() -> impl Strategy<Value = World> {
    let rows = prop::collection::vec((direction(), policy()), 3);
    let start = (fields(), fields(), any::<bool>());
    let edited = (fields(), fields());
    (start, edited, rows, vendor(), vendor()).prop_map(|(start, edited, rows, one, other)| {
        let (left, right, settled) = start;
        let mut world = World {
            left,
            right,
            base: None,
            withheld: Vec::new(),
            choices: Vec::new(),
            rules: rules(&rows),
            vendors: [one, other],
        };
        if settled {
            world.step();
            (world.left, world.right) = edited;
        }
        world
    })
}

/// Every edit of a person's is afterwards on both sides, still where it was made, or named in the decision.
fn nothing_lost(before: &World, decided: &Merge, after: &World) -> Result<(), TestCaseError> {
    for field in FIELDS {
        for side in Side::BOTH {
            let on = |world: &World, side| match side {
                Side::HighLevel => world.left.get(&field).cloned(),
                Side::MyGadgetRepairs => world.right.get(&field).cloned(),
            };
            let mine = on(before, side);
            let agreed = before.base.as_ref().and_then(|base| base.get(field));
            let edited = agreed.map_or(mine.is_some(), |base| {
                !field.same(mine.as_ref(), base.on(side))
            });
            if !edited {
                continue;
            }
            let stands = field.same(mine.as_ref(), on(after, side).as_ref());
            let told = decided.overruled.iter().any(|overruled| {
                overruled.field == field
                    && overruled.side == side
                    && field.same(overruled.value.as_ref(), mine.as_ref())
            });
            prop_assert!(stands || told, "{field} on {side} was overwritten silently");

            let rule = before
                .rules
                .get(field)
                .map_or(Direction::Off, |rule| rule.direction);
            let carried = decided.to(side.other()).get(&field).is_some();
            let alike = field.same(mine.as_ref(), on(before, side.other()).as_ref());
            let named = decided
                .conflicts
                .iter()
                .any(|conflict| conflict.field == field)
                || decided.held.iter().any(|held| held.field == field);
            let by_rule = !rule.writes(side.other()) || told || decided.differing.contains(&field);
            let policy = decided
                .overruled
                .iter()
                .any(|overruled| overruled.field == field);
            prop_assert!(
                carried || alike || named || by_rule || policy,
                "the edit of {field} on {side} went nowhere"
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 5000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn invariant_3_no_lost_edit(world in world()) {
        let mut after = world.clone();
        let decided = after.step();
        nothing_lost(&world, &decided, &after)?;
    }

    #[test]
    fn invariant_4_no_echo(world in world()) {
        // Whatever the vendors make of our writes: once written, nothing is written again.
        let mut world = world;
        let first = world.step();
        let again = world.decide();
        prop_assert!(again.is_quiet(), "{:?} then {:?}", first, again);
        prop_assert_eq!(Some(&again.base), world.base.as_ref(), "the base keeps moving");
        prop_assert_eq!(&again.conflicts, &first.conflicts, "a conflict comes and goes");
    }

    #[test]
    fn invariant_5_converges(
        world in world(),
        edits in prop::collection::vec((any::<bool>(), 0_usize..3, value()), 0..8),
        kept in any::<[bool; 2]>(),
    ) {
        let mut world = world;
        for (on_left, at, value) in edits {
            let fields = if on_left { &mut world.left } else { &mut world.right };
            match value {
                Some(value) => fields.insert(FIELDS[at], value),
                None => fields.remove(&FIELDS[at]),
            };
            // Some edits fall between two steps, and a process dies after writing.
            if at == 0 {
                let decided = world.decide();
                world.apply(&decided, kept);
            }
        }
        let steps = (0..4).find(|_| world.step().is_quiet());
        prop_assert!(steps.is_some_and(|steps| steps <= 3), "it never comes to rest");
        let end = world.decide();
        let faithful = world.vendors.iter().all(|vendor| matches!(vendor, Vendor::Faithful));
        for field in FIELDS {
            let rule = world.rules.get(field);
            let strict = rule.is_some_and(|rule| {
                rule.direction == Direction::Both && rule.conflict != Policy::Ask
            });
            if faithful && strict {
                prop_assert!(field.same(world.left.get(&field), world.right.get(&field)), "{}", field);
            }
        }
        if faithful {
            prop_assert!(end.held.is_empty());
        }
    }
}

fn text(text: &str) -> Option<Value> {
    Value::text(text)
}

fn with(values: &[(Field, &str)]) -> Fields {
    values
        .iter()
        .filter_map(|(field, value)| Some((*field, text(value)?)))
        .collect()
}

fn settled(rows: &[(Direction, Policy)], value: &str) -> World {
    let fields = with(&[(Field::Email, value)]);
    let mut world = World {
        left: fields.clone(),
        right: fields,
        base: None,
        withheld: Vec::new(),
        choices: Vec::new(),
        rules: rules(rows),
        vendors: [Vendor::Faithful, Vendor::Faithful],
    };
    world.step();
    world
}

#[test]
fn a_conflict_waits_for_a_person_and_the_answer_holds_while_both_values_stand() {
    let mut world = settled(&[(Direction::Both, Policy::Ask)], "old@x.test");
    world.left = with(&[(Field::Email, "left@x.test")]);
    world.right = with(&[(Field::Email, "right@x.test")]);
    let decided = world.step();
    assert!(decided.is_quiet());
    let expected = Conflict {
        field: Field::Email,
        left: text("left@x.test"),
        right: text("right@x.test"),
        base: world
            .base
            .as_ref()
            .and_then(|base| base.get(Field::Email))
            .cloned(),
    };
    assert_eq!(decided.conflicts, [expected]);

    world.choices = vec![Choice {
        field: Field::Email,
        winner: Side::HighLevel,
        left: text("left@x.test"),
        right: text("right@x.test"),
    }];
    let mut edited = world.clone();
    edited.right = with(&[(Field::Email, "later@x.test")]);
    assert_eq!(
        edited.decide().conflicts.len(),
        1,
        "the person has not seen this value"
    );

    let decided = world.step();
    assert_eq!(decided.to_right[&Field::Email], text("left@x.test"));
    assert_eq!(decided.overruled[0].value, text("right@x.test"));
    assert!(world.decide().conflicts.is_empty());
}

#[test]
fn an_edit_against_the_direction_stays_and_the_next_one_along_it_is_told() {
    let mut world = settled(
        &[(Direction::ToHighlevel, Policy::Mygadgetrepairs)],
        "old@x.test",
    );
    world.left = with(&[(Field::Email, "mine@x.test")]);
    let decided = world.step();
    assert!(decided.is_quiet());
    assert!(world.decide().differing.contains(&Field::Email));
    world.right = with(&[(Field::Email, "counter@x.test")]);
    let decided = world.step();
    assert_eq!(decided.to_left[&Field::Email], text("counter@x.test"));
    assert_eq!(decided.overruled[0].value, text("mine@x.test"));
}

#[test]
fn a_refused_value_is_not_repeated_until_a_value_changes() {
    let mut world = settled(&[(Direction::Both, Policy::Highlevel)], "old@x.test");
    world.vendors[1] = Vendor::Ignores;
    world.left = with(&[(Field::Email, "new@x.test")]);
    assert!(!world.step().is_quiet());
    let held = world.decide();
    assert!(held.is_quiet());
    assert_eq!(held.held.len(), 1);
    assert_eq!((held.fields_compared, held.fields_agreeing), (1, 0));
    world.left = with(&[(Field::Email, "newer@x.test")]);
    assert_eq!(world.decide().to_right[&Field::Email], text("newer@x.test"));
}

#[test]
fn an_edit_made_while_the_write_was_under_way_is_carried_afterwards() {
    let mut world = settled(&[(Direction::Both, Policy::Highlevel)], "old@x.test");
    world.left = with(&[(Field::Email, "first@x.test")]);
    let decided = world.decide();
    world.left = with(&[(Field::Email, "second@x.test")]);
    world.apply(&decided, [true, true]);
    assert_eq!(
        world.decide().to_right[&Field::Email],
        text("second@x.test")
    );
}

#[test]
fn newest_needs_times_on_both_sides() {
    let mut world = settled(&[(Direction::Both, Policy::Newest)], "old@x.test");
    world.left = with(&[(Field::Email, "left@x.test")]);
    world.right = with(&[(Field::Email, "right@x.test")]);
    let at = |second| Timestamp::from_second(second).unwrap();
    for (times, to_left, to_right) in [
        (Some((at(2), at(1))), None, text("left@x.test")),
        (Some((at(1), at(2))), text("right@x.test"), None),
        (None, None, None),
    ] {
        let decided = merge(MergeInput {
            base: world.base.as_ref(),
            left: &world.left,
            right: &world.right,
            rules: &world.rules,
            times,
            paused: &BTreeSet::new(),
            withheld: &[],
            choices: &[],
            writable: &anything,
        });
        assert_eq!(
            decided.to_left.get(&Field::Email).cloned().flatten(),
            to_left
        );
        assert_eq!(
            decided.to_right.get(&Field::Email).cloned().flatten(),
            to_right
        );
        assert_eq!(decided.conflicts.is_empty(), times.is_some());
    }
}
