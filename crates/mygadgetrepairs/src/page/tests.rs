use super::*;
use crate::{
    model::Customer,
    stub::{Asked, Reply, Stub, json},
};
use proptest::prelude::*;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How a server might page. The first three are those of mygadgetrepairs-api.md section 16; the others are
/// what the documentation does not rule out.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mode {
    OffsetOnly,
    PageOnly,
    /// `offset` where given, else `page`.
    Both,
    /// `offset` and `page` add up.
    Summed,
    /// A `page` above 1 empties the answer whatever else is given.
    PageKills,
    /// Sends everything at once.
    Unpaged,
    /// Sends the first page whatever is asked.
    Stuck,
}

fn answer(mode: Mode, total: usize, number: impl Fn(&str) -> Option<usize>) -> Vec<Value> {
    sized(mode, total, 50, number)
}

/// The same with pages of at most `size` rows.
fn sized(
    mode: Mode,
    total: usize,
    size: usize,
    number: impl Fn(&str) -> Option<usize>,
) -> Vec<Value> {
    let limit = number("limit").unwrap_or(size).min(size);
    let (offset, page) = (number("offset"), number("page").unwrap_or(1));
    let skip = match mode {
        Mode::OffsetOnly if offset.is_none() && page > 1 => total,
        Mode::PageKills if page > 1 => total,
        Mode::OffsetOnly | Mode::PageKills => offset.unwrap_or(0),
        Mode::PageOnly => (page - 1) * size,
        Mode::Both => offset.unwrap_or((page - 1) * size),
        Mode::Summed => offset.unwrap_or(0) + (page - 1) * size,
        Mode::Unpaged | Mode::Stuck => 0,
    };
    let take = if mode == Mode::Unpaged { total } else { limit };
    (skip..total.min(skip + take))
        .map(|number| json!({"id": format!("ID-{number}")}))
        .collect()
}

struct Memory {
    mode: Mode,
    total: usize,
    size: usize,
    asked: AtomicUsize,
}

impl Source for Memory {
    async fn rows(&self, window: Window) -> Result<Vec<Value>, Error> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let arguments = window.arguments();
        Ok(sized(self.mode, self.total, self.size, |name| {
            arguments
                .iter()
                .find(|(given, _)| given == name)
                .map(|(_, value)| value.parse().unwrap())
        }))
    }
    fn name(&self) -> &str {
        "/customers"
    }
}

fn memory(mode: Mode, total: usize) -> Memory {
    Memory {
        mode,
        total,
        size: 50,
        asked: AtomicUsize::new(0),
    }
}

fn everything(source: &Memory, learnt: &Learnt, store: bool) -> Result<Vec<String>, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (mut ids, mut next) = (Vec::new(), Some(Cursor::start()));
    while let Some(cursor) = next {
        // As after a crash: the cursor comes back from storage.
        let cursor = if store {
            serde_json::from_str(&serde_json::to_string(&cursor).unwrap()).unwrap()
        } else {
            cursor
        };
        let page: Page<Customer> = runtime.block_on(page(source, learnt, &cursor))?;
        ids.extend(page.items.iter().map(|item| item.id.as_str().to_owned()));
        next = page.next;
        assert!(source.asked.load(Ordering::Relaxed) < 40, "endless");
    }
    Ok(ids)
}

fn expected(total: usize) -> Vec<String> {
    (0..total).map(|number| format!("ID-{number}")).collect()
}

fn working_mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::OffsetOnly),
        Just(Mode::PageOnly),
        Just(Mode::Both),
        Just(Mode::Summed),
        Just(Mode::PageKills)
    ]
}

proptest! {
    #[test]
    fn every_record_once_in_every_mode_and_whatever_was_learnt(
        total in 0_usize..=160,
        mode in working_mode(),
        known in prop_oneof![Just(None), Just(Some(PagingForm::Offset)), Just(Some(PagingForm::Page))],
        store in any::<bool>(),
    ) {
        let learnt = Learnt::default();
        if let Some(form) = known {
            learnt.set("/customers", form);
        }
        prop_assert_eq!(everything(&memory(mode, total), &learnt, store).unwrap(), expected(total));
        // And again with what was learnt.
        prop_assert_eq!(everything(&memory(mode, total), &learnt, store).unwrap(), expected(total));
    }

    #[test]
    fn shorter_pages_are_noticed_and_the_list_is_read_to_its_end(
        total in 0_usize..=160,
        size in prop::sample::select(vec![5_usize, 8, 10, 15, 16, 20, 24, 25, 30, 32, 40, 45, 48]),
        mode in prop_oneof![Just(Mode::OffsetOnly), Just(Mode::PageOnly), Just(Mode::Both)],
        store in any::<bool>(),
    ) {
        let learnt = Learnt::default();
        for _ in 0..2 {
            let source = Memory { size, ..memory(mode, total) };
            prop_assert_eq!(everything(&source, &learnt, store).unwrap(), expected(total));
        }
    }

    #[test]
    fn a_list_that_ends_within_its_first_page_costs_at_most_a_look(
        total in 0_usize..50,
        mode in prop_oneof![Just(Mode::OffsetOnly), Just(Mode::Both)],
        longer in any::<bool>(),
    ) {
        let learnt = Learnt::default();
        if longer {
            // Another list of the account sent a full page: then there is nothing to find out.
            everything(&memory(mode, 50), &learnt, false).unwrap();
        }
        let source = memory(mode, total);
        prop_assert_eq!(everything(&source, &learnt, false).unwrap(), expected(total));
        let most = if longer || total == 0 || !(total % 5 == 0 || total % 8 == 0) { 1 } else { 2 };
        prop_assert_eq!(source.asked.load(Ordering::Relaxed), most);
    }

    #[test]
    fn a_bare_offset_goes_on_in_every_mode(total in 0_usize..=160, mode in working_mode(), pages in 0_u64..4) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let source = memory(mode, total);
        let cursor = Cursor::at_offset(pages * PAGE_ROWS);
        let page: Page<Customer> = runtime.block_on(page(&source, &Learnt::default(), &cursor)).unwrap();
        let ids: Vec<_> = page.items.iter().map(|item| item.id.as_str().to_owned()).collect();
        let from = usize::try_from(cursor.offset()).unwrap().min(total);
        prop_assert_eq!(ids, expected(total)[from..total.min(from + 50)].to_vec());
    }
}

