"""Random streams of commands, the same for the same seed.

A stream knows nothing of the book: it draws commands over every kind of instrument, repeats half of
the reports, swaps neighbours and restarts. Instruments, accounts and cash come first.
"""

import random

SECOND = 10**9

INSTRUMENTS = {
    "BTC-USD": dict(kind="spot", base="BTC", quote="USD", price_precision=2, qty_precision=8),
    "ETH-BTC": dict(kind="spot", base="ETH", quote="BTC", price_precision=5, qty_precision=4),
    "SHR": dict(kind="equity", base="SHR", quote="USD", price_precision=2, qty_precision=2,
                maker_fee="0.05", taker_fee="0.2"),
    "BTC-PERP": dict(kind="perpetual", base="BTC", quote="USD", price_precision=1,
                     qty_precision=3, leverage="3"),
    "OIL-FUT": dict(kind="future", base="OIL", quote="USD", price_precision=2, qty_precision=0,
                    multiplier="50"),
    "BTC-INV": dict(kind="inverse_perpetual", base="BTC", quote="USD", settle="BTC",
                    price_precision=1, qty_precision=0, leverage="7"),
    "BTC-INF": dict(kind="inverse_future", base="BTC", quote="USD", settle="BTC",
                    price_precision=1, qty_precision=0, multiplier="100"),
    "CALL": dict(kind="option", base="CALL", quote="USD", price_precision=2, qty_precision=0,
                 multiplier="100", leverage="5"),
    "EUR-USD": dict(kind="fx", base="EUR", quote="USD", price_precision=5, qty_precision=2),
}
# Where each starts, its tick, and the sizes that are drawn.
LEVEL = {
    "BTC-USD": ("50000", 2, (0.001, 0.4), 8),
    "ETH-BTC": ("0.06", 5, (0.01, 9), 4),
    "SHR": ("101.37", 2, (0.2, 60), 2),
    "BTC-PERP": ("50000", 1, (0.001, 0.3), 3),
    "OIL-FUT": ("71.13", 2, (1, 9), 0),
    "BTC-INV": ("50000", 1, (10, 9000), 0),
    "BTC-INF": ("50000", 1, (1, 90), 0),
    "CALL": ("2.55", 2, (1, 20), 0),
    "EUR-USD": ("1.09111", 5, (10, 3000), 2),
}
STRATEGIES = ("momentum", "pairs", None)
ACCOUNTS = ("default", "second")
REPORTS = ("fill", "bust", "late_fee", "accept", "canceled", "expire", "reject", "mark_unknown",
           "deposit", "withdraw", "transfer", "funding", "adopt", "split", "submit")


def text(value, digits):
    return f"{value:.{digits}f}"


