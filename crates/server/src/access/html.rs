//! Pages made here, not in the browser: text in, HTML out.

use app::AppError;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// A text as it may stand anywhere in a page.
pub(crate) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A text of ours in which commands stand between backticks, as everywhere in our messages.
pub(crate) fn prose(text: &str) -> String {
    let parts = escape(text);
    let mut html = String::with_capacity(parts.len());
    for (number, part) in parts.split('`').enumerate() {
        if number % 2 == 1 {
            html.push_str("<code>");
            html.push_str(part);
            html.push_str("</code>");
        } else {
            html.push_str(part);
        }
    }
    html
}

/// How wide a page is.
#[derive(Clone, Copy)]
pub(crate) enum Width {
    /// A form and nothing else.
    Narrow,
    /// Tables.
    Wide,
}

/// A page around its content, which is HTML already.
pub(crate) fn page(status: StatusCode, title: &str, width: Width, content: &str) -> Response {
    let class = match width {
        Width::Narrow => "door",
        Width::Wide => "account",
    };
    let page = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} – Repairbridge</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/status.css">
</head>
<body class="{class}">
<header><h1>Repairbridge</h1></header>
<main>
{content}
</main>
</body>
</html>
"#,
        title = escape(title)
    );
    (status, Html(page)).into_response()
}

/// What went wrong, above a form.
pub(super) fn alert(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| {
        format!(r#"<p class="alert" role="alert">{}</p>"#, prose(text))
    })
}

/// Whether programs come here, not browsers.
pub(super) fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path == crate::mcp::PATH || path == crate::metrics::PATH
}

/// Something refused, to people as a page and to programs as JSON.
pub(super) fn refusal(path: &str, status: StatusCode, code: &str, says: &str) -> Response {
    if is_for_programs(path) {
        return error(status, code, says);
    }
    let content = format!("<h2>Not now</h2>\n<p>{}</p>", prose(says));
    page(status, "Not now", Width::Narrow, &content)
}

/// An error as strangers may hear it: what they can do something about in its own words, and of what is wrong in here,
/// which may name files, only where it is told. `what` did not work, for the log.
pub(crate) fn of_error(error: &AppError, what: &str) -> String {
    match error {
        AppError::Store(_) | AppError::Vault(_) => {
            tracing::error!(%error, "{what}");
            "This could not be done; the log of the service says why.".to_owned()
        }
        AppError::Vendor(_) | AppError::Configuration(_) => {
            tracing::warn!(%error, "{what}");
            error.to_string()
        }
        AppError::NoShop(_)
        | AppError::NotConnected { .. }
        | AppError::ShopBusy(_)
        | AppError::Paused(_)
        | AppError::NotFound(_)
        | AppError::NoOperation(_)
        | AppError::Input { .. }
        | AppError::NotAllowed { .. }
        | AppError::NotAvailable { .. }
        | AppError::Refused(_) => error.to_string(),
    }
}

/// Something refused, as every refusal of the API.
pub(crate) fn error(status: StatusCode, code: &str, says: &str) -> Response {
    let body = serde_json::json!({"error": {"code": code, "message": says}});
    (status, Json(body)).into_response()
}
