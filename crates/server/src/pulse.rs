//! What changes while somebody looks: found out once a second for all who look, and not at all while nobody does.

use crate::view::Views;
use app::{App, AppError, Job};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio::time::MissedTickBehavior;

const BEAT: Duration = Duration::from_secs(1);
/// Events that a slow viewer may be behind; whoever is further behind misses some, and sees the next ones.
const BEHIND: usize = 256;

/// Something that changed: the name of the event and its document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) event: &'static str,
    pub(crate) json: Arc<str>,
}

/// Tells all who look.
pub(crate) struct Pulse {
    changes: broadcast::Sender<Change>,
    beats: AtomicBool,
}

impl Pulse {
    pub(crate) fn new() -> Self {
        Self {
            changes: broadcast::Sender::new(BEHIND),
            beats: AtomicBool::new(false),
        }
    }

    /// What changes from now on.
    pub(crate) fn listen(views: &Arc<Views>) -> broadcast::Receiver<Change> {
        let pulse = views.pulse();
        let listener = pulse.changes.subscribe();
        if !pulse.beats.swap(true, Ordering::SeqCst) {
            tokio::spawn(beat(Arc::downgrade(views)));
        }
        listener
    }
}

/// The status as an event, and the same for who has just come.
pub(crate) async fn status(views: &Views) -> Result<Change, AppError> {
    let overview = views.overview().await?;
    Ok(Change {
        event: "status",
        json: json(&*overview)?,
    })
}

/// Looks until nobody listens any more.
async fn beat(views: Weak<Views>) {
    let mut seen = Seen::default();
    let mut clock = tokio::time::interval(BEAT);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        clock.tick().await;
        let Some(views) = views.upgrade() else {
            return;
        };
        let pulse = views.pulse();
        if pulse.changes.receiver_count() == 0 {
            pulse.beats.store(false, Ordering::SeqCst);
            // Somebody may have come in between, and found the beat still going.
            if pulse.changes.receiver_count() == 0 || pulse.beats.swap(true, Ordering::SeqCst) {
                return;
            }
        }
        match seen.look(&views).await {
            Ok(changes) => {
                for change in changes {
                    // Nobody there to hear it is no harm.
                    let _ = pulse.changes.send(change);
                }
            }
            Err(error) => tracing::warn!(%error, "what changed could not be looked at"),
        }
    }
}

/// What was told last.
#[derive(Default)]
struct Seen {
    status: Option<Change>,
    newest: HashMap<String, i64>,
    jobs: HashMap<String, Job>,
    /// Whether this is not the first look, at which nothing is news.
    has_looked: bool,
}

impl Seen {
    async fn look(&mut self, views: &Views) -> Result<Vec<Change>, AppError> {
        let mut changes = Vec::new();
        let status = status(views).await?;
        if self.status.as_ref() != Some(&status) {
            changes.push(status.clone());
            self.status = Some(status);
        }
        let apps = views.apps();
        for (app, copy_of) in &apps {
            match self.look_at_journals(app, &mut changes).await {
                // Closed while we looked.
                Err(error) if copy_of.is_some() => tracing::debug!(%error, "a copy went away"),
                looked => looked?,
            }
        }
        let jobs = apps.iter().flat_map(|(app, _)| app.jobs(None)).collect();
        self.look_at_jobs(jobs, &mut changes)?;
        self.has_looked = true;
        Ok(changes)
    }

    async fn look_at_journals(
        &mut self,
        app: &App,
        changes: &mut Vec<Change>,
    ) -> Result<(), AppError> {
        for (shop, newest) in app.newest_lines().await? {
            let before = self.newest.insert(shop.clone(), newest);
            if self.has_looked && before != Some(newest) {
                let told = serde_json::json!({"shop": shop, "newest": newest});
                changes.push(Change {
                    event: "activity",
                    json: told.to_string().into(),
                });
            }
        }
        Ok(())
    }

    fn look_at_jobs(&mut self, jobs: Vec<Job>, changes: &mut Vec<Change>) -> Result<(), AppError> {
        self.jobs
            .retain(|id, _| jobs.iter().any(|job| job.id == *id));
        for job in jobs {
            if self.jobs.get(&job.id) == Some(&job) {
                continue;
            }
            if self.has_looked {
                changes.push(Change {
                    event: "job",
                    json: json(&job)?,
                });
            }
            self.jobs.insert(job.id.clone(), job);
        }
        Ok(())
    }
}

fn json(document: &impl serde::Serialize) -> Result<Arc<str>, AppError> {
    let text = serde_json::to_string(document);
    let text = text.map_err(|why| AppError::Refused(format!("this has no JSON form: {why}")))?;
    Ok(text.into())
}
