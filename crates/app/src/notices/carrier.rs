//! The way out of here.

use async_trait::async_trait;
use notify::{LeaveError, Mail, MailServer, Signed, Web};
use url::Url;

/// What notices leave by.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Hands a mail over to a mail server.
    async fn mail(&self, server: &MailServer, mail: &Mail) -> Result<(), LeaveError>;

    /// Posts a signed document.
    async fn post(&self, address: &Url, what: Signed<'_>) -> Result<(), LeaveError>;

    /// Visits an address.
    async fn visit(&self, address: &Url) -> Result<(), LeaveError>;
}

#[async_trait]
impl Carrier for Web {
    async fn mail(&self, server: &MailServer, mail: &Mail) -> Result<(), LeaveError> {
        server.send(mail).await
    }

    async fn post(&self, address: &Url, what: Signed<'_>) -> Result<(), LeaveError> {
        Self::post(self, address, what).await
    }

    async fn visit(&self, address: &Url) -> Result<(), LeaveError> {
        Self::visit(self, address).await
    }
}
