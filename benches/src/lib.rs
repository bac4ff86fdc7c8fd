//! The measurements of truebook, beside their calibrators.

pub mod book;
pub mod calibrate;
pub mod fills;
pub mod machine;
pub mod skeleton;
pub mod table;
