//! What is not known about the vendor, as switches; the default is the first of each list (mygadgetrepairs-api.md 16).

use serde::{Deserialize, Serialize};

use super::DEFAULT_API_KEY;
use crate::drain::Drain;

/// The switches of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The one key that is accepted, sent bare in `Authorization`.
    pub api_key: String,
    /// Seed of ids and of shuffled pages.
    pub seed: u64,
    /// IANA zone of the shop's times; without it the loaded shop's, else UTC.
    pub time_zone: Option<String>,
    /// Letters before a ticket's number, as in `K-1042`.
    pub ticket_prefix: String,
    /// Which way of paging works.
    pub paging: Paging,
    /// Records on a page.
    pub page_size: usize,
    /// Whether `/customers/updated` and its like exist.
    pub updated_feeds: Feeds,
    /// How exactly a feed's since-filter is read.
    pub granularity: Granularity,
    /// Whether customers and appointments show when they were made and changed. Tickets always do.
    pub timestamps: bool,
    /// Order of `/tickets`.
    pub ticket_order: TicketOrder,
    /// Where `createdDateFrom` and `createdDateTo` work.
    pub created_filter: CreatedFilter,
    /// What `/ticketComments` can do.
    pub comments: Comments,
    /// Whether the account offers `/appointments` at all; that is read off a list only (mygadgetrepairs-api.md 11).
    pub appointments: bool,
    /// Whether it offers `/reminders`; like those below known by name only (mygadgetrepairs-api.md 11).
    pub reminders: bool,
    /// Whether it offers `/tickets/{id}/itemLine`.
    pub item_lines: bool,
    /// Whether it offers `/estimates`.
    pub estimates: bool,
    /// Whether it offers `/leads`.
    pub leads: bool,
    /// Whether it offers `/assets`, customers' devices.
    pub assets: bool,
    /// Whether it offers the resources of which nothing but their path is known.
    pub other_resources: bool,
    /// Whether a payment can be added at `/payments`, which no source shows.
    pub record_payments: bool,
    /// Requests a minute for the key; `None` is without limit.
    pub throttle_per_minute: Option<u32>,
    /// Status of an answer over the limit: 401 or 429.
    pub over_limit_status: u16,
    /// Excesses that lock the key out.
    pub violations_to_lock: u32,
    /// Seconds of a lock-out.
    pub lockout_seconds: u64,
    /// Status of a successful POST: 201 or 200.
    pub post_status: u16,
    /// Whether an empty text in a PUT empties the field.
    pub clear_on_empty: bool,
    /// How customers show their opt-outs, if at all.
    pub opt_outs: OptOuts,
    /// Whether opt-outs that are written are kept.
    pub takes_opt_outs: bool,
    /// Fault: phone numbers of digits only come as JSON numbers, without their leading zero.
    pub number_phones: bool,
    /// Fault: an empty nested object comes as `""`.
    pub empty_text_objects: bool,
    /// Whether what a client does through the API causes notifications too; unknown (mygadgetrepairs-webhooks.md 5).
    pub notify_api_writes: bool,
    /// Whether the twin makes the notifications' calls by itself or is asked what is due.
    pub notifications: Drain,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            api_key: DEFAULT_API_KEY.to_owned(),
            seed: 1,
            time_zone: None,
            ticket_prefix: "K".to_owned(),
            paging: Paging::OffsetOnly,
            page_size: 50,
            updated_feeds: Feeds::On,
            granularity: Granularity::Day,
            timestamps: false,
            ticket_order: TicketOrder::LastUpdated,
            created_filter: CreatedFilter::NotOnTickets,
            comments: Comments::GetPost,
            appointments: true,
            reminders: true,
            item_lines: true,
            estimates: true,
            leads: true,
            assets: true,
            other_resources: true,
            record_payments: false,
            throttle_per_minute: Some(30),
            over_limit_status: 401,
            violations_to_lock: 10,
            lockout_seconds: 6 * 3_600,
            post_status: 201,
            clear_on_empty: false,
            opt_outs: OptOuts::Hidden,
            takes_opt_outs: true,
            number_phones: false,
            empty_text_objects: false,
            notify_api_writes: true,
            notifications: Drain::Live,
        }
    }
}

/// Which way of paging works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// `limit` and `offset`; `page` above 1 alone is empty.
    OffsetOnly,
    /// `page`; the others are ignored.
    PageOnly,
    /// `offset` where it is given, else `page`.
    Both,
}

/// Whether the feeds of changes exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Feeds {
    /// They do.
    #[serde(rename = "on")]
    On,
    /// They answer 404.
    #[serde(rename = "404")]
    Missing,
}

/// How exactly a since-filter is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// The time of day is ignored.
    Day,
    /// To the second.
    Second,
}

/// Order of the ticket list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketOrder {
    /// Last changed first.
    LastUpdated,
    /// Newest first.
    Created,
    /// Last changed first, then shuffled within each page.
    Shuffled,
}

/// Where a filter by creation date works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreatedFilter {
    /// On customers and appointments (mygadgetrepairs-api.md 1.2: a developer found none on tickets).
    NotOnTickets,
    /// On tickets too.
    Everywhere,
    /// On none of the three.
    Nowhere,
}

/// What the comments' collection can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comments {
    /// Read and add.
    #[serde(rename = "get_post")]
    GetPost,
    /// Only add.
    #[serde(rename = "post_only")]
    PostOnly,
    /// Missing.
    #[serde(rename = "404")]
    Missing,
}

/// How customers show that they want no texts and no advertising e-mails; nothing of it is documented
/// (mygadgetrepairs-api.md 12.3).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OptOuts {
    /// Not at all.
    #[default]
    Hidden,
    /// `sms_opt_out` and `email_opt_out`: yes means none.
    OptedOut,
    /// `sms` and `email_marketing`: no means none.
    Allowed,
}
