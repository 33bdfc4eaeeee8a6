//! Opt-outs: the stricter side wins, and nothing but a person's answer ever loosens one.

use domain::{Field, Fields, Kind, Side, Value};
use mapping::{Direction, FieldRule, Held, KindRules, Policy, Rules};
use proptest::prelude::*;
use std::collections::BTreeSet;
use sync::{Base, Choice, Merge, MergeInput, Withheld, merge, standing, unused};

fn rules(direction: Direction) -> KindRules {
    let mut rules = Rules::default()
        .fields_of(Kind::Contact)
        .map(std::borrow::Cow::into_owned)
        .unwrap_or_else(|| unreachable!("contacts have shared fields"));
    for field in Field::CONSENT {
        let rule = FieldRule {
            direction,
            conflict: Policy::Stricter,
        };
        assert!(rules.set(field, rule), "{field} is shared");
    }
    rules
}

/// What happens to a linked pair, one after the other.
#[derive(Clone, Debug)]
enum Event {
    /// A person sets or lifts an opt-out on a side.
    Person(Side, Field, bool),
    /// The pair is merged and what comes of it is written; the process may die before it remembers, and a
    /// vendor may take nothing.
    Merge { remembered: bool, taken: bool },
    /// A person answers every open question with the value of this side.
    Answer(Side),
    /// The link ends and is made anew: nothing is remembered.
    Relink,
}

#[derive(Clone, Debug)]
struct World {
    sides: [Fields; 2],
    base: Option<Base>,
    withheld: Vec<Withheld>,
    choices: Vec<Choice>,
    rules: KindRules,
}

const fn at(side: Side) -> usize {
    match side {
        Side::HighLevel => 0,
        Side::MyGadgetRepairs => 1,
    }
}

fn anything(_: Side, _: Field, _: Option<&Value>) -> Result<(), Held> {
    Ok(())
}

impl World {
    fn new(direction: Direction) -> Self {
        Self {
            sides: [Fields::new(), Fields::new()],
            base: None,
            withheld: Vec::new(),
            choices: Vec::new(),
            rules: rules(direction),
        }
    }

    fn blocks(&self, side: Side, field: Field) -> bool {
        self.sides[at(side)].contains_key(&field)
    }

    fn set(&mut self, side: Side, field: Field, block: bool) {
        let fields = &mut self.sides[at(side)];
        if block {
            fields.insert(field, Value::Flag(true));
        } else {
            fields.remove(&field);
        }
    }

    fn decide(&self) -> Merge {
        merge(MergeInput {
            base: self.base.as_ref(),
            left: &self.sides[0],
            right: &self.sides[1],
            rules: &self.rules,
            times: None,
            paused: &BTreeSet::new(),
            withheld: &self.withheld,
            choices: &self.choices,
            writable: &anything,
        })
    }

    fn write(&mut self, decided: &Merge, remembered: bool, taken: bool) {
        self.choices = standing(&self.choices, decided);
        let mut base = decided.base.clone();
        for side in Side::BOTH {
            // An answer that loosens is used up before it is sent: a crash asks again.
            self.choices = unused(&self.choices, decided.to(side));
            let before = self.sides[at(side)].clone();
            for (field, value) in decided.to(side) {
                if taken {
                    self.set(side, *field, value.is_some());
                }
            }
            if remembered {
                let shown = &self.sides[at(side)];
                let refused = base.settle(side, decided.to(side), &before, shown);
                self.withheld.extend(refused);
                let written = decided.to(side);
                self.choices
                    .retain(|choice| !written.contains_key(&choice.field));
            }
        }
        self.base = Some(base);
    }

    fn answer(&mut self, winner: Side) {
        for conflict in self.decide().conflicts {
            self.choices.retain(|choice| choice.field != conflict.field);
            self.choices.push(Choice {
                field: conflict.field,
                winner,
                left: conflict.left,
                right: conflict.right,
            });
        }
    }
}

fn side() -> impl Strategy<Value = Side> {
    prop::sample::select(Side::BOTH.to_vec())
}

