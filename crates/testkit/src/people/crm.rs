//! A person in the CRM.

use serde_json::{Value as Json, json};
use twin::RunningTwins;

/// Works in the CRM's browser, and is what contacts say. Every act answers the id of its record, or nothing.
#[derive(Clone, Copy)]
pub struct CrmPerson<'a> {
    twins: &'a RunningTwins,
}

impl<'a> CrmPerson<'a> {
    /// Somebody in the CRM of these twins.
    #[must_use]
    pub fn new(twins: &'a RunningTwins) -> Self {
        Self { twins }
    }

    /// Makes a contact with the API's fields.
    #[must_use]
    pub fn contact(&self, fields: Json) -> String {
        let made = self.act(json!({ "action": "create_contact", "fields": fields }));
        id(&made["contact"])
    }

    /// Changes a contact.
    pub fn edit_contact(&self, contact: &str, fields: Json) {
        self.act(json!({ "action": "edit_contact", "id": contact, "fields": fields }));
    }

    /// Takes a contact away.
    pub fn delete_contact(&self, contact: &str) {
        self.act(json!({ "action": "delete_contact", "id": contact }));
    }

    /// Tags a contact.
    pub fn tag(&self, contact: &str, tag: &str) {
        self.act(json!({ "action": "add_tags", "id": contact, "tags": [tag] }));
    }

    /// Takes a tag off a contact.
    pub fn untag(&self, contact: &str, tag: &str) {
        self.act(json!({ "action": "remove_tags", "id": contact, "tags": [tag] }));
    }

    /// Makes a task that is due then, as `2026-08-05T09:00:00Z`.
    #[must_use]
    pub fn task(&self, contact: &str, title: &str, due: &str) -> String {
        let fields = json!({ "title": title, "dueDate": due, "completed": false });
        let made =
            self.act(json!({ "action": "create_task", "contact": contact, "fields": fields }));
        id(&made["task"])
    }

    /// Changes a task.
    pub fn edit_task(&self, task: &str, fields: Json) {
        self.act(json!({ "action": "edit_task", "id": task, "fields": fields }));
    }

    /// Ticks a task off, or opens it again.
    pub fn complete_task(&self, task: &str, completed: bool) {
        self.edit_task(task, json!({ "completed": completed }));
    }

    /// Writes a note.
    #[must_use]
    pub fn note(&self, contact: &str, text: &str) -> String {
        let fields = json!({ "body": text });
        let made =
            self.act(json!({ "action": "create_note", "contact": contact, "fields": fields }));
        id(&made["note"])
    }

    /// Books an appointment in the first calendar that starts then, whether or not the time is free.
    #[must_use]
    pub fn book(&self, contact: &str, title: &str, start: &str) -> String {
        let calendars = self.twins.highlevel().calendars();
        let (calendar, _) = calendars.first().expect("the location has a calendar");
        let fields = json!({ "calendarId": calendar, "title": title, "startTime": start });
        let made = self
            .act(json!({ "action": "create_appointment", "contact": contact, "fields": fields }));
        id(&made)
    }

    /// Moves an appointment.
    pub fn move_appointment(&self, appointment: &str, start: &str) {
        self.appointment(appointment, json!({ "startTime": start }));
    }

    /// Notes that somebody did not come.
    pub fn mark_no_show(&self, appointment: &str) {
        self.appointment(appointment, json!({ "appointmentStatus": "noshow" }));
    }

    /// Notes that somebody came.
    pub fn mark_showed(&self, appointment: &str) {
        self.appointment(appointment, json!({ "appointmentStatus": "showed" }));
    }

    /// Cancels an appointment.
    pub fn cancel_appointment(&self, appointment: &str) {
        self.appointment(appointment, json!({ "appointmentStatus": "cancelled" }));
    }

    /// Keeps the first calendar free of bookings for a time.
    #[must_use]
    pub fn block(&self, start: &str, end: &str) -> String {
        let calendars = self.twins.highlevel().calendars();
        let (calendar, _) = calendars.first().expect("the location has a calendar");
        let fields = json!({ "calendarId": calendar, "startTime": start, "endTime": end });
        id(&self.act(json!({ "action": "create_block", "fields": fields })))
    }

    /// Lets a text from the contact come in.
    pub fn receive_message(&self, contact: &str, text: &str) {
        self.act(json!({ "action": "receive_message", "contact": contact, "body": text }));
    }

    /// Texts a contact.
    pub fn send_message(&self, contact: &str, text: &str) {
        self.act(json!({ "action": "send_message", "contact": contact, "body": text }));
    }

    /// Makes an opportunity in the first stage of the first pipeline.
    #[must_use]
    pub fn opportunity(&self, contact: &str, name: &str, value: f64) -> String {
        let fields = json!({ "name": name, "status": "open", "monetaryValue": value });
        let made = self
            .act(json!({ "action": "create_opportunity", "contact": contact, "fields": fields }));
        id(&made["opportunity"])
    }

    /// Moves an opportunity to the stage of this name, in whichever pipeline has it.
    pub fn move_to_stage(&self, opportunity: &str, name: &str) {
        let pipelines = self.twins.highlevel().pipelines();
        let (pipeline, stage) = pipelines
            .iter()
            .find_map(|pipeline| {
                let mut stages = pipeline.stages.iter();
                stages
                    .find(|stage| stage.name == name)
                    .map(|stage| (pipeline, stage))
            })
            .expect("a pipeline has the stage");
        let fields = json!({ "pipelineId": pipeline.id, "pipelineStageId": stage.id });
        self.edit_opportunity(opportunity, fields);
    }

    /// Closes an opportunity as `won`, `lost` or `abandoned`, or opens it again.
    pub fn close_opportunity(&self, opportunity: &str, status: &str) {
        self.edit_opportunity(opportunity, json!({ "status": status }));
    }

    /// Changes an opportunity.
    pub fn edit_opportunity(&self, opportunity: &str, fields: Json) {
        self.act(json!({ "action": "edit_opportunity", "id": opportunity, "fields": fields }));
    }

    fn appointment(&self, appointment: &str, fields: Json) {
        self.act(json!({ "action": "edit_appointment", "id": appointment, "fields": fields }));
    }

    fn act(&self, action: Json) -> Json {
        let done = self.twins.highlevel().act(&action);
        done.unwrap_or_else(|why| panic!("the CRM refuses {action}: {why}"))
    }
}

fn id(record: &Json) -> String {
    let id = record["id"].as_str();
    id.expect("what was made has an id").to_owned()
}
