//! Who sits at the command line, for the audit log: the system's user that runs this process.

/// The user's name; the number where the system knows no name.
pub(crate) fn name() -> String {
    of_process().unwrap_or_else(|| {
        let named = ["USERNAME", "USER", "LOGNAME"];
        let found = named.iter().find_map(|name| std::env::var(name).ok());
        printable(&found.unwrap_or_else(|| "unknown".to_owned()))
    })
}

/// By the owner of the process, which nobody can write into the environment.
#[cfg(target_os = "linux")]
fn of_process() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let number = std::fs::metadata("/proc/self").ok()?.uid().to_string();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        (parts.nth(1) == Some(number.as_str())).then(|| printable(name))
    });
    Some(found.unwrap_or_else(|| format!("user {number}")))
}

#[cfg(not(target_os = "linux"))]
fn of_process() -> Option<String> {
    None
}

fn printable(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_control())
        .take(64)
        .collect()
}
