//! The name by which programs find the shared library: it changes when the interface breaks.

use std::env::var;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let major = var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
    if var("CARGO_CFG_TARGET_OS").is_ok_and(|system| system == "linux") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libtruebook.so.{major}");
    }
}
