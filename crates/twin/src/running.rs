//! Starting both twins with one made-up shop behind them.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::TwinClock;
use crate::control::Shared;
use crate::fault::FaultProfile;
use crate::highlevel::{self, HighLevelTwin, WebhookPolicy, WebhookPolicyError};
use crate::mygadgetrepairs::{self, MyGadgetRepairsTwin, Notification, NotificationEvent};
use crate::request_log::Entry as LoggedRequest;
use crate::serve::{self, Face};
use crate::shop::MadeUpShop;

/// How the twins should be.
#[derive(Debug, Clone)]
pub struct TwinOptions {
    /// Where HighLevel listens; port 0 for any free one.
    pub highlevel_listen: SocketAddr,
    /// Where MyGadgetRepairs listens; port 0 for any free one.
    pub mygadgetrepairs_listen: SocketAddr,
    /// Same seed, same shop, ids, tokens and faults.
    pub seed: u64,
    /// Customers of the made-up shop; 0 for empty accounts.
    pub customers: usize,
    /// Contacts in the CRM; `None` for 0.3 × customers.
    pub contacts: Option<usize>,
    /// Further locations of HighLevel's agency, each with a made-up shop's contacts of its own.
    pub further_locations: usize,
    /// Faults of both vendors.
    pub faults: FaultProfile,
    /// Whether the control paths are there, which ask nobody who they are.
    pub is_controlled: bool,
    /// The vendors' time.
    pub clock: TwinClock,
    /// HighLevel's settings; country and time zone come from the shop.
    pub highlevel: highlevel::Settings,
    /// MyGadgetRepairs' settings.
    pub mygadgetrepairs: mygadgetrepairs::Settings,
}

impl TwinOptions {
    /// Any free ports on this machine, no faults, the machine's time, the vendors' usual settings.
    pub fn new(seed: u64, customers: usize) -> Self {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            highlevel_listen: any_port,
            mygadgetrepairs_listen: any_port,
            seed,
            customers,
            contacts: None,
            further_locations: 0,
            faults: FaultProfile::none(),
            is_controlled: true,
            clock: TwinClock::system(),
            highlevel: highlevel::Settings::default(),
            mygadgetrepairs: mygadgetrepairs::Settings::default(),
        }
    }
}

/// Why the twins did not start.
#[derive(Debug, thiserror::Error)]
pub enum TwinError {
    /// An address is taken or not of this machine.
    #[error(
        "the {vendor} twin cannot listen on {address}: {source}; choose another address, or port 0 for any free one"
    )]
    Listen {
        /// `highlevel` or `mygadgetrepairs`.
        vendor: &'static str,
        /// The wanted address.
        address: SocketAddr,
        /// What the machine says.
        source: std::io::Error,
    },
}

