//! Whether records can be read.

use super::CheckReport;
use crate::App;
use crate::ports::{Port, Scope};
use domain::Kind;

impl App {
    pub(super) async fn check_reading(
        &self,
        port: &dyn Port,
        kind: Kind,
        report: &mut CheckReport,
    ) {
        let side = port.side();
        let what = format!("{} {}s", side.title(), kind.name_on(side));
        match port
            .page(kind, &Scope::Changed(Some(self.now())), None)
            .await
        {
            Ok(_) => report.passed(&what, "can be read"),
            Err(error) => report.refused(&what, &error),
        }
    }
}
