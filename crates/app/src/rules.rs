//! A shop's rules field by field, and a document looked through before it is put to work.

mod sample;

pub use sample::{RulesSample, SampleField, SampleRecord};

use crate::flows::{DocumentChange, ShopDocument};
use crate::{App, AppError};
use domain::{Field, Kind, Side};
use flows::example::Tried;
use flows::{Document, Problem};
use mapping::{Direction, FieldRule, Policy, Rules, label, wire_name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a field is kept in step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FieldRuleLine {
    /// The kind of record.
    pub kind: Kind,
    /// The field, as it is named in the rules.
    pub field: Field,
    /// What people call it.
    pub label: &'static str,
    /// HighLevel's own name of it.
    pub highlevel: &'static str,
    /// MyGadgetRepairs' own name of it.
    pub mygadgetrepairs: &'static str,
    /// Which way it flows.
    pub direction: Direction,
    /// Whose value stands when both sides changed it.
    pub policy: Policy,
    /// The directions that it can have.
    pub directions: Vec<Direction>,
    /// The policies that it can have.
    pub policies: Vec<Policy>,
}

/// How a field shall be kept in step from now on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldWish {
    /// The kind of record.
    pub kind: Kind,
    /// The field.
    pub field: Field,
    /// Another direction.
    pub direction: Option<Direction>,
    /// Another policy.
    pub policy: Option<Policy>,
}

/// A document that was looked through.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct RulesCheck {
    /// Whether it can be put to work.
    pub sound: bool,
    /// Everything that is wrong with it.
    pub problems: Vec<RulesProblem>,
    /// Its examples, each tried.
    pub examples: Vec<Tried>,
    /// What it would change; nothing where it is not sound.
    pub change: Option<DocumentChange>,
}

/// Something that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RulesProblem {
    /// Where: `flow remind, step text, with.dueDate`; empty where only the line is known.
    pub place: String,
    /// The line, where it is known.
    pub line: Option<usize>,
    /// What is wrong and how to mend it.
    pub says: String,
}

/// The rules of every shared field.
#[must_use]
pub fn field_rules(rules: &Rules) -> Vec<FieldRuleLine> {
    let mut lines = Vec::new();
    for kind in Kind::ALL {
        let of_kind = rules.fields.of(kind).into_iter().flat_map(|of| of.iter());
        lines.extend(of_kind.map(|(field, rule)| line(kind, field, rule)));
    }
    lines
}

fn line(kind: Kind, field: Field, rule: FieldRule) -> FieldRuleLine {
    let directions = match field {
        // A ticket's due date follows from the due rule.
        Field::DueDate => vec![Direction::ToHighlevel, Direction::Off],
        _ => vec![
            Direction::Both,
            Direction::ToHighlevel,
            Direction::ToMygadgetrepairs,
            Direction::Off,
        ],
    };
    let policies = match field.is_consent() {
        true => vec![Policy::Stricter],
        false => vec![
            Policy::Newest,
            Policy::Highlevel,
            Policy::Mygadgetrepairs,
            Policy::Ask,
        ],
    };
    FieldRuleLine {
        kind,
        field,
        label: label(kind, Side::HighLevel, field),
        highlevel: wire_name(kind, Side::HighLevel, field),
        mygadgetrepairs: wire_name(kind, Side::MyGadgetRepairs, field),
        direction: rule.direction,
        policy: rule.conflict,
        directions,
        policies,
    }
}

impl App {
    /// Changes how fields are kept in step; the rest of the shop's rules stays.
    ///
    /// # Errors
    /// When there is no such shop, a kind does not share a field, or a field cannot be kept in step so; then nothing was
    /// changed.
    pub async fn set_field_rules(&self, name: &str, wishes: &[FieldWish]) -> Result<(), AppError> {
        let shop = self.shop(name).await?;
        let mut rules = self.rules_of(&shop)?;
        for wish in wishes {
            let unknown = || {
                AppError::Refused(format!(
                    "`{}` is not a field that {}s share",
                    wish.field.as_str(),
                    wish.kind
                ))
            };
            let of_kind = rules.fields.of_mut(wish.kind).ok_or_else(unknown)?;
            let now = of_kind.get(wish.field).ok_or_else(unknown)?;
            let rule = FieldRule {
                direction: wish.direction.unwrap_or(now.direction),
                conflict: wish.policy.unwrap_or(now.conflict),
            };
            of_kind.set(wish.field, rule);
        }
        // Read as any document is, so that what no document may say cannot be said here either.
        let read = rules.to_toml().and_then(|text| Rules::from_toml(&text));
        let rules = read.map_err(|why| AppError::Refused(why.to_string()))?;
        self.set_rules(name, &rules).await
    }

    /// Looks through a document for a shop, and tells everything that is wrong, or what it would change.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn look_through_rules(&self, name: &str, text: &str) -> Result<RulesCheck, AppError> {
        self.shop(name).await?;
        let mut problems = Vec::new();
        let rules = Rules::from_toml(text)
            .map_err(|why| problems.push(of_rules(why.to_string())))
            .ok();
        let flows = Document::parse_beside_rules(text)
            .map_err(|found| problems.extend(found.0.into_iter().map(RulesProblem::from)))
            .ok();
        let (Some(rules), Some(flows)) = (rules, flows) else {
            return Ok(RulesCheck {
                problems,
                ..RulesCheck::default()
            });
        };
        let document = ShopDocument { rules, flows };
        let examples = match self.check_shop_document(name, &document).await {
            Ok(examples) => examples,
            Err(AppError::Refused(why)) => {
                problems.extend(why.lines().map(|line| of_rules(line.to_owned())));
                return Ok(RulesCheck {
                    problems,
                    ..RulesCheck::default()
                });
            }
            Err(other) => return Err(other),
        };
        let change = self.compare_shop_document(name, &document).await?;
        Ok(RulesCheck {
            sound: true,
            problems,
            examples,
            change: Some(change),
        })
    }
}

/// A problem of the rules of the sync, whose words hold the line.
fn of_rules(says: String) -> RulesProblem {
    let line = says.split_once("at line ").and_then(|(_, after)| {
        let digits = after.chars().take_while(char::is_ascii_digit);
        digits.collect::<String>().parse().ok()
    });
    RulesProblem {
        place: String::new(),
        line,
        says,
    }
}

impl From<Problem> for RulesProblem {
    fn from(problem: Problem) -> Self {
        let place = match (problem.flow, problem.place.as_str()) {
            (Some(flow), "") => format!("flow {flow}"),
            (Some(flow), place) => format!("flow {flow}, {place}"),
            (None, place) => place.to_owned(),
        };
        Self {
            place,
            line: problem.line,
            says: problem.why,
        }
    }
}
