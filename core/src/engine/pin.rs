//! Pinning a thread to a core. The only file that asks which cores there are.

use crate::model::InvalidValue;

/// Whether a thread may be pinned to `core`; `None` is always allowed.
///
/// # Errors
/// [`InvalidValue`] that names the cores there are.
pub fn check_core(core: Option<usize>) -> Result<(), InvalidValue> {
    let Some(wanted) = core else {
        return Ok(());
    };
    let known: Vec<usize> = core_affinity::get_core_ids()
        .unwrap_or_default()
        .iter()
        .map(|core| core.id)
        .collect();
    if known.contains(&wanted) {
        return Ok(());
    }
    let names: Vec<String> = known.iter().map(usize::to_string).collect();
    let allowed = format!("the cores of this process: {}", names.join(", "));
    Err(InvalidValue::new("pin", &wanted.to_string(), &allowed))
}

/// Pins this thread to `core`, which [`check_core`] has allowed.
pub(super) fn pin(core: Option<usize>) {
    if check_core(core).is_ok()
        && let Some(id) = core
    {
        core_affinity::set_for_current(core_affinity::CoreId { id });
    }
}
