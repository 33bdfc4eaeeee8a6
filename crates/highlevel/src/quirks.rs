//! What HighLevel does that its documents do not say, and where this crate deals with it. Every quirk of
//! severity A (loses data or bothers customers) and B (breaks a call or a sync) that concerns our endpoints is
//! here; a test holds the table complete and each `test` existing.

/// How bad it is when nothing is done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Loses or corrupts data, or writes to customers.
    A,
    /// Breaks a call or a sync.
    B,
}

/// One quirk.
#[derive(Clone, Copy, Debug)]
pub struct Quirk {
    /// Number in highlevel-quirks.md.
    pub id: &'static str,
    /// How bad.
    pub severity: Severity,
    /// What happens.
    pub title: &'static str,
    /// Where that is known from, in the marks of highlevel-api.md 0.
    pub evidence: &'static str,
    /// What we do.
    pub answer: &'static str,
    /// The file of this crate that does it.
    pub handled_in: &'static str,
    /// The test that holds it.
    pub test: &'static str,
}

macro_rules! quirks {
    ($($id:literal $severity:ident $title:literal, $evidence:literal, $answer:literal, $file:literal, $test:ident;)*) => {
        /// All of them.
        pub const QUIRKS: &[Quirk] = &[$(Quirk {
            id: $id, severity: Severity::$severity, title: $title, evidence: $evidence,
            answer: $answer, handled_in: $file, test: stringify!($test),
        }),*];
    };
}

