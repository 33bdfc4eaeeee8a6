//! Who serves: several processes where the database is on a server.

use app::App;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

pub(super) fn registry(app: &App) -> Registry {
    let mut registry = Registry::with_prefix("repairbridge");
    registry.register(
        "shops_served",
        "Shops that this process keeps in step",
        ConstGauge::new(app.served_here()),
    );
    registry.register(
        "nodes",
        "Processes that serve this database together; 0 where this one was not heard of for too long",
        ConstGauge::new(app.crew_size() as u64),
    );
    registry
}
