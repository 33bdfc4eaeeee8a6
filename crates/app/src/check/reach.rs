//! Whether the vendors' webhooks reach this installation: a round trip to the address that they are given.

use super::{CheckReport, Verdict};
use crate::reached;
use crate::{App, AppError};
use http::{MemoryBudget, Request, Sender, SenderConfig, Url};
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;
use store::Shop;
use url::Host;

const ADDRESS: &str = "webhook address";
const ROUND_TRIP: &str = "webhooks";

impl App {
    /// Whether what the vendors' webhooks need is there: the part of the pre-flight that asks no vendor.
    ///
    /// # Errors
    /// When there is no such shop or the store refuses.
    pub async fn check_webhooks(&self, name: &str) -> Result<CheckReport, AppError> {
        let shop = self.shop(name).await?;
        let mut report = CheckReport::default();
        self.check_reach(&shop, &mut report).await?;
        Ok(report)
    }

    pub(super) async fn check_reach(
        &self,
        shop: &Shop,
        report: &mut CheckReport,
    ) -> Result<(), AppError> {
        let url = &self.config.public_url;
        check_address(url, report);
        let runs = self.is_served().await?;
        match self.go_round().await {
            Ok(true) => report.passed(ROUND_TRIP, format!("{url} leads to this installation")),
            Ok(false) => report.say(
                ROUND_TRIP,
                Verdict::Failed,
                format!("at {url} somebody else answers, not this installation"),
                Some("let server.public_url be the address that leads to this `repairbridge serve`, or let the proxy pass /hooks/ on to it"),
            ),
            Err(why) if runs => report.say(
                ROUND_TRIP,
                Verdict::Failed,
                format!("`repairbridge serve` runs, but nobody answers at {url} ({why})"),
                Some("let server.public_url be the address that leads to server.listen: open the port in router and firewall, or set up the proxy"),
            ),
            Err(_) => report.warned(
                ROUND_TRIP,
                "`repairbridge serve` is not running, so webhooks are not taken now; what changed meanwhile is found by polling",
                "start `repairbridge serve`, and check again",
            ),
        }
        if !self.has_door(shop).await? {
            report.warned(
                "MyGadgetRepairs notifications",
                "this shop's address was never shown, so nobody can have entered it",
                &format!(
                    "repairbridge shop show {} says what to paste where",
                    shop.name
                ),
            );
        }
        Ok(())
    }

    /// Whether the public address leads to this installation. An error where nobody answers.
    async fn go_round(&self) -> Result<bool, String> {
        let mut config = SenderConfig::new(self.config.public_url.clone());
        config.connect_timeout = Duration::from_secs(5);
        config.total_timeout = Duration::from_secs(10);
        config.max_body_bytes = 4 * 1024;
        let mut policy = http::BudgetPolicy::per(1, SignedDuration::from_secs(1));
        policy.windows.clear();
        let clock = Arc::clone(&self.context.clock);
        let budget = MemoryBudget::new(policy, clock, SignedDuration::ZERO);
        let sender = Sender::new(config, Arc::new(budget), self.context.clone())
            .map_err(|why| why.to_string())?;
        let mut nonce = [0_u8; reached::NONCE_BYTES];
        self.context.randomness.fill(&mut nonce);
        let nonce = hex::encode(nonce);
        let request = Request::get(http::path(["hooks", "echo", &nonce]));
        let answer = sender.send(request).await.map_err(|why| why.to_string())?;
        let proof = self.proof_of(&nonce).await.map_err(|why| why.to_string())?;
        Ok(answer.status.is_success() && Some(answer.body) == proof.map(String::into_bytes))
    }
}

fn check_address(url: &Url, report: &mut CheckReport) {
    const MEND: &str = "set server.public_url to an https address that leads here from the internet, through your router, a proxy or a tunnel; without it everything works by polling";
    if is_near(url) {
        report.warned(
            ADDRESS,
            format!("{url} is only reached from this machine or network, so the vendors' webhooks cannot come; changes are found by polling"),
            MEND,
        );
    } else if url.scheme() != "https" {
        report.warned(
            ADDRESS,
            format!("{url} is plain http: what webhooks carry is readable on the way"),
            MEND,
        );
    } else {
        report.passed(ADDRESS, url.to_string());
    }
}

/// This machine, a private network, or a name that only a local network knows.
fn is_near(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified()
        }
        Some(Host::Ipv6(ip)) => {
            ip.is_loopback()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.is_unspecified()
        }
        Some(Host::Domain(name)) => {
            !name.contains('.') || name.ends_with(".localhost") || name.ends_with(".local")
        }
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_no_vendor_reaches_are_told() {
        for (url, verdict) in [
            ("http://127.0.0.1:8780", Verdict::Warned),
            ("https://192.168.1.4", Verdict::Warned),
            ("https://[::1]/", Verdict::Warned),
            ("http://counter-pc:8780", Verdict::Warned),
            ("https://counter.local", Verdict::Warned),
            ("http://bridge.example.com", Verdict::Warned),
            ("https://bridge.example.com", Verdict::Passed),
        ] {
            let mut report = CheckReport::default();
            check_address(&url.parse().unwrap(), &mut report);
            assert_eq!(report.lines[0].verdict, verdict, "{url}");
        }
    }
}
