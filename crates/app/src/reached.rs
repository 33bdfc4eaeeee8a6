//! Proves to a check that it reached this installation and no other: only who has its keys can answer.

use crate::{App, AppError};

/// Bytes of a question, written as hexadecimal digits.
pub(crate) const NONCE_BYTES: usize = 16;

impl App {
    /// The answer of this installation to a question of 32 hexadecimal digits; nothing to anything else. Tells nobody
    /// anything who has not the keys.
    ///
    /// # Errors
    /// When the store or the keys refuse.
    pub async fn proof_of(&self, nonce: &str) -> Result<Option<String>, AppError> {
        let is_nonce =
            nonce.len() == NONCE_BYTES * 2 && nonce.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_nonce {
            return Ok(None);
        }
        self.keys_as_stored().await?;
        Ok(Some(self.vault().proof(nonce.as_bytes())))
    }
}
