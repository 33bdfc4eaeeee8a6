//! Ids in the vendors' forms, from seeded randomness.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A source of ids; the same seed gives the same ids in the same order.
#[derive(Debug)]
pub struct Ids {
    random: StdRng,
}

impl Ids {
    /// A source with this seed.
    pub fn seeded(seed: u64) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
        }
    }

    /// Twenty letters and digits, as HighLevel's contacts, notes and tasks have (highlevel-api.md 7.1).
    pub fn alphanumeric(&mut self) -> [u8; 20] {
        std::array::from_fn(|_| ALPHANUMERIC[self.random.random_range(0..62)])
    }

    /// The same as text.
    pub fn alphanumeric_text(&mut self) -> String {
        self.alphanumeric().map(char::from).iter().collect()
    }

    /// Twenty-four hexadecimal digits, as HighLevel's businesses have.
    pub fn object_id(&mut self) -> String {
        let bytes: [u8; 12] = self.random.random();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> String {
        uuid::Builder::from_random_bytes(self.random.random())
            .into_uuid()
            .to_string()
    }

    /// Eight lower-case letters and digits, as the end of HighLevel's client ids.
    pub fn short(&mut self) -> String {
        (0..8)
            .map(|_| char::from(ALPHANUMERIC[self.random.random_range(26..62)]))
            .collect()
    }

    /// As many bytes as an RSA signature has.
    pub fn signature(&mut self) -> [u8; 256] {
        let mut bytes = [0; 256];
        self.random.fill(&mut bytes[..]);
        bytes
    }
}
