//! Pages and date filters, the same for every collection (mygadgetrepairs-api.md 6 and 7).

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::super::arguments::Arguments;
use super::super::dates::{self, Given};
use super::super::settings::{Granularity, Paging, Settings};

/// The part of a list that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    pub skip: usize,
    pub take: usize,
}

impl Page {
    pub(super) fn asked(arguments: &Arguments, settings: &Settings) -> Self {
        let size = settings.page_size.max(1);
        let page = arguments.number("page").unwrap_or(1).max(1);
        let offset = arguments.number("offset");
        let limit = arguments.number("limit").unwrap_or(size).clamp(1, size);
        let by_page = Self {
            skip: (page - 1).saturating_mul(size),
            take: size,
        };
        let by_offset = |skip| Self { skip, take: limit };
        match (settings.paging, offset) {
            (Paging::PageOnly, _) => by_page,
            (Paging::OffsetOnly | Paging::Both, Some(offset)) => by_offset(offset),
            (Paging::OffsetOnly, None) if page > 1 => Self { skip: 0, take: 0 },
            (Paging::OffsetOnly, None) => by_offset(0),
            (Paging::Both, None) => Self {
                take: limit,
                ..by_page
            },
        }
    }

    /// The page of a list that can be walked.
    pub(super) fn of<I: Iterator>(self, rows: I) -> std::iter::Take<std::iter::Skip<I>> {
        rows.skip(self.skip).take(self.take)
    }
}

/// From and to as times; `to` is the first moment after what is meant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

impl Span {
    /// Reads two filters; an unreadable one is the text of the error.
    pub(super) fn asked(
        arguments: &Arguments,
        from: &[&str],
        to: &[&str],
        granularity: Granularity,
        zone: &TimeZone,
    ) -> Result<Self, String> {
        let read = |names: &[&str]| -> Result<Option<Given>, String> {
            let Some(text) = arguments.filter(names) else {
                return Ok(None);
            };
            let given = dates::read(&text, zone).ok_or_else(|| {
                format!(
                    "{} is not a date. Use the format dd-mmm-yyyy.",
                    names.first().copied().unwrap_or_default()
                )
            })?;
            Ok(Some(if granularity == Granularity::Day {
                given.day(zone)
            } else {
                given
            }))
        };
        Ok(Self {
            from: read(from)?.and_then(|given| given.start(zone)),
            to: read(to)?.and_then(|given| given.end(zone)),
        })
    }

    pub(super) fn contains(self, time: Timestamp) -> bool {
        self.from.is_none_or(|from| time >= from) && self.to.is_none_or(|to| time < to)
    }

    pub(super) fn is_everything(self) -> bool {
        self == Self::default()
    }
}

/// The span of a feed of changes. No source names its filters; these two pairs are the candidates of mygadgetrepairs-api.md 12.3.
pub(super) fn updated(
    arguments: &Arguments,
    settings: &Settings,
    zone: &TimeZone,
) -> Result<Span, String> {
    Span::asked(
        arguments,
        &["updatedDateFrom", "dateFrom"],
        &["updatedDateTo", "dateTo"],
        settings.granularity,
        zone,
    )
}

/// The span of creation of a plain list; always by day.
pub(super) fn created(arguments: &Arguments, zone: &TimeZone) -> Result<Span, String> {
    Span::asked(
        arguments,
        &["createdDateFrom"],
        &["createdDateTo"],
        Granularity::Day,
        zone,
    )
}

/// Whether any of the texts holds the words looked for, in any case.
pub(super) fn holds(texts: &[&str], wanted: &str) -> bool {
    texts
        .iter()
        .any(|text| text.to_lowercase().contains(wanted))
}