/// One twin's place on the network.
#[derive(Debug)]
struct Listening {
    address: SocketAddr,
    shared: Arc<Shared>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Vendor {
    /// HighLevel.
    HighLevel,
    /// MyGadgetRepairs.
    MyGadgetRepairs,
}

/// Both twins at work. They stop when this is dropped; [`RunningTwins::shutdown`] also waits for it.
#[derive(Debug)]
pub struct RunningTwins {
    highlevel: HighLevelTwin,
    mygadgetrepairs: MyGadgetRepairsTwin,
    highlevel_at: Listening,
    mygadgetrepairs_at: Listening,
    shop: Arc<MadeUpShop>,
    contact_ids: Vec<String>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Makes the shop up, fills both twins with it and starts them.
///
/// # Errors
/// When an address cannot be listened on.
pub async fn start(options: TwinOptions) -> Result<RunningTwins, TwinError> {
    let contacts = options.contacts.unwrap_or(options.customers * 3 / 10);
    let now = options.clock.now();
    let shop = MadeUpShop::new(options.seed, options.customers, contacts, now);
    start_with(options, shop).await
}

/// Fills both twins with this shop and starts them; the options' numbers of customers and contacts are not looked at.
///
/// # Errors
/// When an address cannot be listened on.
pub async fn start_with(options: TwinOptions, shop: MadeUpShop) -> Result<RunningTwins, TwinError> {
    let clock = options.clock;
    let highlevel = HighLevelTwin::new(options.seed, options.highlevel, clock.clone());
    let mygadgetrepairs = MyGadgetRepairsTwin::new(options.mygadgetrepairs, clock.clone());
    let contact_ids = highlevel.load(&shop);
    mygadgetrepairs.load(&shop);
    for number in 1..=options.further_locations {
        further_location(
            &highlevel,
            &clock,
            options.seed,
            number,
            shop.contacts.len(),
        );
    }

    let stop = CancellationToken::new();
    let tasks = TaskTracker::new();
    let listener = Listener {
        seed: options.seed,
        clock,
        faults: options.faults,
        is_controlled: options.is_controlled,
        stop: stop.clone(),
        tasks: tasks.clone(),
    };
    let highlevel_at = listener
        .open(
            "highlevel",
            options.highlevel_listen,
            highlevel.router(),
            highlevel.control(),
        )
        .await?;
    let mygadgetrepairs_at = listener
        .open(
            "mygadgetrepairs",
            options.mygadgetrepairs_listen,
            mygadgetrepairs.router(),
            mygadgetrepairs.control(),
        )
        .await?;
    tasks.spawn(highlevel.clone().push_webhooks(stop.clone()));
    tasks.close();
    Ok(RunningTwins {
        highlevel,
        mygadgetrepairs,
        highlevel_at,
        mygadgetrepairs_at,
        shop: Arc::new(shop),
        contact_ids,
        stop,
        tasks,
    })
}

/// Signs above the doors of further locations.
const SIGNS: &[&str] = &[
    "High Street Phones",
    "Station Repairs",
    "Harbour Gadgets",
    "Market Square Repairs",
    "Old Mill Electronics",
];

fn further_location(
    highlevel: &HighLevelTwin,
    clock: &TwinClock,
    seed: u64,
    number: usize,
    contacts: usize,
) {
    let seed = seed.wrapping_add(number as u64);
    let sign = SIGNS[(number - 1) % SIGNS.len()];
    let name = match (number - 1) / SIGNS.len() {
        0 => sign.to_owned(),
        round => format!("{sign} {}", round + 1),
    };
    let shop = MadeUpShop::new(seed, 0, contacts, clock.now());
    highlevel.agency().add_location(seed, &name).load(&shop);
}

struct Listener {
    seed: u64,
    clock: TwinClock,
    faults: FaultProfile,
    is_controlled: bool,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Listener {
    async fn open(
        &self,
        vendor: &'static str,
        wanted: SocketAddr,
        paths: Router,
        control: Router,
    ) -> Result<Listening, TwinError> {
        let (listener, address) =
            serve::bind(wanted)
                .await
                .map_err(|source| TwinError::Listen {
                    vendor,
                    address: wanted,
                    source,
                })?;
        // The vendors' faults are drawn apart, or both would fail at the same running numbers.
        let seed = self.seed ^ vendor.len() as u64;
        let shared = Arc::new(Shared::new(vendor, seed, self.clock.clone(), self.faults));
        let control = self.is_controlled.then_some(control);
        let face = Face::new(paths, control, Arc::clone(&shared));
        self.tasks.spawn(serve::accept(
            listener,
            face,
            self.stop.clone(),
            self.tasks.clone(),
        ));
        Ok(Listening { address, shared })
    }
}

impl RunningTwins {
    /// The HighLevel twin itself.
    pub fn highlevel(&self) -> &HighLevelTwin {
        &self.highlevel
    }

    /// The MyGadgetRepairs twin itself.
    pub fn mygadgetrepairs(&self) -> &MyGadgetRepairsTwin {
        &self.mygadgetrepairs
    }

    /// Where a twin listens.
    pub fn address(&self, vendor: Vendor) -> SocketAddr {
        self.at(vendor).address
    }

    /// HighLevel's base address, as `http://127.0.0.1:41234`.
    pub fn highlevel_url(&self) -> String {
        format!("http://{}", self.highlevel_at.address)
    }

    /// MyGadgetRepairs' base address with its version, as `http://127.0.0.1:41235/v1`.
    pub fn mygadgetrepairs_url(&self) -> String {
        format!("http://{}/v1", self.mygadgetrepairs_at.address)
    }

    /// The emulated HighLevel location.
    pub fn location_id(&self) -> &str {
        &self.highlevel.credentials().location_id
    }

