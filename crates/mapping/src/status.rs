//! Which group a shop's own ticket status belongs to.

use crate::{Setting, TaskRules};
use domain::{Field, Record, normalize::name};
use serde::{Deserialize, Serialize};

/// What a ticket status means for the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusGroup {
    /// Work goes on or is about to.
    Open,
    /// The shop waits for parts or an answer.
    Waiting,
    /// The device can be collected.
    Ready,
    /// Finished and handed over.
    Done,
    /// Called off.
    Cancelled,
}

impl StatusGroup {
    /// Every group.
    pub const ALL: [Self; 5] = [
        Self::Open,
        Self::Waiting,
        Self::Ready,
        Self::Done,
        Self::Cancelled,
    ];

    /// As it stands in rules and in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waiting => "waiting",
            Self::Ready => "ready",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the task counts as completed.
    #[must_use]
    pub const fn completed(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}

/// The group of a ticket's status: by the rules (id, then label), else guessed from the label. `None`
/// when nobody knows.
#[must_use]
pub fn group_of(ticket: &Record, rules: &TaskRules, setting: &Setting) -> Option<StatusGroup> {
    let id = ticket.text(Field::Status);
    let label = ticket
        .text(Field::StatusLabel)
        .or_else(|| id.and_then(|id| setting.status_label(id)));
    group(id, label, rules)
}

/// The group of a status given by id and label.
pub(crate) fn group(
    id: Option<&str>,
    label: Option<&str>,
    rules: &TaskRules,
) -> Option<StatusGroup> {
    if let Some(group) = id.and_then(|id| rules.statuses.get(id)) {
        return Some(*group);
    }
    let label = label?;
    let wanted = name::key(label);
    rules
        .statuses
        .iter()
        .find(|(key, _)| name::key(key) == wanted)
        .map(|(_, group)| *group)
        .or_else(|| guess(label))
}

/// Guesses the group from English, German, French and Spanish words. Contradicting or negated words give
/// no guess: a wrong "completed" would tell a customer the wrong thing.
#[must_use]
pub fn guess(label: &str) -> Option<StatusGroup> {
    let key = name::key(label);
    let words: Vec<&str> = key.split(' ').collect();
    let says = |list: &[&str]| words.iter().any(|word| list.contains(word));
    if says(NEGATIONS) {
        return None;
    }
    let found: Vec<StatusGroup> = WORDS
        .iter()
        .filter(|(_, list)| says(list))
        .map(|(group, _)| *group)
        .collect();
    match found.as_slice() {
        [] if says(OPEN) => Some(StatusGroup::Open),
        [one] => Some(*one),
        // "Waiting for pickup": the customer's turn, not the shop's.
        [StatusGroup::Waiting, StatusGroup::Ready] => Some(StatusGroup::Ready),
        _ => None,
    }
}

const NEGATIONS: &[&str] = &[
    "not", "no", "non", "never", "un", "nicht", "kein", "keine", "noch", "pas", "sin", "ohne",
    "without", "sans",
];

/// Words that settle the matter, by group; in the order of the groups.
const WORDS: &[(StatusGroup, &[&str])] = &[
    (
        StatusGroup::Waiting,
        &[
            "waiting",
            "awaiting",
            "wait",
            "waits",
            "hold",
            "pending",
            "parts",
            "part",
            "ordered",
            "paused",
            "wartet",
            "warten",
            "wartend",
            "wartestellung",
            "ersatzteil",
            "ersatzteile",
            "bestellt",
            "pausiert",
            "attente",
            "attend",
            "commande",
            "commandee",
            "pieces",
            "espera",
            "esperando",
            "pendiente",
            "repuesto",
            "repuestos",
            "pedido",
        ],
    ),
    (
        StatusGroup::Ready,
        &[
            "ready",
            "repaired",
            "pickup",
            "collection",
            "bereit",
            "abholbereit",
            "repariert",
            "fertig",
            "abholung",
            "pret",
            "prete",
            "repare",
            "reparee",
            "listo",
            "lista",
            "reparado",
            "reparada",
            "recoger",
        ],
    ),
    (
        StatusGroup::Done,
        &[
            "done",
            "complete",
            "completed",
            "closed",
            "collected",
            "delivered",
            "finished",
            "resolved",
            "returned",
            "erledigt",
            "abgeschlossen",
            "abgeholt",
            "geschlossen",
            "ausgeliefert",
            "beendet",
            "ausgehandigt",
            "termine",
            "terminee",
            "fermee",
            "cloture",
            "cloturee",
            "livre",
            "livree",
            "recupere",
            "recuperee",
            "terminado",
            "terminada",
            "completado",
            "completada",
            "cerrado",
            "cerrada",
            "entregado",
            "entregada",
            "finalizado",
            "finalizada",
            "recogido",
            "recogida",
        ],
    ),
    (
        StatusGroup::Cancelled,
        &[
            "cancelled",
            "canceled",
            "cancel",
            "rejected",
            "declined",
            "refused",
            "abandoned",
            "storniert",
            "abgebrochen",
            "abgelehnt",
            "annule",
            "annulee",
            "refuse",
            "refusee",
            "cancelado",
            "cancelada",
            "anulado",
            "anulada",
            "rechazado",
            "rechazada",
        ],
    ),
];

/// Words that mean open work only where nothing stronger is said ("Repair", "New").
const OPEN: &[&str] = &[
    "new",
    "open",
    "opened",
    "reopened",
    "assigned",
    "started",
    "progress",
    "repair",
    "repairing",
    "working",
    "diagnosis",
    "diagnosing",
    "diagnostic",
    "received",
    "checked",
    "booked",
    "neu",
    "offen",
    "bearbeitung",
    "arbeit",
    "reparatur",
    "diagnose",
    "eingegangen",
    "angenommen",
    "nouveau",
    "nouvelle",
    "ouvert",
    "ouverte",
    "cours",
    "reparation",
    "recu",
    "nuevo",
    "nueva",
    "abierto",
    "abierta",
    "proceso",
    "curso",
    "progreso",
    "reparacion",
    "diagnostico",
    "recibido",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_in_four_languages_are_guessed_and_doubts_are_not() {
        use StatusGroup::{Cancelled, Done, Open, Ready, Waiting};
        for (label, expected) in [
            ("In Progress", Some(Open)),
            ("New", Some(Open)),
            ("Waiting for Parts", Some(Waiting)),
            ("New parts ordered", Some(Waiting)),
            ("On hold", Some(Waiting)),
            ("Ready for Pickup", Some(Ready)),
            ("Waiting for collection", Some(Ready)),
            ("Completed", Some(Done)),
            ("Repair completed", Some(Done)),
            ("Cancelled", Some(Cancelled)),
            ("In Reparatur", Some(Open)),
            ("Wartet auf Ersatzteile", Some(Waiting)),
            ("Abholbereit", Some(Ready)),
            ("Abgeholt", Some(Done)),
            ("Storniert", Some(Cancelled)),
            ("En attente de pièces", Some(Waiting)),
            ("Prêt", Some(Ready)),
            ("Terminé", Some(Done)),
            ("Annulé", Some(Cancelled)),
            ("En curso", Some(Open)),
            ("En espera de repuesto", Some(Waiting)),
            ("Listo para recoger", Some(Ready)),
            ("Entregado", Some(Done)),
            ("Not completed", None),
            ("Noch nicht fertig", None),
            ("Incomplete", None),
            ("Completed, waiting for pickup", None),
            ("Escalated to Bob", None),
            ("", None),
        ] {
            assert_eq!(guess(label), expected, "{label}");
        }
    }
}
