//! truebook: integers. Its `effect` alone, which is the arithmetic of one position, and its ledger,
//! which looks whether a fill was booked before, makes an event, and keeps every sum in step.

use std::hint::black_box;

use truebook_core::book::{
    Answer, Command, Entry, FillFee, FillReport, Holding, Ledger, PriceTick, State, effect,
};
use truebook_core::model::{
    AccountId, Fixed, Id, Instrument, InstrumentId, InstrumentKind, InstrumentSpec, PositionKey,
    PositionLeg, Side, Timestamp,
};

use super::{CHUNK, Claim, Peer, Times, Truth, timed};
use crate::exact::Exact;
use crate::stream::{Fill, INSTRUMENTS, PRICE_DECIMALS, QTY_DECIMALS, Quote, time_ns};

fn id(parts: std::fmt::Arguments<'_>) -> Id {
    Id::format(parts)
}

fn instrument_id(index: usize) -> InstrumentId {
    InstrumentId(u32::try_from(index).unwrap_or(u32::MAX))
}

/// What a price and a quantity of the stream are multiplied by.
#[derive(Clone, Copy)]
struct Scale {
    px: i64,
    qty: i128,
}

impl Scale {
    fn of(instrument: &Instrument) -> Self {
        Self {
            px: 10_i64.pow(u32::from(instrument.price_scale) - PRICE_DECIMALS),
            qty: 10_i128.pow(u32::from(instrument.qty_scale) - QTY_DECIMALS),
        }
    }
}

/// A ledger that knows every instrument, and their scale.
fn ledger() -> Option<(Ledger, Scale)> {
    let mut state = State::default();
    state.reserve();
    let mut ledger = Ledger::new(state);
    ledger.execute(&Command::Configure(Box::default()));
    for index in 0..INSTRUMENTS {
        let spec = InstrumentSpec {
            symbol: id(format_args!("C{index:03}-USD")),
            kind: InstrumentKind::Spot,
            base: id(format_args!("C{index:03}")),
            quote: id(format_args!("USD")),
            price_precision: 2,
            qty_precision: 4,
            ..InstrumentSpec::default()
        };
        ledger.execute(&Command::AddInstrument(Box::new(spec)));
    }
    ledger.take_emitted(&mut Vec::new());
    let scale = Scale::of(ledger.state().instruments().first()?);
    Some((ledger, scale))
}

/// The ledger, as a host drives it: a command in, its events out.
pub struct TruebookLedger {
    ledger: Ledger,
    scale: Scale,
    entries: Vec<Entry>,
}

impl TruebookLedger {
    /// Nothing done; `None` where the ledger takes no instrument.
    pub fn new() -> Option<Self> {
        let (ledger, scale) = ledger()?;
        let entries = Vec::with_capacity(CHUNK);
        Some(Self {
            ledger,
            scale,
            entries,
        })
    }

    /// How many quotes were refused.
    pub fn refused(&self) -> u64 {
        let state = self.ledger.state();
        let refused = |index| state.mark(instrument_id(index)).refused;
        (0..INSTRUMENTS).map(refused).sum()
    }
}

fn fill_command(fill: &Fill, scale: Scale) -> Command {
    let side = if fill.qty > 0 { Side::Buy } else { Side::Sell };
    let qty = i128::from(fill.qty.abs()) * scale.qty;
    let mut report = FillReport {
        strategy: Some(id(format_args!("momentum"))),
        trade_id: Some(id(format_args!("trade-{}", fill.number))),
        ts: Timestamp(time_ns(fill.number)),
        ..FillReport::new(
            instrument_id(fill.instrument),
            side,
            qty,
            fill.px * scale.px,
        )
    };
    report.fees.push(FillFee {
        currency: None,
        amount: Fixed::new(i128::from(fill.fee), 2),
    });
    Command::Fill(Box::new(report))
}

fn price_command(quote: &Quote, scale: Scale) -> Command {
    let ts = Timestamp(time_ns(quote.number));
    Command::Price(PriceTick {
        bid: Some((quote.mid - 1) * scale.px),
        ask: Some((quote.mid + 1) * scale.px),
        ..PriceTick::empty(instrument_id(quote.instrument), ts)
    })
}

impl Peer for TruebookLedger {
    fn book(&mut self, fills: &[Fill]) -> Times {
        let scale = self.scale;
        let make = |fill: &Fill| fill_command(fill, scale);
        timed(fills, &mut Vec::with_capacity(CHUNK), make, |chunk| {
            for command in chunk {
                black_box::<Answer>(self.ledger.execute(command));
            }
            // Taking the events out is a part of what a fill costs.
            self.ledger.take_emitted(&mut self.entries);
            self.entries.clear();
        })
    }

    fn quote(&mut self, quotes: &[Quote]) -> Times {
        let scale = self.scale;
        let make = |quote: &Quote| price_command(quote, scale);
        timed(quotes, &mut Vec::with_capacity(CHUNK), make, |chunk| {
            for command in chunk {
                black_box::<Answer>(self.ledger.execute(command));
            }
        })
    }

