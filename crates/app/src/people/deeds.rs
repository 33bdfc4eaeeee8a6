//! What a person decides about one customer or contact as a whole: that the two are not the same, that both are left as
//! they are, or that both are looked at now.

use crate::review::moot_all;
use crate::{App, AppError};
use domain::{Kind, LinkId, Record, RecordId, RunId, Side};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value as Json, json};
use store::{Change, JournalEntry, Link, RecordState, ReviewKind, Shop, Webhook};

/// Why a link was ended that a person ended.
const BY_A_PERSON: &str = "a person unlinked the two";
/// The name of the hint that a person gave.
pub(crate) const CLICK: &str = "a person's click";

/// What became of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PersonDeed {
    /// The contact.
    pub highlevel: Option<RecordId>,
    /// The customer.
    pub mygadgetrepairs: Option<RecordId>,
    /// What was done, for people.
    pub done: String,
}

/// A person with both ids and the link between them.
pub(super) struct Both {
    pub(super) ids: Vec<(Side, RecordId)>,
    pub(super) link: Option<Link>,
}

impl Both {
    fn on(&self, side: Side) -> Option<RecordId> {
        let found = self.ids.iter().find(|(on, _)| *on == side);
        found.map(|(_, id)| id.clone())
    }

    pub(super) fn deed(&self, done: &str) -> PersonDeed {
        PersonDeed {
            highlevel: self.on(Side::HighLevel),
            mygadgetrepairs: self.on(Side::MyGadgetRepairs),
            done: done.to_owned(),
        }
    }
}

impl App {
    /// Says that customer and contact are not the same: they and their work are no longer kept in step, and are not
    /// joined again. Both sides stay as they are.
    ///
    /// # Errors
    /// When there is no such shop or person, or there is no counterpart.
    pub async fn unlink_person(&self, name: &str, text: &str) -> Result<PersonDeed, AppError> {
        let shop = self.shop(name).await?;
        let held = self.lock_shop(&shop).await?;
        let both = held.both(&shop, text).await?;
        let Some(link) = &both.link else {
            return Err(AppError::Refused(
                "this one has no counterpart to be parted from".to_owned(),
            ));
        };
        let mut changes = vec![Change::Apart(link.left.clone(), link.right.clone())];
        changes.extend(held.part(&shop, link).await?);
        for kind in [Kind::Task, Kind::Appointment] {
            let ids = held
                .work_ids(&shop, Side::HighLevel, kind, &link.left)
                .await?;
            let links = held.store.links_of(shop.id, Side::HighLevel, kind, &ids);
            for link in links.await?.values() {
                changes.extend(held.part(&shop, link).await?);
            }
        }
        held.store.commit(shop.id, held.now(), changes).await?;
        Ok(both.deed(
            "parted: neither is changed because of the other any more, and they are not joined again",
        ))
    }

    /// Joins customer and contact again whom a person parted, with their work, as they were: what changed meanwhile is
    /// compared with what was in step then.
    ///
    /// # Errors
    /// When there is no such shop or person, nobody parted them, or one of the two has another counterpart by now.
    pub async fn join_person_again(&self, name: &str, text: &str) -> Result<PersonDeed, AppError> {
        let shop = self.shop(name).await?;
        let held = self.lock_shop(&shop).await?;
        let both = held.both(&shop, text).await?;
        let Some((side, id)) = both.ids.first().filter(|_| both.link.is_none()) else {
            return Err(AppError::Refused("this one is joined already".to_owned()));
        };
        let ended = held
            .store
            .ended_links(shop.id, *side, Kind::Contact, [id], BY_A_PERSON);
        let ended = ended.await?.into_iter().max_by_key(|(_, at)| *at);
        let Some((link, parted_at)) = ended else {
            return Err(AppError::Refused("nobody parted this one".to_owned()));
        };
        if !held.are_there(&shop, &link).await? {
            return Err(AppError::Refused(
                "the other one was deleted meanwhile; let it be made again instead".to_owned(),
            ));
        }
        let Some(mut changes) = held.join_again(&shop, &link).await? else {
            return Err(AppError::Refused(
                "the other one has found another counterpart meanwhile".to_owned(),
            ));
        };
        changes.push(Change::NotApart(link.left.clone(), link.right.clone()));
        for kind in [Kind::Task, Kind::Appointment] {
            let ids = held
                .work_ids(&shop, Side::HighLevel, kind, &link.left)
                .await?;
            let ended = held
                .store
                .ended_links(shop.id, Side::HighLevel, kind, &ids, BY_A_PERSON);
            for (child, at) in ended.await? {
                if at == parted_at {
                    changes.extend(held.join_again(&shop, &child).await?.unwrap_or_default());
                }
            }
        }
        held.store.commit(shop.id, held.now(), changes).await?;
        held.call_passes(shop.id);
        Ok(PersonDeed {
            highlevel: Some(link.left),
            mygadgetrepairs: Some(link.right),
            done: "joined again: what changed meanwhile is compared with the next pass".to_owned(),
        })
    }

