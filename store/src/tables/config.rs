//! A configuration as text that people read: JSON, with the names of the configuration file.

use truebook_core::model::{Config, Fixed, Id, Limits, StrategyConfig, StrategyKind};

use crate::json::{Map, Value, json};

/// `config` as JSON.
pub fn config_text(config: &Config) -> String {
    let text = |fixed: Fixed| fixed.to_string();
    json!({
        "reporting_currency": config.reporting_currency.as_str(),
        "day_boundary_seconds": config.day_boundary_seconds,
        "fees": {
            "maker_fee_pct": text(config.fees.maker_fee_pct),
            "taker_fee_pct": text(config.fees.taker_fee_pct),
        },
        "limits": limits(&config.limits),
        "paper": {
            "slippage_pct": text(config.paper.slippage_pct),
            "latency_ms": config.paper.latency_ms,
            "partial_fills": config.paper.partial_fills,
        },
        "cash": config.cash.iter()
            .map(|cash| (cash.currency.to_string(), Value::from(text(cash.amount))))
            .collect::<Map<_, _>>(),
        "instruments": config.instruments.iter()
            .map(|known| known.symbol.as_str())
            .collect::<Vec<_>>(),
        "strategies": config.strategies.iter().map(strategy).collect::<Vec<_>>(),
    })
    .to_string()
}

fn limits(limits: &Limits) -> Value {
    let text = |fixed: Fixed| fixed.to_string();
    json!({
        "max_positions": limits.max_positions,
        "max_positions_per_strategy": limits.max_positions_per_strategy,
        "min_position": text(limits.min_position),
        "dust_threshold": text(limits.dust_threshold),
        "min_hold_seconds": limits.min_hold_seconds,
        "price_band_pct": text(limits.price_band_pct),
        "price_band_confirmations": limits.price_band_confirmations,
        "price_stale_seconds": limits.price_stale_seconds,
        "max_order_notional": limits.max_order_notional.map(text),
        "max_instrument_notional": limits.max_instrument_notional.map(text),
        "max_gross_exposure": limits.max_gross_exposure.map(text),
        "max_net_exposure": limits.max_net_exposure.map(text),
        "orders_per_second": limits.orders_per_second,
        "daily_loss_pct": limits.daily_loss_pct.map(text),
        "max_drawdown_pct": limits.max_drawdown_pct.map(text),
    })
}

fn strategy(strategy: &StrategyConfig) -> Value {
    let (name, own) = (strategy.name.as_str(), limits(&strategy.limits));
    match &strategy.kind {
        StrategyKind::Momentum {
            symbols,
            fast,
            slow,
            order_notional,
        } => json!({
            "name": name,
            "kind": "momentum",
            "symbols": symbols.iter().map(Id::as_str).collect::<Vec<_>>(),
            "fast": fast,
            "slow": slow,
            "order_notional": order_notional.to_string(),
            "limits": own,
        }),
        StrategyKind::PairsTrading {
            pair,
            window,
            enter,
            exit,
            order_notional,
        } => json!({
            "name": name,
            "kind": "pairs_trading",
            "pair": pair.iter().map(Id::as_str).collect::<Vec<_>>(),
            "window": window,
            "enter": enter.to_string(),
            "exit": exit.to_string(),
            "order_notional": order_notional.to_string(),
            "limits": own,
        }),
        StrategyKind::External => json!({"name": name, "kind": "external", "limits": own}),
    }
}
