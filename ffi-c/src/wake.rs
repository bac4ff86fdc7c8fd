//! The descriptor of something that hears a book: made when it is first asked for.

use std::os::fd::{AsRawFd, RawFd};

use truebook::{Subscription, WakeFd};

use crate::status::{Failure, TBK_ERROR_SYSTEM};

/// A descriptor, or none yet.
#[derive(Default)]
pub(crate) struct Wake(Option<WakeFd>);

impl Wake {
    /// The descriptor's number; it stays this object's.
    pub fn fd(&mut self) -> Result<RawFd, Failure> {
        Ok(self.made()?.as_raw_fd())
    }

    /// Makes it unreadable until `subscription` has something; whether it may have already.
    pub fn arm(&mut self, subscription: &Subscription) -> Result<bool, Failure> {
        let wake = self.made()?;
        wake.clear();
        let may_be = wake.arm(subscription);
        if may_be {
            wake.set();
        }
        Ok(may_be)
    }

    fn made(&mut self) -> Result<&WakeFd, Failure> {
        if self.0.is_none() {
            let made = WakeFd::new();
            let made = made.map_err(|error| Failure::new(TBK_ERROR_SYSTEM, error.to_string()))?;
            // Until it is armed there may be something.
            made.set();
            self.0 = Some(made);
        }
        self.0.as_ref().ok_or_else(|| Failure::null("fd"))
    }
}
