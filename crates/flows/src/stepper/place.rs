//! Where a run stands in its flow.

use super::{CHANGED, Work};
use crate::run::{Frame, List};
use crate::{Deed, Step};
use serde_json::Value as Json;

impl<'a> Work<'a> {
    /// The step at which the run stands; nothing behind the last one of its list.
    pub(super) fn here(&self) -> Result<Option<&'a Step>, String> {
        let steps = self.lists()?;
        let (Some(list), Some(frame)) = (steps.last(), self.run.place.last()) else {
            return Err(CHANGED.to_owned());
        };
        Ok(list.get(frame.at))
    }

    /// The lists of steps in which the run stands, outermost first.
    fn lists(&self) -> Result<Vec<&'a [Step]>, String> {
        let mut lists: Vec<&'a [Step]> = Vec::new();
        let mut outer: Option<&Frame> = None;
        for frame in &self.run.place {
            let around = outer
                .and_then(|outer| lists.last()?.get(outer.at))
                .map(|step| &step.deed);
            let list: &'a [Step] = match (&frame.of, around) {
                (List::Flow, None) => &self.flow.steps,
                (List::Then, Some(Deed::Branch(branch))) => &branch.then,
                (List::Else, Some(Deed::Branch(branch))) => &branch.otherwise,
                (List::Each { .. }, Some(Deed::ForEach(each))) => &each.steps,
                _ => return Err(CHANGED.to_owned()),
            };
            lists.push(list);
            outer = Some(frame);
        }
        Ok(lists)
    }

    /// Goes on behind the step.
    pub(super) fn pass(&mut self) {
        if let Some(frame) = self.run.place.last_mut() {
            frame.at += 1;
        }
    }

    /// At the end of a list: the next item of a loop, or on behind the step around it. Whether there is anything left.
    pub(super) fn leave(&mut self) -> bool {
        let Some(frame) = self.run.place.last_mut() else {
            return false;
        };
        if let List::Each { items, turn } = &mut frame.of
            && *turn + 1 < items.len()
        {
            *turn += 1;
            frame.at = 0;
            return true;
        }
        if self.run.place.len() < 2 {
            return false;
        }
        self.run.place.pop();
        self.pass();
        true
    }

    /// The path of a step of the list in which the run stands: the ids of the steps around it with the numbers of the
    /// items, then its own. Unique within a run.
    pub(super) fn path(&self, step: Option<&Step>) -> String {
        let mut parts = Vec::new();
        let lists = self.lists().unwrap_or_default();
        for (depth, list) in lists.iter().enumerate() {
            let Some(frame) = self.run.place.get(depth) else {
                break;
            };
            match &frame.of {
                List::Each { turn, .. } => parts.push(turn.to_string()),
                List::Then => parts.push("then".to_owned()),
                List::Else => parts.push("else".to_owned()),
                List::Flow => {}
            }
            let last = depth + 1 == lists.len();
            if let Some(found) = list.get(frame.at).filter(|_| !last || step.is_some()) {
                parts.push(name(list, found, frame.at));
            }
        }
        parts.join("/")
    }

    /// The items of the loops in which the run stands, outermost first.
    pub(super) fn items(&self) -> Vec<(&'a str, &Json)> {
        let lists = self.lists().unwrap_or_default();
        let outer = lists.iter().zip(&self.run.place);
        outer
            .zip(self.run.place.iter().skip(1))
            .filter_map(|((list, at), inner)| {
                let List::Each { items, turn } = &inner.of else {
                    return None;
                };
                let Deed::ForEach(each) = &list.get(at.at)?.deed else {
                    return None;
                };
                Some((each.name.as_str(), items.get(*turn)?))
            })
            .collect()
    }
}

/// What a step is called: its id, or its number where it has none or another of the list has the same.
fn name(list: &[Step], step: &Step, at: usize) -> String {
    let taken = list.iter().take(at).any(|other| other.id == step.id);
    if step.id.is_empty() || taken {
        (at + 1).to_string()
    } else {
        step.id.clone()
    }
}
