//! What the names in a flow stand for while it runs.

use crate::{BusinessHours, Run};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// What the steps before gave.
const STEPS: &str = "steps";

/// What the names in a flow stand for: the records of the scope, and what the run itself knows.
pub(crate) struct Names<'a> {
    scope: &'a Json,
    run: &'a Run,
    trigger: &'a Json,
    items: Vec<(&'a str, &'a Json)>,
    pub now: Timestamp,
    now_json: Json,
    pub calendar: &'a BusinessHours,
}

impl<'a> Names<'a> {
    pub(crate) fn new(
        scope: &'a Json,
        run: &'a Run,
        trigger: &'a Json,
        now: Timestamp,
        calendar: &'a BusinessHours,
    ) -> Self {
        Self {
            scope,
            run,
            trigger,
            items: Vec::new(),
            now,
            now_json: Json::String(now.to_string()),
            calendar,
        }
    }

    /// With the items of the loops in which the run stands, outermost first.
    pub(crate) fn with_items(mut self, items: Vec<(&'a str, &'a Json)>) -> Self {
        self.items = items;
        self
    }

    /// With one more item, as long as that lives.
    pub(crate) fn with_item<'b>(&'b self, name: &'b str, item: &'b Json) -> Names<'b> {
        let mut items: Vec<(&'b str, &'b Json)> = self.items.clone();
        items.push((name, item));
        Names {
            scope: self.scope,
            run: self.run,
            trigger: self.trigger,
            items,
            now: self.now,
            now_json: self.now_json.clone(),
            calendar: self.calendar,
        }
    }

    /// What is found at a path; nothing where the name is known but the rest leads nowhere.
    pub(crate) fn find(&self, path: &str) -> Result<Option<Json>, String> {
        let path = path.trim();
        let (root, rest) = path.split_once(['.', '[']).unwrap_or((path, ""));
        let mut parts = parts(rest);
        // What all steps gave may be large: one of them is found without the others.
        if root == STEPS
            && self.item(root).is_none()
            && let Some(step) = parts.next()
        {
            let found = self.run.steps.get(step);
            return Ok(found.and_then(|gave| follow(gave, parts)).cloned());
        }
        let found = self.root(root).ok_or_else(|| self.unknown(root))?;
        Ok(follow(&found, parts).cloned())
    }

    /// What a name stands for.
    pub(crate) fn root(&self, name: &str) -> Option<Cow<'_, Json>> {
        if let Some(item) = self.item(name) {
            return Some(Cow::Borrowed(item));
        }
        match name {
            "trigger" => Some(Cow::Borrowed(self.trigger)),
            "now" => Some(Cow::Borrowed(&self.now_json)),
            STEPS => Some(Cow::Owned(Json::Object(self.run.steps.clone()))),
            _ => self
                .run
                .names
                .get(name)
                .or_else(|| self.scope.get(name))
                .map(Cow::Borrowed),
        }
    }

    fn item(&self, name: &str) -> Option<&'a Json> {
        let mut inmost = self.items.iter().rev();
        inmost.find(|(own, _)| *own == name).map(|(_, item)| *item)
    }

    /// The shop's country, where the scope tells it.
    pub(crate) fn country(&self) -> Option<String> {
        let country = self.scope.get("shop")?.get("country")?.as_str()?;
        Some(country.to_owned())
    }

    fn unknown(&self, root: &str) -> String {
        let scope = self
            .scope
            .as_object()
            .into_iter()
            .flat_map(Map::keys)
            .map(String::as_str);
        let own = self.run.names.keys().map(String::as_str);
        let items = self.items.iter().map(|(name, _)| *name);
        let known = scope
            .chain(own)
            .chain(items)
            .chain(["trigger", "now", STEPS]);
        format!(
            "nothing here is called `{root}`{}",
            crate::words::hint(root, known)
        )
    }
}

/// What happened, as the name `trigger` shows it: the facts, and beside them what it is.
pub(crate) fn trigger(run: &Run) -> Json {
    let mut facts = match &run.occurrence.facts {
        Json::Object(facts) => facts.clone(),
        _ => Map::new(),
    };
    facts.insert("on".to_owned(), run.occurrence.trigger.clone().into());
    facts.insert("at".to_owned(), run.occurrence.at.to_string().into());
    facts.insert("source".to_owned(), run.occurrence.source.clone().into());
    facts.insert("record".to_owned(), run.occurrence.record.clone().into());
    Json::Object(facts)
}

/// What stands at a path within a value: `customer.tags[0]`, `customer.tags.0`.
pub(crate) fn within<'j>(value: &'j Json, path: &str) -> Option<&'j Json> {
    follow(value, parts(path))
}

fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split(['.', '['])
        .map(|part| part.trim_end_matches(']'))
        .filter(|part| !part.is_empty())
}

fn follow<'j, 'p>(value: &'j Json, mut parts: impl Iterator<Item = &'p str>) -> Option<&'j Json> {
    parts.try_fold(value, |value, part| match value {
        Json::Object(table) => table.get(part),
        Json::Array(items) => items.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}
