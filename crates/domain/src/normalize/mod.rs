//! Normal forms: what is compared, never what is written.

pub mod country;
pub mod email;
pub mod name;
pub mod phone;
pub mod text;
