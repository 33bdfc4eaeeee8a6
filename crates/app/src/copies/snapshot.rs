//! What a copy is filled with: the shop's records as both vendors show them now.

use crate::connection::ShopFacts;
use crate::kept_beside::Beside;
use crate::pass::{Options, Pass};
use crate::{App, AppError, ProgressBoard};
use domain::{Kind, Record, Side};
use store::{Shop, Store};

/// A copy is held in memory, so it has a largest size.
const MOST_RECORDS: u64 = 250_000;
/// Records read at a time.
const PAGE: u32 = 1_000;
const KINDS: [Kind; 4] = [Kind::Contact, Kind::Task, Kind::Note, Kind::Appointment];

/// A shop as both vendors show it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// IANA time zone.
    pub zone: String,
    /// Two-letter country.
    pub country: String,
    /// The counter's ticket statuses, in its order.
    pub statuses: Vec<CopiedStatus>,
    /// The location's calendars, where they can be read.
    pub calendars: Vec<CopiedCalendar>,
    /// What the account at the counter was found to be able to do.
    pub counter: CounterCan,
    /// Every record of both sides. Notes only as far as they were read before.
    pub records: Vec<Record>,
}

/// A ticket status.
#[derive(Clone, Debug)]
pub struct CopiedStatus {
    /// The counter's number for it.
    pub id: String,
    /// Its label.
    pub label: String,
}

/// A calendar.
#[derive(Clone, Debug)]
pub struct CopiedCalendar {
    /// HighLevel's id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// What an account at the counter can do.
#[derive(Clone, Copy, Debug)]
pub struct CounterCan {
    /// It shows what changed since an instant.
    pub tell_changes: bool,
    /// Comments can be read.
    pub show_comments: bool,
    /// Comments can be added.
    pub take_comments: bool,
    /// It has a diary.
    pub keep_appointments: bool,
}

impl App {
    /// Reads what is new on both sides into a copy of the store, and tells all that lies there then.
    pub(super) async fn snapshot(
        &self,
        name: &str,
        board: &ProgressBoard,
    ) -> Result<Snapshot, AppError> {
        let shop = self.shop(name).await?;
        let (connection, facts) = self.open(&shop).await?;
        let files = Beside::new(self, "snapshot");
        let copy = self.store.copy_to(files.path()).await?;
        let dry = connection.dry(&copy, &shop, self.now());
        let pass = Pass::new(
            &copy,
            &self.config,
            &self.context,
            &shop,
            &facts,
            &dry,
            board.clone(),
        );
        let read = async {
            pass.read_both(Options::default()).await?;
            records(&copy, &shop).await
        };
        let records = read.await;
        drop(pass);
        copy.close().await;
        Ok(told(&shop, &facts, records?))
    }
}

async fn records(copy: &Store, shop: &Shop) -> Result<Vec<Record>, AppError> {
    let counts = copy.count_records(shop.id).await?;
    let all: u64 = counts.iter().map(|(_, _, count)| count).sum();
    if all > MOST_RECORDS {
        return Err(AppError::Refused(format!(
            "the shop has {all} records; a copy is held in memory and takes {MOST_RECORDS} at most. The preview works for any size"
        )));
    }
    let mut records = Vec::new();
    for (side, kind) in Side::BOTH
        .into_iter()
        .flat_map(|side| KINDS.map(|kind| (side, kind)))
    {
        let mut after = None;
        loop {
            let page = copy
                .records_after(shop.id, side, kind, after.as_ref(), PAGE)
                .await?;
            let Some(last) = page.last() else {
                break;
            };
            after = Some(last.record.id.clone());
            records.extend(page.into_iter().map(|stored| stored.record));
        }
    }
    Ok(records)
}

fn told(shop: &Shop, facts: &ShopFacts, records: Vec<Record>) -> Snapshot {
    let setting = &facts.setting;
    let statuses = setting.statuses.iter().map(|status| CopiedStatus {
        id: status.id.clone(),
        label: status.label.clone(),
    });
    let calendars = facts.calendars.iter().flat_map(|list| &list.calendars);
    let can = &facts.capabilities;
    Snapshot {
        zone: setting
            .zone
            .iana_name()
            .map(str::to_owned)
            .or_else(|| shop.zone.clone())
            .unwrap_or_else(|| "UTC".to_owned()),
        country: setting.country.as_str().to_owned(),
        statuses: statuses.collect(),
        calendars: calendars
            .map(|calendar| CopiedCalendar {
                id: calendar.id.clone(),
                name: calendar.name.clone(),
            })
            .collect(),
        counter: CounterCan {
            tell_changes: facts.has_feed(),
            show_comments: can.ticket_comments.is_found(),
            take_comments: can.can_add_comments() != Some(false),
            keep_appointments: can.appointments.is_found(),
        },
        records,
    }
}
