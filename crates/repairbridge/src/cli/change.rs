//! Which commands change something, in words for the audit log. No word that is a secret gets here: those come from
//! files and standard input.

use super::{
    Check, Command, Connect, Flow, Keys, MarketplaceApp, Mcp, Notifications, Operations, Review,
    Rules, Session, Shop, Token, Undo, User,
};

/// What a command changes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ChangeWords {
    /// What is done.
    pub(crate) what: String,
    /// To what.
    pub(crate) target: Target,
}

/// What a command is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A shop that should be there. Where it is not, the word may be anything, even a secret in the wrong place.
    Shop(String),
    /// Anything else.
    Other(String),
}

fn words(what: impl Into<String>, target: &str) -> Option<ChangeWords> {
    let target = Target::Other(target.to_owned());
    Some(ChangeWords {
        what: what.into(),
        target,
    })
}

fn of_shop(what: impl Into<String>, shop: &str) -> Option<ChangeWords> {
    let target = Target::Shop(shop.to_owned());
    Some(ChangeWords {
        what: what.into(),
        target,
    })
}

impl Command {
    /// What it changes here or at a vendor; nothing where it only looks, or works on something made up.
    pub(crate) fn change(&self) -> Option<ChangeWords> {
        match self {
            Self::Shop(what) => shop(what),
            Self::Connect(Connect::HighLevel { name, .. }) => match name {
                Some(name) => of_shop("connect highlevel", name),
                None => words("connect highlevel", "an agency"),
            },
            Self::Connect(Connect::MyGadgetRepairs { name, .. }) => {
                of_shop("connect mygadgetrepairs", name)
            }
            Self::Disconnect(what) => match &what.name {
                Some(name) => of_shop("disconnect", name),
                None => words("disconnect", "an agency"),
            },
            Self::App(MarketplaceApp::Set { .. }) => words("app set", "the client secret"),
            Self::Sync { name, approve } => {
                of_shop(if *approve { "sync --approve" } else { "sync" }, name)
            }
            Self::Undo(what) => undo(what),
            Self::Retry { name, id, all } => match id {
                Some(id) => of_shop(format!("retry {id}"), name),
                None if *all => of_shop("retry --all", name),
                None => None,
            },
            Self::Review(what) => review(what),
            Self::Rules(Rules::Set { names, .. }) => match names.as_slice() {
                [name] => of_shop("rules set", name),
                several => words(
                    format!("rules set in {} shops", several.len()),
                    "several shops",
                ),
            },
            Self::Flow(what) => flow(what),
            Self::User(what) => user(what),
            Self::Session(Session::End(what)) => match (what.id, &what.user) {
                (Some(id), _) => words("session end", &id.to_string()),
                (None, Some(name)) => words("session end --user", name),
                (None, None) => words("session end", "all"),
            },
            Self::Token(what) => token(what),
            Self::Check(what) => check(what),
            Self::Operations(what) => operation(what),
            Self::Keys(Keys::Rotate { master: true, .. }) => {
                words("keys rotate --master", "the vault")
            }
            Self::Keys(Keys::Rotate { .. }) => words("keys rotate", "the vault"),
            Self::Keys(Keys::Reset { .. }) => words("keys reset", "the vault"),
            Self::Notifications(Notifications::Test { .. }) => {
                words("notifications test", "the notifications")
            }
            Self::Backup { .. } => words("backup", "the database"),
            Self::Mcp(what) => mcp(what),
            // They note it themselves, in the databases that they work on.
            Self::Restore { .. }
            | Self::Move { .. }
            | Self::Keys(Keys::Show)
            | Self::Serve(_)
            | Self::App(MarketplaceApp::Show)
            | Self::Notifications(Notifications::Show)
            | Self::Demo(_)
            | Self::Prove(_)
            | Self::Openapi
            | Self::Completions { .. }
            | Self::Man { .. }
            | Self::Twin(_)
            | Self::Preview { .. }
            | Self::Status { .. }
            | Self::Explain { .. }
            | Self::Runs { .. }
            | Self::Nodes
            | Self::Log(_)
            | Self::Rules(Rules::Show { .. } | Rules::Check { .. } | Rules::Compare { .. })
            | Self::Session(Session::List { .. })
            | Self::Audit { .. } => None,
        }
    }
}

/// What a try at a vendor changes there.
fn check(what: &Check) -> Option<ChangeWords> {
    if what.create_fields {
        return of_shop("check --create-fields", &what.name);
    }
    let call = what.call.as_ref().filter(|_| what.send)?;
    let line = if is_a_name(call) {
        format!("check --call {call} --send")
    } else {
        "check --call --send".to_owned()
    };
    of_shop(line, &what.name)
}

/// That an assistant was let in, where it may do more than read. What it does is logged by itself.
fn mcp(what: &Mcp) -> Option<ChangeWords> {
    use clap::ValueEnum;
    let mut line = "mcp".to_owned();
    for allow in &what.allow {
        line.push_str(&format!(
            " --allow {}",
            allow.to_possible_value()?.get_name()
        ));
    }
    match (&what.shop, what.allow.is_empty()) {
        (_, true) => None,
        (Some(name), false) => of_shop(line, name),
        (None, false) => words(line, "all shops"),
    }
}

