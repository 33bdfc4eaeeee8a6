//! Secrets stay in the vault: neither files nor logs, errors, answers or the process list show one.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "helpers of tests, outside of test functions"
)]

mod place;

use place::{Place, Ran, twins};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Everything that was said and stored, each with where.
#[derive(Default)]
struct Seen(Vec<(String, Vec<u8>)>);

impl Seen {
    fn add(&mut self, place: impl Into<String>, content: impl Into<Vec<u8>>) {
        self.0.push((place.into(), content.into()));
    }

    /// A command, with logs as loud as they go.
    fn run(&mut self, place: &Place, words: &[&str]) -> Ran {
        let output = place.command(words).env("RUST_LOG", "trace").output();
        let ran = Ran::of(&output.unwrap());
        self.add(format!("{words:?} stdout"), ran.out.clone());
        self.add(format!("{words:?} stderr"), ran.err.clone());
        ran
    }

    fn files(&mut self, folder: &Path, except: &[&str]) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_file() && !except.contains(&name.as_str()) {
                self.add(format!("the file {name}"), std::fs::read(&path).unwrap());
            }
        }
    }

    #[track_caller]
    fn hold_none_of(&self, secrets: &[(&str, &str)]) {
        for (what, secret) in secrets {
            assert!(secret.len() >= 12, "{what} is long enough to be told apart");
            for (place, content) in &self.0 {
                let found = content
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!found, "{place} shows {what}");
            }
        }
    }
}

/// `serve`, with logs as loud as they go, into a file.
struct Service(Child, SocketAddr);

