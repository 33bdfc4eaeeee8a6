//! The recipes that come with the product.

use super::Recipe;

/// Every recipe, in the order in which they are shown.
#[must_use]
pub fn all() -> Vec<Recipe> {
    TEXTS
        .iter()
        .filter_map(|text| Recipe::parse(text).ok())
        .collect()
}

/// The recipe of an id.
#[must_use]
pub fn find(id: &str) -> Option<Recipe> {
    all().into_iter().find(|recipe| recipe.id == id)
}

/// Connections first, then P1 to P20.
const TEXTS: &[&str] = &[
    include_str!("../../recipes/contacts-and-tasks.toml"),
    include_str!("../../recipes/notes-and-appointments.toml"),
    include_str!("../../recipes/tasks.toml"),
    include_str!("../../recipes/customers-are-contacts.toml"),
    include_str!("../../recipes/context-on-ticket.toml"),
    include_str!("../../recipes/ticket-follow-up.toml"),
    include_str!("../../recipes/status-messages.toml"),
    include_str!("../../recipes/ready-not-collected.toml"),
    include_str!("../../recipes/stuck-ticket.toml"),
    include_str!("../../recipes/estimate-no-answer.toml"),
    include_str!("../../recipes/invoice-paid.toml"),
    include_str!("../../recipes/invoice-overdue.toml"),
    include_str!("../../recipes/review-request.toml"),
    include_str!("../../recipes/showed-to-ticket.toml"),
    include_str!("../../recipes/missed-appointment.toml"),
    include_str!("../../recipes/appointments-both-ways.toml"),
    include_str!("../../recipes/device-on-contact.toml"),
    include_str!("../../recipes/warranty-and-service.toml"),
    include_str!("../../recipes/win-back.toml"),
    include_str!("../../recipes/opt-outs.toml"),
    include_str!("../../recipes/trade-or-private.toml"),
    include_str!("../../recipes/which-ticket.toml"),
    include_str!("../../recipes/which-shop.toml"),
];
