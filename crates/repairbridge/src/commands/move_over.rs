//! `move`: a live installation, carried over to another database.

use crate::output::Output;
use crate::problem::{Exit, Problem};
use crate::wiring;
use serde_json::json;
use store::{Lock, Store};

/// Needs no key: what is sealed stays so, and opens with the same master key.
pub(crate) async fn run(from: &str, to: &str, output: Output) -> Result<Exit, Problem> {
    let source = Store::open(from).await?;
    let target = Store::open(to).await?;
    let _quiet = hold(&source).await?;
    let _untouched = hold(&target).await?;
    let now = wiring::context().clock.now();
    // Carried over with everything else, so that both logs tell of it.
    super::note_in(&source, "move", "the database", now).await?;
    let mut tables = 0_u64;
    let rows = source
        .carry_over(&target, |table, rows| {
            tables += 1;
            if rows > 0 {
                output.line(format!("{table}: {rows}"));
            }
        })
        .await?;
    source.close().await;
    target.close().await;
    output.json(&json!({"tables": tables, "rows": rows}));
    output.line(format!(
        "{rows} rows are in the new database, as many as in the former one. Now let store.url name the new one, and start `repairbridge serve`; the master key stays the same"
    ));
    output.line(
        "the former database is as it was: keep it until all is well, and start nothing on it, or both would write to the same accounts",
    );
    Ok(Exit::Done)
}

/// Nobody works on a database meanwhile.
async fn hold(store: &Store) -> Result<Vec<Lock>, Problem> {
    let mut names = ["serve", "backup", "keys"].map(str::to_owned).to_vec();
    for shop in store.shops().await? {
        names.push(format!("shop-{}", shop.id));
        names.push(format!("flows-{}", shop.id));
    }
    let mut held = Vec::new();
    for name in names {
        let Some(lock) = store.lock(&name).await? else {
            return Err(Problem::wrong(
                "MOVE-BUSY",
                format!(
                    "another Repairbridge process works on one of the databases (it holds `{name}`). Stop `repairbridge serve` and wait for other commands to end; nothing was changed"
                ),
            ));
        };
        held.push(lock);
    }
    Ok(held)
}
