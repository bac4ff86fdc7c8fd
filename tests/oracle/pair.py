"""Runs one stream through the package and the oracle, and compares after every command."""

from decimal import Context, Decimal
from fractions import Fraction as F

import truebook
from oracle import Oracle

EXACT = Context(prec=200)


# How a part of a reservation is rounded is not documented; it is far below the last digit booked.
LOCK_TOLERANCE = Decimal("1e-14")


class Mismatch(AssertionError):
    """Where the two differ: the step's index, its command, what was expected and found."""


def exact(value):
    """A fraction whose denominator divides a power of ten, as a decimal."""
    if isinstance(value, F):
        return EXACT.divide(Decimal(value.numerator), Decimal(value.denominator))
    return value


class Pair:
    """The package and the oracle, given the same commands."""

    def __init__(self, fault=None, path=None):
        self.oracle = Oracle(fault)
        self.path = path
        self.book = self.open()

    def open(self):
        return truebook.open(
            self.path, mode="live", threading="inline", clock="event", durability="os"
        )

    def close(self):
        self.book.close()

    def package(self, step, command):
        """The package's answer in the oracle's words."""
        command = {k: v for k, v in command.items() if v is not None}
        method = command.pop("do")
        if method == "restart":
            self.book.close()
            self.book = self.open()
            self.book.acknowledge()
            return None
        fees = command.get("fees")
        if fees and len(fees) == 1 and step % 2:
            del command["fees"]
            command["fee_currency"], command["fee"] = next(iter(fees.items()))
        try:
            answer = getattr(self.book, method)(**command)
        except truebook.Refused as refusal:
            return ("refused", refusal.status)
        except truebook.InvalidValue:
            return ("invalid",)
        if answer is None:
            return None
        return ("ok", answer.duplicate, answer.quarantined)

    def run(self, commands):
        answers = {}
        for step, command in enumerate(commands):
            expected = self.oracle.do(command)
            found = self.package(step, command)
            self.same(step, command, "answer", expected, found)
            self.compare(step, command)
            kind = found if found is None else found[:1] + tuple(str(x) for x in found[1:])
            answers[kind] = answers.get(kind, 0) + 1
        difference = self.book.portfolio().difference
        self.same(len(commands), {"do": "portfolio"}, "difference", 0, difference)
        return answers

    def same(self, step, command, what, expected, found):
        if expected != found:
            raise Mismatch(
                f"step {step}, {what}: the oracle says {expected}, the package {found}\n"
                f"  after {command}"
            )

    def near(self, step, command, what, expected, found):
        if abs(expected - found) > LOCK_TOLERANCE:
            self.same(step, command, what, expected, found)

    def compare(self, step, command):
        self.compare_positions(step, command)
        self.compare_balances(step, command)
        self.compare_orders(step, command)

    def compare_positions(self, step, command):
        oracle = self.oracle
        found = {(p.account, p.symbol, p.strategy, p.leg): p for p in self.book.positions()}
        summed = {}
        for key, p in oracle.positions.items():
            if p.qty:
                self.same_position(step, command, key, p, found.pop(key, None))
            summed.setdefault(key[:3], []).append(p)
        self.same(step, command, "positions that are open", [], list(found))
        for key, legs in summed.items():
            if len(legs) == 1 and not legs[0].qty:
                package = self.book.position(key[1], strategy=key[2], account=key[0])
                self.same_position(step, command, key, legs[0], package)

    def same_position(self, step, command, key, p, found):
        if found is None:
            raise Mismatch(f"step {step}, {key}: the package has none\n  after {command}")
        for name, mine, theirs in (
            ("signed_qty", p.qty, found.signed_qty),
            ("cost", p.cost if p.unknown is None else None, found.cost),
            ("realized_pnl", p.realized if p.unknown is None else None, found.realized_pnl),
            ("cash_flow", p.cash_flow, found.cash_flow),
            ("funding", p.funding, found.funding),
            ("margin", p.margin, found.margin),
        ):
            self.same(step, command, f"{key} {name}", exact(mine), theirs)
        mine = {c: exact(a) for c, a in p.fees.items() if a}
        theirs = {c: a for c, a in found.fees.items() if a}
        self.same(step, command, f"{key} fees", mine, theirs)

    def compare_balances(self, step, command):
        oracle = self.oracle
        keys = dict.fromkeys(oracle.balances)
        for o in oracle.orders.values():
            keys[o.account, o.currency] = None
        for account, currency in keys:
            found = self.book.balance(currency, account=account)
            for name in ("total", "in_orders", "in_margin"):
                mine = getattr(oracle, name)(account, currency)
                what = f"balance of {account} in {currency}, {name}"
                check = self.near if name == "in_orders" else self.same
                check(step, command, what, exact(mine), getattr(found, name))

    def compare_orders(self, step, command):
        standing = {o.client_order_id for o in self.book.orders()}
        for o in self.oracle.orders.values():
            if o.id not in standing and getattr(o, "seen", None) == (o.status, o.cum):
                continue
            found = self.book.order(o.id)
            left = exact(max(o.qty - o.cum, F(0)))
            mine = (o.status, exact(o.cum), left)
            theirs = (found.status, found.cum_qty, found.leaves_qty)
            self.same(step, command, f"order {o.id}", mine, theirs)
            self.near(step, command, f"locked by {o.id}", exact(o.locked), found.locked)
            o.seen = (o.status, o.cum)
