"""A second, independent account of what the book must hold, in exact fractions.

It is written from the documents alone (the design, the contract and the stubs) and shares no code
with the package. `Oracle.do` takes one command as a dict and answers as the package does:
``("ok", duplicate, quarantined)``, ``("refused", name)`` or ``("invalid",)``.

`fault` names one planted error; `FAULTS` lists them. A test suite that does not notice a planted
error proves nothing, so `test_faults.py` plants each in turn.
"""

from dataclasses import dataclass, field
from fractions import Fraction as F

SCALE = 8
# Money keeps more digits than quotients are rounded to: what is divided in proportion uses them.
MONEY_SCALE = 18
PAID = ("spot", "equity", "option", "fx")
LINEAR = ("perpetual", "future")
INVERSE = ("inverse_perpetual", "inverse_future")
OPEN = ("pending", "working", "partially_filled", "unknown")
EXTERNAL = "EXTERNAL"

FAULTS = {
    # the accounting table
    "released_fifo": "a reduction releases the fill price, not the average cost",
    "released_floor": "released cost is cut off, not rounded half-even",
    "remainder_lost": "the remaining cost is requantity x rounded average",
    "flip_keeps_average": "after a flip the remainder keeps the old average",
    "flip_forgets_rest": "a flip only closes",
    "cover_realizes_notional": "covering a short at its price realizes something",
    "base_fee_stays": "a fee in the base coin does not leave the position",
    "base_fee_sell_ignored": "a fee in the base coin leaves only on buys",
    "base_fee_not_in_quote": "a fee in the base coin is kept in base in `fees`",
    "third_fee_in_position": "a fee in a third coin changes the position",
    "third_fee_from_quote": "a fee in a third coin is taken from the quote balance",
    "rebate_sign": "a rebate is booked as a fee",
    "linear_pays_notional": "a linear entry moves the notional",
    "linear_fee_free": "a linear fee does not leave the balance",
    "linear_pnl_stays": "a linear realized PnL does not reach the balance",
    "inverse_sign": "inverse PnL has the sign of a linear one",
    "inverse_unrounded": "inverse values are not rounded",
    "multiplier_ignored": "the multiplier is not used",
    "funding_sign": "funding is booked with the other sign",
    "funding_in_realized": "funding is booked into realized PnL",
    "split_scales_cost": "a split multiplies the cost too",
    "split_keeps_fraction": "a fractional share stays after a split",
    "split_keeps_price": "a split leaves the last price where it was",
    "adopt_pays": "taking in a holding costs cash",
    "adopt_derivative_flows": "taking in a derivative counts as cash flow",
    "adopt_derivative_free": "a derivative is taken in without its cost",
    "late_cost_unrounded": "the part of a late cost that is still held is not rounded",
    "late_cost_whole": "a late cost is all counted as held",
    "split_of_balance": "a spot instrument is split",
    "funding_needs_position": "funding before the first fill belongs to no position",
    "bust_forgets_fee": "a bust keeps the fee",
    "bust_forgets_cash": "a bust keeps the cash",
    "bust_at_average": "a bust reverses at the average, not at the original price",
    "bust_twice": "a repeated bust is booked again",
    "revises_not_reversed": "a correction is added to what it corrects",
    "revises_fee_stays": "a correction keeps the fee of the original",
    "revises_first_only": "a second correction adds to the first",
    "revises_other_order": "a correction takes back the fill of another order",
    "revises_leaves_open": "an order that a correction fills stays open",
    "late_fee_twice": "a repeated late fee is booked again",
    "late_fee_on_average": "a late base fee leaves at the average cost",
    "margin_not_released": "closing a position keeps its margin",
    "margin_without_leverage": "leverage is not used for margin",
    "margin_of_long_option": "a paid long with leverage locks margin",
    # identity of reports
    "dedupe_ignores_side": "the dedupe key has no side",
    "dedupe_ignores_account": "the dedupe key has no account",
    "dedupe_ignores_instrument": "the dedupe key has no instrument",
    "dedupe_ignores_order": "fills of two known orders are one fill",
    "no_dedupe": "a repeated fill is booked again",
    "conflict_booked": "a fill that conflicts is booked",
    "conflict_is_duplicate": "a fill that conflicts counts as a duplicate",
    "conflict_no_reducing": "a conflict leaves the account ACTIVE",
    "merge_forgets_fee": "the fee that the second report knows is dropped",
    "merge_forgets_order": "the order id that the second report knows is dropped",
    "merge_fee_of_first": "a fee is filled in on the other fill with its trade id",
    "merge_order_no_count": "an order that is named late counts nothing of its fill",
    "deposit_twice": "a repeated deposit is booked again",
    "transfer_creates": "a transfer does not leave its source",
    # orders
    "cancel_keeps_lock": "a cancel does not unlock",
    "expire_keeps_lock": "an expiry does not unlock",
    "partial_unlocks_all": "a partial fill unlocks everything",
    "partial_unlocks_nothing": "a partial fill unlocks nothing",
    "unknown_unlocks": "an order of unknown fate frees its reservation",
    "reserve_without_fee": "a reservation leaves out the fee",
    "reserve_at_bid": "a market buy is reserved at the bid",
    "spot_sell_locks_quote": "a spot sale locks no base coin",
    "amend_keeps_lock": "an amend keeps the old reservation",
    "claims_of_any_side": "an order on the side of the position claims a part of it",
    "claims_only_reducing": "an order that also opens claims nothing",
    "amend_claims_own": "an amended order competes with itself",
    "repeat_as_amended": "a repeat is compared with what an amendment made of the order",
    "links_not_content": "other links make no other order",
    "fill_of_other_strategy": "a fill of an order belongs to no strategy",
    # refusals
    "no_client_id_check": "a client id may be used again for another order",
    "no_tick": "the tick is not checked",
    "no_lot": "the lot is not checked",
    "no_halt": "a halt refuses nothing",
    "no_reducing": "REDUCING lets an opening order through",
    "halt_as_reducing": "a halt lets an order through that reduces",
    "no_stale": "a stale price is taken",
    "no_band": "an order out of the band is taken",
    "quote_no_band": "an outlier becomes the price at once",
    "quote_two_confirmations": "two outliers are enough",
    "quote_older_taken": "a price older than the last is taken",
    "no_reduce_only": "a reduce-only order may exceed",
    "no_min_notional": "the minimum notional is not checked",
    "min_notional_exclusive": "the minimum notional itself is refused",
    "no_max_positions": "max_positions is not checked",
    "max_positions_one_more": "one position more than the maximum",
    "no_max_per_strategy": "max_positions_per_strategy is not checked",
    "dust_counts": "dust counts in the limits",
    "no_balance_check": "the free balance is not checked",
    "balance_check_total": "the total is checked where the free balance is meant",
    "withdraw_total": "a withdrawal may take what is locked",
    "halt_after_price": "the price is checked before the trading state",
    "restart_keeps_prices": "prices survive a restart",
    "restart_resumes": "a restart ends a halt",
}


