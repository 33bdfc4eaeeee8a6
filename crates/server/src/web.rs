//! The dashboard: an application of its own in `web/`, a client of our API, embedded as it was built. Its paths all answer
//! the same page; what that needs lies under `/assets/` with names that change with the content.

use crate::access::html::{Width, page};
use crate::view::Views;
use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rust_embed::{Embed, EmbeddedFile};
use std::borrow::Cow;
use std::sync::Arc;

/// The built application; empty where it was not built.
#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Application;

/// Everything that has to be fetched only once.
pub(crate) const FOR_EVER: HeaderValue =
    HeaderValue::from_static("public, max-age=31536000, immutable");
const PAGE: &str = "index.html";

/// The paths of the application, behind the guard.
pub(crate) fn routes() -> Router<Arc<Views>> {
    Router::new()
        .route("/", get(application))
        .route("/shops", get(application))
        .route("/shops/{*rest}", get(application))
        .route("/settings", get(application))
        .route("/settings/{*rest}", get(application))
}

/// What the page needs; nothing in it is anybody's secret.
pub(crate) fn open_routes() -> Router {
    Router::new()
        .route("/assets/{*path}", get(asset))
        .route("/favicon.svg", get(icon))
}

async fn application(headers: HeaderMap) -> Response {
    match found(PAGE, &headers) {
        Some(answer) => answer,
        None => not_built(),
    }
}

async fn asset(Path(path): Path<String>, headers: HeaderMap) -> Response {
    match found(&format!("assets/{path}"), &headers) {
        Some(mut answer) => {
            answer.headers_mut().insert(header::CACHE_CONTROL, FOR_EVER);
            answer
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn icon(headers: HeaderMap) -> Response {
    found("favicon.svg", &headers).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}

/// A file as the browser likes it best.
fn found(path: &str, headers: &HeaderMap) -> Option<Response> {
    let kind = media_type(path)?;
    let packed = takes_brotli(headers).then(|| Application::get(&format!("{path}.br")));
    let (file, is_packed) = match packed.flatten() {
        Some(file) => (file, true),
        None => (Application::get(path)?, false),
    };
    let mut answer = body(file).into_response();
    let answer_headers = answer.headers_mut();
    answer_headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer_headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_packed {
        answer_headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    Some(answer)
}

fn body(file: EmbeddedFile) -> Body {
    match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    }
}

fn takes_brotli(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT_ENCODING).iter();
    accepted
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .any(|one| {
            let mut parts = one.split(';');
            let is_brotli = parts.next().is_some_and(|name| name.trim() == "br");
            is_brotli && !parts.any(|part| matches!(part.trim(), "q=0" | "q=0.0"))
        })
}

/// Of the files that a build makes; of others nothing is handed out.
fn media_type(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webp" => "image/webp",
        "json" => "application/json",
        _ => return None,
    })
}

/// What is shown where the binary was made without the dashboard.
fn not_built() -> Response {
    let content = "<h2>The dashboard is not in this binary</h2>\n<p>It was made without it. The API, the webhooks and the sync work all the same, and so do the commands.</p>\n<p>With Node on this machine: <code>npm ci &amp;&amp; npm run build</code> in the folder <code>web</code>, then build <code>repairbridge</code> again.</p>";
    page(
        StatusCode::OK,
        "The dashboard is not built",
        Width::Narrow,
        content,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepts(text: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::ACCEPT_ENCODING,
            HeaderValue::from_str(text).unwrap(),
        );
        takes_brotli(&headers)
    }

    #[test]
    fn brotli_is_sent_only_to_who_takes_it() {
        assert!(accepts("gzip, deflate, br"));
        assert!(accepts("br;q=0.5"));
        assert!(!accepts("gzip, br;q=0"));
        assert!(!accepts("gzip, brx"));
        assert!(!takes_brotli(&HeaderMap::new()));
    }

    #[test]
    fn nothing_but_files_of_a_build_is_handed_out() {
        for path in ["assets/../index", "assets/a.map", "assets/a", "assets/a.br"] {
            assert!(found(path, &HeaderMap::new()).is_none(), "{path}");
        }
    }
}
