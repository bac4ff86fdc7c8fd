//! barter: `Decimal`s of 28 digits. Its `PositionManager` alone, and its `EngineState`, which adds
//! a tear sheet per instrument. Neither looks whether a trade was booked before.

use std::hint::black_box;

use ::barter::engine::state::EngineState;
use ::barter::engine::state::global::DefaultGlobalData;
use ::barter::engine::state::instrument::data::{DefaultInstrumentMarketData, InstrumentDataState};
use ::barter::engine::state::instrument::filter::InstrumentFilter;
use ::barter::engine::state::position::{Position, PositionManager, calculate_pnl_unrealised};
use barter_data::books::Level;
use barter_data::event::{DataKind, MarketEvent};
use barter_data::subscription::book::OrderBookL1;
use barter_execution::order::id::{OrderId, StrategyId};
use barter_execution::trade::{AssetFees, Trade, TradeId};
use barter_execution::{AccountEvent, AccountEventKind};
use barter_instrument::asset::{Asset, QuoteAsset};
use barter_instrument::exchange::{ExchangeId, ExchangeIndex};
use barter_instrument::index::IndexedInstruments;
use barter_instrument::instrument::{Instrument, InstrumentIndex};
use barter_instrument::{Side, Underlying};
use chrono::DateTime;
use rust_decimal::Decimal;

use super::{Claim, Peer, Times, Truth, timed};
use crate::exact::Exact;
use crate::stream::{Fill, INSTRUMENTS, PRICE_DECIMALS, QTY_DECIMALS, Quote, time_ns};

const EXCHANGE: ExchangeId = ExchangeId::Mock;

fn price(cents: i64) -> Decimal {
    Decimal::new(cents, PRICE_DECIMALS)
}

fn trade(fill: &Fill) -> Trade<QuoteAsset, InstrumentIndex> {
    Trade {
        id: TradeId::new(format!("trade-{}", fill.number)),
        order_id: OrderId::new("order"),
        instrument: InstrumentIndex::new(fill.instrument),
        strategy: StrategyId::new("momentum"),
        time_exchange: DateTime::from_timestamp_nanos(time_ns(fill.number)),
        side: if fill.qty > 0 { Side::Buy } else { Side::Sell },
        price: price(fill.px),
        quantity: Decimal::new(fill.qty.abs(), QTY_DECIMALS),
        fees: AssetFees::quote_fees(price(fill.fee)),
    }
}

fn account_event(fill: &Fill) -> AccountEvent {
    AccountEvent::new(ExchangeIndex(0), AccountEventKind::Trade(trade(fill)))
}

/// A book of one level a side; sizes are alike, so that its weighted middle is the middle.
fn market_event(quote: &Quote) -> MarketEvent<InstrumentIndex, DataKind> {
    let time = DateTime::from_timestamp_nanos(time_ns(quote.number));
    let level = |cents| Some(Level::new(price(cents), Decimal::ONE));
    MarketEvent {
        time_exchange: time,
        time_received: time,
        exchange: EXCHANGE,
        instrument: InstrumentIndex::new(quote.instrument),
        kind: DataKind::OrderBookL1(OrderBookL1 {
            last_update_time: time,
            best_bid: level(quote.mid - 1),
            best_ask: level(quote.mid + 1),
        }),
    }
}

/// A `PositionManager` for each instrument; the profit of closed positions is kept by its caller.
pub struct BarterPosition {
    positions: Vec<PositionManager>,
    closed: Vec<Decimal>,
}

impl BarterPosition {
    /// Nothing done.
    pub fn new() -> Self {
        Self {
            positions: vec![PositionManager::default(); INSTRUMENTS],
            closed: vec![Decimal::ZERO; INSTRUMENTS],
        }
    }

    fn value(&mut self, instrument: usize, mark: Decimal) {
        let manager = self.positions.get_mut(instrument);
        if let Some(position) = manager.and_then(|manager| manager.current.as_mut()) {
            position.update_pnl_unrealised(mark);
        }
    }
}

fn unrealized<'a>(managers: impl Iterator<Item = &'a PositionManager>) -> Decimal {
    let open = managers.filter_map(|manager| manager.current.as_ref());
    open.map(|position| position.pnl_unrealised).sum()
}

impl Peer for BarterPosition {
    fn book(&mut self, fills: &[Fill]) -> Times {
        timed(fills, &mut Vec::new(), trade, |chunk| {
            for trade in chunk {
                let at = trade.instrument.index();
                let manager = self.positions.get_mut(at);
                let exited = manager.and_then(|manager| manager.update_from_trade(trade));
                if let (Some(exited), Some(closed)) = (exited, self.closed.get_mut(at)) {
                    *closed += exited.pnl_realised;
                }
            }
        })
    }

