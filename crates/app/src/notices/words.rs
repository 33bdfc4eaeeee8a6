//! What a mail says, and what a webhook's document holds. No personal data: shops, needs and places of the dashboard.

use super::standing::Seen;
use domain::Timestamp;
use domain::normalize::text::capitalised;
use serde::Serialize;
use serde_json::{Value as Json, json};
use sync::notices::{Notice, Tidings};
use url::Url;

/// A need as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct ToldNeed {
    code: String,
    says: String,
    #[serde(skip)]
    page: String,
}

/// What is told of one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tiding {
    shop: String,
    what: Tidings,
    needs: Vec<ToldNeed>,
    page: String,
}

impl Tiding {
    pub(super) fn of(notice: &Notice, seen: &Seen, public: &Url) -> Self {
        let needs = seen
            .needs
            .iter()
            .filter(|need| notice.needs.contains(&need.key));
        Self {
            shop: seen.name.clone(),
            what: notice.what,
            needs: needs
                .map(|need| ToldNeed {
                    code: need.code.clone(),
                    says: need.says.clone(),
                    page: page(public, &seen.name, place_of(&need.code)),
                })
                .collect(),
            page: page(public, &seen.name, ""),
        }
    }

    const fn word(&self) -> &'static str {
        match self.what {
            Tidings::Needs => "needs",
            Tidings::Questions => "questions",
            Tidings::Reminder => "reminder",
            Tidings::Well => "well",
        }
    }

    fn head(&self) -> String {
        let shop = &self.shop;
        match self.what {
            Tidings::Needs => format!("{shop} needs you:"),
            Tidings::Questions => format!("{shop} has questions for you:"),
            Tidings::Reminder => format!("{shop} still needs you:"),
            Tidings::Well if self.needs.is_empty() => format!("{shop}: all is well again."),
            Tidings::Well => {
                format!("{shop}: what was wrong is mended. These questions are still open:")
            }
        }
    }
}

/// Where on the dashboard a need is mended.
fn place_of(code: &str) -> &'static str {
    match code {
        "review" | "conflicts" | "waiting" => "/review",
        "failed" | "held" | "last_run" => "/activity",
        "flows" => "/flows",
        "not_connected_highlevel" | "not_connected_mygadgetrepairs" => "/setup",
        _ => "",
    }
}

/// A page of a shop.
fn page(public: &Url, shop: &str, place: &str) -> String {
    let mut url = public.clone();
    if let Ok(mut parts) = url.path_segments_mut() {
        parts.pop_if_empty().push("shops").push(shop);
        if let Some(place) = place.strip_prefix('/') {
            parts.push(place);
        }
    }
    url.into()
}

/// One mail about one shop or several.
pub(super) fn mail(tidings: &[Tiding], public: &Url) -> Json {
    let subject = match tidings {
        [one] => match one.what {
            Tidings::Needs => format!("{} needs you", one.shop),
            Tidings::Questions => format!("{} has questions for you", one.shop),
            Tidings::Reminder => format!("{} still needs you", one.shop),
            Tidings::Well => format!("{} is well again", one.shop),
        },
        several if several.iter().all(|one| one.what == Tidings::Well) => {
            format!("{} shops are well again", several.len())
        }
        several => {
            let needy = several.iter().filter(|one| one.what != Tidings::Well);
            match needy.count() {
                1 => "A shop needs you".to_owned(),
                count => format!("{count} shops need you"),
            }
        }
    };
    let mut lines = Vec::new();
    for tiding in tidings {
        lines.push(tiding.head());
        for need in &tiding.needs {
            lines.push(format!("- {}", capitalised(&need.says)));
            lines.push(format!("  {}", need.page));
        }
        if tiding.needs.is_empty() {
            lines.push(format!("  {}", tiding.page));
        }
        lines.push(String::new());
    }
    json!({ "subject": format!("Repairbridge: {subject}"), "text": signed(lines, public) })
}

/// A mail that only shows that mails arrive.
pub(super) fn test_mail(public: &Url) -> Json {
    let lines = vec![
        "This is a test: mails of Repairbridge arrive.".to_owned(),
        "From now on you are told when a shop needs you, and when all is well again.".to_owned(),
        String::new(),
    ];
    json!({ "subject": "Repairbridge: a test", "text": signed(lines, public) })
}

