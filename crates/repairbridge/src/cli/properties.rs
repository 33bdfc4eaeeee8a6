//! Whatever is typed: a command, or words that say what is wrong.

use super::Cli;
use clap::{CommandFactory, Parser};
use proptest::prelude::*;

/// Every word of the command line, and values of every sort.
fn word() -> impl Strategy<Value = String> {
    let mut known = vec![
        "-".to_owned(),
        "--".to_owned(),
        "-v".to_owned(),
        "main".to_owned(),
    ];
    collect(&Cli::command(), &mut known);
    prop_oneof![
        4 => prop::sample::select(known),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<u64>().prop_map(|number| number.to_string()),
        1 => "\\PC{0,10}",
    ]
}

fn collect(command: &clap::Command, known: &mut Vec<String>) {
    let flags = command
        .get_arguments()
        .filter_map(|argument| argument.get_long());
    known.extend(flags.map(|flag| format!("--{flag}")));
    for below in command.get_subcommands() {
        known.push(below.get_name().to_owned());
        collect(below, known);
    }
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_are_a_command_or_are_refused_in_words(words in prop::collection::vec(word(), 0..7)) {
        let line = std::iter::once("repairbridge".to_owned()).chain(words);
        if let Err(error) = Cli::try_parse_from(line) {
            prop_assert!(!error.to_string().trim().is_empty());
        }
    }
}
