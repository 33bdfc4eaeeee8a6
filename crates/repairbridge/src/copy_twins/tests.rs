use super::CopyTwins;
use app::{App, Job, JobKind, JobState, PersonEdit, Tally};
use domain::{Field, Kind, RecordId, Side};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use testkit::{Bench, SHOP};
use twin::Vendor;

const COPY: &str = "main~copy";

async fn copied(app: &App) -> Tally {
    let job = app.begin_job(SHOP, JobKind::Copy, "kim").await.unwrap();
    let job = ended(app, &job.id).await;
    assert_eq!(job.state, JobState::Done, "{:?}", job.trouble);
    job.tally.unwrap()
}

async fn ended(app: &App, id: &str) -> Job {
    loop {
        let job = app.job(id).unwrap();
        if job.state != JobState::Running {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The application that works on the copy.
fn at_work(app: &App) -> App {
    let copies = app.open_copies();
    let found = copies.into_iter().find(|(copy, _)| copy.shop == COPY);
    found.unwrap().1
}

/// The names of all people of a side, as they are stored.
async fn names(app: &App, shop: &str, side: Side) -> BTreeSet<(String, String)> {
    let shop = app.shop(shop).await.unwrap();
    let stored = app
        .store()
        .records_after(shop.id, side, Kind::Contact, None, 10_000)
        .await
        .unwrap();
    stored
        .iter()
        .map(|stored| &stored.record)
        .map(|record| {
            let name = [Field::Name, Field::FirstName, Field::LastName]
                .map(|field| record.text(field).unwrap_or_default());
            (record.id.to_string(), name.concat())
        })
        .collect()
}

fn writes(bench: &Bench, vendor: Vendor) -> Vec<String> {
    let log = bench.twins.log(vendor, 0, usize::MAX);
    let asked = log.into_iter().filter(|one| one.method != "GET");
    asked
        .map(|one| format!("{} {}", one.method, one.path))
        .filter(|one| !one.ends_with("/search"))
        .collect()
}

#[tokio::test]
async fn invariant_14_preview_is_pure_a_copy_is_synced_and_nothing_outside_changes() {
    let bench = Bench::new(41, 40, 25).await;
    let app = bench.app.clone().with_twins(Arc::new(CopyTwins));
    let tally = copied(&app).await;
    assert!(tally.finished, "{:?}", tally.reasons);
    assert_eq!(tally.failed, 0);
    assert!(tally.created.highlevel["contact"] > 0, "{tally:?}");
    assert!(tally.agreement.fields > 100, "{tally:?}");

    assert_eq!(bench.truth().await, bench.at_start);
    assert_eq!(writes(&bench, Vendor::HighLevel), Vec::<String>::new());
    assert_eq!(
        writes(&bench, Vendor::MyGadgetRepairs),
        Vec::<String>::new()
    );
    let shop = app.shop(SHOP).await.unwrap();
    assert_eq!(app.store().count_records(shop.id).await.unwrap(), []);
    assert!(shop.approved_at.is_none());
}

#[tokio::test]
async fn the_first_sync_of_a_copy_does_what_that_of_the_shop_does_then() {
    let bench = Bench::new(61, 60, 40).await;
    let app = bench.app.clone().with_twins(Arc::new(CopyTwins));
    let told = |mut tally: Tally| {
        // Notes are copied only as far as they were read.
        for made in [&mut tally.created, &mut tally.updated] {
            made.highlevel.remove("note");
            made.mygadgetrepairs.remove("comment");
        }
        (
            tally.created,
            tally.updated,
            tally.linked,
            tally.review,
            tally.conflicts,
            tally.agreement,
        )
    };
    let copy = told(copied(&app).await);
    assert_eq!(copy, told(bench.sync().await));
}

#[tokio::test]
async fn a_shop_in_step_is_in_step_on_its_copy_by_the_same_ids() {
    let bench = Bench::new(43, 30, 20).await;
    bench.sync().await;
    let app = bench.app.clone().with_twins(Arc::new(CopyTwins));
    let tally = copied(&app).await;
    let made: u64 = [&tally.created.highlevel, &tally.created.mygadgetrepairs]
        .into_iter()
        .flat_map(|made| made.values())
        .sum();
    assert_eq!(made, 0, "{tally:?}");
    let copy = at_work(&app);
    for side in Side::BOTH {
        let real = names(&app, SHOP, side).await;
        assert!(real.len() >= 30);
        assert_eq!(names(&copy, COPY, side).await, real);
    }
}

#[tokio::test]
async fn what_somebody_edits_on_a_copy_arrives_at_its_other_side_only() {
    let bench = Bench::new(47, 12, 6).await;
    let app = bench.app.clone().with_twins(Arc::new(CopyTwins));
    copied(&app).await;
    let copy = at_work(&app);
    let shop = copy.shop(COPY).await.unwrap();
    let linked = copy
        .store()
        .some_links(shop.id, Kind::Contact, 1)
        .await
        .unwrap();
    let link = linked.first().unwrap();
    let edit = PersonEdit {
        side: Side::MyGadgetRepairs,
        record: link.right.clone(),
        fields: BTreeMap::from([(Field::City, "Whitby".to_owned())]),
    };
    app.edit_on_copy(SHOP, &edit).await.unwrap();
    let city = async |id: &RecordId| {
        let stored = copy
            .store()
            .record(shop.id, Side::HighLevel, Kind::Contact, id)
            .await
            .unwrap()
            .unwrap();
        stored.record.text(Field::City).map(str::to_owned)
    };
    let arrived = async {
        while city(&link.left).await.as_deref() != Some("Whitby") {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), arrived)
        .await
        .unwrap();
    assert_eq!(bench.truth().await, bench.at_start);

    let strange = PersonEdit {
        fields: BTreeMap::from([(Field::DueDate, "today".to_owned())]),
        ..edit
    };
    assert!(app.edit_on_copy(SHOP, &strange).await.is_err());
}

#[tokio::test]
async fn a_copy_that_is_closed_leaves_nothing_behind() {
    let bench = Bench::new(53, 8, 4).await;
    let app = bench.app.clone().with_twins(Arc::new(CopyTwins));
    copied(&app).await;
    let left = || {
        let files = std::fs::read_dir(bench.folder.path()).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.contains(".copy-") || name.contains(".snapshot-"))
            .count()
    };
    assert!(left() > 0);
    assert_eq!(app.copy_of(SHOP).await.unwrap().unwrap().shop, COPY);
    assert!(app.close_copy(SHOP).await);
    assert!(!app.close_copy(SHOP).await);
    assert_eq!(app.copy_of(SHOP).await.unwrap(), None);
    assert_eq!(left(), 0);
    let none = PersonEdit {
        side: Side::HighLevel,
        record: RecordId::new("1"),
        fields: BTreeMap::new(),
    };
    assert!(app.edit_on_copy(SHOP, &none).await.is_err());
}

#[tokio::test]
async fn without_twins_a_copy_says_where_it_can_be_made() {
    let bench = Bench::new(59, 4, 2).await;
    let job = bench
        .app
        .begin_job(SHOP, JobKind::Copy, "kim")
        .await
        .unwrap();
    let job = ended(&bench.app, &job.id).await;
    let trouble = job.trouble.unwrap();
    assert!(
        trouble.message.contains("repairbridge serve"),
        "{trouble:?}"
    );
}
