use super::*;
use proptest::prelude::*;

const MINUTE: SignedDuration = SignedDuration::from_secs(60);

fn patience() -> Patience {
    Patience {
        attention: SignedDuration::from_mins(10),
        stopped: SignedDuration::from_mins(2),
        reminder: None,
        questions: SignedDuration::from_hours(1),
        gathering: SignedDuration::ZERO,
    }
}

fn need(key: &str, weight: Weight, count: u64) -> StandingNeed {
    StandingNeed {
        key: key.to_owned(),
        weight,
        count,
    }
}

fn shop(id: i64, needs: &[StandingNeed]) -> StandingShop {
    StandingShop {
        shop: ShopId(id),
        watched: true,
        needs: needs.to_vec(),
    }
}

/// Looks once a minute; every look takes what was remembered through the store.
struct Looks {
    told: BTreeMap<ShopId, ToldShop>,
    minute: i64,
    patience: Patience,
}

impl Looks {
    fn new(patience: Patience) -> Self {
        Self {
            told: BTreeMap::new(),
            minute: 0,
            patience,
        }
    }

    fn look(&mut self, shops: &[StandingShop]) -> Vec<Notice> {
        let stored: Vec<(ShopId, String)> = (self.told.iter())
            .map(|(id, told)| (*id, serde_json::to_string(told).unwrap()))
            .collect();
        self.told = (stored.iter())
            .map(|(id, text)| (*id, serde_json::from_str(text).unwrap()))
            .collect();
        let now = after(
            Timestamp::UNIX_EPOCH,
            MINUTE * i32::try_from(self.minute).unwrap(),
        );
        self.minute += 1;
        notices(&mut self.told, shops, now, &self.patience)
    }

    fn run(&mut self, minutes: usize, shops: &[StandingShop]) -> Vec<Notice> {
        (0..minutes).flat_map(|_| self.look(shops)).collect()
    }
}

fn told(shop: i64, what: Tidings, needs: &[&str]) -> Notice {
    Notice {
        shop: ShopId(shop),
        what,
        needs: needs.iter().map(|key| (*key).to_owned()).collect(),
    }
}

const FAILED: &str = "failed";

fn failed() -> StandingNeed {
    need(FAILED, Weight::Attention, 1)
}

#[test]
fn a_need_is_told_after_its_grace_time_and_its_end_after_the_same() {
    let mut looks = Looks::new(patience());
    let broken = [shop(1, &[failed()])];
    assert_eq!(looks.run(10, &broken), []);
    assert_eq!(looks.look(&broken), [told(1, Tidings::Needs, &[FAILED])]);
    assert_eq!(looks.run(3_000, &broken), []);
    let well = [shop(1, &[])];
    assert_eq!(looks.run(10, &well), []);
    assert_eq!(looks.look(&well), [told(1, Tidings::Well, &[])]);
    assert_eq!(looks.run(3_000, &well), []);
}

#[test]
fn what_stops_the_work_is_told_sooner() {
    let mut looks = Looks::new(patience());
    let broken = [shop(1, &[need("gone", Weight::Stopped, 1), failed()])];
    assert_eq!(looks.run(2, &broken), []);
    assert_eq!(looks.look(&broken), [told(1, Tidings::Needs, &["gone"])]);
    assert_eq!(looks.run(20, &broken), [told(1, Tidings::Needs, &[FAILED])]);
}

#[test]
fn questions_are_gathered_for_an_hour_and_make_nobody_unwell() {
    let mut looks = Looks::new(patience());
    let asks = |count| [shop(1, &[need("review", Weight::Question, count)])];
    assert_eq!(
        looks.run(11, &asks(1)),
        [told(1, Tidings::Questions, &["review"])]
    );
    let mut all = Vec::new();
    for count in 2..61 {
        all.extend(looks.run(1, &asks(count)));
    }
    assert_eq!(all, [], "not within the hour");
    assert_eq!(
        looks.run(2, &asks(61)),
        [told(1, Tidings::Questions, &["review"])]
    );
    assert_eq!(looks.run(500, &asks(61)), [], "no new ones");
    assert_eq!(looks.run(500, &asks(3)), [], "fewer");
    assert_eq!(
        looks.run(1, &asks(4)),
        [told(1, Tidings::Questions, &["review"])]
    );
    assert_eq!(
        looks.run(500, &[shop(1, &[])]),
        [],
        "answered by whom it was told"
    );
}