def rounded(value):
    """Half-even at eight decimals."""
    return F(round(value, SCALE))


def floored(value, scale=SCALE):
    """Towards zero at `scale` decimals."""
    factor = 10**scale
    return F(int(value * factor), factor)


def ceiled(value, scale):
    """Away from zero, for values from 0 up."""
    factor = 10**scale
    return F(-int(-value * factor // 1), factor)


def num(text):
    return None if text is None else F(str(text))


@dataclass
class Instrument:
    symbol: str
    kind: str
    base: str
    quote: str
    settle: str
    tick: F
    lot: F
    multiplier: F
    fee_pct: F
    min_notional: F
    leverage: F | None

    @property
    def margin_pct(self):
        return F(100) if self.leverage is None else rounded(F(100) / self.leverage)


@dataclass
class Price:
    bid: F | None = None
    ask: F | None = None
    last: F | None = None
    ts: int = 0
    mark: F | None = None
    outlier: F | None = None
    outliers: int = 0


@dataclass
class Position:
    qty: F = F(0)
    cost: F = F(0)
    realized: F = F(0)
    cash_flow: F = F(0)
    funding: F = F(0)
    margin: F = F(0)
    # The part that is still held of what was taken in without a cost; None where all is known.
    unknown: F | None = None
    fees: dict = field(default_factory=dict)


@dataclass
class Order:
    id: str
    content: tuple
    symbol: str
    side: str
    account: str
    strategy: str
    qty: F
    price: F | None
    reduce_only: bool
    currency: str
    locked: F
    reduces: bool
    reserved: F
    status: str = "pending"
    cum: F = F(0)
    cancel_requested: bool = False


@dataclass
class Trade:
    """A fill as it was booked: what a bust must undo."""

    key: tuple
    qty: F
    price: F
    sign: int
    position: tuple
    order: str | None
    counted: Order | None
    fees: dict
    busted: bool = False
    # What corrected it.
    successor: "Trade | None" = None
    number: int = 0


class Oracle:
    def __init__(self, fault=None, mode="live"):
        if fault is not None and fault not in FAULTS:
            raise ValueError(fault)
        self.fault = fault
        self.fee_pct = F("0.1")
        self.min_position = F(10)
        self.dust = F(1)
        self.band = F(10)
        self.confirmations = 3
        self.stale = 5 * 10**9
        self.max_positions = 10
        self.max_per_strategy = 5
        # How many fills were booked, and how many before the last split of a symbol.
        self.booked = 0
        self.splits = {}
        self.instruments = {}
        self.prices = {}
        self.positions = {}
        self.balances = {}
        self.orders = {}
        self.trades = {}
        self.conflicts = {}
        self.accounts = {"default"}
        self.booked_ids = {}
        self.state = "ACTIVE"
        self.reducing = set()
        self.now = 0

    # ---- small things -------------------------------------------------------------------------

    def bad(self, name):
        """Whether this planted fault is on."""
        return self.fault == name

    def do(self, command):
        command = dict(command)
        ts = command.get("ts_event")
        if ts is not None:
            self.now = max(self.now, ts)
        return getattr(self, "do_" + command.pop("do"))(**command)

    def pay(self, account, currency, amount):
        key = (account, currency)
        self.balances[key] = self.balances.get(key, F(0)) + amount

    def total(self, account, currency):
        return self.balances.get((account, currency), F(0))

    def in_orders(self, account, currency):
        return sum(
            (
                o.locked
                for o in self.orders.values()
                if o.account == account and o.currency == currency
            ),
            F(0),
        )

    def in_margin(self, account, currency):
        return sum(
            (
                p.margin
                for (a, s, _, _), p in self.positions.items()
                if a == account and p.margin and self.instruments[s].settle == currency
            ),
            F(0),
        )

    def free(self, account, currency):
        return (
            self.total(account, currency)
            - self.in_orders(account, currency)
            - self.in_margin(account, currency)
        )

    def at(self, key):
        return self.positions.setdefault(key, Position())

    def value(self, inst, qty, price):
        """What a quantity is worth in the settlement currency; never negative for qty >= 0."""
        multiplier = F(1) if self.bad("multiplier_ignored") else inst.multiplier
        if inst.kind in INVERSE:
            exact = qty * multiplier / price
            return exact if self.bad("inverse_unrounded") else rounded(exact)
        return qty * price * multiplier

    def set_margin(self, key):
        inst, p = self.instruments[key[1]], self.positions[key]
        if inst.kind in PAID:
            short = p.qty < 0 or self.bad("margin_of_long_option")
            locks = inst.leverage is not None and short
        else:
            locks = True
        if self.bad("margin_not_released") and p.qty == 0:
            return
        pct = F(100) if self.bad("margin_without_leverage") else inst.margin_pct
        p.margin = rounded(abs(p.cost) * pct / 100) if locks and p.qty else F(0)

    # ---- positions ----------------------------------------------------------------------------

    def move(self, key, qty, price, fee_qty=F(0)):
        """Adds a signed quantity at a price by average cost; moves the cash that follows.

        `fee_qty` is what of it is a fee in the base coin: it changes the position, not the cash of
        the trade.
        """
        inst, p = self.instruments[key[1]], self.at(key)
        moved = qty - fee_qty
        sign = 1 if moved >= 0 else -1
        value = sign * self.value(inst, abs(moved), price)
        if inst.kind in INVERSE and not self.bad("inverse_sign"):
            value = -value
        realized = F(0)
        if p.unknown is not None and p.qty * moved < 0:
            left = p.unknown * min(abs(moved) / abs(p.qty), F(1))
            p.unknown -= F(round(left, MONEY_SCALE))
        if p.qty == 0 or (p.qty > 0) == (moved > 0):
            p.qty += moved
            p.cost += value
        elif abs(moved) <= abs(p.qty):
            released = self.released(p, abs(moved), price, value)
            realized = -value - released
            p.cost -= released
            p.qty += moved
            if self.bad("remainder_lost") and p.qty:
                p.cost = p.qty * rounded(p.cost / p.qty)
        else:
            closing = abs(p.qty)
            part = F(round(value * closing / abs(moved), MONEY_SCALE))
            realized = -part - p.cost
            average = p.cost / p.qty
            p.cost = value - part
            p.qty += moved
            if self.bad("flip_keeps_average"):
                p.cost = p.qty * average
            if self.bad("flip_forgets_rest"):
                p.qty, p.cost = F(0), F(0)
        p.realized += realized
        if inst.kind in PAID:
            p.cash_flow -= value
            gross = (1 if qty >= 0 else -1) * self.value(inst, abs(qty), price)
            self.pay(key[0], inst.settle, -gross)
            if inst.kind in ("spot", "fx"):
                self.pay(key[0], inst.base, moved if not self.bad("base_fee_stays") else qty)
        else:
            p.cash_flow += realized
            if not self.bad("linear_pnl_stays"):
                self.pay(key[0], inst.settle, realized)
            if self.bad("linear_pays_notional") and inst.kind in LINEAR:
                self.pay(key[0], inst.settle, -value)
        self.set_margin(key)

    def released(self, p, qty, price, value):
        exact = p.cost * qty / abs(p.qty)
        if qty == abs(p.qty):
            if self.bad("cover_realizes_notional") and p.qty < 0:
                return -p.cost
            return p.cost
        if self.bad("released_fifo"):
            return -value
        if self.bad("released_floor"):
            return floored(exact)
        if self.bad("cover_realizes_notional") and p.qty < 0:
            return -rounded(exact)
        return rounded(exact)

    def charge(self, key, currency, amount, price):
        """A fee that does not leave the position's own quantity."""
        inst, p = self.instruments[key[1]], self.at(key)
        if self.bad("rebate_sign"):
            amount = abs(amount)
        p.fees[currency] = p.fees.get(currency, F(0)) + amount
        third = currency not in (inst.base, inst.quote, inst.settle)
        if third and self.bad("third_fee_from_quote"):
            currency = inst.quote
        if third and self.bad("third_fee_in_position"):
            p.qty -= amount
        if inst.kind in LINEAR and self.bad("linear_fee_free"):
            return
        self.pay(key[0], currency, -amount)

    def is_base_fee(self, inst, currency):
        return inst.kind in ("spot", "fx") and currency == inst.base

    def execute(self, key, sign, qty, price, fees):
        """Books a fill or, with the signs turned, its reversal."""
        inst = self.instruments[key[1]]
        in_base = sum((a for c, a in fees.items() if self.is_base_fee(inst, c)), F(0))
        if self.bad("rebate_sign"):
            in_base = abs(in_base)
        leaves = in_base
        if self.bad("base_fee_stays") or (self.bad("base_fee_sell_ignored") and sign < 0):
            leaves = F(0)
        self.move(key, sign * qty, price, leaves)
        if in_base:
            self.base_fee(key, in_base, price)
        for currency, amount in fees.items():
            if not self.is_base_fee(inst, currency):
                self.charge(key, currency, amount, price)

    def base_fee(self, key, amount, price):
        inst, p = self.instruments[key[1]], self.at(key)
        currency, paid = inst.quote, amount * price
        if self.bad("base_fee_not_in_quote"):
            currency, paid = inst.base, amount
        p.fees[currency] = p.fees.get(currency, F(0)) + paid

    # ---- commands: set up, cash ---------------------------------------------------------------

    def do_add_instrument(self, symbol, *, base, quote, price_precision, qty_precision,
                          kind="spot", settle=None, tick=None, lot=None, multiplier=None,
                          maker_fee=None, taker_fee=None, min_notional=None, leverage=None):
        taker = self.fee_pct if taker_fee is None else num(taker_fee)
        self.instruments[symbol] = Instrument(
            symbol, kind, base, quote,
            settle or (base if kind in INVERSE else quote),
            num(tick) or F(1, 10**price_precision),
            num(lot) or F(1, 10**qty_precision),
            num(multiplier) or F(1),
            max(taker, F(0)),
            num(min_notional) or F(0),
            num(leverage),
        )
        self.prices.setdefault(symbol, Price())
        return ("ok", False, None)

    def do_add_account(self, name):
        self.accounts.add(name)
        return ("ok", False, None)

    def once(self, id, content):
        """None for the first time, else what a repeat is answered."""
        if id is None or self.bad("deposit_twice"):
            return None
        if id not in self.booked_ids:
            self.booked_ids[id] = content
            return None
        return ("ok", True, None) if self.booked_ids[id] == content else ("invalid",)

    def known(self, id):
        return id is not None and id in self.booked_ids and not self.bad("deposit_twice")

    def do_deposit(self, currency, amount, *, account="default", id=None):
        repeat = self.once(id, ("deposit", account, currency, num(amount)))
        if repeat:
            return repeat
        self.pay(account, currency, num(amount))
        return ("ok", False, None)

    def do_adjust(self, currency, amount, *, account="default", id=None):
        repeat = self.once(id, ("adjust", account, currency, num(amount)))
        if repeat:
            return repeat
        self.pay(account, currency, num(amount))
        return ("ok", False, None)

    def lacks(self, account, currency, amount):
        if self.bad("withdraw_total"):
            return self.total(account, currency) < amount
        return self.free(account, currency) < amount

    def do_withdraw(self, currency, amount, *, account="default", id=None):
        content = ("withdraw", account, currency, num(amount))
        if self.known(id):
            return self.once(id, content)
        if self.lacks(account, currency, num(amount)):
            return ("refused", "InsufficientBalance")
        self.once(id, content)
        self.pay(account, currency, -num(amount))
        return ("ok", False, None)

    def do_transfer(self, currency, amount, *, to, account="default", id=None):
        content = ("transfer", account, to, currency, num(amount))
        if self.known(id):
            return self.once(id, content)
        if self.lacks(account, currency, num(amount)):
            return ("refused", "InsufficientBalance")
        self.once(id, content)
        if not self.bad("transfer_creates"):
            self.pay(account, currency, -num(amount))
        self.pay(to, currency, num(amount))
        return ("ok", False, None)

    def received(self, kind, symbol, currency, amount, strategy, account, id):
        content = (kind, symbol, account, strategy, currency, num(amount))
        repeat = self.once(id, content)
        if repeat:
            return repeat
        amount = -num(amount) if self.bad("funding_sign") else num(amount)
        self.pay(account, currency, amount)
        inst = self.instruments[symbol]
        key = (account, symbol, strategy or EXTERNAL, "net")
        p = self.positions.get(key) if self.bad("funding_needs_position") else self.at(key)
        if currency == inst.settle and p is not None:
            if self.bad("funding_in_realized"):
                p.realized += amount
            else:
                p.funding += amount
        return ("ok", False, None)

    def do_funding(self, symbol, currency, amount, *, strategy=None, account="default", id=None):
        return self.received("funding", symbol, currency, amount, strategy, account, id)

    def do_dividend(self, symbol, currency, amount, *, strategy=None, account="default", id=None):
        return self.received("dividend", symbol, currency, amount, strategy, account, id)

    def do_adopt(self, symbol, qty, *, cost=None, strategy=None, account="default", id=None):
        inst = self.instruments[symbol]
        key = (account, symbol, strategy or EXTERNAL, "net")
        qty, cost = num(qty), num(cost)
        content = ("adopt", key, qty, cost)
        if self.known(id):
            return self.once(id, content)
        p = self.at(key)
        if not qty:
            return self.give_cost(key, p, cost, id, content)
        if p.qty and (p.qty > 0) != (qty > 0):
            return ("invalid",)
        if p.unknown is not None or (cost is None and p.qty):
            return ("invalid",)
        if cost is None:
            if inst.kind not in PAID and not self.bad("adopt_derivative_free"):
                return ("invalid",)
            p.unknown, cost = F(1), F(0)
        self.once(id, content)
        p.qty += qty
        p.cost += cost
        # Linear and inverse: cash flow = realized - fees + funding, so a holding adds nothing.
        if inst.kind in PAID or self.bad("adopt_derivative_flows"):
            p.cash_flow -= cost
        if inst.kind in ("spot", "fx"):
            self.pay(account, inst.base, qty)
        if self.bad("adopt_pays"):
            self.pay(account, inst.settle, -cost)
        self.set_margin(key)
        return ("ok", False, None)

    def give_cost(self, key, p, cost, id, content):
        """The cost of what was taken in without one: what was sold since was sold at it."""
        if p.unknown is None or cost is None:
            return ("invalid",)
        self.once(id, content)
        kept = cost * p.unknown
        if p.unknown != 1 and not self.bad("late_cost_unrounded"):
            kept = rounded(kept)
        if self.bad("late_cost_whole"):
            kept = cost
        p.cost += kept
        p.realized += kept - cost
        p.cash_flow -= cost
        p.unknown = None
        self.set_margin(key)
        return ("ok", False, None)

    def do_split(self, symbol, numerator, denominator, *, cash_px=None, id=None):
        inst = self.instruments[symbol]
        if inst.kind in ("spot", "fx") and not self.bad("split_of_balance"):
            return ("invalid",)
        content = ("split", symbol, numerator, denominator, num(cash_px))
        if self.known(id):
            return self.once(id, content)
        parts = []
        for key, p in self.positions.items():
            if key[1] != symbol or not p.qty:
                continue
            qty = floored(p.qty * numerator / denominator)
            if not qty:
                return ("invalid",)
            whole = F(int(qty / inst.lot)) * inst.lot
            if whole != qty and cash_px is None:
                return ("invalid",)
            parts.append((key, p, qty, qty - whole))
        self.once(id, content)
        self.splits[symbol] = self.booked
        for key, p, qty, fraction in parts:
            p.qty = qty
            if self.bad("split_scales_cost"):
                p.cost = p.cost * numerator / denominator
            if fraction and not self.bad("split_keeps_fraction"):
                self.move(key, -fraction, num(cash_px))
            self.set_margin(key)
        if not self.bad("split_keeps_price"):
            price, by = self.prices[symbol], F(denominator, numerator)
            for name in ("bid", "ask", "last", "mark"):
                if getattr(price, name) is not None:
                    setattr(price, name, rounded(getattr(price, name) * by))
        return ("ok", False, None)

    # ---- commands: prices ---------------------------------------------------------------------

    def takes(self, symbol, level, ts):
        """Whether a price becomes the price."""
        price = self.prices[symbol]
        if level <= 0:
            return False
        mark = price.mark
        if mark is None:
            return True
        if ts < price.ts and not self.bad("quote_older_taken"):
            return False
        if abs(level - mark) * 100 <= self.band * mark or self.bad("quote_no_band"):
            return True
        if ts - price.ts > self.stale:
            return True
        near = price.outlier is not None and (
            abs(level - price.outlier) * 100 <= self.band * price.outlier
        )
        price.outliers = price.outliers + 1 if near else 1
        price.outlier = level
        needed = 2 if self.bad("quote_two_confirmations") else self.confirmations
        return price.outliers >= needed

    def do_quote(self, symbol, bid, ask, *, ts_event):
        bid, ask = num(bid), num(ask)
        if bid > ask or bid <= 0:
            return None
        if self.takes(symbol, (bid + ask) / 2, ts_event):
            old = self.prices[symbol]
            self.prices[symbol] = Price(bid, ask, old.last, ts_event, (bid + ask) / 2)
        return None

    def do_price(self, symbol, last, *, ts_event):
        if self.takes(symbol, num(last), ts_event):
            old = self.prices[symbol]
            self.prices[symbol] = Price(old.bid, old.ask, num(last), ts_event, num(last))
        return None

    # ---- commands: state ----------------------------------------------------------------------

    def do_halt(self, reason):
        self.state = "HALTED"
        return ("ok", False, None)

    def do_reduce(self, reason="reduce"):
        self.state = "REDUCING"
        return ("ok", False, None)

    def do_resume(self, reason="resume"):
        self.state = "ACTIVE"
        self.reducing.clear()
        return ("ok", False, None)

    def do_restart(self):
        if not self.bad("restart_keeps_prices"):
            self.prices = {s: Price() for s in self.prices}
        if self.bad("restart_resumes"):
            self.do_resume()
        return None

    # ---- commands: orders ---------------------------------------------------------------------

    def reference(self, inst, side, price, stop):
        if price is not None or stop is not None:
            return price if price is not None else stop
        p = self.prices[inst.symbol]
        if p.bid is None:
            return p.last
        if self.bad("reserve_at_bid"):
            return p.bid
        return p.ask if side == "buy" else p.bid

    def room(self, key, side, but=None):
        """What an order on this side can still reduce: what no other order on it may take.

        Every open order on the side claims all that it has left, whether it opens or not; not
        counted is `but`, the order that is amended.
        """
        p = self.positions.get(key)
        if p is None or p.qty == 0 or (p.qty > 0) == (side == "buy"):
            return F(0)
        claimed = sum(
            (
                max(o.qty - o.cum, F(0))
                for o in self.orders.values()
                if o.status in OPEN
                and (o.account, o.symbol, o.strategy) == key[:3]
                and (o.id != but or self.bad("amend_claims_own"))
                and (o.side == side or self.bad("claims_of_any_side"))
                and (o.reduces or not self.bad("claims_only_reducing"))
            ),
            F(0),
        )
        return max(abs(p.qty) - claimed, F(0))

    def reservation(self, inst, side, qty, opening, price):
        """What an order locks: its currency and amount."""
        if inst.kind == "spot" and side == "sell":
            if self.bad("spot_sell_locks_quote"):
                return inst.quote, F(0)
            return inst.base, qty
        if opening <= 0:
            return inst.settle, F(0)
        value = F(round(self.value(inst, qty, price) * opening / qty, MONEY_SCALE))
        fee = F(0) if self.bad("reserve_without_fee") else rounded(value * inst.fee_pct / 100)
        if inst.kind in PAID and inst.leverage is None:
            principal = value if side == "buy" else F(0)
        else:
            principal = rounded(value * inst.margin_pct / 100)
        return inst.settle, principal + fee

    def rate(self, currency):
        """What one of a currency is worth in the reporting currency; None where nothing says."""
        if currency == "USD":
            return F(1)
        for inst in self.instruments.values():
            if inst.kind in ("spot", "fx") and (inst.base, inst.quote) == (currency, "USD"):
                return self.prices[inst.symbol].mark
        return None

    def held_keys(self):
        """What counts in max_positions: open positions apart from dust, and what orders open."""
        keys = set()
        for key, p in self.positions.items():
            if not p.qty:
                continue
            mark = self.prices[key[1]].mark
            inst = self.instruments[key[1]]
            rate = self.rate(inst.settle)
            dusty = mark is not None and rate is not None
            dusty = dusty and self.value(inst, abs(p.qty), mark) * rate < self.dust
            if not dusty or self.bad("dust_counts"):
                keys.add(key)
        for o in self.orders.values():
            if o.status in OPEN and not o.reduces:
                keys.add((o.account, o.symbol, o.strategy, "net"))
        return keys

    def check(self, symbol, side, qty, price, stop, strategy, account, reduce_only, amended=None):
        """The name of the first rule an order breaks, or what it locks and whether it reduces."""
        if account not in self.accounts:
            return "UnknownAccount"
        inst = self.instruments[symbol]
        if qty <= 0:
            return "InvalidQuantity"
        if any(x is not None and x <= 0 for x in (price, stop)):
            return "InvalidPrice"
        for x in (price, stop):
            if x is not None and x % inst.tick and not self.bad("no_tick"):
                return "TickSize"
        if qty % inst.lot and not self.bad("no_lot"):
            return "LotSize"
        key = (account, symbol, strategy, "net")
        done = self.orders[amended].cum if amended else F(0)
        leaves = qty - done
        room = self.room(key, side, amended)
        reduces = leaves <= room
        opening = max(leaves - room, F(0))
        state = None
        if self.state == "HALTED" and not self.bad("no_halt"):
            state = "Halted"
            if self.bad("halt_as_reducing") and reduces:
                state = None
        elif self.state == "REDUCING" or account in self.reducing:
            if not reduces and not self.bad("no_reducing"):
                state = "ReducingOnly"
        if state and not self.bad("halt_after_price"):
            return state
        reference = self.reference(inst, side, price, stop)
        rate = self.rate(inst.settle)
        if reference is None or (rate is None and not reduces):
            return "NoPrice"
        last = self.prices[symbol]
        if last.mark is not None:
            if not reduces and not self.bad("no_stale") and self.now - last.ts > self.stale:
                return "StalePrice"
            if price is not None and not self.bad("no_band"):
                if abs(price - last.mark) * 100 > self.band * last.mark:
                    return "PriceOutOfBand"
        if state:
            return state
        if reduce_only and not reduces and not self.bad("no_reduce_only"):
            return "ReduceOnlyExceeds"
        notional = self.value(inst, leaves, reference)
        if notional < inst.min_notional and not self.bad("no_min_notional"):
            return "MinNotional"
        if not reduces:
            usd = notional * rate
            short = usd < self.min_position
            if self.bad("min_notional_exclusive"):
                short = usd <= self.min_position
            if short and not self.bad("no_min_notional"):
                return "MinNotional"
            keys = self.held_keys()
            if key not in keys:
                limit = self.max_positions + (1 if self.bad("max_positions_one_more") else 0)
                if len(keys) >= limit and not self.bad("no_max_positions"):
                    return "MaxPositions"
                mine = sum(1 for k in keys if k[2] == strategy)
                if mine >= self.max_per_strategy and not self.bad("no_max_per_strategy"):
                    return "MaxPositionsPerStrategy"
        currency, locked = self.reservation(inst, side, leaves, opening, reference)
        free = self.free(account, currency)
        if self.bad("balance_check_total"):
            free = self.total(account, currency)
        if amended:
            free += self.orders[amended].locked
        if locked > free and locked and not self.bad("no_balance_check"):
            return "InsufficientBalance"
        return currency, locked, reduces

    def do_submit(self, symbol, side, qty, *, client_order_id, price=None, stop=None,
                  strategy=None, account="default", reduce_only=False, one_cancels=None,
                  bracket_of=None, ts_event=None):
        qty, price, stop = num(qty), num(price), num(stop)
        strategy = strategy or EXTERNAL
        links = () if self.bad("links_not_content") else (one_cancels, bracket_of)
        content = (symbol, side, qty, price, stop, strategy, account, reduce_only, links)
        known = self.orders.get(client_order_id)
        if known is not None:
            before = known.content
            if self.bad("repeat_as_amended"):
                before = (*before[:2], known.qty, known.price, *before[4:])
            if before == content or self.bad("no_client_id_check"):
                return ("ok", True, None)
            return ("refused", "DuplicateClientOrderId")
        found = self.check(symbol, side, qty, price, stop, strategy, account, reduce_only)
        if isinstance(found, str):
            return ("refused", found)
        currency, locked, reduces = found
        self.orders[client_order_id] = Order(
            client_order_id, content, symbol, side, account, strategy, qty, price, reduce_only,
            currency, locked, reduces, locked,
        )
        self.at((account, symbol, strategy, "net"))
        return ("ok", False, None)

    def do_amend(self, client_order_id, *, qty=None, price=None):
        o = self.orders.get(client_order_id)
        if o is None or o.status not in OPEN:
            return ("invalid",)
        if price is not None and o.price is None:
            return ("invalid",)
        new_qty = o.qty if qty is None else num(qty)
        new_price = o.price if price is None else num(price)
        if new_qty <= o.cum:
            return ("refused", "InvalidQuantity")
        if (new_qty, new_price) == (o.qty, o.price):
            return ("ok", True, None)
        found = self.check(o.symbol, o.side, new_qty, new_price, o.content[4], o.strategy,
                           o.account, o.reduce_only, amended=o.id)
        if isinstance(found, str):
            return ("refused", found)
        o.qty, o.price = new_qty, new_price
        if not self.bad("amend_keeps_lock"):
            o.locked = found[1]
            o.reserved = found[1] * new_qty / (new_qty - o.cum)
        return ("ok", False, None)

    def end(self, client_order_id, status):
        o = self.orders.get(client_order_id)
        if o is None:
            return ("invalid",)
        if o.status == status:
            return ("ok", True, None)
        if o.status not in OPEN:
            return ("invalid",)
        if status == "rejected" and o.status in ("working", "partially_filled"):
            return ("invalid",)
        o.status = status
        o.cancel_requested = False
        kept = {"canceled": "cancel_keeps_lock", "expired": "expire_keeps_lock"}.get(status)
        if not (kept and self.bad(kept)):
            o.locked = F(0)
        return ("ok", False, None)

    def do_accept(self, client_order_id):
        o = self.orders.get(client_order_id)
        if o is None or o.status == "rejected":
            return ("invalid",)
        if o.status == "unknown":
            o.status = "partially_filled" if o.cum else "working"
            return ("ok", False, None)
        if o.status == "pending":
            o.status = "working"
            return ("ok", False, None)
        return ("ok", True, None)

    def do_reject(self, client_order_id):
        return self.end(client_order_id, "rejected")

    def do_canceled(self, client_order_id):
        return self.end(client_order_id, "canceled")

    def do_expire(self, client_order_id):
        return self.end(client_order_id, "expired")

    def do_cancel_request(self, client_order_id):
        o = self.orders.get(client_order_id)
        if o is None or o.status not in OPEN:
            return ("invalid",)
        if o.cancel_requested:
            return ("ok", True, None)
        o.cancel_requested = True
        return ("ok", False, None)

    def do_cancel_reject(self, client_order_id):
        o = self.orders.get(client_order_id)
        if o is None:
            return ("invalid",)
        was, o.cancel_requested = o.cancel_requested, False
        return ("ok", not was, None)

    def do_mark_unknown(self, client_order_id):
        o = self.orders.get(client_order_id)
        if o is None:
            return ("invalid",)
        if o.status not in OPEN or o.status == "unknown":
            return ("ok", True, None)
        o.status = "unknown"
        if self.bad("unknown_unlocks"):
            o.locked = F(0)
        return ("ok", False, None)

    # ---- commands: fills ----------------------------------------------------------------------

    def key_of(self, account, symbol, trade_id, side):
        return (
            "" if self.bad("dedupe_ignores_account") else account,
            "" if self.bad("dedupe_ignores_instrument") else symbol,
            trade_id,
            "" if self.bad("dedupe_ignores_side") else side,
        )

    def same_fill(self, key, order):
        """The fill that this report repeats, if any: one whose order is not another."""
        if self.bad("no_dedupe"):
            return None
        for trade in self.trades.get(key, ()):
            if order and trade.order and order != trade.order:
                if not self.bad("dedupe_ignores_order"):
                    continue
            return trade
        return None

    def quarantine(self, account, reason, content):
        """What cannot be booked is kept once, and its account only reduces."""
        if content is not None:
            if content in self.conflicts:
                return ("ok", True, reason)
            self.conflicts[content] = reason
        if not self.bad("conflict_no_reducing"):
            self.reducing.add(account)
        return ("ok", False, reason)

    def do_fill(self, symbol, side, qty, price, *, trade_id, client_order_id=None, strategy=None,
                account="default", fees=None, leg=None, revises=None, ts_event=None):
        qty, price = num(qty), num(price)
        fees = {c: num(a) for c, a in (fees or {}).items()}
        named = self.orders.get(client_order_id)
        o = named
        if o is not None and (o.account, o.symbol, o.side) != (account, symbol, side):
            o = None
        order = client_order_id
        key = self.key_of(account, symbol, trade_id, side)
        old = self.same_fill(key, order)
        if old is not None:
            content = ("fill", key, qty, price)
            if old.busted:
                return ("ok", True, self.conflicts.get(content))
            if (old.qty, old.price) != (qty, price):
                if self.bad("conflict_is_duplicate"):
                    return ("ok", True, None)
                if not self.bad("conflict_booked"):
                    return self.quarantine(account, "FillConflict", content)
            else:
                if fees and not old.fees and not self.bad("merge_forgets_fee"):
                    first = self.trades[key][0]
                    self.add_fees(first if self.bad("merge_fee_of_first") else old, fees)
                if o is not None and old.counted is None and not self.bad("merge_forgets_order"):
                    old.order, old.counted = order, o
                    if not self.bad("merge_order_no_count"):
                        self.fill_order(o, qty)
                return ("ok", True, None)
        original = None
        if revises is not None:
            original = self.original(account, symbol, revises, side, order)
            if original == "several":
                return self.quarantine(account, "AmbiguousTrade", None)
            if original is not None and not original.busted and self.is_before_split(original):
                return self.quarantine(account, "BeforeSplit", None)
            if original is None:
                # The original may come late: it is known to be replaced.
                gone = self.key_of(account, symbol, revises, side)
                original = Trade(gone, qty, price, 0, (), None, None, {}, True)
                self.trades.setdefault(gone, []).append(original)
            if not original.busted and not self.bad("revises_not_reversed"):
                self.reverse(original, fee=not self.bad("revises_fee_stays"))
            if named is None:
                counted = original.counted
                o = counted if counted is not None and counted.side == side else None
        whose = strategy or EXTERNAL
        if strategy is None and original is not None and original.position:
            whose = original.position[2]
        if o is not None and not self.bad("fill_of_other_strategy"):
            whose = o.strategy
        leg = leg or "net"
        if o is None and original is not None and original.position:
            leg = original.position[3]
        place = (account, symbol, whose, leg)
        sign = 1 if side == "buy" else -1
        self.execute(place, sign, qty, price, fees)
        self.booked += 1
        trade = Trade(key, qty, price, sign, place, order if o is None else o.id, o, fees)
        trade.number = self.booked
        if original is not None:
            original.successor = trade
        self.trades.setdefault(key, []).append(trade)
        if o is not None:
            self.fill_order(o, qty, revises)
        return ("ok", False, None)

    def known_as(self, account, symbol, trade_id, side=None):
        """Every fill with this id, in the order of their booking; a side narrows it."""
        sides = (side,) if side else ("buy", "sell")
        keys = {self.key_of(account, symbol, trade_id, side) for side in sides}
        return sorted((t for key in keys for t in self.trades.get(key, ())), key=lambda t: t.number)

    def original(self, account, symbol, revises, side, order):
        """What a correction takes back: the latest correction of it. Of several that stand, the
        one of its side and order; one that is void where none stands.
        """
        standing, void = [], None
        for trade in self.known_as(account, symbol, revises):
            while trade.successor and not self.bad("revises_first_only"):
                trade = trade.successor
            if trade.busted:
                void = trade
            elif all(trade is not known for known in standing):
                standing.append(trade)
        if len(standing) < 2:
            return standing[0] if standing else void
        if self.bad("revises_other_order"):
            return standing[0]
        alike = [
            t for t in standing
            if t.sign == (1 if side == "buy" else -1)
            and not (order and t.order and order != t.order)
        ]
        return alike[0] if len(alike) == 1 else "several"

    def is_before_split(self, trade):
        """Whether its quantity and price were in other shares."""
        return trade.number <= self.splits.get(trade.position[1], -1)

    def relock(self, o):
        """An open order locks its part of what it reserved."""
        left = max(o.qty - o.cum, F(0))
        o.locked = ceiled(o.reserved * left / o.qty, MONEY_SCALE)

    def fill_order(self, o, qty, revises=None):
        """Counts a fill and unlocks its part."""
        o.cum += qty
        left = max(o.qty - o.cum, F(0))
        if o.status in OPEN:
            if self.bad("partial_unlocks_all"):
                o.locked = F(0)
            elif not self.bad("partial_unlocks_nothing"):
                self.relock(o)
        if left == 0 and not (revises and self.bad("revises_leaves_open")):
            o.status, o.locked, o.cancel_requested = "filled", F(0), False
        elif o.status in OPEN:
            o.status = "partially_filled"

    # ---- corrections, busts and late fees ---------------------------------------------------

    def reverse(self, trade, fee=True):
        """Takes a fill back: quantity, cash and fees exactly, at its own price, as of now."""
        price = trade.price
        if self.bad("bust_at_average"):
            p = self.at(trade.position)
            price = p.cost / p.qty if p.qty else price
        fees = {c: -a for c, a in trade.fees.items()} if fee else {}
        before = dict(self.balances)
        self.execute(trade.position, -trade.sign, trade.qty, price, fees)
        if self.bad("bust_forgets_cash"):
            self.balances = before
        trade.busted = True
        if trade.counted is not None:
            trade.counted.cum -= trade.qty
            if trade.counted.status in OPEN:
                self.relock(trade.counted)

    def do_bust(self, symbol, trade_id, *, side=None, account="default"):
        known = self.known_as(account, symbol, trade_id, side)
        standing = [t for t in known if not t.busted]
        if not known:
            return self.quarantine(account, "UnknownTrade", None)
        if len(standing) > 1:
            return self.quarantine(account, "AmbiguousTrade", None)
        if not standing and not self.bad("bust_twice"):
            return ("ok", True, None)
        trade = (standing or known)[0]
        if self.is_before_split(trade):
            return self.quarantine(account, "BeforeSplit", None)
        self.reverse(trade, fee=not self.bad("bust_forgets_fee"))
        return ("ok", False, None)

    def add_fees(self, trade, fees):
        inst = self.instruments[trade.position[1]]
        for currency, amount in fees.items():
            if self.is_base_fee(inst, currency):
                price = trade.price
                if self.bad("late_fee_on_average"):
                    p = self.at(trade.position)
                    price = p.cost / p.qty if p.qty else price
                self.move(trade.position, F(0), price, amount)
                self.base_fee(trade.position, amount, price)
            else:
                self.charge(trade.position, currency, amount, trade.price)
        trade.fees = dict(fees)

    def do_late_fee(self, symbol, trade_id, fee, *, fee_currency=None, side=None,
                    account="default"):
        known = self.known_as(account, symbol, trade_id, side)
        standing = [t for t in known if not t.busted]
        if not known:
            return self.quarantine(account, "UnknownTrade", None)
        if not standing:
            return ("ok", True, None)
        free = [t for t in standing if not t.fees]
        if len(free) != 1 and len(standing) > 1:
            return self.quarantine(account, "AmbiguousTrade", None)
        trade = (free or standing)[0]
        inst = self.instruments[symbol]
        fees = {fee_currency or inst.settle: num(fee)}
        if trade.fees:
            if trade.fees == fees:
                if self.bad("late_fee_twice"):
                    self.add_fees(trade, fees)
                return ("ok", True, None)
            return self.quarantine(account, "FillConflict", None)
        self.add_fees(trade, fees)
        return ("ok", False, None)
