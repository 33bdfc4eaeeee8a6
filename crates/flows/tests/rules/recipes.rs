//! Every recipe can be read, installed with what it proposes, is in order, and does what its examples say.

use crate::desk;
use flows::recipe::{self, Kind, Recipe};
use flows::{Document, Problem};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;

/// Answers to what has no proposal and must be answered.
fn answers(recipe: &Recipe) -> Map<String, Json> {
    let open = recipe
        .asks
        .iter()
        .filter(|asked| asked.default.is_none() && !asked.optional);
    open.map(|asked| (asked.name.clone(), json!(format!("example-{}", asked.name))))
        .collect()
}

/// Answers to everything, what may stay open among it.
fn all_answers(recipe: &Recipe) -> Map<String, Json> {
    let open = recipe.asks.iter().filter(|asked| asked.default.is_none());
    open.map(|asked| {
        let one = match asked.kind {
            Kind::Number => json!(200),
            Kind::YesNo => json!(true),
            _ => json!(format!("example-{}", asked.name)),
        };
        (
            asked.name.clone(),
            if asked.many { json!([one]) } else { one },
        )
    })
    .collect()
}

fn problems(document: &Document) -> Vec<String> {
    flows::check(document, &desk::Core)
        .iter()
        .map(Problem::to_string)
        .collect()
}

#[test]
fn there_is_one_for_each_connection_and_each_need() {
    let needs: BTreeSet<String> = recipe::all()
        .into_iter()
        .map(|recipe| recipe.need)
        .collect();
    let connections = (1..=3).map(|number| format!("connection {number}"));
    let expected: BTreeSet<String> = (1..=20)
        .map(|number| format!("P{number}"))
        .chain(connections)
        .collect();
    assert_eq!(needs, expected);
    assert_eq!(recipe::all().len(), 23);
    let ids: BTreeSet<String> = recipe::all().into_iter().map(|recipe| recipe.id).collect();
    assert_eq!(ids.len(), 23);
}

#[test]
fn each_is_in_order_and_its_examples_hold() {
    for recipe in recipe::all() {
        assert!(
            !recipe.guard.is_empty() && !recipe.help.is_empty(),
            "{}",
            recipe.id
        );
        for given in [answers(&recipe), all_answers(&recipe)] {
            let document = recipe::instantiate(&recipe, &given)
                .unwrap_or_else(|wrong| panic!("{}: {wrong}", recipe.id));
            assert_eq!(problems(&document), Vec::<String>::new(), "{}", recipe.id);
            assert!(
                document
                    .flows
                    .iter()
                    .all(|flow| flow.recipe.as_deref() == Some(recipe.id.as_str()))
            );
        }
        let document = recipe::instantiate(&recipe, &answers(&recipe)).unwrap();
        assert!(
            !document.examples.is_empty(),
            "{} has no example",
            recipe.id
        );
        for flow in &document.flows {
            assert!(
                document
                    .examples
                    .iter()
                    .any(|example| example.flow == flow.id),
                "{} has no example",
                flow.id
            );
        }
        for tried in document.try_examples(&desk::calendar()) {
            assert!(
                tried.wrong.is_empty(),
                "{}: {}\n{}\n{}",
                recipe.id,
                tried.title,
                tried.wrong.join("\n"),
                serde_json::to_string_pretty(&tried.played).unwrap()
            );
        }
    }
}

#[test]
fn a_recipe_goes_without_a_trace() {
    let own = Document::parse(
        "[rules.create]\nhighlevel = \"none\"\n[[flow]]\nid = \"own\"\ntrigger = { on = \"highlevel.task.created\" }\nstep = [{ stop = \"x\" }]\n",
    )
    .unwrap();
    for recipe in recipe::all() {
        let brought = recipe::instantiate(&recipe, &answers(&recipe)).unwrap();
        let with = own.clone().with_recipe(brought.clone());
        assert_ne!(with, own, "{}", recipe.id);
        // Installed once more it is there once.
        assert_eq!(with.clone().with_recipe(brought), with);
        assert_eq!(with.without_recipe(&recipe.id), own, "{}", recipe.id);
    }
}

#[test]
fn everything_installed_is_written_as_toml_and_read_as_the_same() {
    let document = recipe::all()
        .iter()
        .fold(Document::default(), |document, recipe| {
            document.with_recipe(recipe::instantiate(recipe, &all_answers(recipe)).unwrap())
        });
    assert!(document.flows.len() > 20, "{}", document.flows.len());
    let text = document.to_toml().unwrap();
    assert_eq!(Document::parse(&text).unwrap(), document);
    // Flows of different recipes have different ids: nothing but the quarrel about one rule is wrong.
    let wrong = problems(&document);
    assert!(
        wrong
            .iter()
            .all(|why| why.contains("decide it under [rules]")),
        "{wrong:#?}"
    );
}

#[test]
fn the_documents_own_rules_stand_over_those_of_recipes_which_may_not_quarrel() {
    let install = |document: Document, id: &str, given: Json| {
        let recipe = recipe::find(id).unwrap();
        document.with_recipe(recipe::instantiate(&recipe, given.as_object().unwrap()).unwrap())
    };
    let document = install(Document::default(), "contacts-and-tasks", json!({}));
    let document = install(document, "showed-to-ticket", json!({}));
    let wrong = problems(&document);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(
        wrong[0].contains("rules.create.mygadgetrepairs"),
        "{wrong:?}"
    );
    let decided = Document {
        rules: Some(json!({"create": {"mygadgetrepairs": "appointment"}})),
        ..document
    };
    assert!(problems(&decided).is_empty());
    let rules = decided.sync_rules().unwrap();
    assert_eq!(
        rules.create.mygadgetrepairs,
        mapping::CreateRule::Appointment
    );
}

#[test]
fn answers_are_judged() {
    let recipe = recipe::find("ready-not-collected").unwrap();
    for (given, told) in [
        (
            json!({"dayz": 3}),
            "recipe `ready-not-collected`, dayz: it does not ask for `dayz`; did you mean `days`?",
        ),
        (
            json!({"days": "three"}),
            "recipe `ready-not-collected`, days: must be a whole number, at most 3650",
        ),
        (
            json!({"tag": 4}),
            "recipe `ready-not-collected`, tag: must be a text, not a number",
        ),
        (
            json!({"tag": " "}),
            "recipe `ready-not-collected`, tag: is empty",
        ),
    ] {
        let wrong = recipe::instantiate(&recipe, given.as_object().unwrap()).unwrap_err();
        assert_eq!(wrong.to_string(), told);
    }
    let calendar = recipe::find("appointments-both-ways").unwrap();
    let wrong = recipe::instantiate(&calendar, &Map::new())
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("calendar: is not answered"), "{wrong}");
    let choice = recipe::find("contacts-and-tasks").unwrap();
    let given = json!({"at_counter": "al"});
    let wrong = recipe::instantiate(&choice, given.as_object().unwrap())
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("did you mean `all`?"), "{wrong}");
    // An answer cannot smuggle in a template.
    let shop = recipe::find("which-shop").unwrap();
    let given = json!({"prefix": "{{ customer.email }}"});
    let document = recipe::instantiate(&shop, given.as_object().unwrap()).unwrap();
    let flow = serde_json::to_string(&document.flows).unwrap();
    assert!(!flow.contains("{{ customer"), "{flow}");
}