class Stream:
    """Draws `length` commands."""

    def __init__(self, seed, length=150, restarts=False):
        self.rng = random.Random(seed)
        self.length = length
        self.restarts = restarts
        self.now = 1_000 * SECOND
        self.count = 0
        self.levels = {s: float(v[0]) for s, v in LEVEL.items()}
        self.orders = []
        self.fills = []
        self.revised = []
        self.costless = []
        self.out = []
        symbols = self.rng.sample(list(INSTRUMENTS), self.rng.randint(2, len(INSTRUMENTS)))
        if "BTC-USD" not in symbols and self.rng.random() < 0.9:
            symbols.append("BTC-USD")
        # What is settled in BTC comes first: BTC then keeps the digits that its products need.
        order = ("ETH-BTC", "BTC-INV", "BTC-INF")
        self.symbols = sorted(symbols, key=lambda s: s not in order)

    def name(self, prefix):
        self.count += 1
        return f"{prefix}{self.count}"

    def commands(self):
        """The whole stream: the set-up first, then what was drawn, repeated and reordered."""
        head = [dict(do="add_account", name="second")]
        for symbol in self.symbols:
            head.append(dict(do="add_instrument", symbol=symbol, **INSTRUMENTS[symbol]))
        for account in ACCOUNTS:
            for currency, amount in (("USD", "200000"), ("BTC", "9"), ("BNB", "10")):
                head.append(dict(do="deposit", currency=currency, amount=amount, account=account))
        while len(self.out) < self.length:
            self.step()
        return head + self.disturbed(self.out[: self.length])

    def disturbed(self, commands):
        """Repeats half of the reports a little later and swaps neighbours."""
        late, out = [], []
        for at, command in enumerate(commands):
            out.append(command)
            for repeat in [x[1] for x in late if x[0] <= at]:
                out.append(repeat)
            late = [x for x in late if x[0] > at]
            if command["do"] in REPORTS and self.rng.random() < 0.5:
                late.append((at + self.rng.choice((0, 1, 1, 3, 9)), dict(command)))
        for at in range(len(out) - 1):
            pair = (out[at]["do"], out[at + 1]["do"])
            if self.rng.random() < 0.15 and all(name in REPORTS for name in pair):
                out[at], out[at + 1] = out[at + 1], out[at]
        now = 0
        for command in out:
            if command["do"] == "submit":
                command["ts_event"] = max(now, command["ts_event"])
            now = max(now, command.get("ts_event", 0))
        return out

    def step(self):
        draw = self.rng.choices(
            ("quote", "submit", "fill", "order_fill", "order", "amend", "bust", "late_fee",
             "revise", "conflict", "funding", "cash", "split", "adopt", "state", "restart", "time"),
            (16, 20, 14, 18, 12, 3, 4, 4, 4, 1, 4, 6, 1, 2, 3, 1, 2),
        )[0]
        self.now += self.rng.randint(0, SECOND // 4)
        getattr(self, "draw_" + draw)()

    def place(self):
        rng = self.rng
        return rng.choice(self.symbols), rng.choice(STRATEGIES), rng.choice(ACCOUNTS)

    def qty(self, symbol):
        low, high = LEVEL[symbol][2]
        return text(low * (high / low) ** self.rng.random(), LEVEL[symbol][3])

    def price(self, symbol, spread=0.03):
        level = self.levels[symbol] * (1 + self.rng.uniform(-spread, spread))
        return text(level, LEVEL[symbol][1])

    def draw_time(self):
        self.now += self.rng.choice((SECOND, 4 * SECOND, 6 * SECOND))

    def draw_quote(self):
        for symbol in self.symbols if self.rng.random() < 0.5 else self.symbols[:1]:
            drift = self.rng.choice((1, 1, 1, 1, 1, 1, 1.3, 0.7))
            level = self.levels[symbol] * self.rng.uniform(0.98, 1.02)
            if self.rng.random() < 0.9:
                self.levels[symbol] = level
            self.quote(symbol, level * drift, 3 if self.rng.random() < 0.3 and drift != 1 else 1)

    def quote(self, symbol, level, times):
        digits = LEVEL[symbol][1]
        if times == 3:
            self.levels[symbol] = level
        for _ in range(times):
            ts = self.now - (9 * SECOND if self.rng.random() < 0.05 else 0)
            bid, ask = text(level, digits), text(level * 1.002, digits)
            if self.rng.random() < 0.03:
                bid, ask = text(level * 1.01, digits), bid
            if self.rng.random() < 0.1:
                self.out.append(dict(do="price", symbol=symbol, last=bid, ts_event=ts))
            else:
                self.out.append(dict(do="quote", symbol=symbol, bid=bid, ask=ask, ts_event=ts))

    def draw_submit(self):
        symbol, strategy, account = self.place()
        side = self.rng.choice(("buy", "sell"))
        qty = self.qty(symbol)
        order = dict(do="submit", symbol=symbol, side=side, qty=qty, strategy=strategy,
                     account=account, client_order_id=self.name("o"), ts_event=self.now)
        kind = self.rng.random()
        if kind < 0.5:
            order["price"] = self.price(symbol, self.rng.choice((0.02, 0.05, 0.14)))
        elif kind < 0.56:
            order["stop"] = self.price(symbol)
        if self.rng.random() < 0.15:
            order["reduce_only"] = True
        if self.orders and self.rng.random() < 0.1:
            link = self.rng.choice(("one_cancels", "bracket_of"))
            order[link] = self.rng.choice(self.orders)["client_order_id"]
        odd = self.rng.random()
        if odd < 0.02:
            order["qty"] = "0"
        elif odd < 0.04 and LEVEL[symbol][3] < 8:
            order["qty"] = qty + (".5" if "." not in qty else "5")
        elif odd < 0.06:
            order["price"] = self.price(symbol) + ("5" if LEVEL[symbol][1] else ".5")
        elif odd < 0.08 and self.orders:
            order["client_order_id"] = self.rng.choice(self.orders)["client_order_id"]
        elif odd < 0.09:
            order["account"] = "nobody"
        elif odd < 0.12:
            order["qty"] = qty + "0" if "." in qty else str(int(qty) * 1000)
        elif odd < 0.13:
            order["price"] = "0"
        elif odd < 0.15:
            order["qty"] = text(10.0 ** -LEVEL[symbol][3], LEVEL[symbol][3])
        if self.rng.random() < 0.6:
            self.quote(symbol, self.levels[symbol], 1)
        self.out.append(order)
        self.orders.append(order)

    def fees(self, symbol, qty, price):
        """None, or fees in quote, base, a third coin, and rebates."""
        made = {}
        inst = INSTRUMENTS[symbol]
        kind = self.rng.random()
        sign = -1 if self.rng.random() < 0.2 else 1
        if kind < 0.3:
            return {}
        if kind < 0.6:
            made[inst.get("settle", inst["quote"])] = text(sign * self.rng.uniform(0, 2), 4)
        if 0.55 < kind < 0.85:
            made[inst["base"]] = text(sign * float(qty) * 0.001, 8)
        if kind > 0.8:
            made["BNB"] = text(sign * self.rng.uniform(0, 0.01), 6)
        return {c: a for c, a in made.items() if float(a)}

    def fill_of(self, symbol, side, strategy, account, qty, price, **more):
        trade_id = self.name("t")
        if self.fills and self.rng.random() < 0.08:
            trade_id = self.rng.choice(self.fills)["trade_id"]
        fill = dict(do="fill", symbol=symbol, side=side, qty=qty, price=price, trade_id=trade_id,
                    account=account, ts_event=self.now, **more)
        if strategy is not None:
            fill["strategy"] = strategy
        fees = self.fees(symbol, qty, price)
        if fees:
            fill["fees"] = fees
        if not all(float(fill[k]) for k in ("qty", "price")):
            return
        self.fills.append(fill)
        self.out.append(fill)
        if fees and self.rng.random() < 0.15:
            bare = dict(fill)
            del bare["fees"]
            self.out.insert(len(self.out) - 1, bare)
        elif "client_order_id" in fill and self.rng.random() < 0.15:
            nameless = dict(fill)
            del nameless["client_order_id"]
            self.out.insert(len(self.out) - 1, nameless)

    def draw_fill(self):
        symbol, strategy, account = self.place()
        more = {}
        if INSTRUMENTS[symbol]["kind"] == "perpetual" and self.rng.random() < 0.2:
            more["leg"] = self.rng.choice(("long", "short"))
        self.fill_of(symbol, self.rng.choice(("buy", "sell")), strategy, account,
                     self.qty(symbol), self.price(symbol), **more)

    def draw_order_fill(self):
        if not self.orders:
            return
        order = self.rng.choice(self.orders[-12:])
        symbol = order["symbol"]
        if order["account"] == "nobody" or not float(order["qty"]):
            return
        share = self.rng.choice((0.25, 0.5, 1, 1, 0.333))
        qty = text(float(order["qty"]) * share, LEVEL[symbol][3])
        self.fill_of(symbol, order["side"], None, order["account"], qty, self.price(symbol),
                     client_order_id=order["client_order_id"])

    def draw_order(self):
        what = self.rng.choice(("accept", "accept", "accept", "canceled", "canceled", "expire",
                                "reject", "mark_unknown", "cancel_request", "cancel_reject"))
        id = self.rng.choice(self.orders[-10:])["client_order_id"] if self.orders else "none"
        self.out.append(dict(do=what, client_order_id=id))

    def draw_amend(self):
        if not self.orders:
            return
        order = self.rng.choice(self.orders[-8:])
        symbol = order["symbol"]
        self.quote(symbol, self.levels[symbol], 1)
        change = dict(do="amend", client_order_id=order["client_order_id"])
        if self.rng.random() < 0.7:
            change["qty"] = self.qty(symbol)
        if "price" in order and ("qty" not in change or self.rng.random() < 0.5):
            change["price"] = self.price(symbol)
        if len(change) > 2:
            self.out.append(change)

    def draw_bust(self):
        if not self.fills:
            return
        fill = self.rng.choice(self.fills[-20:])
        bust = dict(do="bust", symbol=fill["symbol"], trade_id=fill["trade_id"],
                    account=fill["account"], side=fill["side"])
        if self.rng.random() < 0.03:
            bust["trade_id"] = self.name("never")
        self.out.append(bust)

    def draw_late_fee(self):
        if not self.fills:
            return
        fill = self.rng.choice(self.fills[-20:])
        fees = self.fees(fill["symbol"], fill["qty"], fill["price"]) or {"BNB": "0.001"}
        currency, amount = next(iter(fees.items()))
        if fill.get("fees") and self.rng.random() < 0.8:
            if len(fill["fees"]) > 1:
                return
            currency, amount = next(iter(fill["fees"].items()))
        self.out.append(dict(do="late_fee", symbol=fill["symbol"], trade_id=fill["trade_id"],
                             fee=amount, fee_currency=currency, side=fill["side"],
                             account=fill["account"]))

    def draw_revise(self):
        if not self.fills:
            return
        fill = self.rng.choice(self.fills[-20:])
        if self.revised and self.rng.random() < 0.3:
            fill = self.rng.choice(self.revised[-5:])
        self.revised.append(fill)
        symbol = fill["symbol"]
        more = {k: fill[k] for k in ("client_order_id", "leg") if k in fill}
        self.fill_of(symbol, fill["side"], fill.get("strategy"), fill["account"],
                     self.rng.choice((fill["qty"], self.qty(symbol))), self.price(symbol),
                     revises=fill["trade_id"], **more)

    def draw_conflict(self):
        if not self.fills:
            return
        fill = dict(self.rng.choice(self.fills[-20:]))
        fill["price"] = self.price(fill["symbol"])
        fill["qty"] = self.qty(fill["symbol"])
        self.out.append(fill)
        if self.rng.random() < 0.6:
            self.out.append(dict(do="resume"))

    def draw_funding(self):
        symbol, strategy, account = self.place()
        inst = INSTRUMENTS[symbol]
        what = "dividend" if inst["kind"] == "equity" else "funding"
        currency = inst.get("settle", inst["quote"])
        amount = text(self.rng.uniform(-3, 3), 6)
        self.out.append(dict(do=what, symbol=symbol, currency=currency, amount=amount,
                             strategy=strategy, account=account, id=self.name("f")))

    def draw_cash(self):
        currency = self.rng.choice(("USD", "BTC", "BNB"))
        account = self.rng.choice(ACCOUNTS)
        what = self.rng.choice(("deposit", "withdraw", "transfer", "withdraw", "adjust"))
        amount = text(10 ** self.rng.uniform(-2, 5 if currency == "USD" else 1), 4)
        move = dict(do=what, currency=currency, amount=amount, account=account,
                    id=self.name("c"))
        if what == "transfer":
            move["to"] = ACCOUNTS[1 - ACCOUNTS.index(account)]
        self.out.append(move)

    def draw_split(self):
        symbol = self.rng.choice(self.symbols)
        up, down = self.rng.choice(((2, 1), (3, 2), (1, 7), (1, 2), (10, 1)))
        ratio = up / down
        self.out.append(dict(do="split", symbol=symbol, numerator=up, denominator=down,
                             cash_px=self.price(symbol), id=self.name("s")))
        if INSTRUMENTS[symbol]["kind"] in ("spot", "fx"):
            return
        self.levels[symbol] = max(self.levels[symbol] / ratio, 1)
        self.now += 6 * SECOND
        self.quote(symbol, self.levels[symbol], 1)

    def draw_adopt(self):
        symbol, strategy, account = self.place()
        kind = INSTRUMENTS[symbol]["kind"]
        qty, price = self.qty(symbol), float(self.price(symbol))
        multiplier = float(INSTRUMENTS[symbol].get("multiplier", "1"))
        if kind.startswith("inverse"):
            cost = text(float(qty) * multiplier / price, 8)
            signs = ("", "-")
        else:
            cost = text(float(qty) * price * multiplier, 6)
            signs = ("", "")
        if self.rng.random() < 0.3 and kind != "spot":
            signs = ("-", "" if signs[1] else "-")
        qty, cost = signs[0] + qty, signs[1] + cost
        if self.rng.random() < 0.5:
            self.adopt_without_cost(symbol, qty, cost, account)
            return
        self.out.append(dict(do="adopt", symbol=symbol, qty=qty, cost=cost, strategy=strategy,
                             account=account, id=self.name("a")))

    def adopt_without_cost(self, symbol, qty, cost, account):
        """A holding of unknown cost; a part is sold, and its cost is told now or later."""
        strategy = self.rng.choice(("held", "kept"))
        self.out.append(dict(do="adopt", symbol=symbol, qty=qty, strategy=strategy,
                             account=account, id=self.name("a")))
        self.costless.append(dict(do="adopt", symbol=symbol, qty="0", cost=cost, strategy=strategy,
                                  account=account))
        for _ in range(self.rng.randint(0, 2)):
            side = "buy" if qty.startswith("-") else "sell"
            part = text(abs(float(qty)) * self.rng.uniform(0.1, 0.7), LEVEL[symbol][3])
            self.fill_of(symbol, side, strategy, account, part, self.price(symbol))
        if self.rng.random() < 0.6:
            told = self.rng.choice(self.costless)
            self.out.append(dict(told, id=self.name("a")))

    def draw_state(self):
        what = self.rng.choice(("halt", "reduce"))
        self.out.append(dict(do=what, reason="drawn"))
        for _ in range(self.rng.randint(1, 4)):
            self.draw_submit()
        self.out.append(dict(do="resume"))

    def draw_restart(self):
        if not self.restarts:
            return
        self.out.append(dict(do="restart"))
        if self.rng.random() < 0.8:
            for symbol in self.symbols:
                self.quote(symbol, self.levels[symbol], 1)
