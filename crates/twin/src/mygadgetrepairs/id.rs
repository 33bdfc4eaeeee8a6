//! ColdFusion's UUIDs: 35 characters in groups of 8-4-4-16 (mygadgetrepairs-api.md 8).

use std::fmt;

/// An id; kept as its 128 bits, because an account may hold several hundred thousand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Id(pub u128);

impl Id {
    /// Reads an id in upper or lower case; `None` for any other shape.
    pub(super) fn read(text: &str) -> Option<Self> {
        let groups: Vec<&str> = text.trim().split('-').collect();
        let shape = groups.iter().map(|group| group.len()).eq([8, 4, 4, 16]);
        let hexadecimal = groups
            .iter()
            .all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()));
        if shape && hexadecimal {
            u128::from_str_radix(&groups.concat(), 16).ok().map(Self)
        } else {
            None
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.0;
        write!(
            out,
            "{:08X}-{:04X}-{:04X}-{:016X}",
            bits >> 96,
            (bits >> 80) & 0xFFFF,
            (bits >> 64) & 0xFFFF,
            bits & 0xFFFF_FFFF_FFFF_FFFF
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Id;

    #[test]
    fn thirty_five_characters_there_and_back_in_any_case() {
        let text = "4C1D9E52-8F0A-4B7C-91E3D6A85B2F7034";
        let id = Id::read(text).unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(Id::read(&text.to_lowercase()), Some(id));
        assert_eq!(Id(0x7).to_string().len(), 35);
        assert_eq!(Id::read("4C1D9E52-8F0A-4B7C-91E3-D6A85B2F7034"), None);
        assert_eq!(Id::read("updated"), None);
    }
}
