//! Text and lists with a stated bound that never allocate. The only file that names their crate.

pub(super) use arrayvec::ArrayString;
/// At most `N` values, inline.
pub type Few<T, const N: usize> = arrayvec::ArrayVec<T, N>;
