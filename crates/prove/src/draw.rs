//! Drawing a schedule from a seed.

use crate::deliver::Pushing;
use crate::step::{Act, Deed, Step};
use domain::{Field, Side};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use twin::{highlevel, mygadgetrepairs};

/// Fields of people that are edited.
pub(crate) const OF_PEOPLE: [Field; 7] = [
    Field::Name,
    Field::Email,
    Field::Phone,
    Field::Company,
    Field::Address,
    Field::City,
    Field::PostalCode,
];
/// Fields that are emptied: a person without a name is nobody.
const EMPTIED: [Field; 5] = [
    Field::Email,
    Field::Company,
    Field::Address,
    Field::City,
    Field::PostalCode,
];
const OF_WORK: [Field; 3] = [Field::Title, Field::Body, Field::Completed];
const PROFILES: [&str; 7] = [
    "rough",
    "lost=0.3",
    "errors=0.4",
    "reset=0.3",
    "throttled=0.15",
    "half=0.25",
    "errors=0.15,lost=0.15,reset=0.15,half=0.1",
];

/// Seconds for which the network holds what a frozen node has asked; what is not there by thirty never comes.
const LATE: [i64; 4] = [0, 0, 10, 25];

/// Share of deeds that concern appointments, where people make any.
const OF_DIARIES: f64 = 0.35;

/// Share of deeds that make two contacts one, where people do that; at the counter nobody does.
const OF_MERGES: f64 = 0.12;

/// What a shop's people do beside the usual.
type Habits = (Diaries, bool);

/// A shop, both accounts' habits, and what happens.
#[derive(Clone, Debug, Serialize)]
pub struct Schedule {
    /// Everything follows from it.
    pub seed: u64,
    /// Customers at the beginning.
    pub customers: usize,
    /// Contacts at the beginning.
    pub contacts: usize,
    /// HighLevel's settings.
    #[serde(skip)]
    pub highlevel: highlevel::Settings,
    /// MyGadgetRepairs' settings.
    #[serde(skip)]
    pub mygadgetrepairs: mygadgetrepairs::Settings,
    /// Whether the vendors' real limits apply; else neither they nor ceilings of ours.
    pub limits: bool,
    /// How the vendors push; nothing where nobody set them up to.
    pub pushing: Option<Pushing>,
    /// Whether the shop's people make appointments.
    pub diaries: Diaries,
    /// Whether people make contacts one.
    pub merges: bool,
    /// The steps, in order.
    pub steps: Vec<Step>,
}

/// Whether the shop's people make appointments, and which way they go where the shop has no rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Diaries {
    /// Nobody makes any.
    Empty,
    /// HighLevel's are shown at the counter, as by the default rules.
    Shown,
    /// The counter's own are booked in HighLevel as well.
    Both,
}

impl Diaries {
    /// Drawn apart from all else, so that a shop without appointments has the days that it would have anyway.
    fn drawn(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed ^ 0x6469_6172_7921);
        match random.random_range(0..10) {
            0..4 => Self::Empty,
            4..8 => Self::Shown,
            _ => Self::Both,
        }
    }
}

impl Schedule {
    /// The schedule of a seed.
    #[must_use]
    pub fn drawn(seed: u64) -> Self {
        let mut random = StdRng::seed_from_u64(seed ^ 0x7072_6f76_6521);
        let limits = random.random_bool(0.5);
        let highlevel = highlevel_settings(&mut random, limits);
        let mygadgetrepairs = mygadgetrepairs_settings(&mut random, limits, seed);
        let mut schedule = Self {
            seed,
            customers: random.random_range(0..=4),
            contacts: random.random_range(0..=4),
            highlevel,
            mygadgetrepairs,
            limits,
            pushing: None,
            diaries: Diaries::drawn(seed),
            merges: merges(seed),
            steps: Vec::new(),
        };
        if random.random_bool(0.65) {
            schedule.pushing = Some(Pushing::drawn(&mut random));
        }
        let length = random.random_range(10..=36);
        if random.random_bool(0.8) {
            schedule.steps.push(Step::Pass {
                approve: true,
                live: false,
            });
        }
        let mut number = 0;
        let habits = (schedule.diaries, schedule.merges);
        while schedule.steps.len() < length {
            let step = draw(&mut random, &mut number, &habits);
            schedule.steps.push(step);
        }
        freeze_some(&mut schedule);
        schedule
    }
}

/// In some schedules two nodes share the shop, and some of those that would die freeze. Drawn apart from all else.
fn freeze_some(schedule: &mut Schedule) {
    let mut random = StdRng::seed_from_u64(schedule.seed ^ 0x6e6f_6465_7321);
    if !random.random_bool(0.5) {
        return;
    }
    for step in &mut schedule.steps {
        if let Step::Crash { at, sweep } = *step
            && random.random_bool(0.7)
        {
            let late = LATE[random.random_range(0..LATE.len())];
            *step = Step::Freeze { at, sweep, late };
        }
    }
}

/// Whether people make contacts one; drawn apart from all else, as the diaries are.
fn merges(seed: u64) -> bool {
    StdRng::seed_from_u64(seed ^ 0x006d_6572_6765_7321).random_bool(0.4)
}

