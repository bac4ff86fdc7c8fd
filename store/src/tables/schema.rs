//! The history tables and their views, as any SQL tool reads them. `docs/tables.md` describes them.
//!
//! 1. Decimals are exact and text; times are nanoseconds since the epoch; names stand for numbers.
//! 2. No view adds up decimals: sums are kept, exactly, in the tables.

/// The tables in the order in which they are compared, with what orders the rows of each.
pub const TABLES: &[(&str, &str)] = &[
    ("instruments", "symbol"),
    ("accounts", "name"),
    ("orders", "number"),
    ("order_refusals", "sequence"),
    ("fills", "sequence"),
    ("positions", "id"),
    ("closed_positions", "sequence, n"),
    ("position_events", "sequence, n"),
    ("realized_pnl", "sequence, n"),
    ("balances", "account, currency"),
    ("cash_moves", "sequence, n"),
    ("snapshots", "interval, ts"),
    ("strategies", "name"),
    ("strategy_performance", "strategy, currency"),
    ("daily_performance", "day, account, strategy, currency"),
    ("bars", "symbol, timeframe, ts_open"),
    ("observations", "kind, symbol, ts"),
    ("alerts", "sequence"),
    ("config_versions", "version"),
    ("venue_statements", "sequence"),
    ("shared_state", "key"),
];

