//! Both twins until the process is ended; prints one JSON document with their addresses and made-up credentials.
//! For clients in other languages: `cargo run -p twin --example serve`.
#![allow(clippy::print_stdout, reason = "what this prints is its answer")]

use std::error::Error;

use serde_json::json;
use twin::{TwinOptions, Vendor, highlevel, start};

const SEED: u64 = 1;
const CUSTOMERS: usize = 40;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut options = TwinOptions::new(SEED, CUSTOMERS);
    options.highlevel = highlevel::Settings::unhindered();
    let twins = start(options).await?;
    let known = twins.highlevel().credentials();
    let app = twins.highlevel().agency().app();
    println!(
        "{}",
        json!({
            "highlevel": {
                "base_url": twins.highlevel_url(),
                "control_url": format!("http://{}/_twin", twins.address(Vendor::HighLevel)),
                "location_id": known.location_id,
                "token": known.token.secret,
                "read_only_token": known.read_only.secret,
                "other_location_token": known.other_location.secret,
                "agency_token": known.agency.secret,
                "client_id": app.client_id,
                "client_secret": app.client_secret,
                "webhook_public_key": twins.highlevel().webhooks().public_key.spki,
            },
            "mygadgetrepairs": {
                "base_url": twins.mygadgetrepairs_url(),
                "control_url": format!("http://{}/_twin", twins.address(Vendor::MyGadgetRepairs)),
                "api_key": twins.key(),
            },
        })
    );
    tokio::signal::ctrl_c().await?;
    twins.shutdown().await;
    Ok(())
}