impl Service {
    fn start(place: &Place) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let log = std::fs::File::create(place.path().join("serve.log")).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_repairbridge"))
            .current_dir(place.path())
            .arg("serve")
            .env("REPAIRBRIDGE_SERVER__LISTEN", address.to_string())
            .env("RUST_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap();
        let service = Self(child, address);
        for _ in 0..3_000 {
            if TcpStream::connect(address).is_ok() {
                return service;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("serve does not answer");
    }

    fn ask(&self, request: &str) -> Vec<u8> {
        self.ask_with(request, "", "")
    }

    /// With a further header and the content of a form.
    fn ask_with(&self, request: &str, header: &str, form: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.1).unwrap();
        let asked = format!(
            "{request} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n{header}{}Connection: close\r\n\r\n{form}",
            self.1,
            form.len(),
            if header.is_empty() { "" } else { "\r\n" },
        );
        stream.write_all(asked.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ended_already = self.0.kill();
        let _reaped_already = self.0.wait();
    }
}

#[test]
fn invariant_10_secrets_stay_secret_whatever_is_said_and_stored() {
    let twins = twins();
    let (token, key) = (twins.at.token().to_owned(), twins.at.key());
    let wrong_token = "pit-0badc0de-1111-4222-8333-944445555666".to_owned();
    let wrong_key = "WRONG-COUNTER-KEY-77".to_owned();
    let place = Place::at(&twins).with_shop(twins.at.location_id(), &token, &key);
    let mut seen = Seen::default();

    // Work of every sort, with the right credentials.
    for words in [
        &["check", "main", "--json"][..],
        &["preview", "main"],
        &["sync", "main", "--approve", "--verbose"],
        &["status", "main", "--json"],
        &["log", "main", "--json"],
        &["review", "main"],
        &["retry", "main"],
        &["shop", "list", "--json"],
    ] {
        let ran = seen.run(&place, words);
        assert!(ran.code <= 1, "{words:?}: {}", ran.err);
        assert!(
            ran.err.contains("TRACE") || ran.err.contains("DEBUG"),
            "the logs are loud"
        );
    }
    let shown = place
        .run(&["shop", "show", "main", "--json"])
        .with(0)
        .json();
    let webhook = |pointer: &str| {
        let found = shown
            .pointer(pointer)
            .unwrap_or_else(|| panic!("{pointer}: {shown}"));
        found.as_str().unwrap().to_owned()
    };
    let password = webhook("/webhooks/mygadgetrepairs/password");
    let word = webhook("/webhooks/mygadgetrepairs/headers/X-Sync-Token");

    // Who may come in: a password, and a link by which another is chosen.
    let (right, wrong) = ("planted-right-password-1", "planted-wrong-password-2");
    let chosen = "planted-chosen-password-3";
    let file = place.write("password", &format!("{right}\n"));
    let file = file.to_str().unwrap();
    seen.run(
        &place,
        &[
            "user",
            "add",
            "pat",
            "--role",
            "owner",
            "--password-file",
            file,
        ],
    )
    .with(0);
    let made = |words: &[&str], key: &str| {
        let made = place.run(words).with(0).json();
        made[key].as_str().unwrap().to_owned()
    };
    let api_token = made(
        &["token", "create", "ci", "--scope", "read", "--json"],
        "token",
    );
    let link = made(
        &["user", "add", "sam", "--role", "staff", "--json"],
        "setup_link",
    );
    let setup_token = link.split_once("token=").unwrap().1.to_owned();
    let session;

    // The service: its pages, a webhook with a wrong password, and its own line in the process list.
    {
        let service = Service::start(&place);
        for path in [
            "/",
            "/shops/main",
            "/healthz",
            "/readyz",
            "/api/v1/status",
            "/api/v1/shops/main/log",
        ] {
            let bearer = format!("Authorization: Bearer {api_token}");
            let answer = service.ask_with(&format!("GET {path}"), &bearer, "");
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{path}");
            seen.add(path, answer);
            seen.add(path, service.ask(&format!("GET {path}")));
        }
        // Signing in with a wrong password, and with one where the name belongs.
        for form in [
            format!("name=pat&password={wrong}"),
            format!("name=nobody&password={right}"),
        ] {
            let answer = service.ask_with("POST /login", "", &form);
            assert!(answer.starts_with(b"HTTP/1.1 401"));
            seen.add("a refused sign-in", answer);
        }
        service.ask_with("POST /login", "", &format!("name={right}&password={right}"));
        let form = format!("name=pat&password={right}");
        let answer = service.ask_with("POST /login", "", &form);
        let answer = String::from_utf8(answer).unwrap();
        let cookie = answer.split_once("set-cookie: ").unwrap().1;
        let cookie = cookie.split_once(';').unwrap().0.to_owned();
        session = cookie.split_once('=').unwrap().1.to_owned();
        for path in ["/", "/account", "/api/v1/me", "/api/v1/audit", "/login"] {
            let answer = service.ask_with(&format!("GET {path}"), &format!("Cookie: {cookie}"), "");
            seen.add(path, answer);
        }
        // The page behind a link holds its token; nothing else does.
        service.ask(&format!("GET /setup?token={setup_token}"));
        let form = format!("token={setup_token}&name=sam&password={chosen}&again={chosen}");
        let answer = service.ask_with("POST /setup", "", &form);
        assert!(answer.starts_with(b"HTTP/1.1 303"));
        let again = service.ask_with("POST /setup", "", &form);
        assert!(again.starts_with(b"HTTP/1.1 410"));
        seen.add("a used link", again);
        for words in [
            &["user", "list", "--json"][..],
            &["session", "list", "--json"],
            &["token", "list", "--json"],
            &["audit", "--json"],
            &["audit"],
            &["token", "create", "ci", "--scope", "read", "--json"],
        ] {
            seen.run(&place, words);
        }
        let address = webhook("/webhooks/mygadgetrepairs/url");
        let path = address.split_once("/hooks").unwrap().1;
        seen.add(
            "a webhook's answer",
            service.ask(&format!("POST /hooks{path}")),
        );
        seen.add("a webhook's answer", service.ask("POST /hooks/crm"));
        let listed = format!("/proc/{}/cmdline", service.0.id());
        if let Ok(listed) = std::fs::read(&listed) {
            assert!(!listed.is_empty());
            seen.add("the process list", listed);
        }
        std::thread::sleep(Duration::from_millis(1_500));
    }

    // What is refused: credentials that are wrong, and files that are no secret.
    for (side, flag, secret) in [
        ("highlevel", "--token-file", &wrong_token),
        ("mygadgetrepairs", "--key-file", &wrong_key),
    ] {
        let file = place.write("wrong", &format!("{secret}\n"));
        seen.run(
            &place,
            &["connect", side, "main", flag, file.to_str().unwrap()],
        )
        .with(0);
        for words in [
            &["check", "main"][..],
            &["sync", "main"],
            &["status", "main", "--json"],
        ] {
            seen.run(&place, words);
        }
        let line_break = place.write("wrong", &format!("{secret}\u{7}\nand {secret}\n"));
        seen.run(
            &place,
            &["connect", side, "main", flag, line_break.to_str().unwrap()],
        );
    }
    // A secret in the configuration, where it does not belong, well written or not.
    for text in [
        format!("[highlevel]\ntoken = \"{token}\"\n"),
        format!("[highlevel]\ntoken = \"{token}\n"),
        format!("[mygadgetrepairs]\napi_key = {key}\n"),
        format!("[vault]\nkey = [\"{key}\"\n"),
    ] {
        let file = place.write("other.toml", &text);
        let words = ["--config", file.to_str().unwrap(), "status"];
        seen.run(&place, &words).with(2);
    }

    // The key file, the files that the secrets came in, and the one with the misplaced ones.
    let master = std::fs::read_to_string(place.path().join("repairbridge.key")).unwrap();
    seen.files(
        place.path(),
        &[
            "repairbridge.key",
            "token",
            "wrong",
            "other.toml",
            "password",
        ],
    );
    seen.hold_none_of(&[
        ("the token", &token),
        ("the key", &key),
        ("a refused token", &wrong_token),
        ("a refused key", &wrong_key),
        ("the webhook's password", &password),
        ("the webhook's token", &word),
        ("the vault's key", master.trim()),
        ("a password", right),
        ("a wrong password", wrong),
        ("a password chosen by a link", chosen),
        ("a session", &session),
        ("an API token", &api_token),
        ("a set-up link's token", &setup_token),
    ]);
}

/// Secrets in every field of keys and backups.
#[test]
fn invariant_10_secrets_stay_secret_through_passphrases_backups_and_rotations() {
    let twins = twins();
    let (token, key) = (twins.at.token().to_owned(), twins.at.key());
    let passphrase = "zebra-Passphrase-of-the-vault-41";
    let changed = "zebra-Passphrase-that-follows-42";
    let wrong = "zebra-Passphrase-that-is-wrong-43";
    let sealing = "zebra-Passphrase-of-the-backup-44";
    let new_key = "77".repeat(32);
    let place = Place::at(&twins).with_shop(twins.at.location_id(), &token, &key);
    let private = |name: &str, text: &str| {
        let path = place.write(name, text);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        path.to_str().unwrap().to_owned()
    };
    let files = [
        private("word", passphrase),
        private("word-changed", changed),
        private("word-sealing", sealing),
    ];
    let first_master = std::fs::read_to_string(place.path().join("repairbridge.key")).unwrap();
    let mut seen = Seen::default();
    let run = |seen: &mut Seen, words: &[&str], secret: Option<(&str, &str)>, code: i32| {
        let mut command = place.command(words);
        command.env("RUST_LOG", "trace");
        if let Some((name, value)) = secret {
            command.env(name, value);
        }
        let ran = Ran::of(&command.output().unwrap());
        seen.add(format!("{words:?} stdout"), ran.out.clone());
        seen.add(format!("{words:?} stderr"), ran.err.clone());
        ran.with(code);
    };
    let vault = "REPAIRBRIDGE_VAULT_PASSPHRASE";
    run(&mut seen, &["keys", "rotate", "--json"], None, 0);
    run(&mut seen, &["keys", "rotate", "--master"], None, 0);
    run(&mut seen, &["keys", "show", "--json"], None, 0);
    run(&mut seen, &["backup", "one.backup"], None, 0);
    let second_master = std::fs::read_to_string(place.path().join("repairbridge.key")).unwrap();
    run(
        &mut seen,
        &[
            "keys",
            "rotate",
            "--master",
            "--new-passphrase-file",
            &files[0],
        ],
        None,
        0,
    );
    run(&mut seen, &["keys", "show"], Some((vault, passphrase)), 0);
    run(&mut seen, &["keys", "show"], Some((vault, wrong)), 1);
    run(
        &mut seen,
        &["check", "main", "--json"],
        Some((vault, wrong)),
        2,
    );
    run(
        &mut seen,
        &["check", "main", "--call", "contact.list", "--show-values"],
        Some((vault, passphrase)),
        0,
    );
    run(
        &mut seen,
        &[
            "keys",
            "rotate",
            "--master",
            "--new-passphrase-file",
            &files[1],
        ],
        Some((vault, passphrase)),
        0,
    );
    run(
        &mut seen,
        &[
            "backup",
            "two.backup",
            "--passphrase-file",
            &files[2],
            "--json",
        ],
        Some((vault, changed)),
        0,
    );
    run(
        &mut seen,
        &[
            "restore",
            "two.backup",
            "--yes",
            "--passphrase-file",
            &files[0],
        ],
        Some((vault, changed)),
        2,
    );
    run(
        &mut seen,
        &["restore", "two.backup", "--yes", "--json"],
        Some((vault, changed)),
        2,
    );
    run(
        &mut seen,
        &[
            "restore",
            "two.backup",
            "--yes",
            "--passphrase-file",
            &files[2],
        ],
        Some((vault, changed)),
        0,
    );
    run(
        &mut seen,
        &["keys", "rotate", "--master", "--to-key-file"],
        Some((vault, changed)),
        0,
    );
    run(&mut seen, &["shop", "export", "main"], None, 0);
    // A key of the environment that is no key, two at once, and a passphrase where none belongs.
    run(
        &mut seen,
        &["check", "main"],
        Some(("REPAIRBRIDGE_VAULT_KEY", &new_key)),
        2,
    );
    run(
        &mut seen,
        &["check", "main"],
        Some(("REPAIRBRIDGE_VAULT_KEY", wrong)),
        2,
    );
    run(&mut seen, &["check", "main"], Some((vault, wrong)), 2);
    let misplaced = place.write(
        "other.toml",
        &format!("[vault]\npassphrase = \"{passphrase}\"\n"),
    );
    run(
        &mut seen,
        &["--config", misplaced.to_str().unwrap(), "status"],
        None,
        2,
    );
    run(&mut seen, &["keys", "reset", "--yes", "--json"], None, 0);
    let third_master = std::fs::read_to_string(place.path().join("repairbridge.key")).unwrap();
    // Former databases and backups are among the files; key files and what a person wrote are not.
    let written = [
        "word",
        "word-changed",
        "word-sealing",
        "token",
        "other.toml",
    ];
    let keys: Vec<String> = std::fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with("repairbridge.key"))
        .collect();
    let except: Vec<&str> = written
        .into_iter()
        .chain(keys.iter().map(String::as_str))
        .collect();
    seen.files(place.path(), &except);
    assert!(
        seen.0
            .iter()
            .any(|(place, _)| place.contains("before-restore"))
    );
    seen.hold_none_of(&[
        ("the token", &token),
        ("the key", &key),
        ("the passphrase", passphrase),
        ("the new passphrase", changed),
        ("a wrong passphrase", wrong),
        ("the backup's passphrase", sealing),
        ("a key of the environment", &new_key),
        ("the first master key", first_master.trim()),
        ("the second master key", second_master.trim()),
        ("the third master key", third_master.trim()),
    ]);
}

/// Secrets of the way through HighLevel's page, and the tokens that come of it.
#[test]
fn invariant_10_secrets_stay_secret_through_an_installation() {
    let twins = twins();
    let agency = twins.at.highlevel().agency();
    let known = agency.app();
    let place =
        Place::at(&twins).with_shop(twins.at.location_id(), twins.at.token(), &twins.at.key());
    let file = place.path().join("repairbridge.toml");
    let page = format!("{}/oauth/chooselocation", twins.at.highlevel_url());
    let text = std::fs::read_to_string(&file).unwrap().replace(
        "[highlevel]\n",
        &format!(
            "[highlevel]\nclient_id = \"{}\"\ninstall_url = \"{page}\"\n",
            known.client_id
        ),
    );
    std::fs::write(&file, text).unwrap();
    let mut seen = Seen::default();
    let secret = place.write("client-secret", &format!("{}\n", known.client_secret));
    let words = [
        "app",
        "set",
        "--client-secret-file",
        secret.to_str().unwrap(),
    ];
    seen.run(&place, &words).with(0);
    seen.run(&place, &["app", "show", "--json"]).with(0);

    let (link, state, cookie, code) = {
        let service = Service::start(&place);
        let public = format!("http://{}", service.1);
        let shown = place
            .command(&["connect", "highlevel", "main", "--oauth", "--json"])
            .env("REPAIRBRIDGE_SERVER__PUBLIC_URL", &public)
            .output()
            .unwrap();
        let shown = Ran::of(&shown).with(0).json();
        let path = |address: &str| address.strip_prefix(&public).unwrap().to_owned();
        let link = shown["install_link"].as_str().unwrap().to_owned();
        let left = String::from_utf8(service.ask(&format!("GET {}", path(&link)))).unwrap();
        let header = |name: &str| {
            let line = left
                .lines()
                .find(|line| line.to_lowercase().starts_with(name));
            line.unwrap_or_else(|| panic!("{left}"))
                .split_once(": ")
                .unwrap()
                .1
                .to_owned()
        };
        let cookie = header("set-cookie").split(';').next().unwrap().to_owned();
        // Nobody told the service an address: it is reached where it listens.
        let callback = format!("{public}/oauth/crm/callback");
        agency.register_redirect(&callback).unwrap();
        let here = twin::highlevel::Consent::Location(twins.at.location_id().to_owned());
        let back = agency.consent(&header("location"), &here).unwrap();
        let (_, query) = back.split_once('?').unwrap();
        let part = |name: &str| {
            let mut parts = query.split('&').filter_map(|part| part.split_once('='));
            parts.find(|(key, _)| *key == name).unwrap().1.to_owned()
        };
        let (state, code) = (part("state"), part("code"));
        let wrong = format!("GET /oauth/crm/callback?code={code}&state=x{state}");
        seen.add(
            "a refused way back",
            service.ask_with(&wrong, &format!("Cookie: {cookie}"), ""),
        );
        let right = format!("GET /oauth/crm/callback?{query}");
        let answer = service.ask_with(&right, &format!("Cookie: {cookie}"), "");
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert!(text.contains("HighLevel is connected"), "{text}");
        // The answer takes the cookie away again; its name stands there, its value must not.
        seen.add("the way back", answer);
        let link = link.split_once("link=").unwrap().1.to_owned();
        let cookie = cookie.split_once('=').unwrap().1.to_owned();
        (link, state, cookie, code)
    };
    for words in [
        &["check", "main", "--json"][..],
        &["sync", "main", "--approve", "--json", "--verbose"],
        &["status", "main", "--json"],
        &["shop", "list", "--json"],
        &["audit", "--json"],
        &["log", "main", "--json"],
    ] {
        let ran = seen.run(&place, words);
        assert!(ran.code <= 1, "{words:?}: {}", ran.err);
    }
    let (access, refresh) = twins
        .runtime
        .block_on(stored_pair(&place, twins.at.location_id()));
    seen.run(&place, &["disconnect", "highlevel", "main", "--json"])
        .with(0);
    seen.files(
        place.path(),
        &["repairbridge.key", "token", "client-secret"],
    );
    seen.hold_none_of(&[
        ("the client secret", &known.client_secret),
        ("a link's token", &link),
        ("a state", &state),
        ("the browser's pass", &cookie),
        ("a code", &code),
        ("an access token", &access),
        ("a refresh token", &refresh),
    ]);
}

/// The tokens of the location's installation, opened with the place's own key.
async fn stored_pair(place: &Place, location: &str) -> (String, String) {
    use secrecy::ExposeSecret;
    let context = domain::Context {
        clock: std::sync::Arc::new(http::SystemClock),
        randomness: std::sync::Arc::new(http::SystemRandomness),
    };
    let path = place.path().join("repairbridge.db");
    let store = store::Store::open(&format!("sqlite://{}", path.display()))
        .await
        .unwrap();
    let source = vault::MasterSource::File(place.path().join("repairbridge.key"));
    let opened = app::open_vault(&store, &source, &context).await.unwrap();
    let row = store
        .installation_in(store::Class::Location, location)
        .await;
    let sealed = row.unwrap().unwrap().sealed.unwrap();
    let there = vault::Place::new("installation", "sealed", ["0", location]);
    let text = opened.unseal(&there, &sealed).unwrap();
    let pair: serde_json::Value = serde_json::from_str(text.expose_secret()).unwrap();
    store.close().await;
    let of = |name: &str| pair[name].as_str().unwrap().to_owned();
    (of("access"), of("refresh"))
}