fn signed(mut lines: Vec<String>, public: &Url) -> String {
    let settings = public.join("settings/notifications");
    let settings = settings.map_or_else(|_| public.to_string(), String::from);
    lines.push("-- ".to_owned());
    lines.push(format!("Repairbridge. Who is told, and when: {settings}"));
    lines.join("\n")
}

/// What goes to a webhook about one shop.
pub(super) fn document(id: &str, at: Timestamp, tiding: &Tiding, public: &Url) -> Json {
    json!({
        "id": id,
        "at": at,
        "installation": public.as_str(),
        "shop": tiding.shop,
        "what": tiding.word(),
        "needs": tiding.needs,
        "page": tiding.page,
    })
}

/// What goes to a webhook to show that it arrives.
pub(super) fn test_document(id: &str, at: Timestamp, public: &Url) -> Json {
    json!({
        "id": id,
        "at": at,
        "installation": public.as_str(),
        "shop": null,
        "what": "test",
        "needs": [],
        "page": public.as_str(),
    })
}

/// A need's sentence without the command that mends it, which nobody types from a mail, and without what may be a
/// person's. The sentences carry nothing of the kind; vendors' words in them are cleaned where they come in, and here again.
pub(super) fn impersonal(says: &str) -> String {
    let says = match says.find(" (`repairbridge ") {
        Some(at) if says.ends_with("`)") => says.get(..at).unwrap_or(says),
        _ => says,
    };
    let words = says.split(' ').map(|word| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        let letters = word.chars().any(char::is_alphabetic);
        if word.contains('@') || (digits >= 6 && !letters) {
            "(…)"
        } else {
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public() -> Url {
        Url::parse("https://sync.example.com/").unwrap()
    }

    fn tiding(shop: &str, what: Tidings, needs: &[(&str, &str)]) -> Tiding {
        let needs = needs.iter().map(|(code, says)| ToldNeed {
            code: (*code).to_owned(),
            says: (*says).to_owned(),
            page: page(&public(), shop, place_of(code)),
        });
        Tiding {
            shop: shop.to_owned(),
            what,
            needs: needs.collect(),
            page: page(&public(), shop, ""),
        }
    }

    #[test]
    fn a_mail_names_the_shop_the_need_and_the_place_where_it_is_mended() {
        let needs = [
            ("review", "3 people need a decision"),
            ("failed", "2 writes were refused"),
        ];
        let all = [
            tiding("main", Tidings::Needs, &needs),
            tiding("south side", Tidings::Well, &[]),
        ];
        let mail = mail(&all, &public());
        assert_eq!(mail["subject"], "Repairbridge: A shop needs you");
        let text = mail["text"].as_str().unwrap();
        for part in [
            "main needs you:\n- 3 people need a decision\n  https://sync.example.com/shops/main/review\n- 2 writes were refused\n  https://sync.example.com/shops/main/activity\n",
            "south side: all is well again.\n  https://sync.example.com/shops/south%20side\n",
            "https://sync.example.com/settings/notifications",
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
    }

    #[test]
    fn a_document_has_the_form_that_is_promised() {
        let tiding = tiding("main", Tidings::Needs, &[("held", "5 writes wait")]);
        let document = document("id-1", Timestamp::UNIX_EPOCH, &tiding, &public());
        assert_eq!(
            document,
            json!({
                "id": "id-1", "at": "1970-01-01T00:00:00Z", "installation": "https://sync.example.com/", "shop": "main",
                "what": "needs", "needs": [{ "code": "held", "says": "5 writes wait" }],
                "page": "https://sync.example.com/shops/main",
            })
        );
    }

    #[test]
    fn sentences_lose_commands_and_what_may_be_a_persons() {
        for (says, told) in [
            (
                "2 runs of flows ask you something (`repairbridge flow runs main --state asking`)",
                "2 runs of flows ask you something",
            ),
            (
                "refused: ann@example.com exists, +44770090012 too",
                "refused: (…) exists, (…) too",
            ),
            (
                "MyGadgetRepairs is left alone until 2026-11-26T12:00:00Z",
                "MyGadgetRepairs is left alone until 2026-11-26T12:00:00Z",
            ),
        ] {
            assert_eq!(impersonal(says), told);
        }
    }
}
