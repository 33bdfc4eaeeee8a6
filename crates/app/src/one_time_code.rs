//! Codes that nobody guesses and anybody can type.

use crate::App;

/// 32 letters and digits, without those that look alike.
const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstvwxyz0123456789";
/// 5 bits each.
const LENGTH: usize = 16;

impl App {
    /// A code of 80 bits of chance, for something that is confirmed once.
    #[must_use]
    pub fn one_time_code(&self) -> String {
        let mut bytes = [0_u8; LENGTH];
        self.context.randomness.fill(&mut bytes);
        let letter = |byte: u8| char::from(LETTERS[usize::from(byte % 32)]);
        bytes.into_iter().map(letter).collect()
    }
}
