//! Which signals become orders first, where strategies disagree or only some of them find room.
//!
//! 1. What ends a risk is never dropped, and goes before what takes one where a rule is asked for.
//! 2. The order is the same for the same signals: equal ones stay as they were given.

use borsh::BorshSerialize;
use truebook_core::model::{InstrumentId, Side};

use super::signal::Given;

/// Which signal goes first; the limits then refuse those for which there is no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub enum SelectionRule {
    /// The one that was given first.
    #[default]
    First,
    /// The one of the strategy with the higher priority.
    Priority,
    /// The one with the higher score.
    Score,
}

impl SelectionRule {
    /// Every rule with its name.
    pub const ALL: [(&'static str, Self); 3] = [
        ("first", Self::First),
        ("priority", Self::Priority),
        ("score", Self::Score),
    ];
}

/// What becomes of signals that take a risk on both sides of an instrument at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub enum Opposed {
    /// Both go: each strategy has a position of its own.
    #[default]
    Both,
    /// The one that goes first, and those on its side.
    Winner,
}

impl Opposed {
    /// Every choice with its name.
    pub const ALL: [(&'static str, Self); 2] = [("both", Self::Both), ("winner", Self::Winner)];
}

/// How signals of one time are chosen from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub struct Selection {
    /// Which goes first.
    pub rule: SelectionRule,
    /// What becomes of those that disagree.
    pub opposed: Opposed,
}

impl Selection {
    /// Puts `given` in the order in which they go, and takes out those that do not; these go into
    /// `outvoted`.
    pub(super) fn choose(self, given: &mut Vec<Given>, outvoted: &mut Vec<Given>) {
        let is_exit = |one: &Given| one.signal.action.side().is_none();
        match self.rule {
            SelectionRule::First => {}
            SelectionRule::Priority => {
                given.sort_by_key(|one| (!is_exit(one), std::cmp::Reverse(one.priority)));
            }
            SelectionRule::Score => given.sort_by(|one, other| {
                let by_score = other.signal.score.total_cmp(&one.signal.score);
                is_exit(other).cmp(&is_exit(one)).then(by_score)
            }),
        }
        if self.opposed == Opposed::Both {
            return;
        }
        let mut won: Vec<(InstrumentId, Side)> = Vec::new();
        let lost = given.extract_if(.., |one| {
            let Some(side) = one.signal.action.side() else {
                return false;
            };
            let instrument = one.signal.instrument;
            match won.iter().find(|(known, _)| *known == instrument) {
                Some((_, winner)) => *winner != side,
                None => {
                    won.push((instrument, side));
                    false
                }
            }
        });
        outvoted.extend(lost);
    }
}

#[cfg(test)]
mod tests {
    use truebook_core::model::{Id, Timestamp};

    use super::super::signal::{Action, Signal};
    use super::*;

    fn given(member: usize, (instrument, action): (u32, Action), rank: (i32, f64)) -> Given {
        Given {
            member,
            name: Id::format(format_args!("s{member}")),
            priority: rank.0,
            ts: Timestamp(0),
            number: 1,
            price: Some(1),
            notional: None,
            signal: Signal {
                score: rank.1,
                ..Signal::new(InstrumentId(instrument), action)
            },
        }
    }

    fn order(selection: Selection, all: &[Given]) -> (Vec<usize>, Vec<usize>) {
        let (mut kept, mut lost) = (all.to_vec(), Vec::new());
        selection.choose(&mut kept, &mut lost);
        let members = |all: &[Given]| all.iter().map(|one| one.member).collect();
        (members(&kept), members(&lost))
    }

    #[test]
    fn each_rule_has_its_order_and_exits_go_before_risks_where_one_is_asked_for() {
        let all = [
            given(0, (0, Action::Long), (1, 0.5)),
            given(1, (0, Action::Short), (3, 0.1)),
            given(2, (1, Action::Exit), (0, 0.0)),
            given(3, (1, Action::Buy), (3, 0.9)),
        ];
        let rule = |rule| {
            let opposed = Opposed::Both;
            order(Selection { rule, opposed }, &all).0
        };
        assert_eq!(rule(SelectionRule::First), [0, 1, 2, 3]);
        assert_eq!(rule(SelectionRule::Priority), [2, 1, 3, 0]);
        assert_eq!(rule(SelectionRule::Score), [2, 3, 0, 1]);
    }

    #[test]
    fn of_those_that_disagree_only_the_winners_side_goes() {
        let all = [
            given(0, (0, Action::Long), (1, 0.5)),
            given(1, (0, Action::Sell), (3, 0.1)),
            given(2, (0, Action::Exit), (0, 0.0)),
            given(3, (0, Action::Buy), (0, 0.0)),
            given(4, (1, Action::Short), (0, 0.0)),
        ];
        let rule = |rule| {
            let opposed = Opposed::Winner;
            order(Selection { rule, opposed }, &all)
        };
        assert_eq!(rule(SelectionRule::First), (vec![0, 2, 3, 4], vec![1]));
        assert_eq!(rule(SelectionRule::Priority), (vec![2, 1, 4], vec![0, 3]));
    }
}
