//! Where the notes of a shop go, by its rules and by what is known of its account.

use crate::AppError;
use crate::pass::Pass;
use mapping::NotesRules;
use mygadgetrepairs::probe::{Capabilities, Outcome};
use serde::{Deserialize, Serialize};
use store::{Change, Shop, Store};
use sync::{CommentForm, NotesHome};

/// What writing comments taught.
const COMMENTS: &str = "comments";
/// Why notes are held back, for `status`.
const NOTES: &str = "notes";

/// What writing comments taught about the account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Learnt {
    /// Whether a comment that was sent as internal read back as internal.
    pub(super) proven: Option<bool>,
    /// The account refused a comment.
    pub(super) refused: bool,
}

/// What the probe found of an account's comments.
pub(crate) fn form(capabilities: &Capabilities) -> CommentForm {
    let found = &capabilities.ticket_comments;
    CommentForm {
        can_add: capabilities.can_add_comments(),
        readable: found.outcome == Outcome::Found,
        seen: found.rows > 0,
        tells_visibility: capabilities.shows_comment_visibility(),
        proven: None,
    }
}

/// Where notes go now.
pub(crate) async fn home(
    store: &Store,
    shop: &Shop,
    rules: &NotesRules,
    form: CommentForm,
) -> Result<NotesHome, AppError> {
    let learnt = learnt(store, shop).await?;
    let form = CommentForm {
        can_add: if learnt.refused {
            Some(false)
        } else {
            form.can_add
        },
        proven: learnt.proven,
        ..form
    };
    Ok(sync::notes_home(rules, &form))
}

/// Why notes are held back, and from how many tickets; nothing when they are not.
pub(crate) async fn held(store: &Store, shop: &Shop) -> Result<Option<(u64, String)>, AppError> {
    let held = store.note_totals(shop.id).await?.held;
    let reason = store.fact(shop.id, NOTES).await?;
    let reason = reason.and_then(|fact| fact.value.as_str().map(str::to_owned));
    Ok(reason.filter(|_| held > 0).map(|reason| (held, reason)))
}

async fn learnt(store: &Store, shop: &Shop) -> Result<Learnt, AppError> {
    let fact = store.fact(shop.id, COMMENTS).await?;
    Ok(fact
        .and_then(|fact| serde_json::from_value(fact.value).ok())
        .unwrap_or_default())
}

impl Pass<'_> {
    pub(super) async fn notes_home(&self) -> Result<NotesHome, AppError> {
        let rules = &self.judge.rules.notes;
        home(self.store, self.shop, rules, self.notes.form).await
    }

    /// Keeps the reason for `status`.
    pub(super) async fn remember_home(&self, home: &NotesHome) -> Result<(), AppError> {
        let reason = match home {
            NotesHome::Held(reason) => serde_json::Value::from(reason.as_str()),
            _ => serde_json::Value::Null,
        };
        let known = self.store.fact(self.shop.id, NOTES).await?;
        if known.map(|fact| fact.value).unwrap_or_default() == reason {
            return Ok(());
        }
        self.commit(vec![Change::Fact(NOTES, reason)]).await
    }

    /// The change that remembers what a comment taught, where that is new.
    pub(super) async fn teach(
        &self,
        change: impl FnOnce(&mut Learnt),
    ) -> Result<Option<Change>, AppError> {
        let known = learnt(self.store, self.shop).await?;
        let mut now = known;
        change(&mut now);
        let value = serde_json::to_value(now).unwrap_or_default();
        Ok((now != known).then_some(Change::Fact(COMMENTS, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mygadgetrepairs::probe::Finding;
    use std::collections::BTreeMap;

    fn finding(outcome: Outcome, verbs: &[&str], rows: usize, fields: &[&str]) -> Finding {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Finding {
            path: String::new(),
            outcome,
            verbs: texts(verbs),
            fields: texts(fields),
            rows,
            created: false,
            changed: false,
        }
    }

    /// An account of which nothing is known but its comments.
    fn account(ticket_comments: Finding) -> Capabilities {
        let unknown = || finding(Outcome::Unclear { status: 500 }, &[], 0, &[]);
        Capabilities {
            asked_at: domain::Timestamp::UNIX_EPOCH,
            info: unknown(),
            customers: unknown(),
            tickets: unknown(),
            appointments: unknown(),
            customers_updated: unknown(),
            tickets_updated: unknown(),
            appointments_updated: unknown(),
            ticket_comments,
            statuses: unknown(),
            paging: BTreeMap::new(),
        }
    }

    /// What the pre-flight says of an account's comments is what then becomes of the notes.
    #[test]
    fn the_sentence_about_comments_says_where_notes_go() {
        let outcomes = [
            Outcome::Found,
            Outcome::NotOffered,
            Outcome::NotReadable,
            Outcome::Refused { status: 403 },
            Outcome::Unclear { status: 500 },
        ];
        for outcome in outcomes {
            for verbs in [&[][..], &["GET"], &["GET", "POST"]] {
                for (rows, fields) in [(0, &[][..]), (3, &["id", "text"]), (3, &["id", "internal"])]
                {
                    if rows > 0 && outcome != Outcome::Found {
                        continue;
                    }
                    let account = account(finding(outcome, verbs, rows, fields));
                    let home = sync::notes_home(&NotesRules::default(), &form(&account));
                    let sentences = account.sentences();
                    let told = sentences
                        .iter()
                        .find(|one| one.topic == "comments")
                        .unwrap();
                    let goes = told.text.contains("the first note that is told")
                        || told.text.contains("can be told in internal ones");
                    let waits = told.text.contains("no notes are told")
                        || told.text.contains("only if you allow");
                    assert!(goes != waits, "{}", told.text);
                    let waiting = matches!(home, NotesHome::Held(_));
                    assert_eq!(
                        waits, waiting,
                        "{outcome:?} {verbs:?} {rows}: {} {home:?}",
                        told.text
                    );
                }
            }
        }
    }
}