fn highlevel_settings(random: &mut StdRng, limits: bool) -> highlevel::Settings {
    use highlevel::Identifier::{Email, Phone};
    let usual = highlevel::Settings::default();
    let identifiers = [vec![Email, Phone], vec![Phone, Email], vec![Email]];
    highlevel::Settings {
        requests_per_10s: usual.requests_per_10s.filter(|_| limits),
        requests_per_day: usual.requests_per_day.filter(|_| limits),
        index_lag_ms: [0, 2_000, 20_000, 60_000][random.random_range(0..4)],
        allow_duplicate_contact: random.random_bool(0.25),
        contact_unique_identifiers: identifiers.choose(random).cloned().unwrap_or_default(),
        company_name_on_update: random.random_bool(0.5),
        ..usual
    }
}

fn mygadgetrepairs_settings(
    random: &mut StdRng,
    limits: bool,
    seed: u64,
) -> mygadgetrepairs::Settings {
    use mygadgetrepairs::{Feeds, Granularity, Paging, TicketOrder};
    let usual = mygadgetrepairs::Settings::default();
    mygadgetrepairs::Settings {
        seed,
        paging: [Paging::OffsetOnly, Paging::PageOnly, Paging::Both][random.random_range(0..3)],
        updated_feeds: [Feeds::On, Feeds::Missing][random.random_range(0..2)],
        granularity: [Granularity::Day, Granularity::Second][random.random_range(0..2)],
        timestamps: random.random_bool(0.5),
        ticket_order: [
            TicketOrder::LastUpdated,
            TicketOrder::Created,
            TicketOrder::Shuffled,
        ][random.random_range(0..3)],
        throttle_per_minute: usual.throttle_per_minute.filter(|_| limits),
        over_limit_status: [401, 429][random.random_range(0..2)],
        post_status: [201, 200][random.random_range(0..2)],
        notifications: twin::Drain::Pulled,
        clear_on_empty: random.random_bool(0.5),
        empty_text_objects: random.random_bool(0.3),
        ..usual
    }
}

fn draw(random: &mut StdRng, number: &mut u32, habits: &Habits) -> Step {
    let side = Side::BOTH[random.random_range(0..2)];
    match random.random_range(0..1_000) {
        0..420 => {
            *number += 1;
            Step::Person(Act {
                side,
                number: *number,
                pick: random.random_range(0..24),
                deed: deed(random, habits),
            })
        }
        420..550 => Step::Pass {
            approve: random.random_bool(0.7),
            live: random.random_bool(0.3),
        },
        550..575 => Step::Sweep,
        575..680 => Step::Crash {
            at: look(random),
            sweep: random.random_bool(0.15),
        },
        680..755 => Step::Deliver,
        755..830 => Step::QuickPass {
            dies_at: random.random_bool(0.25).then(|| look(random) / 2 + 1),
        },
        830..875 => Step::Faults {
            side,
            profile: PROFILES[random.random_range(0..PROFILES.len())],
        },
        875..898 => Step::Calm(side),
        898..906 => Step::Offline(side),
        906..950 => Step::Wait {
            seconds: [5, 45, 120, 1_800, 7_200, 100_000][random.random_range(0..6)],
        },
        950..975 => Step::Answer {
            pick: random.random_range(0..8),
        },
        975..980 => Step::LoseKey(side),
        980..988 => Step::NewKey(side),
        988..990 => Step::LockOut {
            seconds: [600, 21_600][random.random_range(0..2)],
        },
        990..993 => Step::Pause,
        _ => Step::Resume,
    }
}

/// When a pass dies: most look less than two hundred times, and early looks are where writes are.
fn look(random: &mut StdRng) -> u64 {
    [30, 90, 200, 400][random.random_range(0..4)] * random.random_range(1..=100) / 100 + 1
}

fn deed(random: &mut StdRng, (diaries, merges): &Habits) -> Deed {
    if *merges && random.random_bool(OF_MERGES) {
        return Deed::MergePeople;
    }
    if *diaries != Diaries::Empty && random.random_bool(OF_DIARIES) {
        return deed_of_diary(random);
    }
    match random.random_range(0..100) {
        0..12 => Deed::NewPerson,
        12..17 => Deed::SamePerson,
        17..20 => Deed::SharedPhone,
        20..22 => Deed::SameName,
        22..34 => Deed::NewWork,
        34..36 => Deed::SameTitle,
        36..42 => Deed::NewNote,
        42..68 => Deed::EditPerson(OF_PEOPLE[random.random_range(0..OF_PEOPLE.len())]),
        68..72 => Deed::ClearPerson(EMPTIED[random.random_range(0..EMPTIED.len())]),
        72..73 => Deed::TakePhone,
        73..94 => Deed::EditWork(OF_WORK[random.random_range(0..OF_WORK.len())]),
        94..97 => Deed::DeletePerson,
        _ => Deed::DeleteWork,
    }
}

fn deed_of_diary(random: &mut StdRng) -> Deed {
    match random.random_range(0..100) {
        0..34 => Deed::NewAppointment,
        34..40 => Deed::SameAppointment,
        40..44 => Deed::PastAppointment,
        44..60 => Deed::MoveAppointment,
        60..74 => Deed::RenameAppointment,
        74..84 => Deed::CallOff,
        84..92 => Deed::PutBack,
        _ => Deed::DeleteAppointment,
    }
}