#[test]
fn good_tidings_name_the_questions_that_stand() {
    let mut looks = Looks::new(patience());
    looks.run(11, &[shop(1, &[failed()])]);
    let asks = [shop(1, &[need("review", Weight::Question, 2)])];
    assert_eq!(looks.run(100, &asks), [told(1, Tidings::Well, &["review"])]);
}

#[test]
fn a_reminder_comes_once_a_day_with_everything_that_stands() {
    let day = SignedDuration::from_hours(24);
    let mut looks = Looks::new(Patience {
        reminder: Some(day),
        ..patience()
    });
    let first = [shop(1, &[failed()])];
    let both = [shop(1, &[failed(), need("held", Weight::Attention, 1)])];
    assert_eq!(looks.run(100, &first).len(), 1);
    assert_eq!(looks.run(100, &both), [told(1, Tidings::Needs, &["held"])]);
    let later = looks.run(60 * 24 * 3, &both);
    assert_eq!(
        later,
        vec![told(1, Tidings::Reminder, &[FAILED, "held"]); 3]
    );
}

#[test]
fn shops_that_break_in_the_same_minute_are_told_of_together() {
    let mut looks = Looks::new(Patience {
        gathering: MINUTE,
        ..patience()
    });
    assert_eq!(looks.look(&[shop(1, &[failed()]), shop(2, &[])]), []);
    let both = [shop(1, &[failed()]), shop(2, &[failed()])];
    let all: Vec<Vec<Notice>> = (0..30).map(|_| looks.look(&both)).collect();
    let messages: Vec<_> = all.into_iter().filter(|one| !one.is_empty()).collect();
    let notice = |id| told(id, Tidings::Needs, &[FAILED]);
    assert_eq!(messages, [[notice(1), notice(2)]]);
}

#[test]
fn what_cannot_be_sent_is_tried_for_a_day_less_and_less_often() {
    let (made, mut now, mut waits) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH, Vec::new());
    for attempts in 1..100 {
        let Some(next) = next_try(made, attempts, now) else {
            break;
        };
        waits.push(passed(now, next).as_mins());
        now = next;
    }
    assert_eq!(waits[..5], [1, 5, 15, 60, 60]);
    assert_eq!(waits.len(), 26);
    assert!(passed(made, now) <= SignedDuration::from_hours(24));
}

fn weight() -> impl Strategy<Value = Weight> {
    prop_oneof![Just(Weight::Stopped), Just(Weight::Attention)]
}

/// For how many minutes a need stands, and then not, by turns.
fn spans(minutes: std::ops::Range<usize>) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(minutes, 1..12)
}

