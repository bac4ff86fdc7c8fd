//! Bars in Python: synchronized, made of prints, and their features.

pub(crate) mod batch;
pub(crate) mod builder;
pub(crate) mod column;
pub(crate) mod feature;
pub(crate) mod pair;
pub(crate) mod recording;
pub(crate) mod rule;
pub(crate) mod series;
pub(crate) mod set;
pub(crate) mod spec;
pub(crate) mod synchronizer;
