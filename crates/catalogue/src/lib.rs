//! The operations catalogue: what can be called and what can be awaited, of both vendors.
//!
//! The core of 126 operations is written by hand (`core/*.toml`); everything else that the vendors publish is in data
//! files with facts only, made by `cargo run -p xtask -- catalogue`. Nothing is kept in memory: an operation is read when
//! it is asked for. No I/O: [`request`] says what would be sent, and somebody else sends it.

mod core;
mod extended;
pub mod facts;
mod field;
mod operation;
mod placeholder;
mod request;
mod sample;
mod search;
pub mod shape;
mod titles;
mod validate;
mod views;

pub use facts::{Encoding, Facts};
pub use field::{Field, Place};
pub use operation::{Call, Danger, Evidence, Needs, Operation, OperationKind, Recovery, Source};
pub use placeholder::{PLACEHOLDERS, fill, placeholders};
pub use request::{
    Body, Circumstances, Part, Plain, Plan, RequestError, Spelling, Upload, path_names, request,
};
pub use sample::Extent;
pub use search::{Filter, list, search};
pub use validate::{Mistake, validate};

/// The operation with this id, of the core or beyond.
#[must_use]
pub fn find(id: &str) -> Option<Operation> {
    match core::find(id) {
        Some(read) => read.ok(),
        None => extended::find(id),
    }
}

/// The 126 operations of the core, in the order of operations-catalogue.md.
pub fn core() -> impl Iterator<Item = Operation> {
    all(false)
}

/// Everything beyond the core.
pub fn beyond_core() -> impl Iterator<Item = Operation> {
    let further = core::all().filter_map(Result::ok);
    further
        .filter(|operation| !operation.is_core())
        .chain(extended::all())
}

/// The core, and behind it what is beyond, where that is asked for as well.
fn all(beyond: bool) -> impl Iterator<Item = Operation> {
    // The few of the files that are not of the core are the last of them.
    let files = core::all().filter_map(Result::ok);
    let files = files.filter(move |operation| beyond || operation.is_core());
    files.chain(beyond.then(extended::all).into_iter().flatten())
}

/// The id that is most like one that is not there.
#[must_use]
pub fn nearest(id: &str) -> Option<String> {
    let ids: Vec<String> = all(true).map(|operation| operation.id).collect();
    validate::nearest(id, &ids)
}

/// The ids of the facts that the core builds on: of these the data file holds the answers too.
#[must_use]
pub fn core_sources() -> Vec<String> {
    core::sources()
}

/// An input for an operation, the same every time, made out of its schema.
#[must_use]
pub fn sample_input(operation: &Operation, extent: Extent) -> serde_json::Value {
    sample::input(operation, extent)
}