quirks! {
    "1.1" A "upsert with keys of two contacts drops one value silently", "[spec], #37",
        "look-ups by each key alone; the upsert warns", "src/api/contacts.rs", quirk_1_1_keys_are_looked_up_one_by_one;
    "1.2" A "a further e-mail that matches becomes the primary one", "#337",
        "tells whether a contact has an address already", "src/model/contact.rs", quirk_1_2_further_addresses_count_as_present;
    "1.3" B "a duplicate is a 400 with meta", "[community]",
        "an error of its own that names the contact", "src/vendor_error.rs", quirk_1_3_a_duplicate_names_the_contact;
    "1.4" B "which keys must be unique is a setting of the location", "[rec], [spec]",
        "reads the settings", "src/model/location.rs", quirk_1_4_rules_on_duplicates_are_read;
    "1.5" A "a create answered with 422 had created the contact", "#64",
        "says that it may have been carried out", "src/client.rs", quirk_1_5_a_422_on_create_may_have_been_carried_out;
    "1.6" B "further addresses and numbers can be read, not written", "#59, #262, #331",
        "not part of any write type", "src/model/contact_write.rs", quirk_1_6_further_addresses_are_never_sent;
    "1.7" B "the search misses numbers", "#289",
        "numbers go through the duplicate look-up", "src/api/contacts.rs", quirk_1_7_numbers_are_looked_up_as_duplicates;
    "1.9" B "a plus in a query must be %2B", "[spec]",
        "queries are encoded by a URL builder", "src/api/contacts.rs", quirk_1_9_a_plus_is_encoded;
    "1.10" B "numbers are brought to E.164 on save", "#223, [community]",
        "numbers are compared whatever the notation", "src/model/contact.rs", quirk_1_10_numbers_are_compared_normalised;
    "2.1" A "tags in an update replace all tags", "[spec]",
        "updates have no tags; adding and removing have calls of their own", "src/model/contact_write.rs", quirk_2_1_an_update_never_sends_tags;
    "2.3" B "an unknown key refuses the whole request", "#313, #262, [KB]",
        "write types hold documented keys only", "src/model/contact_write.rs", quirk_2_3_only_documented_keys_are_sent;
    "2.4" B "gender: taken, refused or swallowed, by endpoint", "#313",
        "not part of any write type", "src/model/contact_write.rs", quirk_2_4_gender_is_never_sent;
    "2.5" B "dueDate with milliseconds is refused on write", "n8n",
        "instants are written to the second", "src/draft.rs", quirk_2_5_due_dates_have_no_milliseconds;
    "2.7" B "money is a bare number on contacts", "[KB]",
        "written as a number", "src/model/custom_field.rs", quirk_2_7_money_is_a_bare_number;
    "2.8" A "lists of text boxes: 200, and nothing changes", "[KB]",
        "refused before sending", "src/model/custom_field.rs", quirk_2_8_lists_of_text_boxes_are_not_written;
    "2.9" A "a write to a field of files drops the other files", "[KB]",
        "refused before sending", "src/model/custom_field.rs", quirk_2_9_files_are_not_written;
    "2.10" B "a single file as an array is stored in a wrong shape", "[KB]",
        "refused before sending", "src/model/custom_field.rs", quirk_2_10_signatures_are_not_written;
    "2.11" B "a field's type cannot change, its key outlives its name", "[spec], [rec]",
        "values are read and written by the field's id", "src/model/contact.rs", quirk_2_11_custom_values_go_by_id;
    "2.13" A "writes start automations; only appointments can be silenced", "[spec]",
        "appointments are silent unless told otherwise", "src/model/appointment.rs", quirk_2_13_appointments_are_silent;
    "2.14" B "some deletes need a JSON body", "[spec]",
        "sent with one", "src/api/contacts.rs", quirk_2_14_deletes_carry_their_body;
    "2.19" B "some calendars want a user", "#23",
        "the calendar's primary member is offered", "src/model/calendar.rs", quirk_2_19_a_calendar_offers_its_user;
    "3.1" A "the search lags behind by up to a minute", "[doc], [KB]",
        "single contacts are got by id; nothing here proves by search", "src/api/contacts.rs", quirk_3_1_one_contact_is_got_by_id;
    "3.2" B "a missing contact is a 400", "[KB]",
        "404, and 400 with `not found`, are absence", "src/vendor_error.rs", quirk_3_2_a_400_can_mean_absent;
    "3.3" B "a wrong path looks like a wrong id", "[KB]",
        "ids are encoded as one segment, and never empty", "src/client.rs", quirk_3_3_an_id_is_one_segment_and_never_empty;
    "3.4" B "a business id of wrong shape is a 400", "[KB]",
        "absence", "src/vendor_error.rs", quirk_3_4_a_wrongly_shaped_business_id_means_absent;
    "3.5" B "the search needs location and page size", "#31",
        "always sent", "src/model/search.rs", quirk_3_5_a_search_always_has_location_and_size;
    "3.6" B "the page size has another name everywhere", "[KB], [spec]",
        "a request type per endpoint", "src/model/task.rs", quirk_3_6_page_sizes_have_their_own_names;
    "3.7" B "page numbers end at 10,000; a cursor excludes them", "[doc]",
        "pages are followed by cursor", "src/model/search.rs", quirk_3_7_pages_are_followed_by_cursor;
    "3.8" B "custom fields are filtered by id", "#42",
        "the filter takes the id", "src/model/search.rs", quirk_3_8_custom_fields_are_filtered_by_id;
    "3.11" B "the deprecated list loses its location when paged naively", "n8n #11353, #247",
        "both cursors and the location are sent", "src/api/contacts.rs", quirk_3_11_the_old_list_keeps_its_location;
    "3.13" B "custom fields without model are those of contacts only", "[KB]",
        "model=all", "src/api/custom_fields.rs", quirk_3_13_all_models_are_asked_for;
    "3.15" B "task search: 201, no total, _id", "[KB]",
        "any 2xx, either id, ended by a short page", "src/api/tasks.rs", quirk_3_15_the_task_search_is_read_to_its_end;
    "3.16" B "appointments cannot be listed by time of change", "[spec]",
        "a window in milliseconds and exactly one owner", "src/api/calendars.rs", quirk_3_16_events_are_asked_for_by_window;
    "3.17" B "an appointment comes as `appointment`, also when deleted", "[rec]",
        "either envelope; deletion is told", "src/api/appointments.rs", quirk_3_17_a_deleted_appointment_is_told;
    "3.18" B "a contact's appointments have no zone", "[spec]",
        "a time without zone is a type of its own", "src/model/appointment.rs", quirk_3_18_times_without_zone_are_kept_apart;
    "4.5" B "an app installed for an agency has the wrong kind of token", "[community]",
        "an error of its own", "src/vendor_error.rs", quirk_4_5_an_agency_token_is_told_apart;
    "4.6" B "scopes are not added to tokens that exist", "[KB]",
        "an error that says to connect again", "src/vendor_error.rs", quirk_4_6_a_missing_scope_is_told_apart;
    "5.1" B "a wrong version is a 401", "[community]",
        "an error of its own; the token is not renewed for it", "src/client.rs", quirk_5_1_a_refused_version_does_not_cost_the_token;
    "5.7" B "429 without Retry-After; resets in milliseconds", "[rec], [sdk]",
        "the interval header counts", "src/vendor_error.rs", quirk_5_7_a_429_waits_for_the_interval;
}
