//! The door to everything that both vendors offer: one call of an operation of the catalogue for a shop, within the same
//! budget, with the same retry, redaction and journal as everything else.

mod allowed;
mod availability;
mod call;
mod look_again;
mod multipart;
mod send;
mod spelling;

pub use allowed::Allowed;
pub use availability::{Availability, Offer, OfferState};
pub use call::{CallCause, CallOutcome, Mistakes, OperationCall, OperationReport};

use crate::{App, AppError};
use catalogue::{Filter, Operation};

impl App {
    /// The operation with this id.
    ///
    /// # Errors
    /// When there is none; the words name one that is like it.
    pub fn operation(&self, id: &str) -> Result<Operation, AppError> {
        catalogue::find(id).ok_or_else(|| AppError::no_operation(id))
    }

    /// Whether a shop can use an operation.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn offer(&self, shop: &str, operation: Operation) -> Result<Offer, AppError> {
        let shop = self.shop(shop).await?;
        let availability = self.availability(&shop).await?.of(&operation);
        Ok(Offer {
            operation,
            availability,
        })
    }

    /// Operations with whether a shop can use them.
    ///
    /// # Errors
    /// When there is no such shop.
    pub async fn operations(&self, shop: &str, filter: &Filter) -> Result<Vec<Offer>, AppError> {
        let shop = self.shop(shop).await?;
        let availability = self.availability(&shop).await?;
        Ok(catalogue::list(filter)
            .map(|operation| Offer {
                availability: availability.of(&operation),
                operation,
            })
            .collect())
    }
}

impl AppError {
    /// There is no operation with this id; the words name one that is like it.
    #[must_use]
    pub fn no_operation(id: &str) -> Self {
        let hint = catalogue::nearest(id).map_or_else(
            || "`repairbridge operations search WORDS` finds some".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        Self::NoOperation(format!("there is no operation `{id}`; {hint}"))
    }
}
