//! `Origin`: whether this is the process that made a thing, or one that was forked from it, into
//! which threads do not come along.
//!
//! Invariants:
//!
//! 1. Made in a process, it says so there and in no process that was forked from it since.
//! 2. Asking is one load.

#[cfg(not(truebook_loom))]
use self::watched::forks;

/// The process in which it was made.
///
/// # Examples
///
/// ```
/// use truebook_core::sync::Origin;
///
/// assert!(Origin::here().is_here());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin(u64);

impl Origin {
    /// This process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Origin;
    /// assert_eq!(Origin::here(), Origin::here());
    /// ```
    #[must_use]
    pub fn here() -> Self {
        #[cfg(not(truebook_loom))]
        watched::begin();
        Self(forks())
    }

    /// Whether it was made in this process.
    ///
    /// # Examples
    ///
    /// ```
    /// # use truebook_core::sync::Origin;
    /// let origin = Origin::here();
    /// assert!(std::thread::spawn(move || origin.is_here()).join().unwrap());
    /// ```
    #[inline]
    #[must_use]
    pub fn is_here(self) -> bool {
        forks() == self.0
    }
}

/// A model never forks.
#[cfg(truebook_loom)]
fn forks() -> u64 {
    0
}

#[cfg(not(truebook_loom))]
mod watched {
    #[cfg(all(unix, not(miri)))]
    use std::sync::Once;

    use crate::sync::primitive::{AtomicU64, Ordering};

    /// How many forks lie between this process and the first that asked.
    static FORKS: AtomicU64 = AtomicU64::new(0);
    #[cfg(all(unix, not(miri)))]
    static WATCH: Once = Once::new();

    pub fn forks() -> u64 {
        // SYNC: Relaxed is enough, it changes in a new process only, which has one thread.
        FORKS.load(Ordering::Relaxed)
    }

    /// Asks to be told in every process that is forked from this one.
    pub fn begin() {
        #[cfg(all(unix, not(miri)))]
        WATCH.call_once(|| {
            extern "C" fn forked() {
                // SYNC: Relaxed is enough, the new process has one thread.
                FORKS.fetch_add(1, Ordering::Relaxed);
            }
            #[allow(unsafe_code, reason = "std has no call for it")]
            // SAFETY: the handler is a function of the whole program's life; it changes one
            // atomic, which is allowed between a fork and what comes after it.
            let _ = unsafe { libc::pthread_atfork(None, None, Some(forked)) };
        });
    }
}

#[cfg(all(test, unix, not(miri), not(truebook_loom)))]
mod tests {
    use super::Origin;

    #[test]
    #[allow(unsafe_code, reason = "a fork is what is tested")]
    fn a_forked_process_is_told_from_its_origin() {
        let origin = Origin::here();
        // SAFETY: the child calls nothing but its check and `_exit`.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let is_told = !origin.is_here() && Origin::here().is_here();
            // SAFETY: it ends the child at once.
            unsafe { libc::_exit(i32::from(!is_told)) };
        }
        let mut status = -1;
        // SAFETY: the place for the status lives until it returns.
        let waited = unsafe { libc::waitpid(child, &raw mut status, 0) };
        assert_eq!((waited, status), (child, 0));
        assert!(origin.is_here());
    }
}