fn event() -> impl Strategy<Value = Event> {
    let person = (
        side(),
        prop::sample::select(Field::CONSENT.to_vec()),
        any::<bool>(),
    )
        .prop_map(|(side, field, block)| Event::Person(side, field, block));
    let step = (prop::bool::weighted(0.8), prop::bool::weighted(0.8))
        .prop_map(|(remembered, taken)| Event::Merge { remembered, taken });
    prop_oneof![
        6 => person,
        6 => step,
        1 => side().prop_map(Event::Answer),
        1 => Just(Event::Relink),
    ]
}

fn direction() -> impl Strategy<Value = Direction> {
    prop::sample::select(vec![
        Direction::Both,
        Direction::Both,
        Direction::ToHighlevel,
        Direction::ToMygadgetrepairs,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 4000, failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn invariant_7_consent_only_tightens(
        direction in direction(),
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut world = World::new(direction);
        // Questions that a person answered, each good for one loosening.
        let mut answered: BTreeSet<Field> = BTreeSet::new();
        for event in events {
            match event {
                Event::Person(side, field, block) => world.set(side, field, block),
                Event::Relink => {
                    world.base = None;
                    world.withheld.clear();
                    world.choices.clear();
                }
                Event::Answer(side) => {
                    answered.extend(world.decide().conflicts.iter().map(|one| one.field));
                    world.answer(side);
                }
                Event::Merge { remembered, taken } => {
                    let decided = world.decide();
                    for side in Side::BOTH {
                        for (field, value) in decided.to(side) {
                            let looser = value.is_none();
                            prop_assert!(
                                !looser || answered.contains(field),
                                "{field} is loosened on {side} and nobody answered"
                            );
                            if looser && taken {
                                answered.remove(field);
                            }
                        }
                    }
                    world.write(&decided, remembered, taken);
                }
            }
        }
    }

    /// Whatever came before: an opt-out on one side is on both after a merge, or a person is asked.
    #[test]
    fn invariant_7_consent_reaches_the_other_side(events in prop::collection::vec(event(), 0..30)) {
        let mut world = World::new(Direction::Both);
        for event in events {
            match event {
                Event::Person(side, field, block) => world.set(side, field, block),
                Event::Relink => world.base = None,
                Event::Answer(side) => world.answer(side),
                Event::Merge { remembered, .. } => {
                    let decided = world.decide();
                    world.write(&decided, remembered, true);
                }
            }
        }
        let decided = world.decide();
        world.write(&decided, true, true);
        for field in Field::CONSENT {
            let asked = decided.conflicts.iter().any(|one| one.field == field);
            let alike = world.blocks(Side::HighLevel, field)
                == world.blocks(Side::MyGadgetRepairs, field);
            prop_assert!(alike || asked, "{field} blocks on one side only, and nobody is asked");
        }
        prop_assert!(world.decide().is_quiet(), "it echoes");
    }
}

#[test]
fn an_opt_out_lifted_on_one_side_is_a_question_and_the_answer_holds() {
    let field = Field::NoSms;
    for (winner, blocked) in [(Side::HighLevel, true), (Side::MyGadgetRepairs, false)] {
        let mut world = World::new(Direction::Both);
        world.set(Side::HighLevel, field, true);
        let decided = world.decide();
        world.write(&decided, true, true);
        assert!(world.blocks(Side::MyGadgetRepairs, field), "carried");
        world.set(Side::MyGadgetRepairs, field, false);
        let decided = world.decide();
        assert!(decided.is_quiet(), "nothing is written before the answer");
        assert_eq!(decided.conflicts.len(), 1);
        world.write(&decided, true, true);
        world.answer(winner);
        let decided = world.decide();
        assert!(decided.conflicts.is_empty());
        world.write(&decided, true, true);
        for side in Side::BOTH {
            assert_eq!(world.blocks(side, field), blocked, "{winner} on {side}");
        }
        assert!(world.decide().is_quiet());
    }
}
