//! Tags and followers of a contact (highlevel-api.md 7.10).

use serde_json::{Value, json};

use super::touch;
use super::write::tidy_tags;
use crate::highlevel::body::{Field, Kind, must};
use crate::highlevel::call::{Call, Reply};
use crate::highlevel::id::Id;
use crate::highlevel::refusal::Refusal;
use crate::highlevel::world::World;

pub(crate) const TAGS: &[Field] = &[must("tags", Kind::Texts)];
pub(crate) const FOLLOWERS: &[Field] = &[must("followers", Kind::Texts)];

/// Records tags that were not there before: each could start an automation; new names go into the dictionary.
pub(super) fn announce(world: &mut World, id: Id, old: &[String], new: &[String], call: &Call<'_>) {
    for tag in new.iter().filter(|tag| !old.contains(tag)) {
        world.note_automation("tag_added", id, tag, call.writer.source, call.now);
    }
    world.learn_tags(new);
}

/// What a change of tags did.
pub(super) struct Changed {
    pub before: Vec<String>,
    pub after: Vec<String>,
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

pub(super) fn change(
    world: &mut World,
    id: Id,
    add: &[String],
    remove: &[String],
    call: &Call<'_>,
) -> Option<Changed> {
    let old = world.contacts.get(id)?.clone();
    let (add, remove) = (tidy_tags(add), tidy_tags(remove));
    let added: Vec<String> = add
        .into_iter()
        .filter(|tag| !old.tags.contains(tag))
        .collect();
    let removed: Vec<String> = remove
        .into_iter()
        .filter(|tag| old.tags.contains(tag))
        .collect();
    let mut contact = (*old).clone();
    contact.tags.retain(|tag| !removed.contains(tag));
    contact.tags.extend(added.iter().cloned());
    let after = contact.tags.clone();
    if !added.is_empty() || !removed.is_empty() {
        touch(&mut contact, call.now, &call.writer);
        world.put_contact(contact, call.now);
    }
    announce(world, id, &old.tags, &after, call);
    Some(Changed {
        before: old.tags.clone(),
        after,
        added,
        removed,
    })
}

pub(crate) fn add(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = world.contact_above(call.param(0))?.id;
    let changed = change(world, id, &call.texts("tags"), &[], call)
        .ok_or_else(|| Refusal::no_contact_below(call.param(0)))?;
    Ok(Reply::created(
        json!({ "tags": changed.after, "tagsAdded": changed.added }),
    ))
}

pub(crate) fn remove(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let id = world.contact_above(call.param(0))?.id;
    let changed = change(world, id, &[], &call.texts("tags"), call)
        .ok_or_else(|| Refusal::no_contact_below(call.param(0)))?;
    Ok(Reply::ok(
        json!({ "tags": changed.after, "tagsRemoved": changed.removed }),
    ))
}

pub(crate) fn follow(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (followers, changed) = change_followers(world, call, true)?;
    Ok(Reply::created(
        json!({ "followers": followers, "followersAdded": changed }),
    ))
}

pub(crate) fn unfollow(world: &mut World, call: &Call<'_>) -> Result<Reply, Refusal> {
    let (followers, changed) = change_followers(world, call, false)?;
    Ok(Reply::ok(
        json!({ "followers": followers, "followersRemoved": changed }),
    ))
}

fn change_followers(
    world: &mut World,
    call: &Call<'_>,
    adding: bool,
) -> Result<(Value, Value), Refusal> {
    let mut contact = (**world.contact_above(call.param(0))?).clone();
    let asked = call.texts("followers");
    let changed: Vec<String> = asked
        .into_iter()
        .filter(|user| contact.followers.contains(user) != adding)
        .collect();
    if adding {
        contact.followers.extend(changed.iter().cloned());
    } else {
        contact.followers.retain(|user| !changed.contains(user));
    }
    let followers = json!(contact.followers);
    touch(&mut contact, call.now, &call.writer);
    world.put_contact(contact, call.now);
    Ok((followers, json!(changed)))
}
