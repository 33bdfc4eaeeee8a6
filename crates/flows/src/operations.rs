//! What a flow must know of the operations that it calls.

use serde_json::Value as Json;

/// The catalogue, as far as a flow needs it.
pub trait Operations {
    /// Whether there is an operation of this id that can be called.
    fn known(&self, id: &str) -> bool;

    /// What is wrong with an input, each with its place.
    fn input_problems(&self, id: &str, input: &Json) -> Vec<InputProblem>;

    /// The ids of all operations, to find the one that was meant.
    fn ids(&self) -> Vec<String> {
        Vec::new()
    }

    /// Which inputs an operation has, and which of them it needs; nothing where that is not known.
    fn inputs(&self, _id: &str) -> Option<Vec<Input>> {
        None
    }
}

/// What is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputProblem {
    /// Where: `dueDate`, `customFields[0].id`.
    pub place: String,
    /// What is wrong and how to mend it.
    pub why: String,
}

/// One input of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// Whether it must be given.
    pub required: bool,
}
