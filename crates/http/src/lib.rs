//! The only place that sends a request: budget, retries for what is safe to repeat, failure classes, redaction.
