//! The tables in other forms.

mod json;

pub use json::state_json;
