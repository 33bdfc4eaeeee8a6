//! How an account of MyGadgetRepairs spells what the vendor does not document: by the client's own table.

use crate::{App, AppError};
use catalogue::{Operation, Spelling};
use domain::Side;
use jiff::tz::TimeZone;
use mygadgetrepairs::{Slot, WireNames};
use serde_json::{Value as Json, json};
use store::Shop;

/// The account's table of spellings, and the zone of its times.
pub(super) struct AccountSpelling {
    names: WireNames,
    zone: TimeZone,
}

impl App {
    pub(super) async fn spelling(
        &self,
        shop: &Shop,
        operation: &Operation,
        input: &Json,
    ) -> Result<AccountSpelling, AppError> {
        let zone = match self.stored_judge(shop).await {
            Ok(judge) => judge.setting.zone,
            // A time of the day needs the shop's zone: then what is not known yet is asked for.
            Err(_) if tells_a_time(operation, input) => self.open(shop).await?.1.setting.zone,
            Err(_) => TimeZone::UTC,
        };
        Ok(AccountSpelling {
            names: WireNames::default(),
            zone,
        })
    }
}

fn tells_a_time(operation: &Operation, input: &Json) -> bool {
    operation.side == Side::MyGadgetRepairs
        && operation.fields.iter().any(|field| {
            let is_a_time = field
                .slot
                .as_deref()
                .is_some_and(|row| matches!(row, "time" | "appointment.start" | "appointment.end"));
            is_a_time && input.get(&field.name).is_some()
        })
}

impl Spelling for AccountSpelling {
    fn spell(&self, row: &str, name: &str, value: &Json) -> Vec<(String, Json)> {
        let at = value
            .as_str()
            .and_then(|text| text.parse::<jiff::Timestamp>().ok());
        match (row, at, value) {
            ("time", Some(at), _) => {
                vec![(
                    name.to_owned(),
                    json!(self.names.appointment_time.write(at, &self.zone)),
                )]
            }
            ("appointment.start", Some(at), _) => {
                self.moment(Slot::AppointmentStart, Slot::AppointmentStartTime, at)
            }
            ("appointment.end", Some(at), _) => {
                self.moment(Slot::AppointmentEnd, Slot::AppointmentEndTime, at)
            }
            ("comment.internal", _, Json::Bool(internal)) => self.visibility(*internal),
            ("custom_field", _, Json::Object(values)) => {
                let prefix = self.names.row(Slot::CustomFieldPrefix).names;
                let prefix = prefix.first().map_or("", String::as_str);
                let bare = |field: &str| field.strip_prefix(prefix).unwrap_or(field).to_owned();
                let named = values.iter();
                named
                    .map(|(field, value)| (format!("{prefix}{}", bare(field)), value.clone()))
                    .collect()
            }
            _ => match Slot::ALL.iter().find(|slot| slot.as_str() == row) {
                Some(slot) => self.all(*slot, value),
                None => vec![(name.to_owned(), value.clone())],
            },
        }
    }
}

impl AccountSpelling {
    fn all(&self, slot: Slot, value: &Json) -> Vec<(String, Json)> {
        let names = self.names.row(slot).names.into_iter();
        names.map(|name| (name, value.clone())).collect()
    }

    fn moment(&self, day: Slot, time: Slot, at: jiff::Timestamp) -> Vec<(String, Json)> {
        let mut all = self.all(
            day,
            &json!(self.names.appointment_time.write(at, &self.zone)),
        );
        let clock = at
            .to_zoned_datetime(self.zone.clone())
            .strftime("%H:%M")
            .to_string();
        all.extend(self.all(time, &json!(clock)));
        all
    }

    fn visibility(&self, internal: bool) -> Vec<(String, Json)> {
        let word = if internal { "private" } else { "public" };
        let mut all = self.all(Slot::CommentType, &json!(word));
        all.extend(self.all(Slot::CommentInternal, &json!(internal)));
        all.extend(self.all(Slot::CommentPublic, &json!(!internal)));
        all
    }
}
