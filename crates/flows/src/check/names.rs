//! Names: whether each that is picked can be there when it is picked.

use super::at;
use crate::scope::{self, Holds};
use crate::transform::Transform;
use crate::walk::{Part, walk_place};
use crate::{Deed, Flow, Problem, template, words};
use std::collections::BTreeMap;

pub(super) fn check(flow: &Flow, problems: &mut Vec<Problem>) {
    let mut known = Known::new();
    crate::walk::flow(flow, &mut |part, place| match part {
        Part::Path(path) => known.path(path, place, problems),
        Part::Template(source) => known.template(source, place, &[], problems),
        Part::Transform(Transform::Template(source)) => {
            known.template(source, place, &["value"], problems);
        }
        Part::Begin(name) => {
            if known.is_taken(name) {
                problems.push(at(
                    place,
                    format!("`{name}` is the name of something else; choose another"),
                ));
            }
            known.items.push(name);
        }
        Part::End => {
            known.items.pop();
        }
        Part::Over(step) => {
            if let Deed::Set(names) = &step.deed {
                for name in names.keys() {
                    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                        && !name.is_empty();
                    let place = walk_place(place, &format!("set.{name}"));
                    if known.is_taken(name) {
                        problems.push(at(&place, "is the name of something else; choose another"));
                    } else if !fits {
                        problems.push(at(
                            &place,
                            "a name is made of letters, digits and underscores",
                        ));
                    }
                    known.set.push(name);
                }
            }
            if !step.id.is_empty() {
                known.steps.push(&step.id);
            }
        }
        _ => {}
    });
}

/// What is known at a place.
struct Known<'a> {
    fields: BTreeMap<&'static str, Option<Vec<String>>>,
    set: Vec<&'a str>,
    steps: Vec<&'a str>,
    items: Vec<&'a str>,
}

impl<'a> Known<'a> {
    fn new() -> Self {
        let fields = scope::NAMES.iter().map(|name| {
            let fields = match name.holds {
                Holds::Record(source) => Some(scope::fields(source)),
                Holds::Table(fields) => {
                    Some(fields.iter().map(|field| (*field).to_owned()).collect())
                }
                Holds::Records(_) => None,
            };
            (name.name, fields)
        });
        Self {
            fields: fields.collect(),
            set: Vec::new(),
            steps: Vec::new(),
            items: Vec::new(),
        }
    }

    /// Whether a name stands for something of the scope.
    fn is_taken(&self, name: &str) -> bool {
        self.fields.contains_key(name) || scope::OWN.contains(&name) || name == "value"
    }

    fn is_known(&self, root: &str) -> bool {
        self.fields.contains_key(root)
            || scope::OWN.contains(&root)
            || self.set.contains(&root)
            || self.items.contains(&root)
    }

    fn all(&self) -> impl Iterator<Item = &str> {
        let own = scope::OWN.iter().copied();
        self.fields
            .keys()
            .copied()
            .chain(own)
            .chain(self.set.iter().copied())
            .chain(self.items.iter().copied())
    }

    fn path(&self, path: &str, place: &str, problems: &mut Vec<Problem>) {
        let mut parts = path
            .trim()
            .split(['.', '['])
            .map(|part| part.trim_end_matches(']'));
        let root = parts.next().unwrap_or_default();
        if !self.is_known(root) {
            let hint = words::hint(root, self.all());
            problems.push(at(place, format!("nothing here is called `{root}`{hint}")));
            return;
        }
        let Some(field) = parts.next() else {
            return;
        };
        if root == "steps" {
            if !self.steps.contains(&field) {
                let hint = words::hint(field, self.steps.iter().copied());
                problems.push(at(
                    place,
                    format!("no step before this one is called `{field}`{hint}"),
                ));
            }
        } else if let Some(Some(fields)) = self.fields.get(root)
            && !self.items.contains(&root)
            && !fields.iter().any(|known| known == field)
        {
            let hint = words::hint(field, fields.iter().map(String::as_str));
            problems.push(at(place, format!("`{root}` has no `{field}`{hint}")));
        }
    }

    fn template(&self, source: &str, place: &str, also: &[&str], problems: &mut Vec<Problem>) {
        let Ok(paths) = template::paths_in(source) else {
            return;
        };
        for path in paths {
            let root = path.split('.').next().unwrap_or_default();
            if !also.contains(&root) {
                self.path(&path, &format!("{place}, template"), problems);
            }
        }
    }
}