proptest! {
    #[test]
    fn each_standing_is_told_once_and_ended_once(weight in weight(), spans in spans(11..40)) {
        let mut looks = Looks::new(patience());
        for (turn, minutes) in spans.into_iter().enumerate() {
            let (needs, what) = match turn % 2 {
                0 => (vec![need(FAILED, weight, 1)], Tidings::Needs),
                _ => (vec![], Tidings::Well),
            };
            let all = looks.run(minutes, &[shop(1, &needs)]);
            prop_assert_eq!(all.len(), 1, "{:?}", all);
            prop_assert_eq!(all[0].what, what);
        }
    }

    #[test]
    fn what_comes_and_goes_faster_than_the_grace_time_is_not_told(spans in spans(1..11)) {
        let mut looks = Looks::new(patience());
        for (turn, minutes) in spans.into_iter().enumerate() {
            let needs = if turn % 2 == 0 { vec![failed()] } else { vec![] };
            prop_assert_eq!(looks.run(minutes, &[shop(1, &needs)]), []);
        }
    }

    #[test]
    fn what_was_told_and_goes_for_a_moment_is_not_told_again(spans in spans(1..10)) {
        let mut looks = Looks::new(patience());
        prop_assert_eq!(looks.run(11, &[shop(1, &[failed()])]).len(), 1);
        for (turn, minutes) in spans.into_iter().enumerate() {
            let needs = if turn % 2 == 0 { vec![] } else { vec![failed()] };
            prop_assert_eq!(looks.run(minutes, &[shop(1, &needs)]), []);
        }
    }

    #[test]
    fn a_paused_shop_tells_nothing_and_what_was_told_before_is_not_told_again(
        before in 0_usize..40, paused in 1_usize..40, other in any::<bool>(),
    ) {
        let mut looks = Looks::new(patience());
        let broken = [shop(1, &[failed()])];
        let first = looks.run(before, &broken).len();
        let mut rests = shop(1, &if other { vec![need("held", Weight::Stopped, 1)] } else { vec![failed()] });
        rests.watched = false;
        prop_assert_eq!(looks.run(paused, &[rests]), []);
        prop_assert_eq!(first + looks.run(100, &broken).len(), 1);
        // Mended meanwhile or afterwards: the end is told as well.
        prop_assert_eq!(looks.run(100, &[shop(1, &[])]), [told(1, Tidings::Well, &[])]);
    }

    #[test]
    fn while_all_is_well_nothing_is_told(minutes in 1_usize..500, others in 0_i64..5) {
        let mut looks = Looks::new(patience());
        let shops: Vec<_> = (0..=others).map(|id| shop(id, &[])).collect();
        prop_assert_eq!(looks.run(minutes, &shops), []);
        prop_assert!(looks.told.values().all(ToldShop::is_empty));
    }

    /// Whatever stands at the end for longer than every grace time was told since it last began, or before with no end
    /// told in between; and nothing is told well that was not told before.
    #[test]
    fn nothing_is_lost_among_many_shops_and_needs(
        course in prop::collection::vec((prop::collection::vec(0_usize..3, 0..3), prop::collection::vec(0_usize..3, 0..3)), 1..60),
    ) {
        let mut looks = Looks::new(Patience { gathering: MINUTE, ..patience() });
        let keys = ["a", "b", "c"];
        let weights = [Weight::Attention, Weight::Stopped, Weight::Attention];
        let standing = |of: &[usize]| -> Vec<StandingNeed> {
            (0..3).filter(|at| of.contains(at)).map(|at| need(keys[at], weights[at], 1)).collect()
        };
        let mut open: BTreeMap<ShopId, Vec<String>> = BTreeMap::new();
        let mut take = |all: Vec<Notice>| {
            for notice in all {
                let told = open.entry(notice.shop).or_default();
                match notice.what {
                    Tidings::Well => {
                        prop_assert!(!told.is_empty());
                        told.clear();
                    }
                    _ => told.extend(notice.needs),
                }
            }
            Ok(())
        };
        for (left, right) in &course {
            let shops = [shop(1, &standing(left)), shop(2, &standing(right))];
            take(looks.run(3, &shops))?;
        }
        let Some((left, right)) = course.last() else { return Ok(()) };
        let shops = [shop(1, &standing(left)), shop(2, &standing(right))];
        take(looks.run(30, &shops))?;
        for shop in &shops {
            let told = open.get(&shop.shop).cloned().unwrap_or_default();
            for need in &shop.needs {
                prop_assert!(told.contains(&need.key), "{:?} of {:?}", need, told);
            }
            if shop.needs.is_empty() {
                prop_assert!(told.is_empty(), "its end was not told: {:?}", told);
            }
        }
    }
}
