//! Watches the built dashboard, which is embedded: a new build of it makes a new binary.

use std::path::Path;

fn main() {
    let built = Path::new("../../web/dist");
    // What is not there cannot be watched. Where it cannot be made either, the dashboard is not embedded, and says so.
    let _ = std::fs::create_dir_all(built);
    println!("cargo:rerun-if-changed={}", built.display());
    println!("cargo:rerun-if-changed=build.rs");
}
