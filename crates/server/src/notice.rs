//! A page that says one thing, without any script.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, html};

/// How good the news is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    Bad,
}

/// A title and a few sentences.
pub(crate) struct Notice {
    tone: Tone,
    title: String,
    sentences: Vec<String>,
}

impl Notice {
    pub(crate) fn new(tone: Tone, title: impl Into<String>) -> Self {
        Self {
            tone,
            title: title.into(),
            sentences: Vec::new(),
        }
    }

    pub(crate) fn say(mut self, sentence: impl Into<String>) -> Self {
        self.sentences.push(sentence.into());
        self
    }

    pub(crate) fn answer(self, status: StatusCode) -> Response {
        let class = match self.tone {
            Tone::Good => "shop ok",
            Tone::Bad => "shop stopped",
        };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " – Repairbridge" }
                    link rel="icon" href="data:,";
                    link rel="stylesheet" href="/status.css";
                }
                body {
                    header { h1 { "Repairbridge" } }
                    main class=(class) {
                        p.verdict {
                            span.dot aria-hidden="true" {}
                            strong { (self.title) }
                        }
                        @for sentence in &self.sentences {
                            p { (sentence) }
                        }
                    }
                }
            }
        };
        let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        (status, kind, page.into_string()).into_response()
    }
}
