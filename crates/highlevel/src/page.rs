//! Reading long lists page by page.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where the next page begins: the vendor's `searchAfter` of the last row. Only good for the same filter and
/// sort (highlevel-api.md 7.7). May be stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub Vec<Value>);

/// One page.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// Its rows.
    pub rows: Vec<T>,
    /// How many rows there are in all, where the vendor tells. It lags behind writes.
    pub total: Option<u64>,
    /// Where the next page begins; nothing after the last one.
    pub next: Option<Cursor>,
}

/// Whether there may be more. A page can be short because the vendor silently capped the size that was asked
/// for, so the total decides where one is told, and without one a page of a round size is not taken for the last.
pub(crate) fn may_go_on(rows: usize, asked: u32, seen: u64, total: Option<u64>) -> bool {
    if rows == 0 {
        return false;
    }
    let full = u64::try_from(rows).is_ok_and(|rows| rows >= u64::from(asked));
    match total {
        Some(total) => full || seen < total,
        None => full || rows.is_multiple_of(10),
    }
}

#[cfg(test)]
mod tests {
    use super::may_go_on;

    #[test]
    fn only_an_empty_or_an_oddly_short_page_ends_a_list_without_a_total() {
        assert!(may_go_on(500, 500, 500, None));
        assert!(may_go_on(100, 500, 100, None), "a capped page");
        assert!(!may_go_on(7, 500, 507, None));
        assert!(!may_go_on(0, 500, 500, None));
    }

    #[test]
    fn a_total_decides_where_there_is_one() {
        assert!(may_go_on(7, 500, 7, Some(12)));
        assert!(!may_go_on(7, 500, 12, Some(12)));
        assert!(may_go_on(500, 500, 500, Some(500)), "the total lags behind");
        assert!(!may_go_on(0, 500, 3, Some(12)), "an empty page always ends");
    }
}
