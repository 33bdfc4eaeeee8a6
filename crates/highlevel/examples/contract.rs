//! Calls every endpoint of the client once or more, so that something between it and the other side can judge what is
//! said. Where the other side is stands in `HIGHLEVEL_URL`, `HIGHLEVEL_VERSION`, `HIGHLEVEL_LOCATION`,
//! `HIGHLEVEL_TOKEN`. Each line printed is an endpoint that worked; the first that did not ends the run.
//!
//! It writes: point it at a twin or a sandbox, never at a shop.
#![allow(clippy::print_stdout, reason = "what this prints is its answer")]

use std::{collections::BTreeMap, env, error::Error, sync::Arc};

use domain::{Clock, Context};
use highlevel::{
    Client, Config, Patch, StaticToken,
    api::{ListContacts, Lookup},
    model::{
        AppointmentStatus, Channel, ContactSearch, CreateAppointment, CreateContact,
        CreateCustomField, CreateNote, CreateTask, Direction, Dnd, DndStatus, EventWindow,
        EventsOf, FieldValue, Filter, Sort, TaskSearch, UpdateAppointment, UpdateContact,
        UpdateNote, UpdateTask, UpsertContact, WriteCustomValue,
    },
};
use http::{MemoryBudget, SystemClock, SystemRandomness};
use jiff::{SignedDuration, Timestamp};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const PHONE: &str = "+447700900789";

#[tokio::main]
async fn main() -> Outcome {
    let client = client()?;
    resources(&client).await?;
    let contact = contact(&client).await?;
    tasks(&client, &contact).await?;
    notes(&client, &contact).await?;
    appointments(&client, &contact).await?;
    client.contacts().delete(&contact).await?;
    worked("contacts.delete");
    let gone = client.contacts().get(&contact).await;
    expect(
        gone.is_err_and(|error| error.is_not_found()),
        "a deleted contact is gone",
    )
}

fn client() -> Outcome<Client> {
    let mut config = Config::new(
        env::var("HIGHLEVEL_URL")?.parse()?,
        env::var("HIGHLEVEL_LOCATION")?,
    );
    config.api_version = env::var("HIGHLEVEL_VERSION")?.parse()?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let budget = MemoryBudget::new(
        highlevel::budget_policy(1_000, 100_000),
        Arc::clone(&clock),
        SignedDuration::from_secs(30),
    );
    let context = Context {
        clock,
        randomness: Arc::new(SystemRandomness),
    };
    let tokens = Arc::new(StaticToken::new(&env::var("HIGHLEVEL_TOKEN")?));
    Ok(Client::new(config, tokens, Arc::new(budget), context)?)
}

/// Location, users, tags, custom fields.
async fn resources(client: &Client) -> Outcome {
    let location = client.location().get().await?;
    expect(location.id == client.location_id(), "the location's id")?;
    worked("location.get");
    client.tags().list().await?;
    worked("tags.list");
    client.custom_fields().list().await?;
    worked("custom_fields.list");
    let company = location.company_id.unwrap_or_default();
    let users = client.users().search(&company).await?;
    worked("users.search");
    expect(
        users.len() == client.users().list().await?.len(),
        "both paths know the same users",
    )?;
    worked("users.list");
    for user in users.iter().take(1) {
        client.users().get(&user.id).await?;
        worked("users.get");
    }
    Ok(())
}

