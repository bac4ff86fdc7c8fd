//! Ctrl-C and the end that a service manager asks for.

use std::sync::Arc;

use truebook::Interrupt;

/// What is set once somebody asks to stop.
pub(crate) fn interrupt() -> Result<Arc<Interrupt>, String> {
    let interrupt = Arc::new(Interrupt::default());
    let shared = Arc::clone(&interrupt);
    let mut signals = signal_hook::iterator::Signals::new([
        signal_hook::consts::SIGINT,
        signal_hook::consts::SIGTERM,
    ])
    .map_err(|error| error.to_string())?;
    let name = std::thread::Builder::new().name("truebook-signals".to_owned());
    name.spawn(move || {
        for _ in signals.forever() {
            shared.set();
        }
    })
    .map_err(|error| error.to_string())?;
    Ok(interrupt)
}
