//! The bytes of events, as `docs/format.md` describes them: a change of them is another encoding.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use truebook_core::book::Event;
use truebook_simulation::World;

const DESCRIBED: &str = include_str!("../../docs/format.md");

/// The name of an event, as its debug form begins.
fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    let end = text.find(|c: char| !c.is_alphanumeric());
    text[..end.unwrap_or(text.len())].to_owned()
}

#[test]
fn events_are_numbered_as_the_format_says() {
    let mut seen = BTreeMap::new();
    for seed in 0..3 {
        for entry in World::history(seed, 4_000).unwrap() {
            let number = borsh::to_vec(&entry.event).unwrap()[0];
            seen.insert(name(&entry.event), number);
        }
    }
    assert!(seen.len() > 15, "{seen:?}");
    for (name, number) in seen {
        let said = format!("| {number} {name} |");
        let is_said = DESCRIBED.contains(&said) || DESCRIBED.contains(&said.replace("| ", " | "));
        assert!(is_said, "docs/format.md does not say '{number} {name}'");
    }
}
