//! Requests by path, ids left out.

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fmt;

/// How often each sort of request was sent.
#[derive(Debug, Default)]
pub(crate) struct Shapes(BTreeMap<String, u64>);

impl Shapes {
    /// Counts a twin's log.
    pub(crate) fn add(&mut self, log: &Json) {
        for entry in log["requests"].as_array().into_iter().flatten() {
            let method = entry["method"].as_str().unwrap_or_default();
            let path = shape(entry["path"].as_str().unwrap_or_default());
            let status = entry["status"].as_u64().unwrap_or(0);
            *self
                .0
                .entry(format!("{method} {path} {status}"))
                .or_default() += 1;
        }
    }
}

impl fmt::Display for Shapes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (shape, count) in &self.0 {
            writeln!(out, "  {count:>8}  {shape}")?;
        }
        Ok(())
    }
}

/// A path with ids replaced: whatever holds a digit, the version apart.
fn shape(path: &str) -> String {
    path.split('/')
        .map(|part| match part {
            "v1" => part,
            id if id.contains(|letter: char| letter.is_ascii_digit()) || id.len() > 18 => ":id",
            name => name,
        })
        .collect::<Vec<_>>()
        .join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_do_not_tell_requests_apart() {
        let mut shapes = Shapes::default();
        shapes.add(&json!({"requests": [
            {"method": "GET", "path": "/contacts/a1b2/tasks", "status": 200},
            {"method": "GET", "path": "/contacts/c3d4/tasks", "status": 200},
            {"method": "POST", "path": "/v1/customers", "status": 201},
        ]}));
        let text = shapes.to_string();
        assert!(text.contains("2  GET /contacts/:id/tasks 200"), "{text}");
        assert!(text.contains("1  POST /v1/customers 201"), "{text}");
    }
}
