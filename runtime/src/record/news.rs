//! What a notice says beside whom it is about: values by name, with their scales.

use truebook_core::book::{
    Balance, Change, FillNews, News, OrderState, PositionState, Prices, Record, Snapshot, Stated,
    StatedOf,
};
use truebook_core::digest;
use truebook_core::engine::Registry;
use truebook_core::model::{CurrencyId, Fixed, Instrument, InstrumentId, MAX_SCALE};

use super::notice::{Field, Fields};

fn count(number: u64) -> Field {
    Field::Whole(i64::try_from(number).unwrap_or(i64::MAX))
}

/// What gives numbers their scale and names.
pub(super) struct Of<'a> {
    pub names: &'a Registry,
    pub instrument: Option<InstrumentId>,
}

impl Of<'_> {
    pub fn instrument(&self) -> Option<&Instrument> {
        self.names.instruments.get(self.instrument?.index())
    }

    fn quantity(&self, raw: i128) -> Fixed {
        Fixed::new(raw, self.instrument().map_or(0, |known| known.qty_scale))
    }

    fn money(&self, raw: i128) -> Fixed {
        Fixed::new(raw, self.instrument().map_or(0, |known| known.money_scale))
    }

    fn price(&self, raw: i64) -> Fixed {
        let scale = self.instrument().map_or(0, |known| known.price_scale);
        Fixed::new(i128::from(raw), scale)
    }

    fn amount(&self, currency: CurrencyId, raw: i128) -> Fixed {
        let known = self.names.currencies.get(currency.index());
        Fixed::new(raw, known.map_or(0, |known| known.scale))
    }

    fn code(&self, currency: CurrencyId) -> Field {
        let known = self.names.currencies.get(currency.index());
        known.map(|known| known.code).into()
    }

    pub fn fields(&self, news: &News) -> Fields {
        match news {
            News::Order {
                client_order_id,
                old,
                new,
                ..
            } => vec![
                ("client_order_id", (*client_order_id).into()),
                ("old", old.map(|old| self.order(&old)).into()),
                ("new", self.order(new)),
            ],
            News::LimitBreached {
                client_order_id,
                refusal,
                ..
            } => vec![
                ("client_order_id", (*client_order_id).into()),
                ("refusal", refusal.name().into()),
            ],
            News::FillBooked(fill) | News::FillReversed(fill) => self.fill(fill),
            News::FillQuarantined { trade_id, why, .. } => vec![
                ("trade_id", (*trade_id).into()),
                ("reason", why.name().into()),
            ],
            News::Position { key, step, change } => {
                let both = self.both(change, Self::position);
                let own = [("step", step.name().into()), ("leg", key.leg.name().into())];
                own.into_iter().chain(both).collect()
            }
            News::Fee {
                currency, change, ..
            } => {
                let both = self.both(change, |of, raw| of.amount(*currency, *raw).into());
                [("currency", self.code(*currency))]
                    .into_iter()
                    .chain(both)
                    .collect()
            }
            News::Balance {
                currency, change, ..
            } => {
                let both = self.both(change, |of, balance| of.balance(*currency, balance));
                [("currency", self.code(*currency))]
                    .into_iter()
                    .chain(both)
                    .collect()
            }
            News::Price { change, .. } => self.both(change, Self::prices).into(),
            News::AccountReducing { change, .. } => {
                self.both(change, |_, flag| (*flag).into()).into()
            }
            News::PriceRefused { .. }
            | News::TradingState { .. }
            | News::Shared { .. }
            | News::Config { .. }
            | News::Stated(_)
            | News::Instrument(_)
            | News::Account(_)
            | News::Strategy(_)
            | News::Recorded(_)
            | News::Snapshot(_)
            | News::Store { .. } => self.others(news),
        }
    }

    /// What is about no position, order or price in particular.
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "the caller lists the others"
    )]
    fn others(&self, news: &News) -> Fields {
        match news {
            News::PriceRefused { why, .. } => vec![("reason", why.name().into())],
            News::Stated(stated) => self.stated(stated),
            News::Snapshot(snapshot) => snapshot_fields(snapshot),
            News::Recorded(record) => self.record(record),
            News::TradingState { change, reason } => {
                let both = self.both(change, |_, state| state.name().into());
                both.into_iter()
                    .chain([("reason", (*reason).into())])
                    .collect()
            }
            News::Shared { key, old, new } => vec![
                ("key", (*key).into()),
                ("old", old.as_deref().into()),
                ("new", (&**new).into()),
            ],
            News::Config { version, change } => {
                let both = self.both(change, |_, hash| digest::hex(hash).as_str().into());
                let own = [("version", count(u64::from(*version)))];
                own.into_iter().chain(both).collect()
            }
            News::Store { is_available } => vec![("is_available", (*is_available).into())],
            _ => Vec::new(),
        }
    }

    fn both<T>(
        &self,
        change: &Change<T>,
        field: impl Fn(&Self, &T) -> Field,
    ) -> [(&'static str, Field); 2] {
        [
            ("old", field(self, &change.old)),
            ("new", field(self, &change.new)),
        ]
    }

    fn order(&self, order: &OrderState) -> Field {
        let px = |raw: Option<i64>| raw.map(|raw| self.price(raw)).into();
        Field::Group(vec![
            ("status", order.status.name().into()),
            ("qty", self.quantity(order.qty).into()),
            ("cum_qty", self.quantity(order.cum_qty).into()),
            (
                "leaves_qty",
                self.quantity(order.qty - order.cum_qty).into(),
            ),
            ("avg_px", order.avg_px.into()),
            ("order_type", order.order_type.name().into()),
            ("price", px(order.order_type.limit())),
            ("stop", px(order.order_type.trigger())),
            ("is_cancel_requested", order.is_cancel_requested.into()),
            ("venue_order_id", order.venue_order_id.into()),
        ])
    }

    fn fill(&self, fill: &FillNews) -> Fields {
        vec![
            ("side", fill.side.name().into()),
            ("qty", self.quantity(fill.last_qty).into()),
            ("price", self.price(fill.last_px).into()),
            ("trade_id", fill.trade_id.into()),
            ("realized_pnl", self.money(fill.realized).into()),
            ("leg", fill.key.leg.name().into()),
        ]
    }

    fn position(&self, position: &PositionState) -> Field {
        let known = |raw| (!position.is_cost_unknown).then(|| self.money(raw)).into();
        let average = self.instrument().and_then(|known| {
            let raw = known.average_price(position.cost, position.qty)?;
            Some(Fixed::new(raw, known.price_scale))
        });
        Field::Group(vec![
            ("signed_qty", self.quantity(position.qty).into()),
            (
                "avg_px",
                average.filter(|_| !position.is_cost_unknown).into(),
            ),
            ("cost", known(position.cost)),
            ("realized_pnl", known(position.realized_pnl)),
            ("funding", self.money(position.funding).into()),
            ("margin", self.money(position.margin).into()),
        ])
    }

    fn balance(&self, currency: CurrencyId, balance: &Balance) -> Field {
        let amount = |raw| self.amount(currency, raw).into();
        Field::Group(vec![
            ("total", amount(balance.total)),
            ("free", amount(balance.free())),
            ("in_orders", amount(balance.in_orders)),
            ("in_margin", amount(balance.in_margin)),
        ])
    }

    fn prices(&self, prices: &Prices) -> Field {
        let px = |raw: Option<i64>| raw.map(|raw| self.price(raw)).into();
        Field::Group(vec![
            ("price", px(prices.newest)),
            ("bid", px(prices.bid)),
            ("ask", px(prices.ask)),
            ("last", px(prices.last)),
            ("mark", px(prices.venue_mark)),
        ])
    }

    fn stated(&self, stated: &Stated) -> Fields {
        let (currency, scaled): (Field, &dyn Fn(i128) -> Fixed) = match stated.what {
            StatedOf::Balance(currency) => {
                (self.code(currency), &move |raw| self.amount(currency, raw))
            }
            StatedOf::Position(_) => (Field::None, &|raw| self.quantity(raw)),
        };
        vec![
            ("currency", currency),
            ("stated", scaled(stated.stated).into()),
            ("booked", scaled(stated.booked).into()),
            ("as_of", stated.as_of.0.into()),
        ]
    }

    fn record(&self, record: &Record) -> Fields {
        match record {
            Record::Bar(bar) => vec![
                ("timeframe", bar.timeframe.into()),
                ("ts_open", bar.ts_open.0.into()),
                ("ts_close", bar.ts_close.0.into()),
                ("open", self.price(bar.open).into()),
                ("high", self.price(bar.high).into()),
                ("low", self.price(bar.low).into()),
                ("close", self.price(bar.close).into()),
                ("volume", self.quantity(bar.volume).into()),
            ],
            Record::Observation(seen) => vec![
                ("kind", seen.kind.into()),
                ("symbol", seen.symbol.into()),
                ("ts", seen.ts.0.into()),
                ("value", seen.value.into()),
                ("text", seen.text.as_deref().into()),
                ("source", seen.source.into()),
            ],
            Record::Alert(alert) => vec![
                ("level", alert.level.name().into()),
                ("kind", alert.kind.into()),
                ("symbol", alert.symbol.into()),
                ("text", (&*alert.text).into()),
            ],
        }
    }
}

fn snapshot_fields(snapshot: &Snapshot) -> Fields {
    let money = |raw| Fixed::new(raw, MAX_SCALE).into();
    vec![
        ("at", snapshot.at.0.into()),
        ("is_day", snapshot.is_day.into()),
        ("equity", money(snapshot.equity)),
        ("cash", money(snapshot.cash)),
        ("holdings", money(snapshot.holdings)),
        ("realized_pnl", money(snapshot.realized_pnl)),
        ("unrealized_pnl", money(snapshot.unrealized_pnl)),
        ("fees", money(snapshot.fees)),
        ("funding", money(snapshot.funding)),
        ("peak", money(snapshot.peak)),
        ("open_positions", count(snapshot.open_positions)),
        ("missing", count(snapshot.missing)),
    ]
}