    fn quote_and_total(&mut self, quotes: &[Quote]) -> Times {
        let scale = self.scale;
        let make = |quote: &Quote| price_command(quote, scale);
        let usd = self.ledger.state().currency_id(&id(format_args!("USD")));
        let usd = usd.map_or(0, |currency| currency.index());
        timed(quotes, &mut Vec::with_capacity(CHUNK), make, |chunk| {
            for command in chunk {
                black_box::<Answer>(self.ledger.execute(command));
                let sums = self.ledger.state().sums(None);
                black_box(sums.get(usd).map(|sum| sum.unrealized));
            }
        })
    }

    fn claims(&self, instrument: usize) -> Vec<Claim> {
        let state = self.ledger.state();
        let claim = || {
            let instrument = state.instrument(instrument_id(instrument))?;
            let position = state.position(&PositionKey {
                account: AccountId::default(),
                instrument: instrument.id,
                strategy: state.strategy_id(&id(format_args!("momentum")))?,
                leg: PositionLeg::Net,
            })?;
            let fees = position.fees_in(instrument.settle);
            let pnl = position.realized_pnl + state.unrealized_pnl(position.id)? - fees;
            Some(Claim {
                name: "truebook Ledger",
                qty: Exact::new(position.qty, u32::from(instrument.qty_scale)),
                pnl: Exact::new(pnl, u32::from(instrument.money_scale)),
                truth: Truth::Net,
            })
        };
        claim().into_iter().collect()
    }
}

/// What one position is, where there is nothing around it.
#[derive(Clone, Copy, Default)]
struct Bare {
    holding: Holding,
    realized: i128,
    unrealized: i128,
}

/// `effect` on a holding for each instrument: no fees, no dedupe, no events.
pub struct TruebookEffect {
    instruments: Vec<Instrument>,
    scale: Scale,
    positions: Vec<Bare>,
}

impl TruebookEffect {
    /// Nothing done; `None` where the ledger takes no instrument.
    pub fn new() -> Option<Self> {
        let (ledger, scale) = ledger()?;
        Some(Self {
            instruments: ledger.state().instruments().to_vec(),
            scale,
            positions: vec![Bare::default(); INSTRUMENTS],
        })
    }

    fn change(&mut self, (at, qty, px): (usize, i128, i64)) -> Option<()> {
        let instrument = self.instruments.get(at)?;
        let position = self.positions.get_mut(at)?;
        let cost = instrument.value(px, qty)?;
        let done = effect(
            position.holding,
            Holding { qty, cost },
            instrument.money_scale,
        )?;
        position.holding.qty += qty;
        position.holding.cost += done.delta_cost;
        position.realized += done.realized;
        Some(())
    }

    fn value(&mut self, (at, px): (usize, i64)) -> Option<()> {
        let instrument = self.instruments.get(at)?;
        let position = self.positions.get_mut(at)?;
        let value = instrument.value(px, position.holding.qty)?;
        position.unrealized = value - position.holding.cost;
        Some(())
    }
}

impl Peer for TruebookEffect {
    fn book(&mut self, fills: &[Fill]) -> Times {
        let Scale { px, qty } = self.scale;
        let make = |fill: &Fill| (fill.instrument, i128::from(fill.qty) * qty, fill.px * px);
        timed(fills, &mut Vec::new(), make, |chunk| {
            for fill in chunk {
                black_box(self.change(*fill));
            }
        })
    }

    fn quote(&mut self, quotes: &[Quote]) -> Times {
        let scale = self.scale;
        let make = |quote: &Quote| (quote.instrument, quote.mid * scale.px);
        timed(quotes, &mut Vec::new(), make, |chunk| {
            for quote in chunk {
                black_box(self.value(*quote));
            }
        })
    }

    fn quote_and_total(&mut self, quotes: &[Quote]) -> Times {
        let scale = self.scale;
        let make = |quote: &Quote| (quote.instrument, quote.mid * scale.px);
        timed(quotes, &mut Vec::new(), make, |chunk| {
            for quote in chunk {
                black_box(self.value(*quote));
                let each = self.positions.iter().map(|position| position.unrealized);
                black_box(each.sum::<i128>());
            }
        })
    }

    fn claims(&self, instrument: usize) -> Vec<Claim> {
        let known = self.instruments.get(instrument);
        let claim = self
            .positions
            .get(instrument)
            .zip(known)
            .map(|(position, known)| {
                let pnl = position.realized + position.unrealized;
                Claim {
                    name: "truebook effect",
                    qty: Exact::new(position.holding.qty, u32::from(known.qty_scale)),
                    pnl: Exact::new(pnl, u32::from(known.money_scale)),
                    truth: Truth::Gross,
                }
            });
        claim.into_iter().collect()
    }
}
