//! Examples in a document.

use crate::{Document, Problem};

/// What is wrong with the examples of a document.
pub(crate) const fn check(_document: &Document) -> Vec<Problem> {
    Vec::new()
}
