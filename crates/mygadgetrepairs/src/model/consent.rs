//! Opt-outs of a customer (mygadgetrepairs-api.md 12.3): flags that are known by inference only. One is read
//! where the account's customers show a member of one of the table's names, and written under the same names.

use crate::{Slot, WireNames, lenient};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a customer opted out of; `None` where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OptOuts {
    /// Everything.
    pub all: Option<bool>,
    /// Calls.
    pub calls: Option<bool>,
    /// E-mails.
    pub email: Option<bool>,
    /// Text messages.
    pub sms: Option<bool>,
}

/// A row of the table, and whether its yes means "none, please".
type Spelling = (Slot, bool);

const ALL: &[Spelling] = &[(Slot::CustomerOptOut, true)];
const CALLS: &[Spelling] = &[(Slot::CustomerCallOptOut, true)];
const EMAIL: &[Spelling] = &[
    (Slot::CustomerEmailOptOut, true),
    (Slot::CustomerEmailAllowed, false),
];
const SMS: &[Spelling] = &[
    (Slot::CustomerSmsOptOut, true),
    (Slot::CustomerSmsAllowed, false),
];

impl OptOuts {
    /// Whether anything is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(super) fn read(raw: &super::Raw, names: &WireNames) -> Self {
        let one = |spellings: &[Spelling]| {
            let said: Vec<bool> = spellings
                .iter()
                .flat_map(|(slot, blocks)| {
                    members(raw, names, *slot)
                        .filter_map(|(_, value)| lenient::flag(value))
                        .map(|flag| flag == *blocks)
                })
                .collect();
            // Two members that contradict each other: the stricter one.
            (!said.is_empty()).then(|| said.contains(&true))
        };
        Self {
            all: one(ALL),
            calls: one(CALLS),
            email: one(EMAIL),
            sms: one(SMS),
        }
    }

    pub(super) fn put(&self, names: &WireNames, arguments: &mut Vec<(String, Value)>) {
        for (block, spellings) in [
            (self.all, ALL),
            (self.calls, CALLS),
            (self.email, EMAIL),
            (self.sms, SMS),
        ] {
            let Some(block) = block else { continue };
            for (slot, blocks) in spellings {
                names.put(arguments, *slot, &Value::from(block == *blocks));
            }
        }
    }

    /// The members among these names that say something about opt-outs.
    pub(crate) fn members_among(fields: &BTreeSet<String>, names: &WireNames) -> Vec<String> {
        let wanted: BTreeSet<String> = [ALL, CALLS, EMAIL, SMS]
            .into_iter()
            .flatten()
            .flat_map(|(slot, _)| names.row(*slot).names)
            .map(|name| folded(&name))
            .collect();
        fields
            .iter()
            .filter(|field| wanted.contains(&folded(field)))
            .cloned()
            .collect()
    }
}

fn members<'a>(
    raw: &'a super::Raw,
    names: &WireNames,
    slot: Slot,
) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    let wanted: BTreeSet<String> = names
        .row(slot)
        .names
        .iter()
        .map(|name| folded(name))
        .collect();
    raw.iter()
        .filter(move |(name, _)| wanted.contains(&folded(name)))
}

/// Written camel case, read snake case (mygadgetrepairs-api.md section 8): the same name either way.
fn folded(name: &str) -> String {
    name.replace('_', "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Evidence;
    use serde_json::json;

    fn read(customer: &Value, names: &WireNames) -> OptOuts {
        OptOuts::read(customer.as_object().unwrap(), names)
    }

    #[test]
    fn what_the_account_shows_is_read_and_the_rest_is_not_guessed() {
        let names = WireNames::default();
        let none = read(&json!({"id": 1, "email": "a@x.test"}), &names);
        assert!(none.is_empty());
        let shown = read(&json!({"sms_opt_out": "Yes", "email_marketing": 0}), &names);
        assert_eq!((shown.sms, shown.email), (Some(true), Some(true)));
        let allowed = read(
            &json!({"SMS": true, "no_email": "", "emailOptOut": false}),
            &names,
        );
        assert_eq!((allowed.sms, allowed.email), (Some(false), Some(false)));
        let torn = read(&json!({"sms": true, "no_sms": true}), &names);
        assert_eq!(torn.sms, Some(true), "the stricter one");
    }

    #[test]
    fn it_is_written_under_every_name_with_its_own_meaning() {
        let mut names = WireNames::default();
        names.correct(Slot::CustomerCallOptOut, ["dontCall"], Evidence::Setting);
        let mut arguments = Vec::new();
        let opt_outs = OptOuts {
            sms: Some(true),
            calls: Some(true),
            ..OptOuts::default()
        };
        opt_outs.put(&names, &mut arguments);
        let sent = Value::Object(arguments.into_iter().collect());
        assert_eq!(
            sent,
            json!({"smsOptOut": true, "noSms": true, "sms": false, "allowSms": false, "dontCall": true})
        );
    }
}
