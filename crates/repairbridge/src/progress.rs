//! Progress bars with the remaining time, on a terminal only.

use crate::output::Output;
use app::{Phase, Progress, ProgressBoard};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::time::Duration;

const TICK: Duration = Duration::from_millis(200);

/// Bars that follow a board until this is dropped.
pub(crate) struct Watching(Option<tokio::task::JoinHandle<()>>);

impl Watching {
    /// Draws the board's state five times a second, if somebody watches.
    pub(crate) fn start(output: Output, board: &ProgressBoard) -> Self {
        if !output.is_watched() {
            return Self(None);
        }
        let board = board.clone();
        Self(Some(tokio::spawn(async move {
            let bars = Bars::new();
            loop {
                bars.draw(&board.look());
                tokio::time::sleep(TICK).await;
            }
        })))
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(task) = self.0.take() {
            task.abort();
        }
    }
}

struct Bars {
    _all: MultiProgress,
    phase: ProgressBar,
    sides: [(&'static str, ProgressBar); 2],
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::new();
        let style = |template: &str| {
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
        };
        let phase = all.add(ProgressBar::new_spinner());
        phase.set_style(style("{spinner} {wide_msg}"));
        let bar = |name: &'static str| {
            let bar = all.add(ProgressBar::new(0));
            bar.set_style(style("  {prefix:16} {bar:32} {pos}/{len}"));
            bar.set_prefix(name);
            (name, bar)
        };
        let sides = [bar("HighLevel"), bar("MyGadgetRepairs")];
        Self {
            phase,
            sides,
            _all: all,
        }
    }

    fn draw(&self, progress: &Progress) {
        self.phase.set_message(words(progress));
        self.phase.tick();
        for (slot, (_, bar)) in self.sides.iter().enumerate() {
            let (written, waiting) = (progress.written[slot], progress.waiting[slot]);
            bar.set_length(written + waiting);
            bar.set_position(written);
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        self.phase.finish_and_clear();
        for (_, bar) in &self.sides {
            bar.finish_and_clear();
        }
    }
}

fn words(progress: &Progress) -> String {
    let [contacts, tasks, booked, customers, tickets, diary] = progress.read;
    let appointments = match booked + diary {
        0 => String::new(),
        some => format!(", {some} appointments"),
    };
    let what = match progress.phase {
        Phase::Idle => "waiting for changes".to_owned(),
        Phase::Reading => format!(
            "reading: {contacts} contacts, {tasks} tasks, {customers} customers, {tickets} tickets{appointments}"
        ),
        Phase::Deciding => "comparing and matching".to_owned(),
        Phase::Writing => progress.remaining.as_ref().map_or_else(
            || "writing".to_owned(),
            |cost| format!("writing: {}", cost.words),
        ),
        Phase::ReadingBack => "reading back what was written".to_owned(),
    };
    match &progress.note {
        // The vendor's words may be in it.
        Some(note) => format!("{what} ({})", crate::output::plain(note)),
        None => what,
    }
}