#[test]
fn a_list_that_repeats_is_an_error_and_never_a_loop_or_an_end() {
    for total in [50, 51, 120] {
        let error = everything(&memory(Mode::Stuck, total), &Learnt::default(), false).unwrap_err();
        assert!(
            matches!(error, Error::PagingRepeats { offset: 50, .. }),
            "{error}"
        );
    }
    // Shorter than a page, it is taken for the whole list, whether or not it might be a shorter page.
    for total in [49, 45] {
        let found = everything(&memory(Mode::Stuck, total), &Learnt::default(), false);
        assert_eq!(found.unwrap(), expected(total));
    }
}

#[test]
fn a_list_longer_than_a_page_that_comes_back_whole_is_complete() {
    assert_eq!(
        everything(&memory(Mode::Unpaged, 80), &Learnt::default(), false).unwrap(),
        expected(80)
    );
}

#[test]
fn what_was_learnt_saves_requests() {
    for (mode, first, again) in [
        (Mode::OffsetOnly, 3, 3),
        (Mode::Both, 3, 3),
        (Mode::PageOnly, 4, 3),
    ] {
        let learnt = Learnt::default();
        for most in [first, again] {
            let source = memory(mode, 120);
            everything(&source, &learnt, false).unwrap();
            assert_eq!(source.asked.load(Ordering::Relaxed), most, "{mode:?}");
        }
    }
}

#[test]
fn new_records_during_a_walk_are_no_repetition() {
    let rows = |from: usize| {
        (from..from + 50)
            .map(|n| json!({"id": n}))
            .collect::<Vec<_>>()
    };
    let anchors = Anchors::of(&rows(100));
    let cursor = Cursor {
        offset: 50,
        first: anchors.clone(),
        previous: anchors,
        length: None,
    };
    // Thirty records came in at the head, so most of the page is seen again.
    assert!(judge(&rows(120), &cursor) == Verdict::Fresh);
    assert!(judge(&rows(100), &cursor) == Verdict::Repeats);
    // The same page in another order, with one record changed, is still the same page.
    let mut shuffled = rows(100);
    shuffled.reverse();
    shuffled[49] = json!({"id": "new"});
    assert!(judge(&shuffled, &cursor) == Verdict::Repeats);
}

fn served(mode: Mode, total: usize) -> impl Fn(&Asked) -> Reply {
    move |asked| {
        json(&Value::Array(answer(mode, total, |name| {
            asked.number(name)
        })))
    }
}

#[tokio::test]
async fn walks_over_the_wire_are_complete_in_all_modes() {
    for mode in [Mode::OffsetOnly, Mode::PageOnly, Mode::Both] {
        for total in [0, 1, 50, 51, 100, 120] {
            let stub = Stub::start(served(mode, total)).await;
            let walk = stub
                .client
                .customers()
                .walk(&crate::Filter::default(), Cursor::start());
            let (items, unreadable) = walk.all().await.unwrap();
            assert_eq!((items.len(), unreadable), (total, 0), "{mode:?}");
        }
    }
}

#[tokio::test]
async fn an_error_is_never_the_end_and_the_walk_goes_on_from_there() {
    let fail = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let switch = std::sync::Arc::clone(&fail);
    let stub = Stub::start(move |asked| {
        if asked.number("offset") == Some(50) && switch.swap(false, Ordering::Relaxed) {
            return (400, None, String::new());
        }
        served(Mode::OffsetOnly, 70)(asked)
    })
    .await;
    let mut walk = stub
        .client
        .tickets()
        .walk(&crate::Filter::default(), Cursor::start());
    assert_eq!(walk.next_page().await.unwrap().unwrap().items.len(), 50);
    assert!(matches!(walk.next_page().await, Err(Error::Invalid { .. })));
    assert_eq!(walk.cursor().map(Cursor::offset), Some(50));
    assert_eq!(walk.next_page().await.unwrap().unwrap().items.len(), 20);
    assert!(walk.next_page().await.unwrap().is_none());
}

#[tokio::test]
async fn doubles_and_bad_rows_are_dropped_and_counted() {
    let stub = Stub::start(|_| {
        json(&json!([{"id": "a-1"}, {"id": "A-1"}, {"name": "no id"}, "", {"id": 2}, {"id": 3}]))
    })
    .await;
    let page = stub
        .client
        .customers()
        .page(&crate::Filter::default(), &Cursor::start())
        .await
        .unwrap();
    let ids: Vec<_> = page.items.iter().map(|item| item.id.as_str()).collect();
    assert_eq!(ids, ["a-1", "2", "3"]);
    assert_eq!(page.unreadable, 2);
    assert!(page.next.is_none());
}

#[tokio::test]
async fn a_vocabulary_of_exactly_one_page_may_repeat() {
    let stub = Stub::start(served(Mode::Stuck, 50)).await;
    assert_eq!(stub.client.statuses().all().await.unwrap().len(), 50);
}
