//! Appointments of both sides, kept in step: the CRM's at the counter, and, where a calendar is chosen for it, the
//! counter's in the CRM, without a word to the customer.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use app::NewShop;
use domain::{Kind, Side};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use testkit::{Bench, SHOP};
use twin::{FaultProfile, Vendor};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const BACK: &str = "[appointments]\nback = \"Repair while you wait\"\n";

/// A shop with one person on both sides, in step.
struct Diary {
    bench: Bench,
    contact: String,
    customer: String,
}

impl Diary {
    async fn new() -> Self {
        Self::on(Bench::new(3, 0, 0).await).await
    }

    async fn on(bench: Bench) -> Self {
        let made = bench
            .at_counter(&json!({"action": "create_customer", "fields": {
                "name": "Maria Soto", "email": "maria@example.test", "mobile": "07400123456",
            }}))
            .await;
        let customer = made["id"].as_str().unwrap().to_owned();
        let tally = bench.sync().await;
        assert!(tally.finished, "{:?}", tally.reasons);
        let contact = bench.counterpart(Kind::Contact, &customer).await;
        Self {
            bench,
            contact,
            customer,
        }
    }

    async fn with_rules(document: &str) -> Self {
        let diary = Self::new().await;
        diary.rules(document).await;
        diary
    }

    async fn rules(&self, document: &str) {
        let rules = mapping::Rules::from_toml(document).unwrap();
        self.bench.app.set_rules(SHOP, &rules).await.unwrap();
    }

