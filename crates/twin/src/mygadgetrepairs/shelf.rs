//! Records with two orders that stay sorted while records come, change and go.
//!
//! The orders are plain sorted lists of slots: a page is a slice, whatever its offset, and a change moves one small number.

use std::collections::HashMap;

use jiff::Timestamp;

use super::id::Id;

/// A record and its times.
#[derive(Debug, Clone)]
pub(super) struct Row<T> {
    pub id: Id,
    pub created: Timestamp,
    pub changed: Timestamp,
    pub body: T,
}

/// All records of a kind.
#[derive(Debug, Clone)]
pub(super) struct Shelf<T> {
    /// Every record there ever was, by slot; one taken away is in none of the lists below.
    rows: Vec<Row<T>>,
    slots: HashMap<Id, u32>,
    by_created: Vec<u32>,
    by_changed: Vec<u32>,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            slots: HashMap::new(),
            by_created: Vec::new(),
            by_changed: Vec::new(),
        }
    }
}

impl<T> Shelf<T> {
    /// A shelf with these records; sorted once, which is quicker than adding them one by one.
    pub(super) fn filled(rows: Vec<Row<T>>) -> Self {
        let slots = (0..).zip(&rows).map(|(slot, row)| (row.id, slot)).collect();
        let mut by_created: Vec<u32> = (0..).take(rows.len()).collect();
        let mut by_changed = by_created.clone();
        by_created.sort_by_key(|slot| (rows[*slot as usize].created, *slot));
        by_changed.sort_by_key(|slot| (rows[*slot as usize].changed, *slot));
        Self {
            rows,
            slots,
            by_created,
            by_changed,
        }
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// The record with this id.
    pub(super) fn get(&self, id: Id) -> Option<&Row<T>> {
        self.slots.get(&id).map(|slot| self.filed(*slot))
    }

    /// Adds a record made now.
    pub(super) fn add(&mut self, id: Id, now: Timestamp, body: T) {
        let slot = self.rows.len() as u32;
        self.rows.push(Row {
            id,
            created: now,
            changed: now,
            body,
        });
        self.slots.insert(id, slot);
        self.file(slot);
    }

    /// Changes a record and moves it to the front of the order of change. `false` when there is none.
    pub(super) fn change(&mut self, id: Id, now: Timestamp, edit: impl FnOnce(&mut T)) -> bool {
        let Some(slot) = self.slots.get(&id).copied() else {
            return false;
        };
        self.unfile(slot);
        let row = &mut self.rows[slot as usize];
        edit(&mut row.body);
        row.changed = now;
        self.file(slot);
        true
    }

    /// Takes a record away.
    pub(super) fn remove(&mut self, id: Id) -> Option<&Row<T>> {
        let slot = self.slots.get(&id).copied()?;
        self.unfile(slot);
        self.slots.remove(&id);
        Some(self.filed(slot))
    }

    /// Records, oldest first.
    pub(super) fn by_created(&self) -> Rows<'_, T> {
        Rows {
            shelf: self,
            slots: self.by_created.iter(),
        }
    }

    /// Records made after this one, oldest first; `None` when there is no such record.
    pub(super) fn made_after(&self, id: Id) -> Option<Rows<'_, T>> {
        let slot = self.slots.get(&id).copied()?;
        let created = self.filed(slot).created;
        let from = self
            .by_created
            .partition_point(|other| (self.filed(*other).created, *other) <= (created, slot));
        Some(Rows {
            shelf: self,
            slots: self.by_created[from..].iter(),
        })
    }

    /// Records, longest unchanged first.
    pub(super) fn by_changed(&self) -> Rows<'_, T> {
        Rows {
            shelf: self,
            slots: self.by_changed.iter(),
        }
    }

    /// Records changed at or after a time, longest unchanged first.
    pub(super) fn changed_since(&self, since: Timestamp) -> Rows<'_, T> {
        let from = self
            .by_changed
            .partition_point(|slot| self.filed(*slot).changed < since);
        Rows {
            shelf: self,
            slots: self.by_changed[from..].iter(),
        }
    }

    fn filed(&self, slot: u32) -> &Row<T> {
        &self.rows[slot as usize]
    }

    fn file(&mut self, slot: u32) {
        let (created, changed) = (self.filed(slot).created, self.filed(slot).changed);
        let place = self
            .by_created
            .partition_point(|other| (self.filed(*other).created, *other) < (created, slot));
        self.by_created.insert(place, slot);
        let place = self
            .by_changed
            .partition_point(|other| (self.filed(*other).changed, *other) < (changed, slot));
        self.by_changed.insert(place, slot);
    }

    fn unfile(&mut self, slot: u32) {
        let (created, changed) = (self.filed(slot).created, self.filed(slot).changed);
        let place = self
            .by_created
            .partition_point(|other| (self.filed(*other).created, *other) < (created, slot));
        self.by_created.remove(place);
        let place = self
            .by_changed
            .partition_point(|other| (self.filed(*other).changed, *other) < (changed, slot));
        self.by_changed.remove(place);
    }
}

/// Records in one of the orders, from either end; skipping costs nothing.
#[derive(Debug)]
pub(super) struct Rows<'shelf, T> {
    shelf: &'shelf Shelf<T>,
    slots: std::slice::Iter<'shelf, u32>,
}

impl<'shelf, T> Iterator for Rows<'shelf, T> {
    type Item = &'shelf Row<T>;

    fn next(&mut self) -> Option<Self::Item> {
        self.slots.next().map(|slot| self.shelf.filed(*slot))
    }

    fn nth(&mut self, skipped: usize) -> Option<Self::Item> {
        self.slots.nth(skipped).map(|slot| self.shelf.filed(*slot))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.slots.size_hint()
    }
}

impl<T> DoubleEndedIterator for Rows<'_, T> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.slots.next_back().map(|slot| self.shelf.filed(*slot))
    }

    fn nth_back(&mut self, skipped: usize) -> Option<Self::Item> {
        self.slots
            .nth_back(skipped)
            .map(|slot| self.shelf.filed(*slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn orders_hold_while_records_change_and_go() {
        let mut shelf = Shelf::filled(
            (0..5)
                .map(|n| Row {
                    id: Id(n),
                    created: at(n as i64),
                    changed: at(100 - n as i64),
                    body: n,
                })
                .collect(),
        );
        shelf.add(Id(9), at(50), 9);
        assert!(shelf.change(Id(2), at(200), |body| *body = 22));
        assert!(!shelf.change(Id(77), at(200), |_| ()));
        assert!(shelf.remove(Id(0)).is_some());
        assert!(shelf.remove(Id(0)).is_none());
        assert_eq!(
            shelf.by_created().map(|row| row.body).collect::<Vec<_>>(),
            [1, 22, 3, 4, 9]
        );
        assert_eq!(
            shelf.by_changed().map(|row| row.body).collect::<Vec<_>>(),
            [9, 4, 3, 1, 22]
        );
        assert_eq!(
            shelf
                .changed_since(at(97))
                .rev()
                .map(|row| row.body)
                .collect::<Vec<_>>(),
            [22, 1, 3]
        );
        assert_eq!(
            shelf
                .made_after(Id(3))
                .unwrap()
                .map(|row| row.body)
                .collect::<Vec<_>>(),
            [4, 9]
        );
        assert!(shelf.made_after(Id(0)).is_none());
        assert_eq!(shelf.len(), 5);
    }
}
