//! `/assets` and their members: customers' devices (mygadgetrepairs-api.md 12.10). Known to exist; all of their fields are
//! guesses.

use serde_json::{Value, json};

use super::super::Account;
use super::super::book::Book;
use super::super::id::Id;
use super::super::records::Asset;
use super::super::settings::Settings;
use super::super::shelf::{Row, Shelf};
use super::kept::Kept;
use super::{Call, given, show, written};

impl Kept for Asset {
    const NAME: &'static str = "The asset";
    const TOKEN: &'static str = "assetId";

    fn shelf(book: &Book) -> &Shelf<Self> {
        &book.assets
    }

    fn shelf_mut(book: &mut Book) -> &mut Shelf<Self> {
        &mut book.assets
    }

    fn write(&mut self, account: &Account, call: &Call<'_>) -> Result<(), String> {
        let (book, clear) = (&account.book, account.settings.clear_on_empty);
        let fields: [(&mut String, &[&str]); 5] = [
            (&mut self.name, &["name"]),
            (&mut self.brand, &["brand", "make"]),
            (&mut self.model, &["model"]),
            (&mut self.imei, &["imei"]),
            (&mut self.serial, &["serial", "serialNumber"]),
        ];
        for (field, names) in fields {
            if let Some(text) = written(call, clear, names) {
                *field = text;
            }
        }
        self.customer = given::customer(book, call)?.or(self.customer);
        if let Some(kind) = call.arguments.filter(&["type", "assetType", "typeId"]) {
            self.kind = Some(
                given::word(&book.asset_types, &kind)
                    .ok_or("The type is not known. Use an id of /assetTypes.")?,
            );
        }
        let warranty = given::day(book, call, &["warrantyEnd", "warrantyEndDate"])?;
        self.warranty_end = warranty.or(self.warranty_end);
        let service = given::day(book, call, &["nextService", "nextServiceDate"])?;
        self.next_service = service.or(self.next_service);
        Ok(())
    }

    fn lacks(&self) -> Option<&'static str> {
        if self.customer.is_none() {
            return Some("The asset has no customer. Send the argument customerId.");
        }
        let nameless = self.name.trim().is_empty() && self.model.trim().is_empty();
        nameless.then_some("The asset has no name. Send the argument name or model.")
    }

    fn show(book: &Book, settings: &Settings, row: &Row<Self>) -> Value {
        let asset = &row.body;
        let mut shown = json!({
            "id": row.id.to_string(),
            "customer": show::customer_of(book, settings, asset.customer),
            "type": asset.kind.and_then(|kind| show::word(&book.asset_types, kind, "name"))
                .unwrap_or_else(|| show::nothing(settings, json!({}))),
            "name": if asset.name.is_empty() { &asset.model } else { &asset.name },
            "brand": asset.brand,
            "model": asset.model,
            "imei": show::number(settings, &asset.imei),
            "serial": asset.serial,
            "warranty_end": given::shown_day(asset.warranty_end),
            "next_service": given::shown_day(asset.next_service),
        });
        show::add_times(book, row, &mut shown);
        shown
    }

    fn about(&self) -> (Option<Id>, Option<Id>) {
        (self.customer, None)
    }

    fn texts(&self) -> Vec<&str> {
        vec![
            &self.name,
            &self.brand,
            &self.model,
            &self.imei,
            &self.serial,
        ]
    }
}
