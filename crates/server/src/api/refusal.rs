//! A use case that did not work, as an answer.

use crate::access::html;
use app::{AppError, PortError, VendorCause};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use domain::FailureClass;
use serde_json::json;
use store::StoreError;

/// A use case that did not work, as an answer.
pub(crate) struct Refusal(AppError);

impl From<AppError> for Refusal {
    fn from(error: AppError) -> Self {
        Self(error)
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let error = self.0;
        let (status, code) = (status(&error), error.code());
        let says = html::of_error(&error, "a request could not be answered");
        if let AppError::Input { mistakes, .. } = &error {
            // Each mistake beside the words.
            let body = json!({"error": {"code": code, "message": says, "mistakes": mistakes}});
            return (status, Json(body)).into_response();
        }
        html::error(status, code, &says)
    }
}

fn status(error: &AppError) -> StatusCode {
    match error {
        AppError::NoShop(_) | AppError::NotFound(_) | AppError::NoOperation(_) => {
            StatusCode::NOT_FOUND
        }
        AppError::Refused(_) => StatusCode::BAD_REQUEST,
        AppError::Input { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        AppError::NotAllowed { .. } => StatusCode::FORBIDDEN,
        AppError::NotAvailable { .. }
        | AppError::NotConnected { .. }
        | AppError::ShopBusy(_)
        | AppError::Paused(_)
        | AppError::Store(StoreError::Exists { .. }) => StatusCode::CONFLICT,
        AppError::Vendor(error) => of_vendor(error),
        AppError::Store(StoreError::Busy | StoreError::DiskFull) => StatusCode::SERVICE_UNAVAILABLE,
        AppError::Store(_) | AppError::Vault(_) | AppError::Configuration(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

/// What a refusal of a vendor is to whoever asked: later, not there, or nothing that we can mend.
fn of_vendor(error: &PortError) -> StatusCode {
    match (&error.cause, &error.class) {
        (VendorCause::NotFound, _) => StatusCode::NOT_FOUND,
        (_, FailureClass::Deferred { .. }) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_GATEWAY,
    }
}
