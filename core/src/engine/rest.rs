//! How a caller waits for its answer: it looks for a little while, and then sleeps.

use std::time::{Duration, Instant};

/// How long a caller looks for its answer before it sleeps.
pub(super) const SPINNING: Duration = Duration::from_micros(5);
/// How long it looks on after it let go what others need: the writer may have to be woken, and two
/// in a row are twice as long.
pub(super) const LINGERING: Duration = Duration::from_micros(50);
/// How often it looks before it looks at the clock.
const SPINS: u32 = if cfg!(truebook_loom) { 0 } else { 32 };
/// How a caller sleeps until its answer is there: whoever holds something that others need lets it
/// go around the wait.
pub type Rest = fn(&mut (dyn FnMut() + Send));

/// Sleeps, and holds nothing.
pub(super) fn rest(wait: &mut (dyn FnMut() + Send)) {
    wait();
}

/// Looks for a while.
pub(super) fn spin<T>(most: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let mut began = None;
    loop {
        for _ in 0..SPINS {
            let found = look();
            if found.is_some() {
                return found;
            }
            std::hint::spin_loop();
        }
        if SPINS == 0 || began.get_or_insert_with(Instant::now).elapsed() > most {
            return look();
        }
    }
}
