//! What the HighLevel token may do, against what the rules need.

use super::{CheckReport, Verdict};
use crate::NeededScope;

const WHAT: &str = "HighLevel scopes";

/// What is known of a token's permissions.
pub(super) enum Permissions<'a> {
    /// The vendor tells what was granted.
    Told(&'a [String]),
    /// It does not, as with private integration tokens: a missing one shows when it is first used. So many writes wait since
    /// they were refused for want of one.
    Untold { refused: usize },
}

/// Compares.
pub(super) fn check_scopes(
    needed: &[NeededScope],
    permissions: &Permissions<'_>,
    mend: &str,
    report: &mut CheckReport,
) {
    let names = |scopes: &[&NeededScope]| {
        let names: Vec<&str> = scopes.iter().map(|needed| &*needed.scope).collect();
        names.join(", ")
    };
    let all: Vec<_> = needed.iter().collect();
    let granted = match permissions {
        Permissions::Told(granted) => granted,
        Permissions::Untold { refused: 0 } => {
            let says = format!(
                "under these rules the token needs {}; HighLevel tells what is missing when it is first used",
                names(&all)
            );
            return report.passed(WHAT, says);
        }
        Permissions::Untold { refused } => {
            let writing: Vec<_> = needed.iter().filter(|needed| needed.writes).collect();
            let (were, wait) = match refused {
                1 => ("write was", "waits"),
                _ => ("writes were", "wait"),
            };
            let says = format!(
                "the token lacks a permission: {refused} {were} refused, and {wait}; for writing it needs {}",
                names(&writing)
            );
            return report.warned(WHAT, says, mend);
        }
    };
    let missing = |writes: bool| -> Vec<&NeededScope> {
        let lacks = |needed: &&NeededScope| {
            needed.writes == writes && !granted.iter().any(|scope| *scope == needed.scope)
        };
        needed.iter().filter(lacks).collect()
    };
    let (reading, writing) = (missing(false), missing(true));
    if !reading.is_empty() {
        let says = format!("{} is missing, and so is what it is for", names(&reading));
        report.say(WHAT, Verdict::Failed, says, Some(mend));
    }
    if !writing.is_empty() {
        let says = format!(
            "{} is missing: everything is read, and writes wait",
            names(&writing)
        );
        report.warned(WHAT, says, mend);
    }
    let spare: Vec<_> = granted
        .iter()
        .filter(|scope| !needed.iter().any(|needed| *needed.scope == **scope))
        .map(String::as_str)
        .collect();
    if !spare.is_empty() {
        report.warned(
            WHAT,
            format!(
                "{} is granted and not needed under these rules",
                spare.join(", ")
            ),
            "take away what is not needed, unless another rule will need it soon",
        );
    }
    if reading.is_empty() && writing.is_empty() && spare.is_empty() {
        report.passed(WHAT, format!("granted as needed: {}", names(&all)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_and_what_is_spare_is_told() {
        let need = |scope: &'static str, writes| NeededScope {
            scope: scope.into(),
            why: "".into(),
            writes,
        };
        let needed = [
            need("contacts.readonly", false),
            need("contacts.write", true),
        ];
        let lines = |granted: Option<&[&str]>| {
            let granted: Option<Vec<String>> =
                granted.map(|scopes| scopes.iter().map(ToString::to_string).collect());
            let mut report = CheckReport::default();
            let permissions = match &granted {
                Some(granted) => Permissions::Told(granted),
                None => Permissions::Untold { refused: 0 },
            };
            check_scopes(&needed, &permissions, "again", &mut report);
            report
                .lines
                .iter()
                .map(|line| line.verdict)
                .collect::<Vec<_>>()
        };
        let (read, write) = ("contacts.readonly", "contacts.write");
        assert_eq!(lines(None), [Verdict::Passed]);
        assert_eq!(lines(Some(&[read, write])), [Verdict::Passed]);
        assert_eq!(lines(Some(&[read])), [Verdict::Warned]);
        assert_eq!(lines(Some(&[write])), [Verdict::Failed]);
        assert_eq!(lines(Some(&[])), [Verdict::Failed, Verdict::Warned]);
        assert_eq!(
            lines(Some(&[read, write, "forms.readonly"])),
            [Verdict::Warned]
        );
    }
}
