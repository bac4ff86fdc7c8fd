//! Sends hostile input and says what does not hold.

use truebook_core::book::{Answer, CashKind, CashMove, Command, Ledger, State};
use truebook_core::model::{AccountId, Fixed, Id, InstrumentKind, InstrumentSpec};

use super::text::Call;
use crate::check;

/// How long the reason of a refusal is at most, in bytes: it may not repeat what was sent.
const REASON_MAX: usize = 1_024;
/// How often the state is compared with that of the events alone.
const LOOK_EVERY: usize = 8;

/// Sends `commands` to a ledger that has every kind of instrument.
///
/// # Errors
/// What does not hold, in words.
pub(super) fn commands(commands: &[Command]) -> Result<(), String> {
    // A hash costs more than a command: each answer is looked at once one is known to be wrong.
    send(commands, LOOK_EVERY).or_else(|broken| send(commands, 1).and(Err(broken)))
}

/// Sends `commands` and looks at the hash after one in `every` that makes no sense.
fn send(commands: &[Command], every: usize) -> Result<(), String> {
    let (mut ledger, mut replayed, mut entries) = (Ledger::default(), State::default(), vec![]);
    for command in setup() {
        ledger.execute(&command);
    }
    let mut senseless = 0;
    for command in commands {
        ledger.take_emitted(&mut entries);
        entries.drain(..).for_each(|entry| replayed.apply(&entry));
        let answer = ledger.execute(command);
        if !matches!(answer, Answer::Applied(_) | Answer::Refused(_)) {
            senseless += 1;
            let has_changed = ledger.state().sequence != replayed.sequence;
            let is_looked_at = senseless % every == 0;
            // The events before the command made `replayed`.
            if has_changed || (is_looked_at && ledger.state().hash() != replayed.hash()) {
                return Err(format!("{answer:?} changed the state: {command:?}"));
            }
        }
        check(ledger.state()).map_err(|broken| format!("{broken}, after {command:?}"))?;
    }
    ledger.take_emitted(&mut entries);
    entries.drain(..).for_each(|entry| replayed.apply(&entry));
    if ledger.state().hash() == replayed.hash() {
        Ok(())
    } else {
        Err("the events make another state".to_owned())
    }
}

fn setup() -> Vec<Command> {
    let id = |text: &str, number: usize| Id::format(format_args!("{text}{number}"));
    let usd = Id::format(format_args!("USD"));
    let mut commands = vec![
        Command::Configure(Box::default()),
        Command::AddAccount(Id::format(format_args!("default"))),
        Command::MoveCash(Box::new(CashMove {
            account: AccountId::default(),
            currency: usd,
            amount: Fixed::new(1_000_000, 0),
            kind: CashKind::Deposit,
            id: None,
        })),
    ];
    for (number, kind) in InstrumentKind::ALL.iter().enumerate() {
        commands.push(Command::AddInstrument(Box::new(InstrumentSpec {
            symbol: id("S", number),
            kind: *kind,
            base: id("B", number),
            quote: usd,
            price_precision: 2,
            qty_precision: 8,
            ..InstrumentSpec::default()
        })));
    }
    commands
}

/// Sends `calls` to the book behind `call`.
///
/// # Errors
/// What does not hold, in words.
pub(super) fn calls(
    calls: &[Call],
    mut call: impl FnMut(&str, &str) -> Result<String, String>,
) -> Result<(), String> {
    for (number, kind) in InstrumentKind::ALL.iter().enumerate() {
        let kind = kind.name();
        let args = format!(
            r#"{{"symbol": "S{number}", "kind": "{kind}", "base": "B{number}", "quote": "USD",
                "price_precision": 2, "qty_precision": 8}}"#
        );
        call("add_instrument", &args)?;
    }
    call("deposit", r#"{"currency": "USD", "amount": "1000000"}"#)?;
    let mut seen = call("portfolio", "")?;
    for each in calls {
        let said = call(&each.name, &each.args);
        // It has the sequence, which no event leaves as it was.
        let since = call("portfolio", "").map_err(|error| format!("{error}, after {each:?}"))?;
        if !since.contains(r#""difference":"0""#) {
            return Err(format!("{since}, after {each:?}"));
        }
        if let Err(reason) = said {
            let is_named = (1..=REASON_MAX).contains(&reason.len());
            let is_refusal = reason.starts_with("refused: ");
            if !is_named || (!is_refusal && since != seen) {
                let reason: String = reason.chars().take(REASON_MAX).collect();
                return Err(format!("'{reason}' changed the state: {each:?}"));
            }
        }
        seen = since;
    }
    Ok(())
}