    /// A HighLevel token that may do everything in the location; [`HighLevelTwin::credentials`] has others.
    pub fn token(&self) -> &str {
        &self.highlevel.credentials().token.secret
    }

    /// The MyGadgetRepairs API key.
    pub fn key(&self) -> String {
        self.mygadgetrepairs.api_key()
    }

    /// The shop behind both twins as it was made up.
    pub fn shop(&self) -> &MadeUpShop {
        &self.shop
    }

    /// The CRM ids of the shop's contacts, in its order.
    pub fn contact_ids(&self) -> &[String] {
        &self.contact_ids
    }

    /// Changes a twin's faults.
    pub fn set_faults(&self, vendor: Vendor, faults: FaultProfile) {
        self.at(vendor).shared.set_faults(faults);
    }

    /// Breaks or mends the network to a twin: while it is broken every vendor request is cut off.
    pub fn set_offline(&self, vendor: Vendor, on: bool) {
        self.at(vendor).shared.set_offline(on);
    }

    /// Requests to a vendor's paths so far.
    pub fn requests(&self, vendor: Vendor) -> u64 {
        self.at(vendor).shared.requests()
    }

    /// In place of what both vendors hold: what others do, by the same ids. A shop that is in step with those is so with
    /// these as well.
    pub fn take_over(&self, others: &Self) {
        self.highlevel.take_over(&others.highlevel);
        self.mygadgetrepairs.take_over(&others.mygadgetrepairs);
    }

    /// Counts the requests that the vendors were asked and have not answered yet.
    pub fn under_way(&self) -> impl Fn() -> u64 + Send + Sync + use<> {
        let of = |at: &Listening| Arc::clone(&at.shared);
        let both = [of(&self.highlevel_at), of(&self.mygadgetrepairs_at)];
        move || both.iter().map(|shared| shared.under_way()).sum()
    }

    /// From now on what a vendor is asked arrives only at this time, in milliseconds since 1970: a network holds it. In
    /// the past: at once.
    pub fn set_arrival(&self, vendor: Vendor, millis: i64) {
        self.at(vendor).shared.set_arrival(millis);
    }

    /// Delivers the CRM's app webhooks, of all its locations, to this address in this way.
    ///
    /// # Errors
    /// When the address cannot be posted to, or a share of the policy is none.
    pub fn deliver_webhooks_to(
        &self,
        url: &str,
        policy: WebhookPolicy,
    ) -> Result<(), WebhookPolicyError> {
        let url = Some(url.to_owned());
        let policy = WebhookPolicy { url, ..policy };
        self.highlevel.agency().set_webhooks(&policy)
    }

    /// Sets up one notification for each kind of event, as an administrator of the counter would paste it: `{event}` in the
    /// payload and in the values of the headers becomes the event's name, as `ticket.created`. In place of those before.
    pub fn notify(
        &self,
        url: &str,
        user: &str,
        password: &str,
        headers: &BTreeMap<String, String>,
        payload_template: &str,
    ) {
        let notifications = NotificationEvent::ALL
            .into_iter()
            .map(|event| {
                let named = |text: &str| text.replace("{event}", event.name());
                let headers = headers
                    .iter()
                    .map(|(name, value)| (name.clone(), named(value)));
                Notification {
                    username: user.to_owned(),
                    password: password.to_owned(),
                    headers: headers.collect(),
                    event_id: format!("twin-{}", event.name().replace('.', "-")),
                    ..Notification::new(event, url, &named(payload_template))
                }
            })
            .collect();
        self.mygadgetrepairs.set_notifications(notifications);
    }

    /// Up to `limit` of the newest requests to a vendor's paths with a number above `after`, oldest first, without
    /// their bodies.
    pub fn log(&self, vendor: Vendor, after: u64, limit: usize) -> Vec<LoggedRequest> {
        self.at(vendor).shared.log.after(after, limit, false)
    }

    /// Ends both twins and waits until open requests are answered.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }

    fn at(&self, vendor: Vendor) -> &Listening {
        match vendor {
            Vendor::HighLevel => &self.highlevel_at,
            Vendor::MyGadgetRepairs => &self.mygadgetrepairs_at,
        }
    }
}

impl Drop for RunningTwins {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