    /// Books in the CRM, without a webhook.
    fn book(&self, title: &str, start: &str) -> String {
        let fields = json!({"calendarId": self.calendar(0), "title": title, "startTime": start});
        let action =
            json!({"action": "create_appointment", "contact": self.contact, "fields": fields});
        self.bench.in_crm(&action)["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn edit(&self, booking: &str, fields: &Json) {
        let action = json!({"action": "edit_appointment", "id": booking, "fields": fields});
        self.bench.in_crm(&action);
    }

    fn delete(&self, booking: &str) {
        self.bench
            .in_crm(&json!({"action": "delete_appointment", "id": booking}));
    }

    /// Enters an appointment at the counter.
    async fn enter(&self, subject: &str, start: &str) -> String {
        let fields = json!({"customer": self.customer, "subject": subject, "startDate": start});
        let action = json!({"action": "create_appointment", "fields": fields});
        let made = self.bench.at_counter(&action).await;
        made["id"].as_str().unwrap().to_owned()
    }

    async fn change(&self, appointment: &str, fields: &Json) {
        let action = json!({"action": "edit_appointment", "id": appointment, "fields": fields});
        self.bench.at_counter(&action).await;
    }

    fn calendar(&self, number: usize) -> String {
        self.bench.twins.highlevel().calendars()[number].0.clone()
    }

    async fn at_counter(&self) -> Vec<Json> {
        let truth = self.bench.truth().await;
        truth.appointments.into_values().collect()
    }

    async fn in_crm(&self) -> Vec<Json> {
        let truth = self.bench.truth().await;
        truth.bookings.into_values().collect()
    }

    /// The one appointment at the counter that stands for a booking.
    async fn counterpart(&self, booking: &str) -> Json {
        let truth = self.bench.truth().await;
        let found = truth.appointments_of(booking);
        assert_eq!(found.len(), 1, "{:?}", truth.appointments);
        found[0].clone()
    }

    async fn sync(&self) -> app::Tally {
        let tally = self.bench.sync().await;
        assert!(tally.finished, "{:?}", tally.reasons);
        tally
    }

    /// Syncs while so many of a vendor's answers are lost, and then with a good line until all is known.
    async fn lose_answers(&self, vendor: Vendor, lost: f64) {
        let faults = FaultProfile {
            lost,
            ..FaultProfile::none()
        };
        self.bench.twins.set_faults(vendor, faults);
        for _ in 0..3 {
            let approved = app::SyncOptions {
                approve: true,
                ..Default::default()
            };
            let board = app::ProgressBoard::default();
            let _ = self.bench.app.sync(SHOP, approved, &board).await;
        }
        self.bench.twins.set_faults(vendor, FaultProfile::none());
        for _ in 0..3 {
            self.bench.sync().await;
        }
    }

    async fn quiet(&self) {
        let tally = self.bench.sync().await;
        assert!(
            !tally.wrote() && tally.failed == 0,
            "both sides rest: {tally:?}"
        );
    }

    /// Bookings and moves of ours that would have sent messages to the customer.
    fn told(&self) -> usize {
        let automations = self.bench.twins.highlevel().automations(0);
        let ours =
            |one: &&Json| one["trigger"] == "appointment_booked" && one["by"] == "INTEGRATION";
        automations.iter().filter(ours).count()
    }

    fn requests(&self) -> (u64, u64) {
        let twins = &self.bench.twins;
        (
            twins.requests(Vendor::HighLevel),
            twins.requests(Vendor::MyGadgetRepairs),
        )
    }
}

fn ahead(seconds: i64) -> Timestamp {
    let now = domain::Clock::now(&http::SystemClock);
    Timestamp::from_second((now.as_second() + seconds) / 900 * 900).unwrap()
}

/// An instant as the CRM takes it.
fn iso(at: Timestamp) -> String {
    at.to_string()
}

/// An instant as people enter it at a counter in London.
fn local(at: Timestamp) -> String {
    let zoned = at.to_zoned_datetime(TimeZone::get("Europe/London").unwrap());
    zoned.strftime("%d-%b-%Y %H:%M").to_string()
}

/// When an appointment of the counter's begins, or ends.
fn at(appointment: &Json, field: &str) -> Timestamp {
    let text = appointment[field].as_str().unwrap();
    Timestamp::strptime("%Y-%m-%dT%H:%M:%S%z", text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_booking_is_entered_moved_renamed_and_called_off_at_the_counter() {
    let diary = Diary::new().await;
    let (start, later) = (ahead(2 * DAY), ahead(3 * DAY));
    let booking = diary.book("Battery", &iso(start));
    let tally = diary.sync().await;
    assert_eq!(tally.created.mygadgetrepairs["appointment"], 1);
    let made = diary.counterpart(&booking).await;
    assert_eq!(made["subject"], "Battery");
    assert_eq!(made["customer"]["id"], diary.customer.as_str());
    assert_eq!(at(&made, "start_date"), start);
    assert_eq!(at(&made, "end_date"), start + SignedDuration::from_mins(15));
    diary.quiet().await;

    diary.edit(
        &booking,
        &json!({"startTime": iso(later), "title": "Battery and screen"}),
    );
    let tally = diary.sync().await;
    assert_eq!(tally.updated.mygadgetrepairs["appointment"], 1);
    let moved = diary.counterpart(&booking).await;
    assert_eq!(moved["subject"], "Battery and screen");
    assert_eq!(at(&moved, "start_date"), later);
    assert_eq!(
        at(&moved, "end_date"),
        later + SignedDuration::from_mins(15)
    );
    diary.quiet().await;

    diary.edit(&booking, &json!({"appointmentStatus": "cancelled"}));
    diary.sync().await;
    let off = diary.counterpart(&booking).await;
    assert_eq!(off["subject"], "Cancelled: Battery and screen");
    diary.quiet().await;
    diary.edit(&booking, &json!({"appointmentStatus": "confirmed"}));
    diary.sync().await;
    assert_eq!(
        diary.counterpart(&booking).await["subject"],
        "Battery and screen"
    );
    diary.quiet().await;
    assert_eq!(diary.told(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_booking_is_called_off_at_the_counter_and_asked_for_once() {
    let diary = Diary::new().await;
    let booking = diary.book("Battery", &iso(ahead(2 * DAY)));
    diary.sync().await;
    diary.delete(&booking);
    let tally = diary.sync().await;
    assert_eq!(tally.updated.mygadgetrepairs["appointment"], 1, "{tally:?}");
    let off = diary.counterpart(&booking).await;
    assert_eq!(off["subject"], "Cancelled: Battery");
    let before = diary.requests();
    diary.quiet().await;
    let first = diary.requests();
    diary.quiet().await;
    let second = diary.requests();
    assert_eq!(
        first.0 - before.0,
        second.0 - first.0,
        "it is not looked for again"
    );
    let stored = diary.bench.app.status(SHOP).await.unwrap();
    assert_eq!((stored.held, stored.failed), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_over_or_called_off_is_left_alone() {
    let diary = Diary::new().await;
    let old = diary.book("Long ago", &iso(ahead(-40 * DAY)));
    diary.book("Yesterday", &iso(ahead(-3 * HOUR)));
    let off = diary.book("Off", &iso(ahead(DAY)));
    diary.edit(&off, &json!({"appointmentStatus": "cancelled"}));
    diary.enter("Old visit", &local(ahead(-30 * DAY))).await;
    diary.enter("Own visit", &local(ahead(4 * DAY))).await;
    let tally = diary.sync().await;
    assert_eq!(tally.created.total(), 0, "{tally:?}");
    assert_eq!(diary.at_counter().await.len(), 2);

    // A webhook tells of an old one: it is looked at, and left alone.
    diary
        .bench
        .tell(
            "AppointmentUpdate",
            &json!({"appointment": {"id": old, "contactId": diary.contact}}),
        )
        .await;
    let tally = diary.bench.refresh().await;
    assert_eq!(tally.created.total(), 0, "{tally:?}");
    // It is stored now, no walk shows it, and still it is not taken for deleted.
    let tally = diary.bench.sweep().await;
    assert!(!tally.wrote(), "{tally:?}");
    let explained = diary.bench.app.explain(SHOP, &old, None).await.unwrap();
    let lines = explained.lines().join("\n");
    assert!(
        lines.contains("not ahead") && !lines.contains("deleted"),
        "{lines}"
    );
    let own = diary.in_crm().await;
    assert_eq!(own.len(), 3, "nothing is booked in the CRM: {own:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_past_pair_stays_when_its_booking_leaves_the_window() {
    let diary = Diary::with_rules("[appointments]\ndays_ahead = 10\n").await;
    let booking = diary.book("Battery", &iso(ahead(2 * DAY)));
    diary.sync().await;
    diary.quiet().await;
    let before = diary.requests();
    diary.quiet().await;
    let usual = diary.requests().0 - before.0;
    // Moved beyond what is read, and then long past: each time it is looked for, found, and carried over.
    for (seconds, name) in [(60 * DAY, "far"), (-20 * DAY, "past")] {
        diary.edit(
            &booking,
            &json!({"startTime": iso(ahead(seconds)), "title": name}),
        );
        diary.sync().await;
        let there = diary.counterpart(&booking).await;
        assert_eq!(there["subject"], name);
        let before = diary.requests();
        diary.quiet().await;
        let once = diary.requests();
        diary.quiet().await;
        let quiet = (once.0 - before.0, diary.requests().0 - once.0);
        assert_eq!(quiet, (usual, usual), "it is not asked for again: {name}");
        // Back into the window, so that the next round begins there.
        diary.edit(&booking, &json!({"startTime": iso(ahead(2 * DAY))}));
        diary
            .bench
            .tell(
                "AppointmentUpdate",
                &json!({"appointment": {"id": booking, "contactId": diary.contact}}),
            )
            .await;
        diary.sync().await;
    }
    assert_eq!(diary.at_counter().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn webhooks_carry_a_booking_over_at_once() {
    let diary = Diary::new().await;
    let start = ahead(2 * DAY);
    let booking = diary.book("Battery", &iso(start));
    let told = json!({"appointment": {"id": booking, "contactId": diary.contact}});
    diary.bench.tell("AppointmentCreate", &told).await;
    let tally = diary.bench.refresh().await;
    assert_eq!(tally.created.mygadgetrepairs["appointment"], 1, "{tally:?}");
    assert_eq!(at(&diary.counterpart(&booking).await, "start_date"), start);

    diary.edit(&booking, &json!({"startTime": iso(ahead(4 * DAY))}));
    diary.bench.tell("AppointmentUpdate", &told).await;
    let before = diary.requests();
    let tally = diary.bench.refresh().await;
    assert_eq!(tally.updated.mygadgetrepairs["appointment"], 1, "{tally:?}");
    // One look at the booking; at the counter a look, the write, and one to read it back.
    let after = diary.requests();
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 3));

    diary.delete(&booking);
    diary.bench.tell("AppointmentDelete", &told).await;
    let tally = diary.bench.refresh().await;
    assert_eq!(tally.updated.mygadgetrepairs["appointment"], 1, "{tally:?}");
    assert_eq!(
        diary.counterpart(&booking).await["subject"],
        "Cancelled: Battery"
    );

    // The same once more changes nothing.
    diary.bench.tell("AppointmentDelete", &told).await;
    let tally = diary.bench.refresh().await;
    assert!(!tally.wrote(), "{tally:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_booking_typed_in_on_both_sides_is_one() {
    let diary = Diary::new().await;
    let start = ahead(2 * DAY);
    let booking = diary.book("Battery", &iso(start));
    diary.enter("Collect phone", &local(start)).await;
    diary
        .bench
        .tell(
            "AppointmentCreate",
            &json!({"appointment": {"id": booking, "contactId": diary.contact}}),
        )
        .await;
    let tally = diary.bench.refresh().await;
    assert_eq!(tally.linked["appointment"], 1, "{tally:?}");
    diary.sync().await;
    assert_eq!(diary.at_counter().await.len(), 1);
    diary.quiet().await;

    // The same without a webhook.
    let start = ahead(4 * DAY);
    diary.book("Screen", &iso(start));
    diary.enter("Bring phone", &local(start)).await;
    let tally = diary.sync().await;
    assert_eq!(tally.linked["appointment"], 1, "{tally:?}");
    assert_eq!(diary.at_counter().await.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_when_answers_to_appointments_are_lost() {
    let diary = Diary::new().await;
    let mut bookings = Vec::new();
    for number in 0..12 {
        bookings.push(diary.book(&format!("Visit {number}"), &iso(ahead(DAY + number * HOUR))));
    }
    diary.lose_answers(Vendor::MyGadgetRepairs, 0.4).await;
    for booking in &bookings {
        diary.counterpart(booking).await;
    }
    assert_eq!(diary.at_counter().await.len(), bookings.len());
    diary.quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quiet_pass_asks_nothing_of_the_counter_for_appointments() {
    let diary = Diary::new().await;
    diary.quiet().await;
    let before = diary.requests();
    diary.quiet().await;
    let without = diary.requests();
    for number in 0..5 {
        diary.book(&format!("Visit {number}"), &iso(ahead(DAY + number * HOUR)));
    }
    diary.sync().await;
    diary.quiet().await;
    let again = diary.requests();
    diary.quiet().await;
    let with = diary.requests();
    assert_eq!(
        with.1 - again.1,
        without.1 - before.1,
        "requests to the counter"
    );
    // One look into each calendar, as without any booking.
    assert_eq!(
        with.0 - again.0,
        without.0 - before.0,
        "requests to HighLevel"
    );

    // Switched off, not even that.
    diary.rules("[appointments]\nto = \"off\"\n").await;
    diary.quiet().await;
    let off = diary.requests();
    diary.quiet().await;
    let calendars = diary.bench.twins.highlevel().calendars().len() as u64;
    assert_eq!(diary.requests().0 - off.0, with.0 - again.0 - calendars);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_counters_own_appointments_are_booked_in_the_chosen_calendar_without_a_word() {
    let diary = Diary::with_rules(BACK).await;
    let start = ahead(2 * DAY);
    let own = diary.enter("Collect laptop", &local(start)).await;
    let tally = diary.sync().await;
    assert_eq!(tally.created.highlevel["appointment"], 1, "{tally:?}");
    let truth = diary.bench.truth().await;
    let made = truth.bookings_of(&own)[0].clone();
    let booking = made["id"].as_str().unwrap().to_owned();
    assert_eq!(made["calendarId"], diary.calendar(1).as_str());
    assert_eq!(made["contactId"], diary.contact.as_str());
    assert_eq!(made["title"], "Collect laptop");
    let begins: Timestamp = made["startTime"].as_str().unwrap().parse().unwrap();
    assert_eq!(begins, start);
    diary.quiet().await;

    // Moved and renamed at the counter.
    let later = ahead(5 * DAY);
    let end = later + SignedDuration::from_mins(30);
    diary
        .change(
            &own,
            &json!({"startDate": local(later), "endDate": local(end), "subject": "Collect both"}),
        )
        .await;
    diary.sync().await;
    let now = diary.bench.truth().await.bookings[&booking].clone();
    let begins: Timestamp = now["startTime"].as_str().unwrap().parse().unwrap();
    assert_eq!((begins, &now["title"]), (later, &json!("Collect both")));
    diary.quiet().await;

    // Called off at the counter, by the word in its subject.
    diary
        .change(&own, &json!({"subject": "Cancelled: Collect both"}))
        .await;
    diary.sync().await;
    let now = diary.bench.truth().await.bookings[&booking].clone();
    assert_eq!(
        (&now["appointmentStatus"], &now["title"]),
        (&json!("cancelled"), &json!("Collect both"))
    );
    diary.quiet().await;
    assert_eq!(diary.in_crm().await.len(), 1);
    assert_eq!(diary.told(), 0, "nobody was told");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_way_back_a_booking_moved_at_the_counter_moves_in_the_crm() {
    let diary = Diary::with_rules(BACK).await;
    let booking = diary.book("Battery", &iso(ahead(2 * DAY)));
    diary.sync().await;
    let there = diary.counterpart(&booking).await;
    let id = there["id"].as_str().unwrap();
    let later = ahead(3 * DAY);
    let end = later + SignedDuration::from_mins(15);
    diary
        .change(
            id,
            &json!({"startDate": local(later), "endDate": local(end)}),
        )
        .await;
    let tally = diary.sync().await;
    assert_eq!(tally.updated.highlevel["appointment"], 1, "{tally:?}");
    let now = diary.bench.truth().await.bookings[&booking].clone();
    let begins: Timestamp = now["startTime"].as_str().unwrap().parse().unwrap();
    assert_eq!(begins, later);
    diary.quiet().await;

    // Moved on both sides at once: the CRM's stands, and the counter's is kept in the journal.
    let (left, right) = (ahead(6 * DAY), ahead(7 * DAY));
    diary.edit(&booking, &json!({"startTime": iso(left)}));
    let end = right + SignedDuration::from_mins(15);
    diary
        .change(
            id,
            &json!({"startDate": local(right), "endDate": local(end)}),
        )
        .await;
    diary.sync().await;
    assert_eq!(at(&diary.counterpart(&booking).await, "start_date"), left);
    diary.quiet().await;
    let log = diary.bench.app.log(SHOP, None, 100).await.unwrap();
    assert!(
        log.iter().any(|row| row.event == "overruled"),
        "the counter's value is kept"
    );
    assert_eq!(diary.told(), 0, "we told nobody");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_2_no_duplicates_of_the_counters_appointments_when_answers_are_lost() {
    let diary = Diary::with_rules(BACK).await;
    let mut own = Vec::new();
    for number in 0..8 {
        own.push(
            diary
                .enter(
                    &format!("Visit {number}"),
                    &local(ahead(DAY + number * HOUR)),
                )
                .await,
        );
    }
    diary.lose_answers(Vendor::HighLevel, 0.3).await;
    let truth = diary.bench.truth().await;
    for appointment in &own {
        assert_eq!(truth.bookings_of(appointment).len(), 1);
    }
    assert_eq!(truth.bookings.len(), own.len());
    assert_eq!(truth.appointments.len(), own.len());
    diary.quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_counter_deletes_ends_the_pair_and_is_not_made_anew() {
    let diary = Diary::new().await;
    let booking = diary.book("Battery", &iso(ahead(2 * DAY)));
    diary.sync().await;
    let there = diary.counterpart(&booking).await;
    let id = there["id"].as_str().unwrap();
    diary
        .bench
        .at_counter(&json!({"action": "delete_appointment", "id": id}))
        .await;
    diary.edit(&booking, &json!({"startTime": iso(ahead(3 * DAY))}));
    diary.bench.sync().await;
    diary.bench.sweep().await;
    diary.quiet().await;
    assert_eq!(diary.at_counter().await.len(), 0);
    let standing = diary.bench.truth().await.bookings[&booking].clone();
    assert_eq!(standing["appointmentStatus"], "confirmed");
    let log = diary.bench.app.log(SHOP, None, 100).await.unwrap();
    assert!(
        log.iter()
            .any(|row| row.event == "unlinked" && row.kind == Some(Kind::Appointment))
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_changes_of_the_clocks_and_the_hour_that_comes_twice() {
    let diary = Diary::with_rules("[appointments]\ndays_ahead = 400\n").await;
    let zone = TimeZone::get("Europe/London").unwrap();
    let now = domain::Clock::now(&http::SystemClock);
    let changes: Vec<Timestamp> = zone
        .following(now)
        .take(2)
        .map(|change| change.timestamp())
        .collect();
    let mut bookings = Vec::new();
    for change in &changes {
        for hours in [-30, -2, 1, 8] {
            let start = *change + SignedDuration::from_hours(hours);
            let booking = diary.book("Visit", &iso(start));
            bookings.push((booking, start));
        }
    }
    diary.sync().await;
    for (booking, start) in &bookings {
        let there = diary.counterpart(booking).await;
        assert_eq!(at(&there, "start_date"), *start, "{}", local(*start));
    }
    diary.quiet().await;

    // From one side of a change to the other.
    let (booking, _) = &bookings[1];
    let moved = changes[0] + SignedDuration::from_hours(26);
    diary.edit(booking, &json!({"startTime": iso(moved)}));
    diary.sync().await;
    assert_eq!(at(&diary.counterpart(booking).await, "start_date"), moved);
    diary.quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hour_that_comes_twice_is_told_and_not_written_again_and_again() {
    let diary = Diary::with_rules("[appointments]\ndays_ahead = 400\n").await;
    let zone = TimeZone::get("Europe/London").unwrap();
    let now = domain::Clock::now(&http::SystemClock);
    // The second 01:30 of the night in autumn: what the counter takes has no word for it.
    let autumn = zone
        .following(now)
        .find(|change| !change.dst().is_dst())
        .unwrap()
        .timestamp();
    let booking = diary.book("Night", &iso(autumn + SignedDuration::from_mins(30)));
    diary.sync().await;
    let there = diary.counterpart(&booking).await;
    assert_eq!(
        at(&there, "start_date"),
        autumn - SignedDuration::from_mins(30)
    );
    diary.quiet().await;
    assert_eq!(diary.at_counter().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_location_in_another_zone_keeps_the_instant_and_both_times_are_shown() {
    let bench = Bench::new(3, 0, 0).await;
    let twin = bench.twins.highlevel();
    twin.set_settings(twin::highlevel::Settings {
        time_zone: "America/New_York".to_owned(),
        ..twin.settings()
    });
    bench.app.remove_shop(SHOP).await.unwrap();
    let shop = NewShop {
        name: SHOP.into(),
        location: bench.twins.location_id().into(),
        zone: Some("Europe/London".into()),
        country: Some("GB".into()),
    };
    bench.app.add_shop(&shop).await.unwrap();
    let token = SecretString::from(bench.twins.token());
    bench
        .app
        .connect(SHOP, Side::HighLevel, &token)
        .await
        .unwrap();
    let key = SecretString::from(bench.twins.key());
    bench
        .app
        .connect(SHOP, Side::MyGadgetRepairs, &key)
        .await
        .unwrap();
    let diary = Diary::on(bench).await;
    let start = ahead(2 * DAY);
    let booking = diary.book("Battery", &iso(start));
    diary.sync().await;
    let there = diary.counterpart(&booking).await;
    assert_eq!(at(&there, "start_date"), start);
    diary.quiet().await;
    let explained = diary.bench.app.explain(SHOP, &booking, None).await.unwrap();
    let lines = explained.lines().join("\n");
    assert!(
        lines.contains("Europe/London (") && lines.contains("America/New_York"),
        "{lines}"
    );
    // The vendor's own words are kept beside the instant.
    let text = start.to_zoned_datetime(TimeZone::get("America/New_York").unwrap());
    let text = text.strftime("%Y-%m-%dT%H:%M:%S").to_string();
    assert!(lines.contains(&text), "{text}: {lines}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_scope_for_calendars_everything_else_goes_on_and_it_is_said() {
    let diary = Diary::new().await;
    let everything = [
        "contacts.readonly",
        "contacts.write",
        "locations.readonly",
        "locations/tasks.readonly",
        "locations/customFields.readonly",
        "users.readonly",
        "locations/tags.readonly",
    ];
    let narrow = |secret: &str, more: &[&str]| twin::highlevel::Token {
        secret: secret.into(),
        reach: twin::highlevel::Reach::Location(diary.bench.twins.location_id().to_owned()),
        scopes: Some(
            everything
                .iter()
                .chain(more)
                .map(|scope| (*scope).to_owned())
                .collect(),
        ),
    };
    let booking = diary.book("Battery", &iso(ahead(2 * DAY)));
    for (secret, more) in [
        ("pit-none", &[][..]),
        ("pit-calendars", &["calendars.readonly"][..]),
    ] {
        diary
            .bench
            .twins
            .highlevel()
            .add_token(narrow(secret, more));
        diary
            .bench
            .app
            .connect(SHOP, Side::HighLevel, &SecretString::from(secret))
            .await
            .unwrap();
        let report = diary.bench.app.check(SHOP).await.unwrap();
        assert!(!report.failed(), "{:?}", report.lines);
        let line = report
            .lines
            .iter()
            .find(|line| line.what == "appointments")
            .unwrap();
        assert!(line.says.contains("calendars"), "{line:?}");
        let name = format!("Maria {secret}");
        diary
            .bench
            .at_counter(
                &json!({"action": "edit_customer", "id": diary.customer, "fields": {"name": name}}),
            )
            .await;
        let tally = diary.sync().await;
        assert_eq!(tally.updated.highlevel["contact"], 1, "{tally:?}");
        assert_eq!(tally.created.total(), 0);
        let status = diary.bench.app.status(SHOP).await.unwrap();
        let said = status
            .reasons
            .iter()
            .any(|reason| reason.contains("appointments are not synced"));
        assert!(said, "{:?}", status.reasons);
    }
    // Allowed again: the check notices at once.
    let token = SecretString::from(diary.bench.twins.token());
    diary
        .bench
        .app
        .connect(SHOP, Side::HighLevel, &token)
        .await
        .unwrap();
    diary.bench.app.check(SHOP).await.unwrap();
    diary.sync().await;
    diary.counterpart(&booking).await;
    let status = diary.bench.app.status(SHOP).await.unwrap();
    assert_eq!(status.reasons, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_refused_to_a_revoked_token_is_asked_for_again_with_the_next_one() {
    let bench = Bench::new(3, 0, 0).await;
    let off = mapping::Rules::from_toml("[appointments]\nto = \"off\"\n").unwrap();
    bench.app.set_rules(SHOP, &off).await.unwrap();
    let diary = Diary::on(bench).await;
    let connect = |token: &str| {
        let token = SecretString::from(token);
        let app = diary.bench.app.clone();
        async move { app.connect(SHOP, Side::HighLevel, &token).await.unwrap() }
    };
    // The calendars are asked for the first time with a token that is no longer good.
    diary.rules("").await;
    connect("pit-revoked").await;
    let board = app::ProgressBoard::default();
    let refused = app::SyncOptions::default();
    let _ = diary.bench.app.sync(SHOP, refused, &board).await;
    connect(diary.bench.twins.token()).await;
    let booking = diary.book("Battery", &iso(ahead(2 * DAY)));
    diary.sync().await;
    diary.counterpart(&booking).await;
    let status = diary.bench.app.status(SHOP).await.unwrap();
    assert_eq!(status.reasons, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_scope_for_booking_the_way_back_waits_alone() {
    let diary = Diary::with_rules(BACK).await;
    let scopes = [
        "contacts.readonly",
        "contacts.write",
        "locations.readonly",
        "locations/tasks.readonly",
        "locations/customFields.readonly",
        "users.readonly",
        "calendars.readonly",
        "calendars/events.readonly",
    ];
    diary
        .bench
        .twins
        .highlevel()
        .add_token(twin::highlevel::Token {
            secret: "pit-read".into(),
            reach: twin::highlevel::Reach::Location(diary.bench.twins.location_id().to_owned()),
            scopes: Some(scopes.map(str::to_owned).to_vec()),
        });
    diary
        .bench
        .app
        .connect(SHOP, Side::HighLevel, &SecretString::from("pit-read"))
        .await
        .unwrap();
    for number in 0..4 {
        diary
            .enter(
                &format!("Visit {number}"),
                &local(ahead(DAY + number * HOUR)),
            )
            .await;
    }
    diary.bench.at_counter(&json!({"action": "edit_customer", "id": diary.customer, "fields": {"name": "Maria Lopez"}})).await;
    let tally = diary.bench.sync().await;
    assert_eq!(
        tally.updated.highlevel["contact"], 1,
        "the rest of the side goes on: {tally:?}"
    );
    assert_eq!(tally.held, 4, "{tally:?}");
    let posts = diary.bench.twins.log(Vendor::HighLevel, 0, 50_000);
    let tried = posts
        .iter()
        .filter(|one| one.method == "POST" && one.path.ends_with("/events/appointments"))
        .count();
    assert!(tried <= 4, "one refusal is enough for a pass: {tried}");
    let status = diary.bench.app.status(SHOP).await.unwrap();
    assert!(
        status
            .reasons
            .iter()
            .any(|reason| reason.contains("calendars/events.write")),
        "{:?}",
        status.reasons
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_account_without_appointments_keeps_everything_else_in_step() {
    let mut options = Bench::options(3, 0, 0);
    options.mygadgetrepairs.appointments = false;
    let diary = Diary::on(Bench::with(options).await).await;
    diary.book("Battery", &iso(ahead(2 * DAY)));
    let rename =
        json!({"action": "edit_customer", "id": diary.customer, "fields": {"name": "Maria Lopez"}});
    diary.bench.at_counter(&rename).await;
    let tally = diary.sync().await;
    assert_eq!(tally.updated.highlevel["contact"], 1, "{tally:?}");
    let status = diary.bench.app.status(SHOP).await.unwrap();
    let said = |reason: &String| reason.contains("does not offer them");
    assert!(status.reasons.iter().any(said), "{:?}", status.reasons);
    let report = diary.bench.app.check(SHOP).await.unwrap();
    let line = report.lines.iter().find(|line| line.what == "appointments");
    assert!(
        line.unwrap().says.contains("does not offer them"),
        "{line:?}"
    );
    assert!(!report.failed(), "{:?}", report.lines);
    // Nothing is asked for in vain.
    let before = diary.requests();
    diary.quiet().await;
    let asked = diary.bench.twins.log(Vendor::MyGadgetRepairs, 0, 50_000);
    let asked = asked.iter().filter(|one| one.path.contains("appointments"));
    assert!(asked.count() <= 6, "only the probes asked");
    assert!(diary.requests().1 > before.1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_made_at_the_counter_when_they_book() {
    let diary = Diary::with_rules("[create]\nmygadgetrepairs = \"appointment\"\n").await;
    let contact = |name: &str| {
        let fields =
            json!({"firstName": name, "lastName": "Soto", "email": format!("{name}@example.test")});
        let made = diary
            .bench
            .in_crm(&json!({"action": "create_contact", "fields": fields}));
        made["contact"]["id"]
            .as_str()
            .or(made["id"].as_str())
            .unwrap()
            .to_owned()
    };
    let (anna, bert) = (contact("Anna"), contact("Bert"));
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    diary.sync().await;
    assert_eq!(
        diary.bench.truth().await.customers.len(),
        1,
        "nobody booked"
    );
    let fields =
        json!({"calendarId": diary.calendar(0), "title": "Screen", "startTime": iso(ahead(DAY))});
    let made = diary
        .bench
        .in_crm(&json!({"action": "create_appointment", "contact": anna, "fields": fields}));
    let booking = made["id"].as_str().unwrap();
    diary
        .bench
        .tell(
            "AppointmentCreate",
            &json!({"appointment": {"id": booking, "contactId": anna}}),
        )
        .await;
    let tally = diary.bench.refresh().await;
    assert_eq!(tally.created.mygadgetrepairs["customer"], 1, "{tally:?}");
    assert_eq!(tally.created.mygadgetrepairs["appointment"], 1, "{tally:?}");
    diary.counterpart(booking).await;
    diary.quiet().await;
    assert_eq!(
        diary.bench.truth().await.customers.len(),
        2,
        "and not {bert}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_made_up_shop_shows_its_bookings_and_a_second_run_writes_nothing() {
    let bench = Bench::new(21, 120, 100).await;
    let tally = bench.sync().await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert!(
        tally.created.mygadgetrepairs["appointment"] > 0,
        "{tally:?}"
    );
    let truth = bench.truth().await;
    let now = domain::Clock::now(&http::SystemClock);
    let mut shown = 0;
    for (id, booking) in &truth.bookings {
        let start: Timestamp = booking["startTime"].as_str().unwrap().parse().unwrap();
        let stands = !matches!(
            booking["appointmentStatus"].as_str().unwrap(),
            "cancelled" | "invalid"
        );
        let there = truth.appointments_of(id);
        assert!(there.len() <= 1, "{id} is there twice");
        assert!(there.is_empty() || (start > now && stands), "{booking}");
        shown += there.len();
    }
    assert_eq!(shown as u64, tally.created.mygadgetrepairs["appointment"]);
    let again = bench.sync().await;
    assert!(!again.wrote(), "{again:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_day_at_the_counter_begins_at_its_midnight() {
    let diary = Diary::with_rules(BACK).await;
    let zone = TimeZone::get("Europe/London").unwrap();
    let day = ahead(20 * DAY).to_zoned_datetime(zone.clone()).date();
    let own = diary
        .enter("Van service", &day.strftime("%d-%b-%Y").to_string())
        .await;
    diary.sync().await;
    let truth = diary.bench.truth().await;
    let made = truth.bookings_of(&own)[0].clone();
    let begins: Timestamp = made["startTime"].as_str().unwrap().parse().unwrap();
    let midnight = day.to_datetime(jiff::civil::Time::midnight());
    assert_eq!(
        begins,
        midnight.to_zoned_datetime(zone).unwrap().timestamp()
    );
    diary.quiet().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invariant_13_undoable_what_was_entered_at_the_counter_goes_again() {
    let diary = Diary::new().await;
    let booking = diary.book("Battery", &iso(ahead(2 * DAY)));
    let tally = diary.sync().await;
    let there = diary.counterpart(&booking).await;
    let scope = app::UndoScope {
        of: app::UndoOf::Run(tally.run),
        field: None,
        delete_created: true,
    };
    let report = diary.bench.app.undo(SHOP, &scope, false).await.unwrap();
    assert!(report.finished, "{report:?}");
    assert_eq!(diary.at_counter().await.len(), 0, "{there}");
    diary.quiet().await;
    assert_eq!(diary.at_counter().await.len(), 0, "it is not entered anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_notification_of_the_diary_books_in_the_crm_at_once_and_costs_one_request() {
    let diary = Diary::with_rules(BACK).await;
    diary.sync().await;
    let app = &diary.bench.app;
    let shop = app.shop(SHOP).await.unwrap();
    let paste = app.counter_webhook(&shop).await.unwrap();
    let secret = paste.url.rsplit('/').next().unwrap().to_owned();
    let token = paste.headers["X-Sync-Token"].as_str().unwrap().to_owned();
    let header = |name: &str| (name == "x-sync-token").then_some(token.as_str());
    let own = diary.enter("Van", &local(ahead(2 * DAY))).await;
    let body = br#"{"event":"appointment.created"}"#;
    let taken = app.take_counter_webhook(&secret, header, body).await;
    taken.unwrap();
    let before = diary.requests();
    let tally = diary.bench.refresh().await;
    assert_eq!(tally.created.highlevel["appointment"], 1, "{tally:?}");
    assert_eq!(diary.requests().1 - before.1, 1);
    assert_eq!(diary.bench.truth().await.bookings_of(&own).len(), 1);
    assert_eq!(diary.told(), 0);
}
