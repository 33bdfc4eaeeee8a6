//! The vendor's authorisation page, in plain HTML without a script: which location, which scopes, yes or no.

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};

use super::consent::{self, Asked, Consent, PageRefusal};
use super::server::Asking;
use super::{Agency, Listed};

const STYLE: &str = include_str!("page.css");

/// The page that an install link leads to.
pub(super) fn show(agency: &Agency, asking: &Asking<'_>) -> Response<Body> {
    let asked = Asked::read(&agency.office(), &consent::pairs(asking.query));
    match asked {
        Ok(asked) => {
            let action = asking.path;
            html(
                StatusCode::OK,
                &choice(action, &asked, &agency.company_id(), &agency.listed()),
            )
        }
        Err(refusal) => refused(&refusal),
    }
}

/// The page's form. The same checks apply again: it is sent by a browser.
pub(super) fn decide(agency: &Agency, asking: &Asking<'_>) -> Response<Body> {
    let form = url::form_urlencoded::parse(asking.body)
        .into_owned()
        .collect::<Vec<(String, String)>>();
    let all = |name: &str| -> Vec<String> {
        let same = form.iter().filter(|(known, _)| known == name);
        same.map(|(_, value)| value.clone()).collect()
    };
    let one = |name: &str| all(name).into_iter().next().unwrap_or_default();
    let consent = match (one("decision").as_str(), one("install").as_str()) {
        ("allow", "agency") => Consent::Agency {
            locations: Some(all("location")),
            future: one("future") == "true",
        },
        ("allow", location) => Consent::Location(location.to_owned()),
        _ => Consent::Decline,
    };
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(&form)
        .finish();
    match agency.consent(&query, &consent) {
        Ok(back) => sent(&back),
        Err(refusal) => refused(&refusal),
    }
}

fn sent(to: &str) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::FOUND;
    if let Ok(to) = HeaderValue::from_str(to) {
        answer.headers_mut().insert(header::LOCATION, to);
    }
    answer
}

/// That the vendor answers such a page with 200 is a guess: what was seen is what it shows.
fn refused(refusal: &PageRefusal) -> Response<Body> {
    if *refusal == PageRefusal::Blank {
        return html(StatusCode::OK, "");
    }
    let words = escaped(&refusal.to_string());
    html(
        StatusCode::OK,
        &framed(
            "This link does not work",
            &format!(
                "<p class=\"error\">{words}</p><p class=\"hint\">The twin adds: {}</p>",
                escaped(refusal.hint())
            ),
        ),
    )
}

fn html(status: StatusCode, text: &str) -> Response<Body> {
    let mut answer = Response::new(Body::from(text.to_owned()));
    *answer.status_mut() = status;
    answer.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    answer
}

fn framed(title: &str, inner: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} – HighLevel twin</title><style>{STYLE}</style></head><body>\
         <p class=\"twin\"><strong>Twin.</strong> This page belongs to an emulator of HighLevel for tests. \
         Nothing here is real, and nothing reaches HighLevel.</p>\
         <main><h1>{title}</h1>{inner}</main></body></html>\n"
    )
}

fn choice(action: &str, asked: &Asked, company: &str, locations: &[Listed]) -> String {
    let scopes: String = asked
        .scopes
        .iter()
        .map(|scope| format!("<li><code>{}</code></li>", escaped(scope)))
        .collect();
    let singles: String = locations
        .iter()
        .map(|location| {
            format!(
                "<label><input type=\"radio\" name=\"install\" value=\"{id}\" required> \
                 <span>{name} <code>{id}</code></span></label>",
                id = escaped(&location.id),
                name = escaped(&location.name),
            )
        })
        .collect();
    let several: String = locations
        .iter()
        .map(|location| {
            format!(
                "<label><input type=\"checkbox\" name=\"location\" value=\"{id}\" checked> <span>{name}</span></label>",
                id = escaped(&location.id),
                name = escaped(&location.name),
            )
        })
        .collect();
    let hidden: String = [
        ("response_type", "code"),
        ("client_id", &asked.client_id),
        ("version_id", &asked.version_id),
        ("redirect_uri", &asked.redirect),
        ("scope", &asked.scopes.join(" ")),
        ("state", asked.state.as_deref().unwrap_or_default()),
    ]
    .iter()
    .map(|(name, value)| {
        format!(
            "<input type=\"hidden\" name=\"{name}\" value=\"{}\">",
            escaped(value)
        )
    })
    .collect();
    let inner = format!(
        "<p>An app wants access to your account. Afterwards you go back to<br><code>{redirect}</code></p>\
         <form method=\"post\" action=\"{action}\">{hidden}\
         <fieldset><legend>Where should it be installed?</legend>{singles}\
         <label><input type=\"radio\" name=\"install\" value=\"agency\"> \
         <span>The whole agency <code>{company}</code>, into these locations at once:</span></label>\
         <div class=\"several\">{several}\
         <label><input type=\"checkbox\" name=\"future\" value=\"true\"> \
         <span>and into every later location</span></label></div></fieldset>\
         <fieldset><legend>What it may do</legend><ul>{scopes}</ul></fieldset>\
         <p class=\"buttons\"><button name=\"decision\" value=\"allow\">Allow and install</button> \
         <button name=\"decision\" value=\"deny\" class=\"quiet\" formnovalidate>Cancel</button></p></form>",
        redirect = escaped(&asked.redirect),
        action = escaped(action),
        company = escaped(company),
    );
    framed("Install an app", &inner)
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
