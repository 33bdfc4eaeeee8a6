//! What every engine must do alike. The behaviours are functions over a [`behaviour::bench::Bench`]; the macro at
//! the end stamps all of them onto an engine.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod behaviour {
    pub mod access;
    pub mod bench;
    pub mod commit;
    pub mod exchanges;
    pub mod finding;
    pub mod flow_runs;
    pub mod flows;
    pub mod forecasts;
    pub mod glance;
    pub mod installations;
    pub mod intents;
    pub mod keys;
    pub mod links;
    pub mod lists;
    pub mod neighbourhood;
    pub mod notes;
    pub mod notices;
    pub mod people;
    pub mod shared;
    pub mod shops;
    pub mod snapshots;
    pub mod webhooks;
}

macro_rules! stamp {
    ($open:path; $($module:ident { $($test:ident)* })*) => {
        $(mod $module {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                if let Some(bench) = $open().await {
                    crate::behaviour::$module::$test(&bench).await;
                    bench.end().await;
                }
            })*
        })*
    };
}

macro_rules! behaviour_suite {
    ($engine:ident, $open:path) => {
        mod $engine {
            stamp! { $open;
                commit {
                    a_failing_change_takes_the_whole_list_back
                    nothing_is_a_valid_list
                    cursors_and_facts_keep_their_last_value
                }
                glance {
                    each_shop_is_told_of_as_by_itself_and_as_it_was
                }
                snapshots {
                    an_unchanged_record_keeps_its_state_and_a_changed_one_is_unsettled
                    times_alone_are_no_change
                    a_gone_record_that_is_back_is_unsettled
                    a_stale_row_after_our_own_write_is_left_out_but_counts_as_seen
                    invariant_3_no_lost_edit_a_stale_row_after_a_look_is_left_out
                    invariant_3_no_lost_edit_an_answer_that_comes_late_is_left_out
                    what_is_kept_from_a_time_to_come_keeps_nothing_out
                    a_newer_row_is_accepted_within_the_window
                    a_row_is_accepted_after_the_window
                    unsettled_ones_come_in_pages
                    children_wake_with_their_parent
                    waiting_records_are_counted
                    a_sweep_finds_what_it_has_not_seen
                    reads_by_id_keep_shops_sides_and_kinds_apart
                    unsettling_a_kind_leaves_gone_ones_and_other_kinds
                }
                flows {
                    history_is_not_sighted_and_every_later_change_is_sighted_once
                    a_new_record_is_sighted_unless_it_was_made_before_its_kind_was_read
                    what_flows_watch_is_sighted_after_it_was_read_completely
                    an_occurrence_begins_a_flow_once_and_the_cursor_moves_with_it
                    a_run_is_saved_with_its_steps_and_goes_on_when_it_is_due
                    editing_a_flow_keeps_its_beginning_and_a_draft_leaves_it_at_work
                    events_are_kept_in_the_order_in_which_they_came
                    what_is_done_once_belongs_to_one_run_until_its_time_is_over
                    calls_are_found_by_the_records_that_they_named_or_made
                }
                exchanges {
                    a_finished_write_is_found_by_its_record_and_by_the_run_that_read_it_back
                    only_the_writes_of_a_run_are_claimed
                    old_ones_are_forgotten_a_few_at_a_time_and_open_ones_never
                    records_are_found_by_id_and_by_the_counters_number
                }
                neighbourhood {
                    candidates_and_rivals_but_not_strangers
                    a_key_shared_by_more_than_50_says_nothing
                    keys_are_replaced_with_the_record
                    a_stale_row_leaves_the_keys_of_our_write
                    a_task_with_the_id_of_a_contact_leaves_its_keys
                    gone_contacts_are_no_neighbours
                }
                links {
                    a_key_is_held_while_its_contact_is_linked
                    a_second_link_of_a_record_fails_the_whole_list
                    after_unlinking_a_new_link_is_possible
                    a_new_base_is_kept_with_its_counts
                    totals_and_differing_leave_ended_links_out
                    people_set_apart_stay_apart_until_told
                    links_that_were_let_go_are_counted_and_taken_back_answers_forgotten
                }
                intents {
                    one_open_write_per_source_and_side
                    claiming_marks_as_sent_before_handing_out
                    two_claimers_never_get_the_same_write
                    what_was_sent_at_a_crash_becomes_unknown
                    progress_is_kept
                    retry_and_hold_and_release
                    only_what_was_never_sent_is_cancelled
                    deletions_that_wait_are_found_by_what_they_delete
                    the_next_due_instant
                    the_urgent_go_first
                }
                webhooks {
                    invariant_1_stored_before_acknowledged_in_batches
                    an_event_that_comes_again_counts_once_and_is_known_once_it_was_looked_at
                    what_came_of_webhooks_is_added_up_by_side
                    only_old_ones_that_were_looked_at_are_forgotten
                }
                notes {
                    a_call_during_a_look_is_not_lost
                    contacts_with_open_tickets_come_round_and_held_ones_when_told
                    what_was_told_is_kept_by_place
                    a_rule_keeps_its_beginning_until_it_changes_and_fires_once
                }
                people {
                    a_question_is_asked_once_and_its_detail_renewed
                    answered_and_moot_questions_are_closed
                    an_answer_taken_back_opens_the_question_unless_it_was_asked_anew
                    the_journal_is_read_by_record_and_by_number
                    runs_are_kept_newest_first
                }
                shops {
                    a_name_is_taken_once
                    a_shop_is_paused_approved_and_given_rules
                    a_removed_shop_leaves_nothing
                    secrets_and_data_keys_are_kept
                }
                installations {
                    a_pair_is_replaced_by_whoever_had_the_one_before
                    a_refused_pair_is_told_and_a_new_installation_mends_it
                    an_agency_that_leaves_takes_its_sub_accounts_along
                    a_state_is_taken_once_in_time_and_by_its_browser
                    a_link_is_good_until_it_is_used_or_ends
                }
                access {
                    a_users_name_is_taken_once_in_whatever_case
                    somebody_keeps_the_role_that_somebody_must_have
                    a_session_shows_its_user_as_it_is_now_until_it_is_ended
                    a_new_password_ends_all_sessions_of_its_user_and_of_nobody_else
                    the_first_link_makes_one_owner_once
                    a_users_link_sets_the_password_once
                    an_api_token_is_found_by_its_digest_and_revoked_by_its_name
                    wrong_passwords_are_counted_for_a_bounded_number_of_places
                    the_audit_log_is_only_added_to
                }
                finding {
                    children_and_pages_come_in_the_order_of_their_ids
                    a_page_may_hold_a_record_twice
                    appointments_that_a_walk_has_not_seen_are_found_by_their_beginning
                    records_are_known_by_the_counters_number_whatever_letters_are_in_them
                    whoever_cannot_be_reached_is_counted_and_an_endless_key_says_nothing
                    links_are_shown_a_few_at_a_time_and_ended_ones_by_their_reason
                    a_removed_shop_keeps_its_history_under_another_name
                    installations_are_listed_and_found_by_their_account
                }
                flow_runs {
                    held_runs_are_released_unless_they_may_have_sent_something
                    runs_are_counted_by_their_times_and_states_and_forgotten
                    recipes_and_versions_are_remembered
                    what_is_watched_is_found_by_what_it_names
                    since_when_something_is_as_it_is_is_known
                }
                forecasts {
                    what_waits_for_its_parent_and_what_is_undecided_is_counted
                    what_a_run_wrote_is_counted_and_found_by_its_target
                    messages_that_followed_our_writes_are_told
                    notes_that_are_due_are_counted
                }
                keys {
                    what_is_sealed_with_a_key_that_is_gone_is_refused
                    a_rotation_finds_what_is_sealed_and_removes_keys_that_nothing_names
                    data_keys_are_wrapped_anew_all_or_none
                }
                lists {
                    people_are_listed_by_name_and_a_pair_once
                    people_are_found_by_how_their_words_begin
                    whoever_is_asked_about_or_left_alone_is_listed
                    the_journal_is_searched_in_pages_and_counted
                    runs_that_did_nothing_are_passed_over
                }
                notices {
                    what_is_told_is_remembered_and_sent_until_it_is_given_up
                    settings_drop_what_waits_for_a_way_that_is_off
                    it_is_known_whether_it_can_be_written_and_when_a_side_was_read
                }
                shared {
                    a_budget_is_counted_exactly_by_concurrent_users
                    eight_writers_never_find_it_busy
                    a_second_handle_sees_what_the_first_wrote
                    a_lock_excludes_and_is_released_on_drop
                }
            }
        }
    };
}

behaviour_suite!(sqlite, crate::behaviour::bench::open_sqlite);
behaviour_suite!(postgres, crate::behaviour::bench::open_postgres);
