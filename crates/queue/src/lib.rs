//! Vendor budgets that survive a restart and are shared by every process on one database, and which of these processes
//! serves which shop.
//!
//! [`StoredBudget`] keeps [`http::BudgetState`] in the store. Each reservation is one transaction, so two
//! processes that work on one shop cannot overspend together, and a restart goes on where it stopped.

mod budget;
mod spread;
mod stagger;

pub use budget::StoredBudget;
pub use spread::spread;
pub use stagger::stagger;