/// What makes them where they are not there.
pub const CREATE: &str = "
CREATE TABLE IF NOT EXISTS instruments (
    symbol TEXT PRIMARY KEY, kind TEXT NOT NULL, base TEXT NOT NULL, quote TEXT NOT NULL,
    settle TEXT NOT NULL, venue TEXT, price_scale INTEGER NOT NULL,
    qty_scale INTEGER NOT NULL, tick TEXT NOT NULL, lot TEXT NOT NULL, multiplier TEXT NOT NULL,
    expiry INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS accounts (
    name TEXT PRIMARY KEY, is_reducing INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (
    number INTEGER PRIMARY KEY, client_order_id TEXT NOT NULL, venue_order_id TEXT,
    account TEXT NOT NULL, strategy TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL,
    qty TEXT NOT NULL, type TEXT NOT NULL, limit_px TEXT, trigger_px TEXT,
    time_in_force TEXT NOT NULL, expires_at INTEGER, reduce_only INTEGER NOT NULL,
    one_cancels TEXT, bracket_of TEXT, status TEXT NOT NULL, is_cancel_requested INTEGER NOT NULL,
    cum_qty TEXT NOT NULL, leaves_qty TEXT NOT NULL, avg_px TEXT, ts_init INTEGER NOT NULL,
    ts_event INTEGER NOT NULL, sequence INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS order_refusals (
    sequence INTEGER PRIMARY KEY, ts INTEGER NOT NULL, client_order_id TEXT,
    account TEXT NOT NULL, strategy TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL,
    qty TEXT NOT NULL, type TEXT NOT NULL, refusal TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS fills (
    sequence INTEGER PRIMARY KEY, ts INTEGER NOT NULL, account TEXT NOT NULL,
    strategy TEXT NOT NULL, symbol TEXT NOT NULL, leg TEXT NOT NULL, side TEXT NOT NULL,
    last_qty TEXT NOT NULL, last_px TEXT NOT NULL, trade_id TEXT NOT NULL, client_order_id TEXT,
    venue_order_id TEXT, liquidity TEXT, source TEXT, fees TEXT, realized_pnl TEXT NOT NULL,
    cash_flow TEXT NOT NULL, corrects TEXT, reversed_by INTEGER
);
CREATE TABLE IF NOT EXISTS positions (
    id INTEGER PRIMARY KEY, account TEXT NOT NULL, strategy TEXT NOT NULL, symbol TEXT NOT NULL,
    leg TEXT NOT NULL, side TEXT NOT NULL, signed_qty TEXT NOT NULL, avg_px TEXT, cost TEXT,
    currency TEXT NOT NULL, realized_pnl TEXT, cash_flow TEXT NOT NULL, funding TEXT NOT NULL,
    margin TEXT NOT NULL, fees TEXT NOT NULL, opened_at INTEGER, updated_at INTEGER NOT NULL,
    closed_trades INTEGER NOT NULL, winning_trades INTEGER NOT NULL, sequence INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS closed_positions (
    sequence INTEGER NOT NULL, n INTEGER NOT NULL, account TEXT NOT NULL, strategy TEXT NOT NULL,
    symbol TEXT NOT NULL, leg TEXT NOT NULL, side TEXT NOT NULL, entry_qty TEXT NOT NULL,
    entry_px TEXT, exit_px TEXT, peak_qty TEXT NOT NULL, currency TEXT NOT NULL,
    realized_pnl TEXT NOT NULL, fees TEXT NOT NULL, total_pnl TEXT NOT NULL,
    is_win INTEGER NOT NULL, opened_at INTEGER NOT NULL, closed_at INTEGER NOT NULL,
    duration_ns INTEGER NOT NULL, PRIMARY KEY (sequence, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS position_events (
    sequence INTEGER NOT NULL, n INTEGER NOT NULL, ts INTEGER NOT NULL, id INTEGER NOT NULL,
    account TEXT NOT NULL, strategy TEXT NOT NULL, symbol TEXT NOT NULL, leg TEXT NOT NULL,
    kind TEXT NOT NULL, qty_before TEXT NOT NULL, qty TEXT NOT NULL, cost_before TEXT NOT NULL,
    cost TEXT NOT NULL, PRIMARY KEY (sequence, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS realized_pnl (
    sequence INTEGER NOT NULL, n INTEGER NOT NULL, ts INTEGER NOT NULL, account TEXT NOT NULL,
    strategy TEXT NOT NULL, symbol TEXT NOT NULL, leg TEXT NOT NULL, currency TEXT NOT NULL,
    amount TEXT NOT NULL, total TEXT NOT NULL, PRIMARY KEY (sequence, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS balances (
    account TEXT NOT NULL, currency TEXT NOT NULL, total TEXT NOT NULL, free TEXT NOT NULL,
    locked TEXT NOT NULL, in_orders TEXT NOT NULL, in_margin TEXT NOT NULL,
    contributed TEXT NOT NULL, PRIMARY KEY (account, currency)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cash_moves (
    sequence INTEGER NOT NULL, n INTEGER NOT NULL, ts INTEGER NOT NULL, account TEXT NOT NULL,
    currency TEXT NOT NULL, kind TEXT NOT NULL, amount TEXT NOT NULL, total TEXT NOT NULL,
    strategy TEXT, symbol TEXT, id TEXT, PRIMARY KEY (sequence, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshots (
    interval TEXT NOT NULL, ts INTEGER NOT NULL, sequence INTEGER NOT NULL,
    currency TEXT NOT NULL, equity TEXT NOT NULL, cash TEXT NOT NULL, holdings TEXT NOT NULL,
    realized_pnl TEXT NOT NULL, unrealized_pnl TEXT NOT NULL, fees TEXT NOT NULL,
    funding TEXT NOT NULL, peak TEXT NOT NULL, drawdown TEXT NOT NULL, drawdown_pct TEXT,
    open_positions INTEGER NOT NULL, missing INTEGER NOT NULL, PRIMARY KEY (interval, ts)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS strategies (
    name TEXT PRIMARY KEY, orders INTEGER NOT NULL, refused INTEGER NOT NULL,
    fills INTEGER NOT NULL, closed_trades INTEGER NOT NULL, winning_trades INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS strategy_performance (
    strategy TEXT NOT NULL, currency TEXT NOT NULL, realized_pnl TEXT NOT NULL,
    fees TEXT NOT NULL, funding TEXT NOT NULL, total_pnl TEXT NOT NULL,
    PRIMARY KEY (strategy, currency)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS daily_performance (
    day TEXT NOT NULL, account TEXT NOT NULL, strategy TEXT NOT NULL, currency TEXT NOT NULL,
    realized_pnl TEXT NOT NULL, fees TEXT NOT NULL, funding TEXT NOT NULL,
    total_pnl TEXT NOT NULL, fills INTEGER NOT NULL, closed_trades INTEGER NOT NULL,
    winning_trades INTEGER NOT NULL, PRIMARY KEY (day, account, strategy, currency)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bars (
    symbol TEXT NOT NULL, timeframe TEXT NOT NULL, ts_open INTEGER NOT NULL,
    ts_close INTEGER NOT NULL, open TEXT NOT NULL, high TEXT NOT NULL, low TEXT NOT NULL,
    close TEXT NOT NULL, volume TEXT NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (symbol, timeframe, ts_open)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS observations (
    kind TEXT NOT NULL, symbol TEXT NOT NULL, ts INTEGER NOT NULL, value TEXT, text TEXT,
    source TEXT, sequence INTEGER NOT NULL, PRIMARY KEY (kind, symbol, ts)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (
    sequence INTEGER PRIMARY KEY, ts INTEGER NOT NULL, level TEXT NOT NULL, kind TEXT NOT NULL,
    account TEXT, symbol TEXT, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS config_versions (
    version INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, ts INTEGER NOT NULL,
    hash TEXT NOT NULL, config TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS venue_statements (
    sequence INTEGER PRIMARY KEY, ts INTEGER NOT NULL, account TEXT NOT NULL, currency TEXT,
    symbol TEXT, stated TEXT NOT NULL, booked TEXT NOT NULL, as_of INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS shared_state (
    key TEXT PRIMARY KEY, value TEXT NOT NULL, sequence INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS fills_by_trade ON fills (trade_id);
CREATE VIEW IF NOT EXISTS open_positions AS
    SELECT * FROM positions WHERE side <> 'flat';
CREATE VIEW IF NOT EXISTS daily_pnl AS
    SELECT day, currency, account, strategy, realized_pnl, fees, funding, total_pnl, fills
    FROM daily_performance;
CREATE VIEW IF NOT EXISTS win_rate AS
    SELECT strategy, count(*) AS closed_trades, sum(is_win) AS winning_trades,
        CAST(sum(is_win) AS REAL) / count(*) AS win_rate
    FROM closed_positions GROUP BY strategy;
CREATE VIEW IF NOT EXISTS performance_by_strategy AS
    SELECT s.name AS strategy, s.orders, s.refused, s.fills, s.closed_trades, s.winning_trades,
        CASE WHEN s.closed_trades > 0
            THEN CAST(s.winning_trades AS REAL) / s.closed_trades END AS win_rate,
        p.currency, p.realized_pnl, p.fees, p.funding, p.total_pnl
    FROM strategies AS s LEFT JOIN strategy_performance AS p ON p.strategy = s.name;
CREATE VIEW IF NOT EXISTS fill_fees AS
    SELECT f.sequence, f.ts, f.account, f.strategy, f.symbol, f.trade_id, each.key AS currency,
        each.value AS amount
    FROM fills AS f, json_each(f.fees) AS each WHERE f.fees IS NOT NULL;
CREATE VIEW IF NOT EXISTS day_trades AS
    SELECT * FROM closed_positions
    WHERE date(opened_at / 1000000000, 'unixepoch') = date(closed_at / 1000000000, 'unixepoch');
CREATE VIEW IF NOT EXISTS trade_frequency AS
    SELECT date(ts / 1000000000, 'unixepoch') AS day, account, strategy, symbol, count(*) AS fills
    FROM fills GROUP BY day, account, strategy, symbol;
";

/// The names of the views.
pub fn views() -> impl Iterator<Item = &'static str> {
    let begin = "CREATE VIEW IF NOT EXISTS ";
    CREATE
        .lines()
        .filter_map(move |line| line.strip_prefix(begin)?.split(' ').next())
}
