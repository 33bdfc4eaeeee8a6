//! Long work that goes on by itself and is found again.

#![expect(clippy::unwrap_used, reason = "tests fail loudly")]

use app::{App, Job, JobKind, JobState, NewShop, UndoOf, UndoScope};
use std::time::Duration;
use testkit::{Bench, SHOP};

async fn ended(app: &App, job: &Job) -> Job {
    loop {
        let now = app.job(&job.id).unwrap();
        if now.state != JobState::Running {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_is_looked_at_previewed_and_put_to_work_by_jobs() {
    let mut bench = Bench::new(7, 12, 6).await;
    let app = &bench.app;
    assert!(app.last_check(SHOP).await.unwrap().is_none());

    let check = app.begin_job(SHOP, JobKind::Check, "pat").await.unwrap();
    assert_eq!(ended(app, &check).await.state, JobState::Done);
    let report = app.last_check(SHOP).await.unwrap().unwrap();
    assert!(!report.failed && !report.report.lines.is_empty());

    let preview = app.begin_job(SHOP, JobKind::Preview, "pat").await.unwrap();
    let preview = ended(app, &preview).await;
    assert_eq!(preview.state, JobState::Done, "{:?}", preview.trouble);
    let would = app.last_preview(SHOP).await.unwrap().unwrap();
    let counts = &would.preview.tally.created;
    assert!(counts.total() > 0);
    assert_eq!(would.would_message, 0);
    let (now, before) = (bench.truth().await, &bench.at_start);
    assert_eq!(format!("{now:?}"), format!("{before:?}"));

    // Begun twice is begun once.
    let app = &bench.app;
    let approve = JobKind::Sync { approve: true };
    let first = app.begin_job(SHOP, approve.clone(), "pat").await.unwrap();
    let second = app.begin_job(SHOP, approve, "sam").await.unwrap();
    assert_eq!(first.id, second.id);
    let done = ended(app, &first).await;
    assert_eq!(done.state, JobState::Done, "{:?}", done.trouble);
    let tally = done.tally.unwrap();
    assert_eq!(tally.created.total(), counts.total());
    assert!(tally.finished);

    // What that wrote is taken back by a job as well, and another undo is another job.
    let of = |of: UndoOf| UndoScope {
        of,
        field: None,
        delete_created: true,
    };
    let run = JobKind::Undo(of(UndoOf::Run(tally.run)));
    let undo = app.begin_job(SHOP, run.clone(), "pat").await.unwrap();
    let twice = app.begin_job(SHOP, run, "sam").await.unwrap();
    let unknown = JobKind::Undo(of(UndoOf::Record("C-999999".to_owned())));
    let other = app.begin_job(SHOP, unknown, "pat").await.unwrap();
    assert!(undo.id == twice.id && undo.id != other.id);
    let undo = ended(app, &undo).await;
    assert_eq!(undo.state, JobState::Done, "{:?}", undo.trouble);
    let report = undo.undo.unwrap();
    assert!(report.finished && report.taken_back.len() as u64 >= counts.total());
    let other = ended(app, &other).await;
    assert!(other.trouble.unwrap().message.contains("C-999999"));

    // What was found outlives the process; the work itself does not have to.
    bench.restart().await;
    assert!(bench.app.last_check(SHOP).await.unwrap().is_some());
    assert!(bench.app.last_preview(SHOP).await.unwrap().is_some());
    assert!(bench.app.jobs(Some(SHOP)).is_empty());
    assert!(bench.app.job(&first.id).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_cannot_be_done_says_why() {
    let bench = Bench::new(8, 1, 1).await;
    let new = NewShop {
        name: "bare".into(),
        location: "elsewhere".into(),
        zone: None,
        country: None,
    };
    bench.app.add_shop(&new).await.unwrap();
    let sync = JobKind::Sync { approve: false };
    let job = bench
        .app
        .begin_job("bare", sync.clone(), "pat")
        .await
        .unwrap();
    let job = ended(&bench.app, &job).await;
    assert_eq!(job.state, JobState::Failed);
    assert_eq!(job.trouble.unwrap().code, "SHOP-NOT-CONNECTED");
    assert!(bench.app.begin_job("none", sync, "pat").await.is_err());
}
