//! The decision: identity, three-way merge, echo, plan and guards. Pure.
