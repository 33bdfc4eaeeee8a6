//! `twin`: both vendors' emulators, until stopped.

use crate::cli::{Switch, Twin};
use crate::interrupt;
use crate::output::Output;
use crate::problem::{Exit, Problem};
use serde_json::{Value, json};
use twin::highlevel::WebhookPolicy;
use twin::{FaultProfile, RunningTwins, TwinOptions, Vendor};

pub(crate) async fn run(what: Twin, output: Output) -> Result<Exit, Problem> {
    let faults: FaultProfile = what
        .faults
        .parse()
        .map_err(|why: twin::FaultProfileError| Problem::wrong("TWIN-FAULTS", why.to_string()))?;
    let mut options = TwinOptions::new(what.seed, what.customers);
    options.highlevel_listen = what.highlevel_listen;
    options.mygadgetrepairs_listen = what.mygadgetrepairs_listen;
    options.contacts = what.contacts;
    options.faults = faults;
    options.highlevel.index_lag_ms = lag_ms(what.search_lag)?;
    if what.limits == Switch::Off {
        take_limits_off(&mut options);
    }
    let twins = start(options).await?;
    if let Some(url) = &what.webhooks {
        twins
            .deliver_webhooks_to(url, WebhookPolicy::default())
            .map_err(|why| Problem::wrong("TWIN-WEBHOOKS", why.to_string()))?;
    }
    output.json(&document(&twins));
    for line in lines(&twins) {
        output.line(line);
    }
    output.line("Ctrl-C stops them");
    interrupt::watch(output).cancelled().await;
    twins.shutdown().await;
    Ok(Exit::Done)
}

pub(crate) fn take_limits_off(options: &mut TwinOptions) {
    options.highlevel.requests_per_10s = None;
    options.highlevel.requests_per_day = None;
    options.mygadgetrepairs.throttle_per_minute = None;
}

pub(crate) async fn start(options: TwinOptions) -> Result<RunningTwins, Problem> {
    twin::start(options)
        .await
        .map_err(|why| Problem::wrong("TWIN-LISTEN", why.to_string()))
}

/// Where the twins are, and every credential that they know.
pub(crate) fn document(twins: &RunningTwins) -> Value {
    let known = twins.highlevel().credentials();
    json!({
        "highlevel": {
            "base_url": twins.highlevel_url(),
            "control_url": control(twins, Vendor::HighLevel),
            "location_id": known.location_id,
            "token": known.token.secret,
            "read_only_token": known.read_only.secret,
            "other_location_token": known.other_location.secret,
            "agency_token": known.agency.secret,
            "webhook_public_key": twins.highlevel().webhooks().public_key.spki,
        },
        "mygadgetrepairs": {
            "base_url": twins.mygadgetrepairs_url(),
            "control_url": control(twins, Vendor::MyGadgetRepairs),
            "api_key": twins.key(),
        },
    })
}

pub(crate) fn control(twins: &RunningTwins, vendor: Vendor) -> String {
    format!("http://{}/_twin", twins.address(vendor))
}

fn lines(twins: &RunningTwins) -> Vec<String> {
    let known = twins.highlevel().credentials();
    vec![
        format!("HighLevel twin        {}", twins.highlevel_url()),
        format!("  location            {}", known.location_id),
        format!("  token               {}", known.token.secret),
        format!("  token, read only    {}", known.read_only.secret),
        format!(
            "  webhook key         {}",
            twins.highlevel().webhooks().public_key.spki
        ),
        format!(
            "  control             {}",
            control(twins, Vendor::HighLevel)
        ),
        format!("MyGadgetRepairs twin  {}", twins.mygadgetrepairs_url()),
        format!("  key                 {}", twins.key()),
        format!(
            "  control             {}",
            control(twins, Vendor::MyGadgetRepairs)
        ),
    ]
}

fn lag_ms(seconds: f64) -> Result<u64, Problem> {
    std::time::Duration::try_from_secs_f64(seconds)
        .ok()
        .and_then(|lag| u64::try_from(lag.as_millis()).ok())
        .filter(|lag| *lag <= 86_400_000)
        .ok_or_else(|| {
            Problem::wrong(
                "TWIN-LAG",
                format!("--search-lag {seconds} cannot be used; write seconds from 0 to 86400"),
            )
        })
}
