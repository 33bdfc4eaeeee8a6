//! Whoever an assistant works for, and how far it may go.

use crate::access::Signed;
use app::access::{Doer, Permission};
use app::operations::Allowed;
use catalogue::{Danger, Operation};

/// Whoever an assistant works for, and how far it may go.
#[derive(Clone, Debug)]
pub struct Party {
    /// The name, for the audit log.
    pub name: String,
    /// The network from which the assistant comes, where it does not run on this machine.
    pub network: Option<String>,
    /// What it may do beside reading.
    pub allowed: Allowed,
    /// Whether that counts for operations beyond the core as well, some of which change the account itself.
    pub beyond_core: bool,
    /// The only shop that it works on; any where there is none.
    pub shop: Option<String>,
}

impl Party {
    /// A program with an API token, or a person in a session: the permissions say how far it may go. `read` reads,
    /// `operate` changes what messages nobody and deletes nothing, by operations of the core; `admin` does everything.
    pub(super) fn of(signed: &Signed) -> Self {
        let all = signed.who.may(Permission::Admin);
        Self {
            name: signed.who.name().to_owned(),
            network: Some(signed.from.network.clone()),
            allowed: Allowed {
                writes: signed.who.may(Permission::Operate),
                messages: all,
                deletes: all,
            },
            beyond_core: all,
            shop: None,
        }
    }

    /// Whether something of this danger may be done by this operation.
    pub(super) fn may(&self, operation: &Operation, danger: Danger) -> bool {
        let reads = danger == Danger::Reads;
        self.allowed.covers(danger) && (reads || self.beyond_core || operation.is_core())
    }

    pub(super) fn doer(&self) -> Doer<'_> {
        Doer::assistant(&self.name, self.network.as_deref())
    }

    /// What a person does so that something of this danger may be done by this operation.
    pub(super) fn mend(&self, operation: &Operation, danger: Danger) -> &'static str {
        let at_this_machine = self.network.is_none();
        match (danger, at_this_machine) {
            (Danger::Reads | Danger::Writes, true) => {
                "a person may allow it by starting this with `repairbridge mcp --allow writes`"
            }
            (Danger::MayMessage, true) => {
                "a person may allow it by starting this with `repairbridge mcp --allow writes --allow messages`"
            }
            (Danger::Deletes, true) => {
                "a person may allow it by starting this with `repairbridge mcp --allow writes --allow deletes`"
            }
            (Danger::Reads | Danger::Writes, false) if operation.is_core() => {
                "a person may allow it with an API token that has the scope `operate`"
            }
            (_, false) => "a person may allow it with an API token that has the scope `admin`",
        }
    }
}