    /// Whether somebody unlinked a contact or customer.
    pub(super) async fn was_parted(&self, shop: &Shop, own: &Record) -> Result<bool, AppError> {
        let ended =
            self.store
                .ended_links(shop.id, own.side, Kind::Contact, [&own.id], BY_A_PERSON);
        for (link, _) in ended.await? {
            if self.are_there(shop, &link).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether nobody deleted one of the two meanwhile.
    async fn are_there(&self, shop: &Shop, link: &Link) -> Result<bool, AppError> {
        for side in Side::BOTH {
            let record = self.store.record(shop.id, side, link.kind, link.on(side));
            if record.await?.is_none_or(|stored| stored.gone) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The changes that join two records again; nothing where one of them has another counterpart by now.
    async fn join_again(&self, shop: &Shop, ended: &Link) -> Result<Option<Vec<Change>>, AppError> {
        let mut changes = Vec::new();
        for side in Side::BOTH {
            let id = ended.on(side);
            let other = self.store.link_of(shop.id, side, ended.kind, id).await?;
            if other.is_some() {
                return Ok(None);
            }
            changes.push(Change::Unsettle(side, ended.kind, id.clone()));
        }
        let link = Link {
            id: LinkId(self.context.new_id()),
            reason: "a person".to_owned(),
            ..ended.clone()
        };
        changes.extend(moot_all(&link));
        changes.push(self.of_link("linked", &link, json!({"rung": "a person"})));
        changes.push(Change::Link(link));
        Ok(Some(changes))
    }

    /// Says that customer and contact are left as they are, with all that hangs on them.
    ///
    /// # Errors
    /// When there is no such shop or person.
    pub async fn leave_person_alone(&self, name: &str, text: &str) -> Result<PersonDeed, AppError> {
        let shop = self.shop(name).await?;
        let held = self.lock_shop(&shop).await?;
        let both = held.both(&shop, text).await?;
        let mut changes = Vec::new();
        for (side, id) in &both.ids {
            changes.push(Change::LeaveAlone(*side, Kind::Contact, id.clone()));
            changes.push(Change::Moot(
                ReviewKind::Match,
                Kind::Contact,
                *side,
                id.clone(),
                String::new(),
            ));
            changes.extend(held.drop_open(&shop, *side, id).await?);
        }
        changes.extend(both.link.iter().flat_map(moot_all));
        changes.push(held.told("left_alone", &both, Json::Null));
        held.store.commit(shop.id, held.now(), changes).await?;
        Ok(both.deed("left alone: both sides stay as they are, with their work, until you take this one up again"))
    }

    /// Takes somebody up again who was left alone: what changed meanwhile is compared as ever.
    ///
    /// # Errors
    /// When there is no such shop or person, or this one is not left alone.
    pub async fn take_person_up(&self, name: &str, text: &str) -> Result<PersonDeed, AppError> {
        let shop = self.shop(name).await?;
        let both = self.both(&shop, text).await?;
        let left_alone = self.store.left_alone(shop.id).await?;
        let is_left_alone = both.ids.iter().any(|(side, id)| {
            left_alone
                .iter()
                .any(|(on, kind, one)| (*on, *kind, one) == (*side, Kind::Contact, id))
        });
        if !is_left_alone {
            return Err(AppError::Refused("this one is not left alone".to_owned()));
        }
        let mut changes = Vec::new();
        for (side, id) in &both.ids {
            changes.push(Change::TakeUp(*side, Kind::Contact, id.clone()));
            changes.push(Change::Unsettle(*side, Kind::Contact, id.clone()));
            for kind in [Kind::Task, Kind::Appointment] {
                let ids = self.work_ids(&shop, *side, kind, id).await?.into_iter();
                changes.extend(ids.map(|id| Change::Unsettle(*side, kind, id)));
            }
        }
        changes.push(self.told("taken_up", &both, Json::Null));
        self.store.commit(shop.id, self.now(), changes).await?;
        self.call_passes(shop.id);
        Ok(both.deed("taken up again: what changed meanwhile is compared with the next pass"))
    }

    /// Lets both records be fetched and compared now, as if their vendors had told of them.
    ///
    /// # Errors
    /// When there is no such shop or person, or the wish cannot be kept.
    pub async fn look_at_person(&self, name: &str, text: &str) -> Result<PersonDeed, AppError> {
        let shop = self.shop(name).await?;
        let both = self.both(&shop, text).await?;
        let mut changes = Vec::new();
        for (side, id) in &both.ids {
            changes.push(Change::Unsettle(*side, Kind::Contact, id.clone()));
            let hint = Webhook {
                shop: shop.id,
                side: *side,
                event: *self.context.new_id().as_bytes(),
                what: CLICK.to_owned(),
                kind: Some(Kind::Contact),
                record: Some(id.clone()),
                parent: None,
                body: Vec::new(),
                received_at: self.now(),
            };
            let kept = self.keep(hint).await;
            kept.map_err(|why| AppError::Refused(why.to_string()))?;
        }
        self.store.commit(shop.id, self.now(), changes).await?;
        self.call_passes(shop.id);
        Ok(both.deed("both records are fetched and compared now"))
    }

    pub(super) async fn both(&self, shop: &Shop, text: &str) -> Result<Both, AppError> {
        let (stored, link) = self.person_named(shop, text).await?;
        let record = stored.record;
        let ids = match &link {
            Some(link) => Side::BOTH.map(|side| (side, link.on(side).clone())).into(),
            None => vec![(record.side, record.id)],
        };
        Ok(Both { ids, link })
    }

    /// What hangs on a person, of one kind.
    pub(super) async fn work_ids(
        &self,
        shop: &Shop,
        side: Side,
        kind: Kind,
        person: &RecordId,
    ) -> Result<Vec<RecordId>, AppError> {
        let children = self.store.children(shop.id, side, kind, [person]).await?;
        Ok(children
            .into_iter()
            .map(|stored| stored.record.id)
            .collect())
    }

    /// The changes that part two records of any kind.
    async fn part(&self, shop: &Shop, link: &Link) -> Result<Vec<Change>, AppError> {
        let mut changes = vec![Change::Unlink(link.id, BY_A_PERSON.to_owned())];
        for side in Side::BOTH {
            let id = link.on(side);
            let open = self.store.open_intent(shop.id, side.other(), link.kind, id);
            changes.extend(open.await?.map(|intent| Change::Cancel(intent.id)));
            changes.push(Change::Settle(
                side,
                link.kind,
                id.clone(),
                RecordState::Settled,
            ));
        }
        changes.extend(moot_all(link));
        changes.push(self.of_link("unlinked", link, json!({"why": BY_A_PERSON})));
        Ok(changes)
    }

    fn of_link(&self, event: &'static str, link: &Link, detail: Json) -> Change {
        Change::Journal(JournalEntry {
            run: RunId(self.context.new_id()),
            event,
            side: Some(Side::HighLevel),
            kind: Some(link.kind),
            record: Some(link.left.clone()),
            counterpart: Some(link.right.clone()),
            detail,
        })
    }

    /// What was decided about a person and its work and is not sent yet is not sent.
    async fn drop_open(
        &self,
        shop: &Shop,
        side: Side,
        person: &RecordId,
    ) -> Result<Vec<Change>, AppError> {
        let mut sources = vec![(Kind::Contact, vec![person.clone()])];
        for kind in [Kind::Task, Kind::Note, Kind::Appointment] {
            sources.push((kind, self.work_ids(shop, side, kind, person).await?));
        }
        // Texts for tickets hang on the ticket, those in a field on the customer.
        let places: Vec<RecordId> = sources[..2]
            .iter()
            .flat_map(|(_, ids)| ids.clone())
            .collect();
        sources.push((Kind::Note, places));
        let mut changes = Vec::new();
        for (kind, ids) in sources {
            for to in Side::BOTH {
                let open = self.store.open_intents(shop.id, to, kind, &ids).await?;
                changes.extend(open.into_values().map(|intent| Change::Cancel(intent.id)));
            }
        }
        Ok(changes)
    }

    pub(super) fn told(&self, event: &'static str, both: &Both, detail: Json) -> Change {
        let lead = both.ids.first().cloned();
        let counterpart = both.ids.get(1).map(|(_, id)| id.clone());
        Change::Journal(JournalEntry {
            run: RunId(self.context.new_id()),
            event,
            side: lead.as_ref().map(|(side, _)| *side),
            kind: Some(Kind::Contact),
            record: lead.map(|(_, id)| id),
            counterpart,
            detail,
        })
    }
}
