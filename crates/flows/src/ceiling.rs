//! How much a flow may take.

/// Steps of one run, all turns of all loops together.
pub const STEPS: u32 = 1_000;
/// Lists of steps within lists of steps.
pub const NESTING: usize = 20;
/// Bytes of a template.
pub const TEMPLATE: usize = 16 * 1024;
/// Bytes of a text that a template gives.
pub const TEXT: usize = 64 * 1024;
/// Instructions of one template.
pub const FUEL: u64 = 50_000;
/// Bytes of what one step gives, as JSON.
pub const OUTPUT: usize = 256 * 1024;
/// Bytes of what all steps of a run give, as JSON.
pub const OUTPUTS: usize = 2 * 1024 * 1024;
/// Flows that led one to the other.
pub const CHAIN: usize = 5;
/// Items of a list that a condition counts.
pub const ITEMS: usize = 1_000;
/// Steps that a flow may have in its document.
pub const WRITTEN_STEPS: usize = 200;
/// Bytes of a document.
pub const DOCUMENT: usize = 1024 * 1024;
/// Bytes of what `once` remembers.
pub const KEY: usize = 500;
