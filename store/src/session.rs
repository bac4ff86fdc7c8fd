//! What a database file belongs to, so that nothing else is ever mixed into it.

/// The identity of a book or of a session on a data set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    /// `"paper"` or `"live"`.
    pub mode: String,
    /// The config's hash in hexadecimal, where it must not change.
    pub config: Option<String>,
}
