//! Notes: whose are to be looked at, what was told, which rules fired.

use super::bench::*;
use domain::RecordId;
use store::{Change, DueNotes, NoteChange};

async fn due(bench: &Bench, now: i64, looked_before: i64, held_too: bool) -> Vec<(String, i64)> {
    let asked = DueNotes {
        now: at(now),
        looked_before: at(looked_before),
        everyone: false,
        held_too,
    };
    let due = bench
        .store
        .due_notes(bench.shop, asked, None, 10)
        .await
        .unwrap();
    due.into_iter()
        .map(|watch| (watch.record.as_str().to_owned(), watch.due))
        .collect()
}

fn checked(contact: &str, seen: i64, open: u32, held: u32) -> Change {
    Change::Note(NoteChange::Checked {
        contact: id(contact),
        seen,
        open,
        held,
        again_at: None,
    })
}

pub async fn a_call_during_a_look_is_not_lost(bench: &Bench) {
    bench.commit(1, vec![Change::NotesDue(id("h1"))]).await;
    assert_eq!(due(bench, 2, 0, false).await, [("h1".to_owned(), 1)]);
    // While the notes are being fetched, somebody calls again.
    bench.commit(2, vec![Change::NotesDue(id("h1"))]).await;
    bench.commit(3, vec![checked("h1", 1, 0, 0)]).await;
    assert_eq!(due(bench, 4, 0, false).await, [("h1".to_owned(), 2)]);
    bench.commit(5, vec![checked("h1", 2, 0, 0)]).await;
    assert_eq!(due(bench, 6, 6, true).await, []);
}

pub async fn contacts_with_open_tickets_come_round_and_held_ones_when_told(bench: &Bench) {
    bench
        .commit(
            10,
            vec![
                checked("h1", 0, 2, 0),
                checked("h2", 0, 0, 0),
                checked("h3", 0, 1, 1),
            ],
        )
        .await;
    assert_eq!(due(bench, 20, 9, false).await, []);
    let all = due(bench, 20, 10, false).await;
    assert_eq!(all, [("h1".to_owned(), 0), ("h3".to_owned(), 0)]);
    assert_eq!(due(bench, 20, 9, true).await, [("h3".to_owned(), 0)]);
    let totals = bench.store.note_totals(bench.shop).await.unwrap();
    let counts = (totals.contacts, totals.with_tickets, totals.held);
    assert_eq!(counts, (3, 2, 1));
    let everyone = DueNotes {
        now: at(20),
        looked_before: at(10),
        everyone: true,
        held_too: false,
    };
    let all = bench
        .store
        .due_notes(bench.shop, everyone, Some(&id("h1")), 10)
        .await
        .unwrap();
    assert_eq!(all.len(), 2, "{all:?}");
}

pub async fn what_was_told_is_kept_by_place(bench: &Bench) {
    let tell = |place: &str, comment: &str, print: &str| {
        Change::Note(NoteChange::Told {
            place: id(place),
            comment: Some(id(comment)),
            notes: vec![(id("n1"), print.to_owned()), (id("n2"), print.to_owned())],
        })
    };
    bench
        .commit(1, vec![tell("t1", "c1", "a"), tell("t2", "c2", "a")])
        .await;
    bench.commit(2, vec![tell("t1", "c3", "b")]).await;
    let told = bench
        .store
        .told(bench.shop, &[id("t1"), id("t2")])
        .await
        .unwrap();
    assert_eq!(told.len(), 4);
    assert_eq!(told[&(id("t1"), id("n1"))], "b");
    assert_eq!(told[&(id("t2"), id("n2"))], "a");
    bench
        .commit(
            3,
            vec![Change::Note(NoteChange::ToldBack {
                comment: id("c9"),
                note: None,
            })],
        )
        .await;
    let mut known: Vec<RecordId> = bench
        .store
        .known_comments(bench.shop, &[id("c2"), id("c3"), id("c4"), id("c9")])
        .await
        .unwrap()
        .into_iter()
        .collect();
    known.sort();
    assert_eq!(known, [id("c2"), id("c3"), id("c9")]);
}

pub async fn a_rule_keeps_its_beginning_until_it_changes_and_fires_once(bench: &Bench) {
    let stand = |rules: &[(&str, &str)]| {
        let rules = rules
            .iter()
            .map(|(name, content)| ((*name).to_owned(), (*content).to_owned()));
        Change::Note(NoteChange::Rules(rules.collect()))
    };
    bench
        .commit(1, vec![stand(&[("a", "1"), ("b", "1")])])
        .await;
    bench
        .commit(2, vec![stand(&[("a", "1"), ("b", "2"), ("c", "1")])])
        .await;
    let rules = bench.store.note_rules(bench.shop).await.unwrap();
    assert_eq!((rules["a"], rules["b"], rules["c"]), (at(1), at(2), at(2)));
    bench.commit(3, vec![stand(&[("c", "1")])]).await;
    assert_eq!(bench.store.note_rules(bench.shop).await.unwrap().len(), 1);

    let fired = Change::Note(NoteChange::Fired {
        rule: "c".into(),
        note: id("n1"),
    });
    bench.commit(4, vec![fired.clone(), fired]).await;
    let fired = bench
        .store
        .fired(bench.shop, &[id("n1"), id("n2")])
        .await
        .unwrap();
    assert_eq!(
        fired.into_iter().collect::<Vec<_>>(),
        [("c".to_owned(), id("n1"))]
    );
}
