//! What the flows of a shop need to be allowed in HighLevel.

use super::{acts, opportunity, shelf};
use crate::{App, AppError, NeededScope};
use catalogue::Danger;
use flows::Flow;
use std::collections::BTreeMap;
use store::Shop;

impl App {
    /// The permissions that the flows which are switched on need, each once, with the flow that needs it.
    pub(crate) async fn scopes_of_flows(&self, shop: &Shop) -> Result<Vec<NeededScope>, AppError> {
        let mut needed: BTreeMap<String, NeededScope> = BTreeMap::new();
        for stored in self.store.flows(shop.id).await? {
            let Some(flow) = shelf::read(&stored.id, &stored.document).filter(|_| stored.enabled)
            else {
                continue;
            };
            let mut operations = flow.calls();
            operations.insert(flow.trigger.on.clone());
            operations.extend(asked_besides(&flow));
            for operation in operations.iter().filter_map(|id| catalogue::find(id)) {
                let writes = operation.danger != Danger::Reads;
                for scope in operation.scopes {
                    let why = format!("the flow `{}`", flow.id).into();
                    needed.entry(scope.clone()).or_insert(NeededScope {
                        scope: scope.into(),
                        why,
                        writes,
                    });
                }
            }
        }
        Ok(needed.into_values().collect())
    }
}

/// What is asked besides the calls of a flow: its contact's opportunity, and which form custom fields take.
fn asked_besides(flow: &Flow) -> Vec<String> {
    let opportunity = flow
        .reads()
        .contains("opportunity")
        .then_some(opportunity::SEARCH);
    let writes_fields = flow
        .calls()
        .iter()
        .any(|operation| operation.starts_with("highlevel.contact."))
        && super::work::as_json(flow)
            .to_string()
            .contains("\"customFields\"");
    let fields = writes_fields.then_some(acts::CUSTOM_FIELDS);
    let asked = opportunity.into_iter().chain(fields);
    asked.map(str::to_owned).collect()
}
