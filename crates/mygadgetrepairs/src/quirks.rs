//! The vendor's oddities: what they are, how sure that is, where they are handled and which test holds it.
//!
//! All evidence is that of mygadgetrepairs-api.md; nothing was tried on the live service.

use crate::Evidence;

/// One oddity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirk {
    /// Short name.
    pub name: &'static str,
    /// What the vendor does, and what follows.
    pub what: &'static str,
    /// How sure that is.
    pub evidence: Evidence,
    /// Section of mygadgetrepairs-api.md.
    pub section: &'static str,
    /// The file under `src` that handles it.
    pub handled_in: &'static str,
    /// The file under `src` and the test that hold it.
    pub test: (&'static str, &'static str),
}

macro_rules! quirks {
    ($($name:literal: $what:literal, $evidence:ident $section:literal, $file:literal, $test_file:literal $test:ident;)*) => {
        /// All known oddities.
        pub const QUIRKS: &[Quirk] = &[$(Quirk {
            name: $name,
            what: $what,
            evidence: Evidence::$evidence,
            section: $section,
            handled_in: $file,
            test: ($test_file, stringify!($test)),
        }),*];
    };
}

quirks! {
    "bare-key": "The key stands alone in `Authorization`, with its punctuation and without a prefix.",
        Documented "3", "auth.rs", "auth.rs" the_key_is_sent_verbatim_without_prefix_and_hidden;
    "401-may-be-throttling": "Keys that work are refused with 401 under load; ten excesses lock out for hours.",
        Observed "9", "limits.rs", "error/tests.rs" a_doubtful_401_is_a_pause_and_not_a_wrong_key;
    "page-or-offset": "`page` is documented, but was seen to end lists after 50 records while `offset` works.",
        Observed "6", "page.rs", "page/tests.rs" every_record_once_in_every_mode_and_whatever_was_learnt;
    "page-and-offset-together": "What both together mean is unknown; adding them up would lose records, so later pages send one.",
        Inferred "6", "page.rs", "page/tests.rs" every_record_once_in_every_mode_and_whatever_was_learnt;
    "repeated-page": "A paging form that is not understood repeats the first page; taken for news, that never ends.",
        Inferred "6", "page/anchors.rs", "page/tests.rs" a_list_that_repeats_is_an_error_and_never_a_loop_or_an_end;
    "no-total": "There is no count and no link; only a short page ends a list, and an error never does.",
        Observed "6", "page.rs", "page/tests.rs" an_error_is_never_the_end_and_the_walk_goes_on_from_there;
    "newest-first-is-not": "Lists called newest first are not in strict order; stop only after a whole known page.",
        Observed "7", "page.rs", "page/tests.rs" new_records_during_a_walk_are_no_repetition;
    "any-scalar-type": "Texts that look like numbers come as numbers, and empty values as empty texts.",
        Inferred "2", "lenient.rs", "lenient.rs" scalars_of_any_type_become_text;
    "empty-text-objects": "A missing object may come as an empty text, null or an empty list.",
        Inferred "2", "lenient.rs", "lenient.rs" nested_objects_may_be_anything;
    "json-guard-and-junk": "ColdFusion can put `//` before the JSON and debug output after it.",
        Inferred "2", "lenient.rs", "lenient.rs" bodies_with_guards_and_trailing_junk_are_read;
    "wrapped-lists": "Lists are bare arrays; a wrapped one is read as well, anything else is an error.",
        Observed "5", "client/list.rs", "client/list.rs" lists_are_bare_or_wrapped_and_nothing_else_is_an_empty_list;
    "ids-are-not-uuids": "Ids are ColdFusion ids in four groups, or numbers; opaque, compared regardless of case.",
        Documented "8", "page.rs", "page/tests.rs" doubles_and_bad_rows_are_dropped_and_counted;
    "offset-without-colon": "Times carry `-0600`, sometimes `-06:00` or `Z`.",
        Observed "8", "stamp.rs", "stamp.rs" every_known_spelling_is_read;
    "filter-dates": "Filters want `05-Jan-2026` with an English month.",
        Documented "8", "stamp.rs", "api/tests.rs" filters_are_written_in_the_house_style;
    "read-and-write-names-differ": "`phone` is written `telephone`, `vat_registration_number` is written `VATRegistration`.",
        Documented "8", "wire.rs", "model/tests.rs" writes_hold_only_what_changed_under_the_tables_names;
    "unknown-arguments-are-ignored": "A wrong name is no error: guesses may go together, and only reading back proves a write.",
        Inferred "2", "wire.rs", "wire.rs" guesses_are_sent_together_and_marked_as_guesses;
    "body-beats-path": "Path, query and body are one set in which the body wins: a body that names the path's id changes another record.",
        Inferred "2", "client/member.rs", "client/member.rs" a_body_never_names_another_record;
    "suffix-chooses-format": "`.xml` after a path changes the answer, an empty id reaches the whole list, `updated` the feed.",
        Inferred "2", "client/member.rs", "client/member.rs" an_id_can_only_reach_its_record;
    "created-filter-on-feeds": "A creation filter sent to an update feed could hide edits to old records.",
        Inferred "12.3", "wire.rs", "wire.rs" the_update_feed_is_never_filtered_by_creation;
    "feed-rows-unknown": "Feeds may hold records, ids or deletions.",
        Inferred "14", "model/changed.rs", "model/tests.rs" feed_rows_may_be_records_ids_or_deletions;
    "feed-may-be-missing": "Without a feed `/customers/updated` is unknown, or read as a customer of that name.",
        Inferred "1.2", "probe/finding.rs", "probe/tests.rs" the_account_is_described_with_at_most_ten_requests;
    "answers-hold-only-the-id": "POST answers 200 or 201 with an id and nothing else.",
        Documented "5", "client/member.rs", "api/tests.rs" a_create_returns_the_id_for_200_and_201_and_any_type;
    "500-after-write": "An exception may come after the record was written, and there is no protection against doubles.",
        Inferred "10", "error/answer.rs", "api/tests.rs" a_create_that_fails_or_hides_its_id_is_never_repeated_and_in_doubt;
    "error-bodies": "Refusals are JSON, text, HTML or empty.",
        Inferred "10", "error/answer.rs", "error/tests.rs" the_vendors_words_are_found_in_any_body_and_masked;
    "gone-may-be-400": "A deleted record may answer 400 with an explanation instead of 404.",
        Inferred "14", "error/answer.rs", "error/tests.rs" a_status_means_what_was_asked_for;
    "comment-visibility": "How a comment is marked internal is unknown; silence means visible.",
        Inferred "12.5", "model/comment.rs", "model/tests.rs" a_comment_is_internal_only_when_the_account_says_so;
    "comments-of-all-tickets": "The ticket filter of comments is a guess; others' comments may come along.",
        Inferred "12.5", "api/ticket_comments.rs", "api/tests.rs" comments_of_other_tickets_are_dropped;
    "inactive-with-a-blank": "A user's status reads `In active`.",
        Documented "12.1", "model/user.rs", "model/tests.rs" invoices_and_users_are_read;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs, path::Path};

    #[test]
    fn every_quirk_is_handled_and_tested_where_it_says() {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut names = BTreeSet::new();
        for quirk in QUIRKS {
            assert!(names.insert(quirk.name), "{} twice", quirk.name);
            assert!(
                src.join(quirk.handled_in).is_file(),
                "{}: {}",
                quirk.name,
                quirk.handled_in
            );
            let (file, test) = quirk.test;
            let text = fs::read_to_string(src.join(file)).unwrap();
            assert!(
                text.contains(&format!("fn {test}(")),
                "{}: no test {test} in {file}",
                quirk.name
            );
        }
    }
}
