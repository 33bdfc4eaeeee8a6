//! Secrets and documents from a file or from standard input (`-`).

use crate::problem::Problem;
use secrecy::SecretString;
use std::io::{IsTerminal, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// Longer than any document that a person writes by hand.
const LONGEST: u64 = 1024 * 1024;

/// Reads a text.
pub(crate) fn read_text(path: &Path) -> Result<Zeroizing<String>, Problem> {
    let mut text = Zeroizing::new(String::with_capacity(8 * 1024));
    let read = if path.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(LONGEST)
            .read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text))
    };
    match read {
        Ok(_) => Ok(text),
        Err(why) => Err(Problem::wrong(
            "FILE",
            format!(
                "the file {} cannot be read: {why}. Name a readable text file, or - for standard input",
                path.display()
            ),
        )),
    }
}

/// Reads a password: the first line, as it stands. There may be white space in it, but nothing after it.
pub(crate) fn read_password(path: &Path) -> Result<SecretString, Problem> {
    if path.as_os_str() == "-" && std::io::stdin().is_terminal() {
        return Err(Problem::wrong(
            "FILE",
            "typed here, the password would stand on the screen. Let its owner choose it by a link: `repairbridge user setup-link NAME`; or name a file with --password-file, or pipe it in",
        ));
    }
    let text = read_text(path)?;
    let password = text.trim_end_matches(['\r', '\n']);
    if password.is_empty() || password.contains(['\r', '\n']) {
        return Err(Problem::wrong(
            "FILE",
            format!(
                "{} must hold the password alone, in one line",
                path.display()
            ),
        ));
    }
    Ok(SecretString::from(password))
}

/// Reads a secret, without the white space around it.
pub(crate) fn read_secret(path: &Path) -> Result<SecretString, Problem> {
    let text = read_text(path)?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(Problem::wrong(
            "FILE",
            format!("{} holds no secret, only white space", path.display()),
        ));
    }
    if secret.chars().any(char::is_whitespace) {
        return Err(Problem::wrong(
            "FILE",
            format!(
                "{} holds more than one word; it must hold the secret alone",
                path.display()
            ),
        ));
    }
    Ok(SecretString::from(secret))
}

/// Reads a passphrase: the first line, words and spaces as they are. Other users of the machine must not be able to
/// read its file.
pub(crate) fn read_passphrase(path: &Path) -> Result<SecretString, Problem> {
    if path.as_os_str() != "-" {
        check_private(path)?;
    }
    let text = read_text(path)?;
    let passphrase = text.lines().next().unwrap_or_default().trim();
    if passphrase.is_empty() {
        return Err(Problem::wrong(
            "FILE",
            format!(
                "{} holds no passphrase: its first line is empty",
                path.display()
            ),
        ));
    }
    Ok(SecretString::from(passphrase))
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), Problem> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).map_or(0, |found| found.permissions().mode() & 0o777);
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(Problem::wrong(
        "FILE",
        format!(
            "the passphrase file {0} is open to other users of this machine (mode {mode:03o}) and is not used. Run: chmod 600 '{0}'",
            path.display()
        ),
    ))
}

#[cfg(not(unix))]
fn check_private(_path: &Path) -> Result<(), Problem> {
    Ok(())
}
