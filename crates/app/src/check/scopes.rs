//! What the HighLevel token may do, against what the rules need.

use super::{CheckReport, Verdict};
use crate::NeededScope;

const WHAT: &str = "HighLevel scopes";

/// Compares. `granted` is nothing where the vendor does not tell, as with private integration tokens: then every
/// missing permission shows when it is first used.
pub(super) fn check_scopes(
    needed: &[NeededScope],
    granted: Option<&[String]>,
    mend: &str,
    report: &mut CheckReport,
) {
    let names = |scopes: &[&NeededScope]| {
        let names: Vec<&str> = scopes.iter().map(|needed| &*needed.scope).collect();
        names.join(", ")
    };
    let all: Vec<_> = needed.iter().collect();
    let Some(granted) = granted else {
        return report.passed(
            WHAT,
            format!("under these rules the token needs {}", names(&all)),
        );
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
            check_scopes(&needed, granted.as_deref(), "again", &mut report);
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