/// Whether a word can be the name of a call or of a flow; anything else may be a secret in the wrong place.
fn is_a_name(word: &str) -> bool {
    word.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-'))
}

/// What a call changes at a vendor. Without --send nothing is changed: what reads is sent, the rest is shown.
fn operation(what: &Operations) -> Option<ChangeWords> {
    let Operations::Call(call) = what else {
        return None;
    };
    if !call.send {
        return None;
    }
    let line = if is_a_name(&call.id) {
        format!("operations call {} --send", call.id)
    } else {
        "operations call --send".to_owned()
    };
    of_shop(line, &call.shop)
}

fn shop(what: &Shop) -> Option<ChangeWords> {
    match what {
        Shop::Add { name, location, .. } => words(format!("shop add --location {location}"), name),
        Shop::Pause { name } => of_shop("shop pause", name),
        Shop::Resume { name } => of_shop("shop resume", name),
        Shop::RenewWebhook { name } => of_shop("shop renew-webhook", name),
        Shop::Adopt => words("shop adopt", "all sub-accounts"),
        Shop::Remove { name, keep_history } => of_shop(
            if *keep_history {
                "shop remove --keep-history"
            } else {
                "shop remove"
            },
            name,
        ),
        Shop::Import { name, dry_run, .. } if !*dry_run => of_shop("shop import", name),
        Shop::Import { .. } | Shop::List { .. } | Shop::Show { .. } | Shop::Export { .. } => None,
    }
}

fn undo(what: &Undo) -> Option<ChangeWords> {
    if what.dry_run {
        return None;
    }
    let mut line = "undo".to_owned();
    for (flag, value) in [
        ("run", &what.run),
        ("record", &what.record),
        ("field", &what.field),
    ] {
        if let Some(value) = value {
            line.push_str(&format!(" --{flag} {value}"));
        }
    }
    if what.delete_created {
        line.push_str(" --delete-created");
    }
    of_shop(line, &what.name)
}

fn review(what: &Review) -> Option<ChangeWords> {
    use clap::ValueEnum;
    let (answer, id) = (what.answer?, what.id?);
    let answer = answer.to_possible_value()?;
    of_shop(format!("review {} {id}", answer.get_name()), &what.name)
}

fn flow(what: &Flow) -> Option<ChangeWords> {
    let of_flow = |deed: &str, name: &str, flow: &str| {
        // Ids are typed by hand, and may be anything.
        let flow = if is_a_name(flow) { flow } else { "(no id)" };
        of_shop(format!("flow {deed} {flow}"), name)
    };
    match what {
        Flow::Add { name, draft, .. } => of_shop(
            if *draft {
                "flow add --draft"
            } else {
                "flow add"
            },
            name,
        ),
        Flow::Enable { name, flow } => of_flow("enable", name, flow),
        Flow::Disable { name, flow } => of_flow("disable", name, flow),
        Flow::Remove { name, flow } => of_flow("remove", name, flow),
        Flow::Release { name, flow, run } => {
            let what = flow.as_ref().or(run.as_ref());
            of_flow("release", name, what.map_or("", String::as_str))
        }
        Flow::Stop { name, flow } => of_flow("stop", name, flow),
        Flow::Promote { name, flow, .. } => of_flow("promote", name, flow),
        Flow::Run {
            name,
            flow,
            send: true,
            ..
        } => of_flow("run --send", name, flow),
        Flow::Replay {
            name,
            run,
            send: true,
        } => of_flow("replay --send", name, run),
        Flow::Answer { name, run, .. } => of_flow("answer", name, run),
        Flow::Install {
            name,
            recipe,
            preview: false,
            ..
        } => of_flow("install", name, recipe),
        Flow::Uninstall { name, recipe } => of_flow("uninstall", name, recipe),
        Flow::List { .. }
        | Flow::Show { .. }
        | Flow::Check { .. }
        | Flow::Run { .. }
        | Flow::Runs { .. }
        | Flow::Replay { .. }
        | Flow::Versions { .. }
        | Flow::Compare { .. }
        | Flow::Recipes { .. }
        | Flow::Install { .. } => None,
    }
}

fn user(what: &User) -> Option<ChangeWords> {
    match what {
        User::Add { name, role, .. } => words(format!("user add --role {role}"), name),
        User::Role { name, role } => words(format!("user role {role}"), name),
        User::Disable { name } => words("user disable", name),
        User::Enable { name } => words("user enable", name),
        User::Password { name, .. } => words("user password", name),
        User::SetupLink { name } => words(
            "user setup-link",
            name.as_deref().unwrap_or("the first owner"),
        ),
        User::List => None,
    }
}

fn token(what: &Token) -> Option<ChangeWords> {
    match what {
        Token::Create { name, scope, days } => {
            let scopes: Vec<&str> = scope.iter().map(|scope| scope.as_str()).collect();
            let line = format!("token create --scope {} --days {days}", scopes.join(","));
            words(line, name)
        }
        Token::Revoke { name } => words("token revoke", name),
        Token::List => None,
    }
}
