//! The operations catalogue on the command line.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Operations {
    /// Lists operations.
    List(ListOperations),
    /// Finds operations by words.
    Search(SearchOperations),
    /// Tells what an operation takes and gives, what it may do and what it costs.
    Show {
        /// The operation, such as highlevel.contact.create.
        id: String,
        /// Also tells whether this shop can use it.
        #[arg(long, value_name = "NAME")]
        shop: Option<String>,
    },
    /// Calls an operation. What reads is sent at once; what changes something is shown, and sent with --send.
    Call(CallOperation),
}

#[derive(Debug, Args)]
pub(crate) struct ListOperations {
    /// Only the core of 126; so it is where nothing is said.
    #[arg(long, conflicts_with = "all")]
    pub(crate) core: bool,
    /// Also everything else that the vendors publish.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Also tells whether this shop can use each.
    #[arg(long, value_name = "NAME")]
    pub(crate) shop: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct SearchOperations {
    /// Words.
    #[arg(required = true)]
    pub(crate) words: Vec<String>,
    #[command(flatten)]
    pub(crate) which: Which,
    /// Operations at most.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub(crate) limit: u16,
}

/// Which operations are meant.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// Only of one side.
    #[arg(long, value_enum)]
    pub(crate) side: Option<SideWord>,
    /// Only what is called, or only what is awaited.
    #[arg(long, value_enum)]
    pub(crate) kind: Option<KindWord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SideWord {
    /// HighLevel.
    Highlevel,
    /// MyGadgetRepairs.
    Mygadgetrepairs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KindWord {
    /// What is called.
    Action,
    /// What is awaited.
    Trigger,
}

#[derive(Debug, Args)]
pub(crate) struct CallOperation {
    /// The operation, such as highlevel.contact.get.
    pub(crate) id: String,
    /// The shop.
    #[arg(long, value_name = "NAME")]
    pub(crate) shop: String,
    /// File with the input as JSON; - for standard input. Nothing is given where it is left out.
    #[arg(long, value_name = "FILE")]
    pub(crate) input: Option<PathBuf>,
    /// Really sends what changes something.
    #[arg(long)]
    pub(crate) send: bool,
    /// With --send: also what may message a customer, or deletes.
    #[arg(long, requires = "send")]
    pub(crate) yes: bool,
    /// Shows the answer as it came, with personal data.
    #[arg(long)]
    pub(crate) show_values: bool,
}
