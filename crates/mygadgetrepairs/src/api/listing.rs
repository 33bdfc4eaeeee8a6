//! Lists of resources that are not modelled (mygadgetrepairs-api.md section 12).

use crate::{Client, Cursor, Error, Page, client::List, model::Entry};

/// The list at a path.
#[derive(Clone, Copy, Debug)]
pub struct Listing<'a> {
    client: &'a Client,
    path: &'a str,
}

impl<'a> Listing<'a> {
    pub(crate) const fn new(client: &'a Client, path: &'a str) -> Self {
        Self { client, path }
    }

    /// One page, newest first as far as the vendor keeps to that.
    ///
    /// # Errors
    /// [`Error::NotOffered`] where the account has no such list; else as every list.
    pub async fn page(&self, cursor: &Cursor) -> Result<Page<Entry>, Error> {
        List::new(self.client, "record", self.path)
            .page(cursor)
            .await
    }
}
