//! The command line.

mod access;
mod change;
mod flow;
mod notifications;
mod operations;
#[cfg(test)]
mod properties;

pub(crate) use access::{EndSession, Session, Token, User};
pub(crate) use change::{ChangeWords, Target};
pub(crate) use flow::{Flow, RunStateWord};
pub(crate) use notifications::Notifications;
pub(crate) use operations::{
    CallOperation, KindWord, ListOperations, Operations, SearchOperations, SideWord, Which,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// Keeps a repair shop's MyGadgetRepairs account and its HighLevel location in step.
///
/// Without a command, the service runs. Exit status: 0 done, 1 it ran and found something wrong, 2 the
/// command or its configuration is wrong.
#[derive(Debug, Parser)]
#[command(name = "repairbridge", version)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Configuration file; `repairbridge.toml` in the working directory where left out.
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
    /// Prints one JSON document instead of text.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Logs in detail; RUST_LOG decides more finely.
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Runs the service: dashboard and sync workers.
    Serve(Serve),
    /// The whole product on this machine, with both vendors emulated and a made-up repair shop.
    Demo(Demo),
    /// Plays made-up days of a shop against the emulators, from seeds, and certifies that nothing was lost or
    /// doubled. Touches neither vendor nor shop. Exit status 1 when something did not hold.
    Prove(Prove),
    /// Just the emulators of both vendors, for tests.
    Twin(Twin),
    /// Adds, lists, shows, pauses, resumes and removes shops.
    #[command(subcommand)]
    Shop(Shop),
    /// Stores the credentials of one side of a shop.
    #[command(subcommand)]
    Connect(Connect),
    /// Forgets the credentials of one side of a shop. Links and history stay.
    Disconnect(Disconnect),
    /// The marketplace app that is installed in HighLevel (OAuth).
    #[command(subcommand)]
    App(MarketplaceApp),
    /// Looks for trouble before a sync does. Exit status 1 when something has to be mended.
    Check(Check),
    /// What a sync would do. Writes nothing, here or there.
    Preview {
        /// The shop.
        name: String,
    },
    /// One complete pass of both sides, until nothing is left to do.
    Sync {
        /// The shop.
        name: String,
        /// Accepts a first run or a mass change that would otherwise wait for a person.
        #[arg(long)]
        approve: bool,
    },
    /// Health, lag, backlog, budgets, agreement.
    Status {
        /// The shop; all of them where left out.
        name: Option<String>,
        /// Lists the linked records that differ, with the fields and why.
        #[arg(long, requires = "name")]
        differences: bool,
        /// Of these, at most so many.
        #[arg(long, requires = "differences", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
    },
    /// Why a record's values are what they are.
    Explain {
        /// The shop.
        name: String,
        /// An id of either side, or the number that the counter shows, such as C-317.
        record: String,
        /// Only this field.
        field: Option<String>,
    },
    /// Takes back what the sync wrote, where it is still in place.
    Undo(Undo),
    /// The runs of a shop, newest first.
    Runs {
        /// The shop.
        name: String,
        /// Runs at most.
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// The processes that serve this database together.
    Nodes,
    /// Failed work: listed, or tried again by the next sync.
    Retry {
        /// The shop.
        name: String,
        /// The failed write that is tried again.
        #[arg(conflicts_with = "all")]
        id: Option<String>,
        /// All that failed.
        #[arg(long)]
        all: bool,
    },
    /// The journal of a shop.
    Log(Log),
    /// Questions that only a person can answer.
    Review(Review),
    /// A shop's rules, as one TOML document.
    #[command(subcommand)]
    Rules(Rules),
    /// Automations and their presets.
    #[command(subcommand)]
    Flow(Flow),
    /// Everything that can be called or awaited at both vendors, and calling it.
    #[command(subcommand)]
    Operations(Operations),
    /// Who may sign in to the dashboard.
    #[command(subcommand)]
    User(User),
    /// Who is signed in, and ending that.
    #[command(subcommand)]
    Session(Session),
    /// API tokens for programs.
    #[command(subcommand)]
    Token(Token),
    /// How somebody is told what needs a person: by mail, a webhook, a dead-man alarm. It is set up at the dashboard or by
    /// the API.
    #[command(subcommand)]
    Notifications(Notifications),
    /// Tools for an assistant, by the Model Context Protocol over standard input and output: everything that both
    /// vendors offer, and a look at the sync. Reads only, unless more is allowed; asks a person before each change.
    Mcp(Mcp),
    /// Who did what: at the dashboard, by the API, at the command line.
    Audit {
        /// Lines at most, the newest.
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
    },
    /// The keys that secrets are sealed with.
    #[command(subcommand)]
    Keys(Keys),
    /// Prints the OpenAPI document of the HTTP API.
    Openapi,
    /// Prints the script by which a shell completes these commands.
    #[command(hide = true)]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Writes a manual page for each command.
    #[command(hide = true)]
    Man {
        /// The folder; made where it is not there.
        folder: PathBuf,
    },
    /// Writes a sealed copy of the database, while others go on working. The master key is not in it.
    Backup {
        /// The new file.
        file: PathBuf,
        /// File with a passphrase that seals it, - for standard input; the installation's master key where left out.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
    },
    /// Puts a backup in place of the database. The one before is kept beside it.
    Restore {
        /// The backup.
        file: PathBuf,
        /// File with the passphrase that sealed it, - for standard input.
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// Replaces the present database.
        #[arg(long)]
        yes: bool,
    },
    /// Carries everything over into another database that is empty, such as from SQLite to PostgreSQL. Leave a password
    /// out of the address: PGPASSWORD or the file ~/.pgpass is asked for it.
    Move {
        /// The database at hand, such as sqlite://repairbridge.db.
        #[arg(long, value_name = "ADDRESS")]
        from: String,
        /// The new one, such as postgres://repairbridge@localhost/repairbridge.
        #[arg(long, value_name = "ADDRESS")]
        to: String,
    },
}

impl Command {
    /// Whether it runs until it is stopped.
    pub(crate) const fn is_service(&self) -> bool {
        matches!(self, Self::Serve(_))
    }
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The shop.
    pub(crate) name: String,
    /// Makes the HighLevel custom fields that the rules name and that are not there.
    #[arg(long)]
    pub(crate) create_fields: bool,
    /// Tries one call of HighLevel instead, such as contact.get. Reads are sent; writes are shown.
    #[arg(long, value_name = "ENDPOINT", conflicts_with = "create_fields")]
    pub(crate) call: Option<String>,
    /// An id in the path of the call; again for a second one.
    #[arg(long, value_name = "ID", requires = "call")]
    pub(crate) id: Vec<String>,
    /// File with the JSON body of a write; - for standard input.
    #[arg(long, value_name = "FILE", requires = "call")]
    pub(crate) input: Option<PathBuf>,
    /// Really sends a write.
    #[arg(long, requires = "call")]
    pub(crate) send: bool,
    /// Shows the answer as it came, with personal data.
    #[arg(long, requires = "call")]
    pub(crate) show_values: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Where the master key comes from, and the data keys' versions. Never a key.
    Show,
    /// Makes a new data key and seals every secret anew, while others go on working.
    Rotate {
        /// Changes the master key instead: a new key file, or what is named.
        #[arg(long)]
        master: bool,
        /// Changes to a passphrase, from this file; - for standard input.
        #[arg(long, value_name = "FILE", requires = "master")]
        new_passphrase_file: Option<PathBuf>,
        /// Changes from the environment or a passphrase to the key file vault.key_file.
        #[arg(long, requires = "master", conflicts_with = "new_passphrase_file")]
        to_key_file: bool,
    },
    /// When the master key is lost: forgets all secrets and makes new keys. Shops, links and journal stay; the
    /// accounts are connected again afterwards.
    Reset {
        /// Really forgets them.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address of the dashboard; server.listen where left out.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// Customers of the made-up shop.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    pub(crate) customers: u32,
    /// Same seed, same shop.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Address of the dashboard; 127.0.0.1:8780, or any free port where that is taken.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Ends after the first complete sync.
    #[arg(long)]
    pub(crate) once: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// The shop whose rules, country and time zone are used; the default ones where left out.
    pub(crate) name: Option<String>,
    /// Schedules to play; each from a seed of its own.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub(crate) schedules: u64,
    /// The first seed; the others follow.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Twin {
    /// Address of the HighLevel twin; port 0 for any free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8781")]
    pub(crate) highlevel_listen: SocketAddr,
    /// Address of the MyGadgetRepairs twin; port 0 for any free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8782")]
    pub(crate) mygadgetrepairs_listen: SocketAddr,
    /// Same seed, same shop, ids, tokens and faults.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Customers of the made-up shop.
    #[arg(long, default_value_t = 1_000)]
    pub(crate) customers: usize,
    /// Contacts in the CRM; three in ten of the customers where left out.
    #[arg(long)]
    pub(crate) contacts: Option<usize>,
    /// Faults: none, rough, slow, throttled, half_pages, or parts such as errors=0.1,lost=0.05.
    #[arg(long, default_value = "none")]
    pub(crate) faults: String,
    /// Whether the vendors' request limits apply.
    #[arg(long, value_enum, default_value_t = Switch::On)]
    pub(crate) limits: Switch,
    /// Seconds by which contact search lags behind writes.
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0)]
    pub(crate) search_lag: f64,
    /// Delivers the HighLevel twin's app webhooks to this address; plain http only.
    #[arg(long, value_name = "URL")]
    pub(crate) webhooks: Option<String>,
    /// Further made-up locations of the HighLevel twin's agency, each with its own contacts.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=200))]
    pub(crate) locations: u16,
    /// Address that the HighLevel twin's page may send a browser back to; may be given several times.
    #[arg(
        long,
        value_name = "URL",
        default_value = "http://127.0.0.1:8780/oauth/crm/callback"
    )]
    pub(crate) redirect: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    /// They apply.
    On,
    /// They do not.
    Off,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Shop {
    /// Adds a shop.
    Add {
        /// Short name, typed in commands.
        name: String,
        /// The HighLevel location (sub-account) id.
        #[arg(long, value_name = "ID")]
        location: String,
        /// IANA time zone; the location's where left out.
        #[arg(long, value_name = "TZ")]
        timezone: Option<String>,
        /// Two-letter country; the location's where left out.
        #[arg(long, value_name = "CC")]
        country: Option<String>,
    },
    /// Lists all shops.
    List {
        /// Lists removed shops whose journals are kept instead.
        #[arg(long)]
        removed: bool,
    },
    /// Shows a shop.
    Show {
        /// The shop.
        name: String,
    },
    /// Stops syncing a shop until it is resumed.
    Pause {
        /// The shop.
        name: String,
    },
    /// Lets a paused shop go on.
    Resume {
        /// The shop.
        name: String,
    },
    /// Makes a new address with new secrets for MyGadgetRepairs' notifications, and shows them. The ones before are
    /// refused from then on.
    RenewWebhook {
        /// The shop.
        name: String,
    },
    /// Adds a shop for every sub-account of an agency in which the app is installed and that has none yet.
    Adopt,
    /// Removes a shop and what is stored for it. Both vendors stay as they are.
    Remove {
        /// The shop.
        name: String,
        /// Keeps the journal and the runs, which `log` and `runs` read under another name then.
        #[arg(long)]
        keep_history: bool,
    },
    /// Writes a shop's rules and settings as TOML, for another shop. No credentials, no records.
    Export {
        /// The shop.
        name: String,
        /// The new file; standard output where left out.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Takes rules and settings from such a file, and shows what they change.
    Import {
        /// The shop.
        name: String,
        /// The file; - for standard input.
        #[arg(long, value_name = "FILE", default_value = "-")]
        file: PathBuf,
        /// Shows what would change, and changes nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Connect {
    /// HighLevel: with a private integration token, or by installing your marketplace app (OAuth).
    #[command(name = "highlevel")]
    HighLevel {
        /// The shop; left out only with --agency.
        #[arg(required_unless_present = "agency")]
        name: Option<String>,
        /// File with a private integration token; - for standard input.
        #[arg(
            long,
            value_name = "FILE",
            required_unless_present_any = ["oauth", "agency"],
            conflicts_with_all = ["oauth", "agency"]
        )]
        token_file: Option<PathBuf>,
        /// Prints a one-time link that leads through HighLevel's page.
        #[arg(long)]
        oauth: bool,
        /// The same for an agency: one installation for all the sub-accounts that are chosen.
        #[arg(long, conflicts_with = "name")]
        agency: bool,
        /// Asks only for the permissions to read: everything is read, and writes are held. Without, exactly what the
        /// shop's rules need is asked for.
        #[arg(long, conflicts_with = "token_file")]
        read_only: bool,
    },
    /// A MyGadgetRepairs API key.
    #[command(name = "mygadgetrepairs")]
    MyGadgetRepairs {
        /// The shop.
        name: String,
        /// File with the key; - for standard input.
        #[arg(long, value_name = "FILE")]
        key_file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Disconnect {
    /// Which side.
    #[arg(value_enum)]
    pub(crate) side: OneSide,
    /// The shop; left out only with --agency.
    #[arg(required_unless_present = "agency")]
    pub(crate) name: Option<String>,
    /// HighLevel's agency, with all sub-accounts that work through it.
    #[arg(long, conflicts_with = "name")]
    pub(crate) agency: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum OneSide {
    /// Token or installation.
    #[value(name = "highlevel")]
    HighLevel,
    /// The key.
    #[value(name = "mygadgetrepairs")]
    MyGadgetRepairs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MarketplaceApp {
    /// Stores the app's client secret; its client id is `highlevel.client_id` in the configuration.
    Set {
        /// File with the client secret; - for standard input.
        #[arg(long, value_name = "FILE")]
        client_secret_file: PathBuf,
    },
    /// Shows what is configured, and the addresses to register with the app.
    Show,
}

#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// The shop.
    pub(crate) name: String,
    /// What this run wrote; `runs` lists them.
    #[arg(
        long,
        value_name = "ID",
        conflicts_with = "record",
        required_unless_present = "record"
    )]
    pub(crate) run: Option<String>,
    /// What was written to this record and its counterpart: an id of either side, or the counter's number.
    #[arg(long, value_name = "REF")]
    pub(crate) record: Option<String>,
    /// Only this field.
    #[arg(long, value_name = "FIELD")]
    pub(crate) field: Option<String>,
    /// Deletes the records that were made, where nobody changed or used them since.
    #[arg(long)]
    pub(crate) delete_created: bool,
    /// Tells what would be done and writes nothing to either side.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Mcp {
    /// Works on this shop only.
    #[arg(long, value_name = "NAME")]
    pub(crate) shop: Option<String>,
    /// Allows more than reading; may be given several times.
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) allow: Vec<Allow>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Allow {
    /// Changing what messages nobody and deletes nothing.
    Writes,
    /// Changing something because of which a customer may get a message; together with writes.
    Messages,
    /// Deleting; together with writes.
    Deletes,
}

#[derive(Debug, Args)]
pub(crate) struct Log {
    /// The shop.
    pub(crate) name: String,
    /// Only lines about this record, by its id on either side.
    #[arg(long, value_name = "ID")]
    pub(crate) contact: Option<String>,
    /// Goes on with new lines until stopped. With --json: one document a line.
    #[arg(long)]
    pub(crate) follow: bool,
    /// Lines at most.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct Review {
    /// The shop.
    pub(crate) name: String,
    /// An answer; without one, the questions are listed.
    #[arg(value_enum, requires = "id")]
    pub(crate) answer: Option<AnswerWord>,
    /// The question's number.
    pub(crate) id: Option<i64>,
    /// The candidate meant, by its id; the best one where left out.
    #[arg(long, value_name = "ID")]
    pub(crate) candidate: Option<String>,
    /// For conflicts: the side whose value is right.
    #[arg(long)]
    pub(crate) side: Option<domain::Side>,
    /// Lists the questions that were answered, the latest answer first.
    #[arg(long, conflicts_with = "answer")]
    pub(crate) answered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AnswerWord {
    /// The same person; or the value of one side is right.
    Accept,
    /// Different people.
    Apart,
    /// All candidates are this one person.
    Merge,
    /// Takes an answer back: the question is open again.
    Undo,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Rules {
    /// Prints everything that a shop decides as one TOML document: rules of the sync, recipes, flows, examples.
    Show {
        /// The shop.
        name: String,
    },
    /// Puts a document to work. What it leaves out of the rules has its default; flows that it does not name stay.
    Set {
        /// The shop, or several.
        #[arg(required = true)]
        names: Vec<String>,
        /// TOML; - for standard input.
        #[arg(long, value_name = "FILE", default_value = "-")]
        file: PathBuf,
        /// Removes the flows that the document does not name.
        #[arg(long)]
        prune: bool,
    },
    /// Looks through a document, or through what the shop has, and tries its examples. Exit status 2 when something
    /// is wrong.
    Check {
        /// The shop.
        name: String,
        /// TOML; - for standard input. The shop's own where left out.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// What a document would change in a shop, value by value. Changes nothing.
    Compare {
        /// The shop.
        name: String,
        /// TOML; - for standard input.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
}