/// Everything about a contact but its end; returns its id.
async fn contact(client: &Client) -> Outcome<String> {
    let contacts = client.contacts();
    let version = env::var("HIGHLEVEL_VERSION")?;
    let text = client
        .custom_fields()
        .create(&CreateCustomField::text(format!("Contract {version}")))
        .await?;
    let number = client
        .custom_fields()
        .create(&CreateCustomField {
            data_type: "NUMERICAL".to_owned(),
            ..CreateCustomField::text(format!("Contract number {version}"))
        })
        .await?;
    worked("custom_fields.create");

    let email = format!("contract.{version}@example.com");
    let wanted = CreateContact {
        first_name: Some("Emmy".to_owned()),
        last_name: Some("Noether".to_owned()),
        email: Some(email.clone()),
        phone: Some(PHONE.to_owned()),
        address1: Some("1 Ring Road".to_owned()),
        city: Some("Erlangen".to_owned()),
        postal_code: Some("91054".to_owned()),
        country: Some("DE".to_owned()),
        company_name: Some("Invariants".to_owned()),
        source: Some("contract".to_owned()),
        date_of_birth: Some(jiff::civil::date(1982, 3, 23)),
        dnd_settings: blocked(),
        custom_fields: vec![
            WriteCustomValue {
                id: text.id.clone(),
                value: FieldValue::Text("Tablet".to_owned()),
            },
            WriteCustomValue {
                id: number.id,
                value: FieldValue::Number(7.into()),
            },
        ],
        tags: vec!["vip".to_owned()],
        ..CreateContact::default()
    };
    let id = contacts.create(&wanted).await?.id;
    worked("contacts.create");
    let read = contacts.get(&id).await?;
    expect(
        read.first_name.as_deref() == Some("Emmy") && read.custom_fields.len() == 2,
        "what was created is read back",
    )?;
    worked("contacts.get");
    let change = UpdateContact {
        last_name: Patch::Set("N.".to_owned()),
        city: Patch::Clear,
        postal_code: Patch::Set("37073".to_owned()),
        date_of_birth: Patch::Set(jiff::civil::date(1982, 3, 24)),
        dnd_settings: blocked(),
        custom_fields: vec![WriteCustomValue {
            id: text.id,
            value: FieldValue::Text("Phone".to_owned()),
        }],
        ..UpdateContact::default()
    };
    let updated = contacts.update(&id, &change).await?;
    expect(
        updated.last_name.as_deref() == Some("N."),
        "the update is answered",
    )?;
    worked("contacts.update");
    let again = UpsertContact {
        contact: CreateContact {
            email: Some(email.clone()),
            website: Some("https://example.com".to_owned()),
            ..CreateContact::default()
        },
        create_new_if_duplicate_allowed: Some(false),
    };
    let upserted = contacts.upsert(&again).await?;
    expect(
        !upserted.new && upserted.contact.id == id,
        "the upsert finds the contact",
    )?;
    worked("contacts.upsert");
    let duplicate = contacts.create(&wanted).await;
    expect(
        matches!(duplicate, Err(highlevel::Error::Duplicate { contact_id: Some(ref there), .. }) if *there == id),
        "the duplicate is refused",
    )?;
    worked("contacts.create, refused");
    find(client, &id, &email).await?;
    let tags = contacts.add_tags(&id, &["loaner".to_owned()]).await?;
    expect(tags.len() == 2, "tags are added")?;
    worked("contacts.add_tags");
    let tags = contacts.remove_tags(&id, &["vip".to_owned()]).await?;
    expect(tags == ["loaner"], "tags are removed")?;
    worked("contacts.remove_tags");
    Ok(id)
}

fn blocked() -> BTreeMap<Channel, Dnd> {
    let dnd = Dnd {
        status: DndStatus::Active,
        message: None,
        code: None,
    };
    [(Channel::Email, dnd.clone()), (Channel::Sms, dnd)]
        .into_iter()
        .collect()
}

/// The ways to find a contact again.
async fn find(client: &Client, id: &str, email: &str) -> Outcome {
    let contacts = client.contacts();
    for lookup in [
        Lookup {
            email: Some(email),
            number: None,
        },
        Lookup {
            email: None,
            number: Some(PHONE),
        },
    ] {
        let found = contacts.find_duplicate(lookup).await?;
        expect(
            found.is_some_and(|found| found.id == id),
            "the look-up finds it",
        )?;
    }
    worked("contacts.find_duplicate");
    let search = ContactSearch {
        filters: vec![
            Filter::eq("email", email),
            Filter::exists("firstNameLowerCase"),
        ],
        sort: vec![Sort {
            field: "dateUpdated".to_owned(),
            direction: Direction::Ascending,
        }],
        page_size: Some(5),
        ..ContactSearch::default()
    };
    let page = contacts.search(&search).await?;
    expect(
        page.rows.iter().any(|row| row.id == id),
        "the search finds it",
    )?;
    worked("contacts.search");
    let list = ListContacts {
        limit: 2,
        after: None,
        query: None,
    };
    expect(
        !contacts.list(&list).await?.is_empty(),
        "the old list has rows",
    )?;
    worked("contacts.list");
    // No business has this id; the vendor answers an empty list or says that there is none.
    match contacts
        .of_business("63771dcac1116f0e21de8e12", 25, 0)
        .await
    {
        Ok(rows) => expect(rows.is_empty(), "a strange business has no contacts")?,
        Err(error) => expect(error.is_not_found(), "a strange business is absent")?,
    }
    worked("contacts.of_business");
    Ok(())
}

