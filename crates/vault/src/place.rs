//! Where a sealed text belongs: table, column and row.

/// The place of a sealed text. It opens nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    table: String,
    column: String,
    row: Vec<String>,
}

impl Place {
    /// A column of a table, and the row by the values of its key in the order of the key's columns.
    #[must_use]
    pub fn new<V: ToString>(table: &str, column: &str, row: impl IntoIterator<Item = V>) -> Self {
        Self {
            table: table.to_owned(),
            column: column.to_owned(),
            row: row.into_iter().map(|value| value.to_string()).collect(),
        }
    }

    /// A secret of a shop, such as `highlevel.token`.
    #[must_use]
    pub fn secret(shop: i64, name: &str) -> Self {
        Self::new("secret", "sealed", [shop.to_string(), name.to_owned()])
    }

    /// What a sealed text is bound to. Every part carries its length, so that no two places read alike.
    pub(crate) fn bound(&self) -> String {
        let parts = [&self.table, &self.column].into_iter().chain(&self.row);
        let parts: Vec<_> = parts.map(|part| format!("{}:{part}", part.len())).collect();
        parts.join("/")
    }

    /// What a text of the first form is bound to: there were only secrets of shops then.
    pub(crate) fn first_form(&self) -> Option<String> {
        match (
            self.table.as_str(),
            self.column.as_str(),
            self.row.as_slice(),
        ) {
            ("secret", "sealed", [shop, name]) => Some(format!("secret/{shop}/{name}")),
            _ => None,
        }
    }

    /// For messages.
    pub(crate) fn shown(&self) -> String {
        match (self.table.as_str(), self.row.as_slice()) {
            ("secret", [shop, name]) => format!("the secret `{name}` of shop {shop}"),
            (table, row) => format!("the secret in `{table}` ({})", row.join(", ")),
        }
    }
}
