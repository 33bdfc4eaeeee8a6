//! Vendor budgets that survive a restart and are shared by every process on one database.
//!
//! [`StoredBudget`] keeps [`http::BudgetState`] in the store. Each reservation is one transaction, so two
//! processes that work on one shop cannot overspend together, and a restart goes on where it stopped.

mod budget;

pub use budget::StoredBudget;