async fn tasks(client: &Client, contact: &str) -> Outcome {
    let tasks = client.tasks();
    let task = CreateTask {
        title: "Call back".to_owned(),
        body: Some("The part is here".to_owned()),
        due_date: "2030-07-20T10:00:00Z".parse()?,
        completed: false,
        assigned_to: None,
    };
    let id = tasks.create(contact, &task).await?.id;
    worked("tasks.create");
    expect(tasks.list(contact).await?.len() == 1, "the task is listed")?;
    worked("tasks.list");
    let change = UpdateTask {
        title: Some("Call again".to_owned()),
        due_date: Some("2030-07-21T10:00:00Z".parse()?),
        ..UpdateTask::default()
    };
    tasks.update(contact, &id, &change).await?;
    worked("tasks.update");
    tasks.set_completed(contact, &id, true).await?;
    worked("tasks.set_completed");
    let read = tasks.get(contact, &id).await?;
    expect(
        read.is_completed() && read.title.as_deref() == Some("Call again"),
        "the task is read back",
    )?;
    worked("tasks.get");
    let search = TaskSearch {
        contact_ids: vec![contact.to_owned()],
        completed: Some(true),
        page_size: Some(5),
        ..TaskSearch::default()
    };
    let page = tasks.search(&search).await?;
    expect(
        page.rows.iter().any(|row| row.id == id),
        "the task search finds it",
    )?;
    worked("tasks.search");
    tasks.delete(contact, &id).await?;
    worked("tasks.delete");
    Ok(())
}

async fn notes(client: &Client, contact: &str) -> Outcome {
    let notes = client.notes();
    let note = CreateNote {
        body: "Prefers text messages".to_owned(),
        ..CreateNote::default()
    };
    let id = notes.create(contact, &note).await?.id;
    worked("notes.create");
    expect(notes.list(contact).await?.len() == 1, "the note is listed")?;
    worked("notes.list");
    let change = UpdateNote {
        body: Some("Prefers calls".to_owned()),
        ..UpdateNote::default()
    };
    notes.update(contact, &id, &change).await?;
    worked("notes.update");
    expect(
        notes.get(contact, &id).await?.text() == Some("Prefers calls"),
        "the note is read back",
    )?;
    worked("notes.get");
    notes.delete(contact, &id).await?;
    worked("notes.delete");
    Ok(())
}

async fn appointments(client: &Client, contact: &str) -> Outcome {
    let appointments = client.appointments();
    let calendars = client.calendars().list().await?;
    worked("calendars.list");
    let calendar = calendars.first().ok_or("the location has no calendar")?;
    let hour = SignedDuration::from_hours(1);
    let start = Timestamp::from_second(SystemClock.now().as_second() / 3_600 * 3_600)?
        .checked_add(SignedDuration::from_hours(96))?;
    let mut wanted = CreateAppointment::new(&calendar.id, contact, start);
    wanted.end_time = Some(start.checked_add(hour)?);
    wanted.title = Some("Drop off".to_owned());
    wanted.status = Some(AppointmentStatus::Confirmed);
    wanted.assigned_user_id = calendar
        .team_members
        .first()
        .map(|member| member.user_id.clone());
    wanted.ignore_free_slot_validation = true;
    let id = appointments.create(&wanted).await?.id;
    worked("appointments.create");
    let change = UpdateAppointment {
        status: Some(AppointmentStatus::Showed),
        description: Some("Came early".to_owned()),
        ..UpdateAppointment::default()
    };
    appointments.update(&id, &change).await?;
    worked("appointments.update");
    let read = appointments.get(&id).await?;
    expect(
        read.appointment_status == Some(AppointmentStatus::Showed),
        "the appointment is read back",
    )?;
    worked("appointments.get");
    expect(
        appointments.of_contact(contact).await?.len() == 1,
        "the contact has it",
    )?;
    worked("appointments.of_contact");
    let window = EventWindow {
        from: start.checked_sub(hour)?,
        to: start.checked_add(hour)?,
        of: EventsOf::Calendar(calendar.id.clone()),
    };
    let events = client.calendars().events(&window).await?;
    expect(
        events.iter().any(|event| event.id == id),
        "the calendar has it",
    )?;
    worked("calendars.events");
    appointments.delete(&id).await?;
    worked("appointments.delete");
    Ok(())
}

fn worked(endpoint: &str) {
    println!("{endpoint}");
}

fn expect(holds: bool, what: &str) -> Outcome {
    if holds {
        Ok(())
    } else {
        Err(format!("not so: {what}").into())
    }
}