    fn quote(&mut self, quotes: &[Quote]) -> Times {
        let make = |quote: &Quote| (quote.instrument, price(quote.mid));
        timed(quotes, &mut Vec::new(), make, |chunk| {
            for (instrument, mark) in chunk {
                self.value(*instrument, *mark);
            }
        })
    }

    fn quote_and_total(&mut self, quotes: &[Quote]) -> Times {
        let make = |quote: &Quote| (quote.instrument, price(quote.mid));
        timed(quotes, &mut Vec::new(), make, |chunk| {
            for (instrument, mark) in chunk {
                self.value(*instrument, *mark);
                black_box(unrealized(self.positions.iter()));
            }
        })
    }
}

/// Its `EngineState`, without an engine around it.
pub struct BarterEngine {
    state: EngineState<DefaultGlobalData, DefaultInstrumentMarketData>,
}

impl BarterEngine {
    /// A state of every instrument; nothing done.
    pub fn new() -> Self {
        let instrument = |at| {
            let base = format!("c{at:03}");
            let name = format!("{base}_usd");
            let underlying: Underlying<Asset> = Underlying::new(base.as_str(), "usd");
            Instrument::spot(EXCHANGE, format!("mock-{name}"), name, underlying, None)
        };
        let instruments = IndexedInstruments::new((0..INSTRUMENTS).map(instrument));
        let data = |_: &_| DefaultInstrumentMarketData::default();
        let state = EngineState::builder(&instruments, DefaultGlobalData, data)
            .time_engine_start(DateTime::from_timestamp_nanos(time_ns(0)))
            .build();
        Self { state }
    }

    /// Whether a quote that comes through the state as a whole changes an unrealized profit.
    pub fn values_through_the_state(&mut self, quote: &Quote) -> bool {
        let index = InstrumentIndex::new(quote.instrument);
        let pnl = |engine: &Self| {
            let state = engine.state.instruments.instrument_index(&index);
            state
                .position
                .current
                .as_ref()
                .map(|position| position.pnl_unrealised)
        };
        let before = pnl(self);
        self.state.update_from_market(&market_event(quote));
        pnl(self) != before
    }

    fn value(&mut self, event: &MarketEvent<InstrumentIndex, DataKind>) {
        let state = self
            .state
            .instruments
            .instrument_index_mut(&event.instrument);
        state.update_from_market(event);
    }
}

impl Peer for BarterEngine {
    fn book(&mut self, fills: &[Fill]) -> Times {
        timed(fills, &mut Vec::new(), account_event, |chunk| {
            for event in chunk {
                black_box(self.state.update_from_account(event));
            }
        })
    }

    fn quote(&mut self, quotes: &[Quote]) -> Times {
        timed(quotes, &mut Vec::new(), market_event, |chunk| {
            for event in chunk {
                self.value(event);
            }
        })
    }

    fn quote_and_total(&mut self, quotes: &[Quote]) -> Times {
        timed(quotes, &mut Vec::new(), market_event, |chunk| {
            for event in chunk {
                self.value(event);
                let positions = self.state.instruments.positions(&InstrumentFilter::None);
                black_box(unrealized(positions));
            }
        })
    }

    fn claims(&self, instrument: usize) -> Vec<Claim> {
        let index = InstrumentIndex::new(instrument);
        let state = self.state.instruments.instrument_index(&index);
        let closed = Exact::from(state.tear_sheet.pnl_returns.pnl_raw);
        let open = state.position.current.as_ref();
        let own = |of: &dyn Fn(&Position<QuoteAsset, InstrumentIndex>) -> Decimal| {
            open.map_or(Exact::default(), |position| Exact::from(of(position)))
        };
        let qty = own(&|position| match position.side {
            Side::Buy => position.quantity_abs,
            Side::Sell => -position.quantity_abs,
        });
        let realized = closed + own(&|position| position.pnl_realised);
        let mark = state.data.price().unwrap_or_default();
        let claim = |name, unrealized| Claim {
            name,
            qty,
            pnl: realized + unrealized,
            truth: Truth::Net,
        };
        // What it reports has the fees in it that it expects of the exit.
        let without_exit_fees = own(&|position| {
            let (average, qty) = (position.price_entry_average, position.quantity_abs);
            let most = position.quantity_abs_max;
            calculate_pnl_unrealised(position.side, average, qty, most, Decimal::ZERO, mark)
        });
        vec![
            claim(
                "barter EngineState",
                own(&|position| position.pnl_unrealised),
            ),
            claim("  its guess of exit fees left out", without_exit_fees),
        ]
    }
}
