//! A run in recorded time, with what was foretold of it before and while it ran.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail loudly")]

use app::{Cost, ProgressBoard, SyncOptions};
use domain::{Clock, Timestamp};
use jiff::SignedDuration;
use std::sync::Mutex;
use testkit::{Bench, RecordedClock, SHOP};
use twin::Vendor;

/// How far a forecast may be off.
const MOST: f64 = 0.05;

/// Seconds between the passes of the service, where a run takes days.
pub const POLL_SECONDS: u32 = 3_600;

/// What was foretold, and what came.
pub struct Watched {
    name: &'static str,
    pub before: Cost,
    began: Sample,
    ended: Sample,
    samples: Vec<(Sample, Option<Cost>)>,
}

/// An instant, and the requests sent up to it.
#[derive(Clone, Copy, Debug)]
struct Sample {
    at: Timestamp,
    highlevel: u64,
    mygadgetrepairs: u64,
}

fn sample(bench: &Bench, clock: &RecordedClock) -> Sample {
    Sample {
        at: clock.now(),
        highlevel: bench.twins.requests(Vendor::HighLevel),
        mygadgetrepairs: bench.twins.requests(Vendor::MyGadgetRepairs),
    }
}

impl Watched {
    /// Previews, then runs, approved: by hand until a run cannot go on, and from there pass by pass,
    /// as the service does.
    pub async fn run(
        name: &'static str,
        bench: &Bench,
        clock: &RecordedClock,
        every_seconds: i64,
    ) -> Self {
        let preview = bench.app.preview(SHOP, &ProgressBoard::default()).await;
        let before = preview.unwrap_or_else(|error| panic!("{error}")).cost;
        let began = sample(bench, clock);
        let samples = Mutex::new(Vec::new());
        let watch = async {
            loop {
                let next = clock.now() + SignedDuration::from_secs(every_seconds);
                clock.sleep_until(next).await;
                let status = bench.app.status(SHOP).await.unwrap();
                let sample = (sample(bench, clock), status.remaining);
                samples.lock().unwrap().push(sample);
            }
        };
        tokio::select! {
            () = to_the_end(bench, clock) => {}
            () = watch => unreachable!("it watches for ever"),
        }
        let ended = sample(bench, clock);
        let samples = samples.into_inner().unwrap();
        Self {
            name,
            before,
            began,
            ended,
            samples,
        }
    }

    /// The forecast before the start holds: requests to either side (or three, in a short run), and the finish.
    pub fn holds_before(&self) {
        self.holds_before_but_for(2.0, 3.0);
    }

    /// The same of a run that is done within a few of the vendor's windows, where one more or less counts: it may be off
    /// by so many seconds, or by so many requests.
    pub fn holds_before_but_for(&self, window: f64, polls: f64) {
        let (began, ended) = (&self.began, &self.ended);
        let took = seconds(began.at, ended.at);
        let asked = [
            ended.highlevel - began.highlevel,
            ended.mygadgetrepairs - began.mygadgetrepairs,
        ];
        let Cost {
            highlevel,
            mygadgetrepairs,
            seconds,
            ..
        } = self.before;
        println!(
            "{}: before: {seconds} s of {took} s ({}), HighLevel {highlevel} of {} ({}), MyGadgetRepairs \
             {mygadgetrepairs} of {} ({})",
            self.name,
            off(seconds as f64, took),
            asked[0],
            off(highlevel as f64, asked[0] as f64),
            asked[1],
            off(mygadgetrepairs as f64, asked[1] as f64),
        );
        self.near("seconds", seconds as f64, took, window);
        let [crm, counter] = asked.map(|asked| asked as f64);
        self.near("requests to HighLevel", highlevel as f64, crm, polls);
        let foretold = mygadgetrepairs as f64;
        self.near("requests to MyGadgetRepairs", foretold, counter, polls);
    }

    /// So does the one at each quarter of the way: the finish is missed by no more than 5 % of the whole time, and
    /// the requests by no more than 5 % of all of them.
    pub fn holds_while_it_runs(&self) {
        let total = seconds(self.began.at, self.ended.at);
        for quarter in [0.25, 0.5, 0.75] {
            let reached = |(sample, _): &&(Sample, Option<Cost>)| {
                seconds(self.began.at, sample.at) >= quarter * total
            };
            let (sample, cost) = self.samples.iter().find(reached).unwrap();
            let cost = cost.as_ref().unwrap_or_else(|| {
                panic!("{}: nothing is foretold at {quarter}", self.name);
            });
            let left = seconds(sample.at, self.ended.at);
            let asked = [
                (self.ended.highlevel - sample.highlevel) as f64,
                (self.ended.mygadgetrepairs - sample.mygadgetrepairs) as f64,
            ];
            println!(
                "{}: at {quarter}: {} s of {left} s ({}), HighLevel {} of {} ({}), MyGadgetRepairs {} of {} ({})",
                self.name,
                cost.seconds,
                off(cost.seconds as f64, left),
                cost.highlevel,
                asked[0],
                off(cost.highlevel as f64, asked[0]),
                cost.mygadgetrepairs,
                asked[1],
                off(cost.mygadgetrepairs as f64, asked[1]),
            );
            self.near("seconds left", cost.seconds as f64, left, MOST * total);
            let [crm, counter] = asked;
            self.near_left("HighLevel", cost.highlevel, crm, |sample| sample.highlevel);
            self.near_left("MyGadgetRepairs", cost.mygadgetrepairs, counter, |sample| {
                sample.mygadgetrepairs
            });
        }
    }

    /// Requests left to a side, by 5 % of all of them (or three).
    fn near_left(&self, side: &str, foretold: u64, came: f64, asked: impl Fn(&Sample) -> u64) {
        let all = (asked(&self.ended) - asked(&self.began)) as f64;
        let what = format!("requests left to {side}");
        self.near(&what, foretold as f64, came, (MOST * all).max(3.0));
    }

    fn near(&self, what: &str, foretold: f64, came: f64, slack: f64) {
        assert!(
            (foretold - came).abs() <= (MOST * came).max(slack),
            "{}: {what}: {foretold} foretold, {came} came",
            self.name
        );
    }
}

async fn to_the_end(bench: &Bench, clock: &RecordedClock) {
    let approved = SyncOptions {
        approve: true,
        ..SyncOptions::default()
    };
    let tally = bench
        .app
        .sync(SHOP, approved, &ProgressBoard::default())
        .await;
    let mut tally = tally.unwrap_or_else(|error| panic!("{error}"));
    let live = SyncOptions {
        live: true,
        ..SyncOptions::default()
    };
    while !tally.finished {
        let next = clock.now() + SignedDuration::from_secs(POLL_SECONDS.into());
        clock.sleep_until(next).await;
        let passed = bench.app.sync(SHOP, live, &ProgressBoard::default()).await;
        tally = passed.unwrap_or_else(|error| panic!("{error}"));
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64().round()
}

fn off(foretold: f64, came: f64) -> String {
    let percent = (foretold - came) * 100.0 / came.max(1.0);
    format!("{percent:+.1} %")
}
