//! Calls of C with arguments that nobody should give; the fuzz target `boundary` sends the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "in a test")]

mod argument;
mod caller;

use fastrand::Rng;

/// How many bytes one input is decoded from.
const BYTES: usize = 4_000;

/// Sends inputs of as many seeds as `HOSTILE_SEEDS` says.
#[test]
fn whatever_c_calls_there_is_a_status_and_no_crash() {
    let seeds = std::env::var("HOSTILE_SEEDS").ok();
    let seeds = seeds.and_then(|text| text.parse().ok()).unwrap_or(40);
    let mut counts = [0_u64; 2];
    for seed in 0..seeds {
        let mut rng = Rng::with_seed(seed);
        let mut bytes = vec![0; BYTES];
        rng.fill(&mut bytes);
        let [well, ill] = caller::run(&bytes);
        counts = [counts[0] + well, counts[1] + ill];
    }
    // Neither is all that there is: what is sent reaches both.
    let [well, ill] = counts;
    assert!(well > seeds * 20 && ill > seeds * 20, "{well} and {ill}");
}
