//! Mails by the owner's own mail server. Plain text, one connection a mail.

use crate::LeaveError;
use crate::address::is_loopback;
use crate::error::deepest;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::Timestamp;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::{ExposeSecret, SecretString};
use std::time::{Duration, SystemTime};

/// How long a mail server is waited for, at each step.
const PATIENCE: Duration = Duration::from_secs(20);
/// A whole mail takes so long at most.
const WHOLE: Duration = Duration::from_secs(60);
/// Letters of what a mail server says.
const TOLD: usize = 200;

/// How the line to a mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encryption {
    /// From the first byte on, mostly on port 465.
    Tls,
    /// After the greeting, mostly on port 587; never in clear where the server offers none.
    StartTls,
    /// Not at all: only to this machine itself.
    None,
}

/// A mail server and who sends by it.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is encrypted.
    pub encryption: Encryption,
    /// Name and password; nothing where none is asked for.
    pub login: Option<(String, SecretString)>,
}

/// A mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Becomes its Message-ID, so that a mail that comes twice is known as one.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// Who sends it.
    pub from: String,
    /// Who gets it.
    pub to: Vec<String>,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
}

/// Whether a text is an e-mail address, alone or with a name: `Shop <shop@example.com>`.
#[must_use]
pub fn mailbox(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

impl MailServer {
    /// Hands a mail over.
    ///
    /// # Errors
    /// When the server cannot be reached, does not let us in, or does not take the mail.
    pub async fn send(&self, mail: &Mail) -> Result<(), LeaveError> {
        let message = message(mail)?;
        let transport = self.transport()?;
        match tokio::time::timeout(WHOLE, transport.send(message)).await {
            Ok(Ok(_taken)) => Ok(()),
            Ok(Err(why)) => Err(self.words(&why)),
            Err(_) => Err(LeaveError::new(format!(
                "the mail server {} did not finish within {} seconds",
                self.host,
                WHOLE.as_secs()
            ))),
        }
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, LeaveError> {
        let tls = || {
            TlsParameters::new(self.host.clone()).map_err(|_| {
                LeaveError::new(format!(
                    "`{}` is no name that a certificate can be for",
                    self.host
                ))
            })
        };
        let tls = match self.encryption {
            Encryption::Tls => Tls::Wrapper(tls()?),
            Encryption::StartTls => Tls::Required(tls()?),
            Encryption::None if is_loopback(&self.host) => Tls::None,
            Encryption::None => {
                return Err(LeaveError::new(
                    "without encryption only a mail server on this machine is used",
                ));
            }
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = &self.login {
            let password = password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(builder.build())
    }

    /// What went wrong, without what a server may repeat of our password.
    fn words(&self, why: &SmtpError) -> LeaveError {
        let host = &self.host;
        let told = self.without_password(&deepest(why));
        let code = why.status().map(u16::from);
        LeaveError::new(match code {
            Some(530 | 534 | 535 | 538) => format!(
                "the mail server {host} does not accept user and password (status {}). Many providers want an app password here",
                code.unwrap_or_default()
            ),
            Some(code) => {
                format!("the mail server {host} did not take the mail (status {code}): {told}")
            }
            None if why.is_timeout() => format!("the mail server {host} did not answer in time"),
            None if why.is_tls() => format!(
                "no encrypted line to the mail server {host} came about: {told}. Look whether port and encryption belong together (465: tls, 587: starttls)"
            ),
            None => format!(
                "the mail server {host}, port {}, cannot be used: {told}",
                self.port
            ),
        })
    }

    fn without_password(&self, told: &str) -> String {
        let mut told = told.to_owned();
        if let Some((user, password)) = &self.login {
            let password = password.expose_secret();
            let plain = format!("\0{user}\0{password}");
            for secret in [
                STANDARD.encode(plain),
                STANDARD.encode(password),
                password.to_owned(),
            ] {
                if !secret.is_empty() {
                    told = told.replace(&secret, "…");
                }
            }
        }
        let told: String = told
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .take(TOLD)
            .collect();
        told.trim().to_owned()
    }
}

fn message(mail: &Mail) -> Result<Message, LeaveError> {
    let read = |text: &str| {
        text.parse::<Mailbox>()
            .map_err(|_| LeaveError::new("one of the e-mail addresses cannot be read"))
    };
    let from = read(&mail.from)?;
    let host = from.email.domain().to_owned();
    let seconds = u64::try_from(mail.at.as_second()).unwrap_or(0);
    let mut builder = Message::builder()
        .from(from)
        .subject(mail.subject.clone())
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
        .message_id(Some(format!("<{}@{host}>", mail.id)))
        .header(ContentType::TEXT_PLAIN);
    for to in &mail.to {
        builder = builder.to(read(to)?);
    }
    builder
        .body(mail.text.clone())
        .map_err(|why| LeaveError::new(format!("the mail could not be written: {why}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_repeats_of_the_password_is_left_out() {
        let server = MailServer {
            host: "mail.example.com".to_owned(),
            port: 587,
            encryption: Encryption::StartTls,
            login: Some(("kim".to_owned(), SecretString::from("geheim-77"))),
        };
        let plain = STANDARD.encode("\0kim\0geheim-77");
        let told = server.without_password(&format!("bad line {plain} geheim-77\r\nagain"));
        assert_eq!(told, "bad line … …  again");
    }

    #[test]
    fn without_encryption_no_other_machine_is_spoken_to() {
        let server = MailServer {
            host: "192.0.2.1".to_owned(),
            port: 25,
            encryption: Encryption::None,
            login: None,
        };
        let why = server.transport().unwrap_err();
        assert!(why.to_string().contains("this machine"), "{why}");
    }

    #[test]
    fn addresses_are_told_apart_from_words() {
        assert!(mailbox("kim@example.com") && mailbox("Kim's Shop <kim@example.com>"));
        assert!(!mailbox("kim") && !mailbox("kim@") && !mailbox("a@b.com\r\nBcc: c@d.com"));
    }

    #[test]
    fn a_mail_carries_its_id() {
        let mail = Mail {
            id: "0199-aa".to_owned(),
            at: Timestamp::UNIX_EPOCH,
            from: "shop@example.com".to_owned(),
            to: vec!["kim@example.com".to_owned()],
            subject: "Bereit für Sie".to_owned(),
            text: "Zeile eins\nZeile zwei ü".to_owned(),
        };
        let text = String::from_utf8(message(&mail).unwrap().formatted()).unwrap();
        assert!(text.contains("Message-ID: <0199-aa@example.com>"), "{text}");
        assert!(
            text.contains("Content-Type: text/plain; charset=utf-8"),
            "{text}"
        );
    }
}
