//! The repositories: what may be read, and how changes are written. One file per subject.

pub mod access;
mod ahead;
mod commit;
mod exchanges;
mod facts;
mod flows;
mod install_tickets;
mod installations;
mod intents;
mod journal;
mod keep;
mod links;
pub mod messages;
mod notes;
mod notices;
mod people;
mod records;
mod reviews;
mod rotation;
mod runs;
mod secrets;
mod shops;
#[cfg(test)]
mod tests;
mod webhooks;

pub use flows::FlowToKeep;
pub use journal::{JournalCount, JournalFilter, JournalPage};
pub(crate) use keep::Keeper;
pub use keep::Keeping;
pub use links::{ANSWER_TAKEN_BACK, LET_GO};
pub use people::{PeopleCursor, PeopleState, PersonRow};
pub use rotation::{Rewrap, SealedText};

/// Ids as one parameter.
pub(crate) fn list<'a>(
    ids: impl IntoIterator<Item = &'a domain::RecordId>,
) -> crate::db::Value<'static> {
    crate::db::texts(ids.into_iter().map(domain::RecordId::as_str))
}

/// Shops as one parameter.
pub(crate) fn these(shops: &[domain::ShopId]) -> crate::db::Value<'static> {
    crate::db::Value::Ints(shops.iter().map(|shop| shop.0).collect())
}

/// Rows that begin with the number of a shop, by shop.
pub(crate) fn by_shop<R, T>(
    rows: impl IntoIterator<Item = R>,
    read: impl Fn(R) -> (i64, T),
) -> std::collections::BTreeMap<domain::ShopId, Vec<T>> {
    let mut all = std::collections::BTreeMap::<_, Vec<T>>::new();
    for row in rows {
        let (shop, row) = read(row);
        all.entry(domain::ShopId(shop)).or_default().push(row);
    }
    all
}

/// The last of the rows that have the same values in these members: a statement touches a row of its table once.
pub(crate) fn last_of_each(rows: Vec<serde_json::Value>, key: &[&str]) -> Vec<serde_json::Value> {
    let mut last = Vec::with_capacity(rows.len());
    let mut seen = std::collections::HashSet::with_capacity(rows.len());
    for row in rows.into_iter().rev() {
        let of: Vec<String> = key.iter().map(|member| row[*member].to_string()).collect();
        if seen.insert(of) {
            last.push(row);
        }
    }
    last.reverse();
    last
}
