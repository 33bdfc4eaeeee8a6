//! Text: Unicode composition and white space.

use unicode_normalization::UnicodeNormalization;

/// One line: composed form (NFC), runs of white space as one blank, none at the ends.
#[must_use]
pub fn line(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with a capital first, as a sentence begins.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Several lines: composed form, `\n` line ends, no white space at line ends, no blank lines at either end.
#[must_use]
pub fn block(text: &str) -> String {
    let composed: String = text.nfc().collect();
    let lines: Vec<&str> = composed.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').trim().to_owned()
}
