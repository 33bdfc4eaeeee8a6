//! `notifications`: how somebody is told what needs a person.

use crate::cli::Notifications;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use app::{App, NoticeWay, NotificationsShown, WayShown};
use serde_json::json;

pub(crate) async fn run(app: &App, what: Notifications, output: Output) -> Result<Exit, Problem> {
    match what {
        Notifications::Show => {
            let shown = app.notifications().await?;
            output.json(&shown);
            show(shown, output);
            Ok(Exit::Done)
        }
        Notifications::Test { way } => test(app, way.map(NoticeWay::from), output).await,
    }
}

fn show(shown: NotificationsShown, output: Output) {
    let off = || "off".to_owned();
    let hours = match shown.reminder_hours {
        0 => "never".to_owned(),
        hours => format!("after {hours} hours"),
    };
    let mut rows = vec![
        [
            "e-mail".to_owned(),
            shown.email.as_ref().map_or_else(off, |email| {
                format!("by {} to {}", email.host, email.to.join(", "))
            }),
        ],
        [
            "webhook".to_owned(),
            shown
                .webhook
                .as_ref()
                .map_or_else(off, |webhook| format!("to {}", webhook.host)),
        ],
        [
            "dead-man alarm".to_owned(),
            shown.alarm.as_ref().map_or_else(off, |alarm| {
                let visits = format!("{} every {} minutes", alarm.host, alarm.minutes);
                match &alarm.holds {
                    Some(why) => format!("{visits}; not now: {why}"),
                    None => visits,
                }
            }),
        ],
    ];
    let states = [
        ("e-mail", shown.email.map(|email| email.state)),
        ("webhook", shown.webhook.map(|webhook| webhook.state)),
        ("dead-man alarm", shown.alarm.map(|alarm| alarm.state)),
    ];
    for (name, state) in states {
        rows.extend(state.map(|state| [format!("{name}, last"), last(&state)]));
    }
    rows.push([
        "told after".to_owned(),
        format!(
            "{} minutes; {} where nothing is synced; again {hours}",
            shown.attention_minutes, shown.stopped_minutes
        ),
    ]);
    output.pairs(rows);
}

fn last(state: &WayShown) -> String {
    match (&state.trouble, state.sent_at) {
        (Some(trouble), _) => trouble.clone(),
        (None, Some(at)) => super::minute(at),
        (None, None) => "nothing yet".to_owned(),
    }
}

/// Tries the ways that are on, or the one that is named.
async fn test(app: &App, way: Option<NoticeWay>, output: Output) -> Result<Exit, Problem> {
    let shown = app.notifications().await?;
    let ways: Vec<NoticeWay> = match way {
        Some(way) => vec![way],
        None => NoticeWay::ALL
            .into_iter()
            .filter(|way| match way {
                NoticeWay::Email => shown.email.is_some(),
                NoticeWay::Webhook => shown.webhook.is_some(),
                NoticeWay::Alarm => shown.alarm.is_some(),
            })
            .collect(),
    };
    if ways.is_empty() {
        output.answer(
            "no way is set up yet. Settings > Notifications of the dashboard does that",
            &json!({"tests": []}),
        );
        return Ok(Exit::Found);
    }
    let (mut tests, mut all_well) = (Vec::new(), true);
    for way in ways {
        let done = app.test_notification(way).await?;
        output.line(format!("{}: {}", way.as_str(), done.says));
        all_well &= done.ok;
        tests.push(json!({"way": way, "ok": done.ok, "says": done.says}));
    }
    output.json(&json!({"tests": tests}));
    Ok(if all_well { Exit::Done } else { Exit::Found })
}
