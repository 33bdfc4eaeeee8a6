//! Commands about flows.

use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Flow {
    /// Lists the flows of a shop, and how their runs stand.
    List {
        /// The shop.
        name: String,
    },
    /// Prints a flow as a document, to be edited and given back with `flow add`.
    Show {
        /// The shop.
        name: String,
        /// The flow; all of them where left out.
        flow: Option<String>,
    },
    /// Keeps the flows of a document. A flow that is there already is changed, and no event is lost by it.
    Add {
        /// The shop.
        name: String,
        /// TOML or JSON; - for standard input.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
        /// Runs it beside the version at work, writing nothing, until it is promoted.
        #[arg(long)]
        draft: bool,
    },
    /// Looks through a document of flows without keeping it. Exit status 2 when something is wrong.
    Check {
        /// TOML or JSON; - for standard input.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Switches a flow on, from now on.
    Enable {
        /// The shop.
        name: String,
        /// The flow.
        flow: String,
    },
    /// Switches a flow off. What it has begun goes on; `flow stop` ends that.
    Disable {
        /// The shop.
        name: String,
        /// The flow.
        flow: String,
    },
    /// Removes a flow with its runs. What it wrote at the vendors stays.
    Remove {
        /// The shop.
        name: String,
        /// The flow.
        flow: String,
    },
    /// Runs a flow on a record as it stands, and shows every step's input and output. Writes nothing without --send.
    Run {
        /// The shop.
        name: String,
        /// The flow; its draft where it has one.
        flow: String,
        /// An id of either side, or the number that people use, such as K-1042.
        #[arg(long, value_name = "REF")]
        record: String,
        /// Really carries out what it says.
        #[arg(long)]
        send: bool,
    },
    /// The runs of a shop's flows, newest first; or one run with every step.
    Runs {
        /// The shop.
        name: String,
        /// One run, by its id.
        #[arg(conflicts_with_all = ["flow", "state", "shadow"])]
        run: Option<String>,
        /// Only of this flow.
        #[arg(long, value_name = "ID")]
        flow: Option<String>,
        /// Only in this state.
        #[arg(long, value_enum)]
        state: Option<RunStateWord>,
        /// Only those of drafts.
        #[arg(long)]
        shadow: bool,
        /// Runs at most.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
    },
    /// Plays a run again from its beginning under the version at work. Writes nothing without --send.
    Replay {
        /// The shop.
        name: String,
        /// The run.
        run: String,
        /// Really carries it out once more.
        #[arg(long)]
        send: bool,
    },
    /// Answers a run that asks a person.
    Answer {
        /// The shop.
        name: String,
        /// The run.
        run: String,
        /// One of the answers that it offers.
        answer: String,
    },
    /// Lets runs go on that wait for a person's word before they write. A run of which it is not known whether it wrote
    /// is let go by its id alone: that may do it twice.
    Release {
        /// The shop.
        name: String,
        /// The flow.
        #[arg(required_unless_present = "run")]
        flow: Option<String>,
        /// One run.
        #[arg(long, value_name = "ID", conflicts_with = "flow")]
        run: Option<String>,
    },
    /// Ends the runs of a flow that are not over.
    Stop {
        /// The shop.
        name: String,
        /// The flow.
        flow: String,
    },
    /// The versions of a flow, newest first.
    Versions {
        /// The shop.
        name: String,
        /// The flow.
        flow: String,
    },
    /// What the draft of a flow would have done otherwise than the version at work.
    Compare {
        /// The shop.
        name: String,
        /// The flow.
        flow: String,
    },
    /// Puts the draft of a flow to work, or another version of it. No event is lost at the switch.
    Promote {
        /// The shop.
        name: String,
        /// The flow.
        flow: String,
        /// A version to go back to.
        #[arg(long)]
        version: Option<i64>,
    },
    /// Lists the recipes, and which are installed where a shop is named; or shows one.
    Recipes {
        /// The shop.
        name: Option<String>,
        /// One recipe: what it does, its guard, and what it asks.
        #[arg(long, value_name = "ID")]
        recipe: Option<String>,
    },
    /// Installs a recipe. Asks only for what it cannot find out; shows first what it would have done last month.
    Install {
        /// The shop.
        name: String,
        /// The recipe.
        recipe: String,
        /// An answer to what it asks: name=value; again for the next one.
        #[arg(long, value_name = "NAME=VALUE")]
        set: Vec<String>,
        /// Only shows what it would have done last month.
        #[arg(long)]
        preview: bool,
    },
    /// Removes a recipe without a trace: its flows go, and the rules that it changed are as before.
    Uninstall {
        /// The shop.
        name: String,
        /// The recipe.
        recipe: String,
    },
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RunStateWord {
    /// It can go on.
    Ready,
    /// It waits for its time.
    Waiting,
    /// It waits for a person's answer.
    Asking,
    /// It waits until a person allows it.
    Held,
    /// A call is under way.
    Sent,
    /// It did all that the flow says.
    Done,
    /// A condition said that it is not needed.
    #[value(name = "not_needed")]
    NotNeeded,
    /// A step failed.
    Failed,
    /// It was stopped.
    Stopped,
}
