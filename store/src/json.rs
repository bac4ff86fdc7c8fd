//! JSON. The only file that names its crate.

pub use serde_json::{Map, Value, from_str, json, to_string, to_writer};
