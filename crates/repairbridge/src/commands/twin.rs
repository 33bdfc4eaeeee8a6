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
    options.further_locations = what.locations.into();
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
    for redirect in &what.redirect {
        twins
            .highlevel()
            .agency()
            .register_redirect(redirect)
            .map_err(|why| Problem::wrong("TWIN-REDIRECT", format!("--redirect: {why}")))?;
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
    let agency = twins.highlevel().agency();
    let app = agency.app();
    let locations: Vec<Value> = agency
        .locations()
        .iter()
        .map(|location| {
            let known = location.credentials();
            json!({
                "location_id": known.location_id,
                "name": location.name(),
                "token": known.token.secret,
            })
        })
        .collect();
    json!({
        "highlevel": {
            "base_url": twins.highlevel_url(),
            "control_url": control(twins, Vendor::HighLevel),
            "location_id": known.location_id,
            "token": known.token.secret,
            "read_only_token": known.read_only.secret,
            "other_location_token": known.other_location.secret,
            "agency_token": known.agency.secret,
            "company_id": known.company_id,
            "app_id": app.app_id,
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "install_url": page(twins),
            "redirects": app.redirects,
            "locations": locations,
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

/// The authorisation page; a link to it carries the app and what it asks for.
fn page(twins: &RunningTwins) -> String {
    format!("{}/oauth/chooselocation", twins.highlevel_url())
}

fn lines(twins: &RunningTwins) -> Vec<String> {
    let known = twins.highlevel().credentials();
    let app = twins.highlevel().agency().app();
    let mut lines = vec![
        format!("HighLevel twin        {}", twins.highlevel_url()),
        format!("  location            {}", known.location_id),
        format!("  token               {}", known.token.secret),
        format!("  token, read only    {}", known.read_only.secret),
        format!(
            "  webhook key         {}",
            twins.highlevel().webhooks().public_key.spki
        ),
        format!("  app, client id      {}", app.client_id),
        format!("  app, client secret  {}", app.client_secret),
        format!("  install page        {}", page(twins)),
    ];
    for redirect in &app.redirects {
        lines.push(format!("  sends back to       {redirect}"));
    }
    for location in twins.highlevel().agency().locations().iter().skip(1) {
        let known = location.credentials();
        lines.push(format!(
            "  further location    {}  {}",
            known.location_id,
            location.name()
        ));
    }
    lines.extend([
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
    ]);
    lines
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
