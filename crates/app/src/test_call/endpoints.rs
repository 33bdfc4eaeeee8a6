//! The endpoints that can be tried out (highlevel-api.md 5 to 7; the rows marked * of operations-catalogue.md 6.1).

use crate::AppError;
use http::Method;
use serde_json::{Value as Json, json};

/// Stands for the shop's location.
pub(super) const LOCATION: &str = "{locationId}";

/// An endpoint of HighLevel.
#[derive(Debug)]
pub struct Endpoint {
    /// Its name here.
    pub name: &'static str,
    /// What it does.
    pub does: &'static str,
    /// Whether it changes anything.
    pub writes: bool,
    /// The permission that it needs.
    pub scope: &'static str,
    method: &'static str,
    path: &'static str,
    pub(super) query: Option<(&'static str, &'static str)>,
}

const READ: &str = "contacts.readonly";
const WRITE: &str = "contacts.write";

macro_rules! endpoints {
    ($($name:literal $does:literal $method:literal $path:literal $scope:ident $($query:literal = $value:expr)?;)*) => {
        [$(Endpoint {
            name: $name,
            does: $does,
            writes: !matches!($method.as_bytes(), b"GET"),
            scope: $scope,
            method: $method,
            path: $path,
            query: endpoints!(@query $($query = $value)?),
        }),*]
    };
    (@query) => { None };
    (@query $query:literal = $value:expr) => { Some(($query, $value)) };
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 16] = endpoints! {
        "contact.list" "lists contacts" "GET" "/contacts/" READ "locationId" = LOCATION;
        "contact.list_of_business" "lists the contacts of a business" "GET" "/contacts/business/{businessId}" READ "locationId" = LOCATION;
        "contact.get" "reads a contact" "GET" "/contacts/{contactId}" READ;
        "contact.create" "makes a contact" "POST" "/contacts/" WRITE;
        "contact.update" "changes a contact" "PUT" "/contacts/{contactId}" WRITE;
        "contact.delete" "deletes a contact" "DELETE" "/contacts/{contactId}" WRITE;
        "contact.add_tags" "adds tags to a contact" "POST" "/contacts/{contactId}/tags" WRITE;
        "task.list" "lists the tasks of a contact" "GET" "/contacts/{contactId}/tasks" READ;
        "task.get" "reads a task" "GET" "/contacts/{contactId}/tasks/{taskId}" READ;
        "task.create" "makes a task" "POST" "/contacts/{contactId}/tasks" WRITE;
        "task.update" "changes a task" "PUT" "/contacts/{contactId}/tasks/{taskId}" WRITE;
        "task.complete" "completes a task, or opens it again" "PUT" "/contacts/{contactId}/tasks/{taskId}/completed" WRITE;
        "task.delete" "deletes a task" "DELETE" "/contacts/{contactId}/tasks/{taskId}" WRITE;
        "note.list" "lists the notes of a contact" "GET" "/contacts/{contactId}/notes" READ;
        "note.get" "reads a note" "GET" "/contacts/{contactId}/notes/{noteId}" READ;
        "appointment.list" "lists the appointments of a contact" "GET" "/contacts/{contactId}/appointments" READ;
    };

    /// The one of this name.
    pub(super) fn named(name: &str) -> Result<&'static Self, AppError> {
        const ALL: &[Endpoint] = &Endpoint::ALL;
        ALL.iter().find(|one| one.name == name).ok_or_else(|| {
            let names: Vec<_> = ALL.iter().map(|one| one.name).collect();
            AppError::Refused(format!(
                "there is no endpoint `{name}`. There are: {}",
                names.join(", ")
            ))
        })
    }

    pub(super) fn method(&self) -> Method {
        match self.method {
            "GET" => Method::GET,
            "PUT" => Method::PUT,
            "DELETE" => Method::DELETE,
            _ => Method::POST,
        }
    }

    /// The path with these ids.
    pub(super) fn path(&self, ids: &[String]) -> Result<String, AppError> {
        let wanted: Vec<_> = self
            .path
            .split('/')
            .filter(|part| part.starts_with('{'))
            .collect();
        let named: Vec<_> = ids
            .iter()
            .map(|id| id.trim())
            .filter(|id| !id.is_empty())
            .collect();
        if named.len() != wanted.len() {
            let ids: Vec<_> = wanted.iter().map(|part| format!("--id {part}")).collect();
            return Err(AppError::Refused(match wanted.len() {
                0 => format!("`{}` takes no --id", self.name),
                _ => format!("`{}` needs {}, in this order", self.name, ids.join(" ")),
            }));
        }
        let mut ids = named.into_iter();
        let parts: Vec<&str> = self
            .path
            .split('/')
            .skip(1)
            .map(|part| {
                if part.starts_with('{') {
                    ids.next().unwrap_or(part)
                } else {
                    part
                }
            })
            .collect();
        Ok(http::path(parts))
    }

    /// An example of its body; nothing where it sends none.
    pub(super) fn body(&self, location: &str) -> Option<Json> {
        Some(match self.name {
            "contact.create" => {
                json!({"locationId": location, "firstName": "Test", "lastName": "Call", "email": "test@example.com"})
            }
            "contact.update" => json!({"city": "York"}),
            "contact.add_tags" => json!({"tags": ["test call"]}),
            "task.create" => {
                json!({"title": "Test call", "dueDate": "2030-01-01T09:00:00Z", "completed": false})
            }
            "task.update" => json!({"title": "Test call"}),
            "task.complete" => json!({"completed": true}),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stay_in_their_place_and_none_is_left_out() {
        let get = Endpoint::named("task.get").unwrap();
        let path = get.path(&["c/1".to_owned(), "t 2".to_owned()]).unwrap();
        assert_eq!(path, "/contacts/c%2F1/tasks/t%202");
        let error = get.path(&["c1".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("--id {contactId} --id {taskId}"), "{error}");
        assert!(get.path(&["c1".to_owned(), " ".to_owned()]).is_err());
        let list = Endpoint::named("contact.list").unwrap();
        assert_eq!(list.path(&[]).unwrap(), "/contacts/");
        assert!(list.path(&["c1".to_owned()]).is_err());
        assert!(Endpoint::named("contact.gett").is_err());
    }
}
