//! The opportunity of whoever a run is about: asked for, since no snapshot of opportunities is kept.

use crate::operations::{Allowed, CallCause, OperationCall};
use crate::{App, AppError};
use domain::{FailureClass, Lane};
use serde_json::{Value as Json, json};
use store::Shop;

/// How it is asked for.
pub(super) const SEARCH: &str = "highlevel.opportunity.search";
/// Opportunities of a contact that are looked at.
const MOST: usize = 100;

impl App {
    /// The contact's open opportunity, else the one that changed last, in the vendor's words. Nothing where it may not
    /// be asked for.
    ///
    /// # Errors
    /// When it cannot be asked for now.
    pub(super) async fn opportunity_of(
        &self,
        shop: &Shop,
        contact: &str,
        cause: CallCause,
    ) -> Result<Option<Json>, AppError> {
        let call = OperationCall {
            id: SEARCH.to_owned(),
            input: json!({"contact_id": contact, "limit": MOST}),
            lane: Lane::Live,
            allow: Allowed::READS,
            show_values: true,
            cause,
        };
        let report = match self.call_operation(&shop.name, &call).await {
            Ok(report) => report,
            Err(AppError::Vendor(error))
                if matches!(
                    error.class,
                    FailureClass::Transient | FailureClass::Deferred { .. }
                ) =>
            {
                return Err(AppError::Vendor(error));
            }
            Err(AppError::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::warn!(shop.name = shop.name, %error, "opportunities cannot be looked for");
                return Ok(None);
            }
        };
        let found = report.answer.map_or(Json::Null, |answer| answer.body);
        let found = found.get("opportunities").and_then(Json::as_array);
        let text = |one: &Json, name: &str| {
            let found = one.get(name).and_then(Json::as_str);
            found.unwrap_or_default().to_owned()
        };
        let is_own = |one: &&Json| {
            let of = one.pointer("/contact/id").or_else(|| one.get("contactId"));
            of.and_then(Json::as_str) == Some(contact)
        };
        Ok(found
            .into_iter()
            .flatten()
            .filter(is_own)
            .max_by_key(|one| (text(one, "status") == "open", text(one, "updatedAt")))
            .cloned())
    }
}
