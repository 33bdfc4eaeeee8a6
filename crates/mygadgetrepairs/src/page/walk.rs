//! A walk over a whole list.

use super::{Cursor, PAGE_ROWS, Page, Source, normal_id, page};
use crate::{Error, client::List, model::Remote};
use std::{collections::HashSet, marker::PhantomData};

/// Walks a list page by page, each record once, and stops wherever the caller stops asking.
#[derive(Debug)]
pub struct Walk<'a, T> {
    list: List<'a>,
    cursor: Option<Cursor>,
    seen: HashSet<String>,
    record: PhantomData<fn() -> T>,
}

impl<'a, T: Remote> Walk<'a, T> {
    pub(crate) fn new(list: List<'a>, from: Cursor) -> Self {
        Self {
            list,
            cursor: Some(from),
            seen: HashSet::new(),
            record: PhantomData,
        }
    }

    /// Where the next page starts; store it to go on after a crash. `None` when the list is through.
    #[must_use]
    pub const fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// The next page without the records of earlier pages, or `None` after the last. After an error the
    /// same page is asked for again.
    ///
    /// # Errors
    /// As the list's own `page`; [`Error::PagingRepeats`] also when a full page brings nothing new.
    pub async fn next_page(&mut self) -> Result<Option<Page<T>>, Error> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let mut page = page::<T, _>(&self.list, self.list.learnt(), cursor).await?;
        let received = page.items.len();
        let seen = &mut self.seen;
        page.items
            .retain(|item| seen.insert(normal_id(item.id().as_str())));
        if received as u64 >= PAGE_ROWS && page.items.is_empty() {
            return Err(Error::PagingRepeats {
                list: self.list.name().to_owned(),
                offset: cursor.offset(),
            });
        }
        self.cursor.clone_from(&page.next);
        Ok(Some(page))
    }

    /// All records that are left, and how many rows could not be read. Spends one request per 50 records.
    ///
    /// # Errors
    /// As [`Walk::next_page`]; what was read before the error is dropped.
    pub async fn all(mut self) -> Result<(Vec<T>, usize), Error> {
        let (mut items, mut unreadable) = (Vec::new(), 0);
        while let Some(page) = self.next_page().await? {
            items.extend(page.items);
            unreadable += page.unreadable;
        }
        Ok((items, unreadable))
    }
}
