"""Business events as Hypothesis draws them: mostly right, often wrong in exactly one way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hypothesis import strategies as st

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import (
    DEPOSIT,
    IN_FLIGHT,
    PAID_OUT,
    PLATFORM,
    PROGRAM,
    Account,
    AccountKind,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
    Transfer,
)
from tests.storage.seeds import AT, CHAIN

AMOUNTS = st.integers(1, 1_000)
LOGS = st.integers(0, 60)
# Of events that nothing before them stands in the way of.
FREE_LOGS = st.integers(1_000, 10**9)


@dataclass(frozen=True)
class Cast:
    """Who there is. strangers: keys that belong to another program."""

    block: int
    users: Sequence[int]
    affiliates: Sequence[int]
    strangers: Sequence[int]


def line(amount: int, debit: Account, credit: Account, currency: str = "USD") -> Transfer:
    return Transfer("test", Money(amount, currency), debit, credit)


def log(cast: Cast, amount: int, index: int, direction: str, *, undone: bool = False) -> Movement:
    return Movement(
        CHAIN,
        cast.block,
        cast.block.to_bytes(32),
        index,
        MovementDirection(direction),
        Money(amount, "USD"),
        undone=undone,
    )


def _journal(kind: JournalKind, lines: Sequence[Transfer], *movements: Movement) -> Journal:
    return Journal(new_id(), kind, str(new_id()), AT, tuple(lines), movements)


@st.composite
def right(draw: st.DrawFn, cast: Cast) -> Journal:
    """An event that adds up; whether its log is free and its balance there depends on what came before."""
    amount, index = draw(AMOUNTS), draw(LOGS)
    user = Account(AccountKind.USER, draw(st.sampled_from(cast.users)))
    owed = Account(AccountKind.REFUND, user.owner_id)
    affiliate = Account(AccountKind.AFFILIATE, draw(st.sampled_from(cast.affiliates)))
    events = {
        "pay": lambda: _journal(
            JournalKind.SETTLEMENT,
            [line(amount, user, PROGRAM), line(amount, PROGRAM, PLATFORM), *_earnings(draw, cast)],
            log(cast, amount, index, "IN"),
        ),
        "in": lambda: _journal(
            JournalKind.DEPOSIT, [line(amount, DEPOSIT, PROGRAM)], log(cast, amount, index, "IN")
        ),
        "hold": lambda: _journal(JournalKind.PAYOUT_HOLD, [line(amount, affiliate, IN_FLIGHT)]),
        "release": lambda: _journal(
            JournalKind.PAYOUT_RELEASE, [line(amount, IN_FLIGHT, affiliate)]
        ),
        "out": lambda: _journal(
            JournalKind.PAYOUT, [line(amount, IN_FLIGHT, PAID_OUT)], log(cast, amount, index, "OUT")
        ),
        "owe": lambda: _journal(JournalKind.REVERSAL, [line(amount, PROGRAM, owed)]),
        "refund": lambda: _journal(
            JournalKind.PAYOUT, [line(amount, owed, PAID_OUT)], log(cast, amount, index, "OUT")
        ),
        "undo": lambda: _journal(
            JournalKind.REVERSAL,
            [line(amount, PROGRAM, DEPOSIT)],
            log(cast, amount, index, "IN", undone=True),
        ),
    }
    return events[draw(st.sampled_from(["pay", "pay", *events]))]()


def _earnings(draw: st.DrawFn, cast: Cast) -> list[Transfer]:
    earners = draw(st.lists(st.sampled_from(cast.affiliates), max_size=3, unique=True))
    return [line(1, PROGRAM, Account(AccountKind.AFFILIATE, one)) for one in earners]


@st.composite
def sure(draw: st.DrawFn, cast: Cast) -> Journal:
    """A payment with a log of its own: nothing that came before refuses it."""
    amount = draw(AMOUNTS)
    user = Account(AccountKind.USER, draw(st.sampled_from(cast.users)))
    return _journal(
        JournalKind.SETTLEMENT,
        [line(amount, user, PROGRAM), *_earnings(draw, cast)],
        log(cast, amount, draw(FREE_LOGS), "IN"),
    )


@st.composite
def wrong(draw: st.DrawFn, cast: Cast) -> Journal:
    """An event with one thing bent; mostly one that only this makes wrong, or a missing guard would hide behind others."""
    bend: Callable[[Journal], Journal] = draw(st.sampled_from(_bends(cast)))
    return bend(draw(st.one_of(sure(cast), sure(cast), right(cast))))


def _bends(cast: Cast) -> list[Callable[[Journal], Journal]]:
    stranger = Account(AccountKind.AFFILIATE, cast.strangers[0])
    foreign_user = Account(AccountKind.USER, cast.strangers[1])
    return [
        lambda one: replace(one, movements=()),
        lambda one: replace(one, movements=(*one.movements, log(cast, 1, 61, "IN"))),
        lambda one: replace(one, movements=one.movements * 2),
        lambda one: replace(one, transfers=()),
        lambda one: replace(one, transfers=(), movements=()),
        lambda one: replace(one, transfers=(*one.transfers, line(0, PROGRAM, PLATFORM))),
        lambda one: replace(one, transfers=(*one.transfers, line(-3, PROGRAM, PLATFORM))),
        lambda one: replace(one, transfers=(*one.transfers, line(3, PROGRAM, PROGRAM))),
        lambda one: replace(one, transfers=(*one.transfers, line(3, PROGRAM, stranger))),
        lambda one: replace(one, transfers=(*one.transfers, line(3, foreign_user, PROGRAM))),
        lambda one: replace(one, transfers=(*one.transfers, line(3, DEPOSIT, PROGRAM))),
        lambda one: replace(one, transfers=(*one.transfers, line(3, PROGRAM, PLATFORM, "GBP"))),
        lambda one: replace(
            one, transfers=(*one.transfers, line(3, PROGRAM, Account(AccountKind.AFFILIATE)))
        ),
        lambda one: replace(one, transfers=(*one.transfers, line(3, IN_FLIGHT, PROGRAM, "EUR"))),
    ]
