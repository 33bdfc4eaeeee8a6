//! SQLite behind a set of repositories; PostgreSQL follows behind the same ones.
