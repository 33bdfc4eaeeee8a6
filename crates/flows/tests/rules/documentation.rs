//! What the page about flows shows can be used as it stands, and what it names is there.

use crate::desk;
use flows::{Document, Problem, scope};

const PAGE: &str = include_str!("../../../../docs/flows.md");

#[test]
fn what_the_page_shows_is_in_order_and_its_examples_hold() {
    let blocks: Vec<&str> = PAGE
        .split("```toml\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(!blocks.is_empty());
    for block in blocks {
        let document = Document::parse(block).unwrap_or_else(|wrong| panic!("{wrong}\n{block}"));
        let wrong: Vec<String> = flows::check(&document, &desk::Core)
            .iter()
            .map(Problem::to_string)
            .collect();
        assert_eq!(wrong, Vec::<String>::new());
        for tried in document.try_examples(&desk::calendar()) {
            assert_eq!(tried.wrong, Vec::<String>::new(), "{}", tried.title);
        }
    }
}

#[test]
fn the_page_names_everything_that_can_be_picked_and_every_trigger_of_the_clock() {
    for name in scope::NAMES.iter().map(|name| name.name).chain(scope::OWN) {
        assert!(
            PAGE.contains(&format!("`{name}`")) || PAGE.contains(&format!("`{name}.")),
            "{name}"
        );
    }
    for kind in flows::triggers() {
        if kind.clock {
            assert!(PAGE.contains(kind.id), "{}", kind.id);
        }
        for parameter in kind.parameters {
            assert!(PAGE.contains(&format!("`{parameter}")), "{parameter}");
        }
    }
}
