//! The measurements of truebook, beside their calibrators.

pub mod machine;
pub mod skeleton;
