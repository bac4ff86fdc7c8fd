//! A descriptor that becomes readable when there is something to be polled: for event loops that
//! wait for descriptors. The only file that names the crate of system calls.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::sync::Arc;

use rustix::event::{EventfdFlags, eventfd};
use truebook_core::engine::Subscription;

/// The descriptor: an eventfd.
#[derive(Clone, Debug)]
pub struct WakeFd(Arc<OwnedFd>);

impl WakeFd {
    /// A descriptor that is not readable.
    ///
    /// # Errors
    /// What the system says: there are too many.
    pub fn new() -> io::Result<Self> {
        let made = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self(Arc::new(made)))
    }

    /// Makes it readable as soon as `subscription` has something to be polled; whether it may have
    /// already, and nothing more is done. To be asked after a poll that gave nothing.
    #[must_use]
    pub fn arm(&self, subscription: &Subscription) -> bool {
        let own = self.clone();
        subscription.arm(Arc::new(move || own.set()))
    }

    /// Makes it readable.
    pub fn set(&self) {
        // It is readable already where the count is full.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }

    /// Makes it unreadable again.
    pub fn clear(&self) {
        // It was not readable.
        let _ = rustix::io::read(&self.0, &mut [0_u8; 8]);
    }
}

impl AsRawFd for WakeFd {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}
