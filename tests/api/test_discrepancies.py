"""A person explains where records do not agree; what that means is posted, once."""

import asyncio
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from app.domain.actors import WATCHER
from app.domain.discrepancies import DiscrepancyKind, NewDiscrepancy, Severity
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import (
    PROGRAM,
    PROVIDER,
    Journal,
    JournalKind,
    Movement,
    MovementDirection,
    Transfer,
)
from app.domain.settlement_postings import movement_reference, unexplained_journal
from app.services.discrepancies.open_discrepancy import open_discrepancy
from app.store.ledger.posting import post
from schema.ids import IdPrefix, encode_id
from tests.api.filled import FilledProgram

RESOLVE = """
mutation ($id: ID!, $explanation: DiscrepancyExplanation!, $fee: MoneyInput) {
  resolveDiscrepancy(id: $id, explanation: $explanation, providerFee: $fee, note: "as the bank says") {
    discrepancy { id resolvedAt resolvedBy note posting { kind entries { nodes { direction amount { minor } purpose
      account { kind } } } } }
    userErrors { code field }
  }
}
"""
BALANCES = "query ($slug: String!) { program(slug: $slug) { balances { suspense { minor } providerPending { minor } } } }"
LIST = """
query ($slug: String!, $open: Boolean, $severity: [Severity!]) {
  program(slug: $slug) { discrepancies(open: $open, severity: $severity) { nodes { kind severity } totalCount { value } } }
}
"""
AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
_PLACES = count(1)


class Found:
    """Discrepancies as the watcher opens them, and a provider that owes."""

    def __init__(self, filled: FilledProgram) -> None:
        self.filled = filled

    async def moved(self, direction: MovementDirection, units: int) -> str:
        """Money that nothing explains; the discrepancy's id."""
        place, amount = next(_PLACES), Money(units, "USDC")
        log = Movement(31337, place, new_id().bytes * 2, 0, direction, amount, bytes(32))
        came = direction is MovementDirection.IN
        kind = DiscrepancyKind.UNEXPLAINED_INFLOW if came else DiscrepancyKind.UNEXPLAINED_OUTFLOW
        async with self.filled.worker.write(self.filled.key) as unit:
            await post(unit, self.filled.key, [unexplained_journal(log, AT)], AT)
            new = NewDiscrepancy(
                kind, Severity.WARNING, movement_reference(log), "nothing explains it"
            )
            opened = await open_discrepancy(unit, self.filled.key, new, WATCHER, AT)
        assert opened is not None
        return encode_id(IdPrefix.DISCREPANCY, opened)

    async def other(self, severity: Severity = Severity.INFO) -> str:
        """One without money."""
        kind, reference = DiscrepancyKind.UNATTRIBUTED_PAYMENT, new_id().hex
        async with self.filled.worker.write(self.filled.key) as unit:
            new = NewDiscrepancy(kind, severity, reference, "nobody is named")
            opened = await open_discrepancy(unit, self.filled.key, new, WATCHER, AT)
        assert opened is not None
        return encode_id(IdPrefix.DISCREPANCY, opened)

    async def charged(self, units: int) -> None:
        """A provider confirmed a charge."""
        line = Transfer("payment", Money(units, "USDC"), PROVIDER, PROGRAM)
        journal = Journal(new_id(), JournalKind.SETTLEMENT, str(new_id()), AT, (line,))
        async with self.filled.worker.write(self.filled.key) as unit:
            await post(unit, self.filled.key, [journal], AT)

    async def resolve(self, id_: str, explanation: str, fee: str | None = None) -> dict[str, Any]:
        given = None if fee is None else {"amount": fee, "currency": "USDC"}
        asked = await self.filled.program.ask(RESOLVE, id=id_, explanation=explanation, fee=given)
        payload: dict[str, Any] = asked["resolveDiscrepancy"]
        return payload

    async def refused(self, id_: str, explanation: str, fee: str | None = None) -> str:
        before = await self.balances()
        payload = await self.resolve(id_, explanation, fee)
        assert payload["discrepancy"] is None
        assert await self.balances() == before
        code: str = payload["userErrors"][0]["code"]
        return code

    async def balances(self) -> tuple[int, int]:
        """(in SUSPENSE, owed by providers)"""
        asked = await self.filled.program.ask(BALANCES, slug=self.filled.program.slug)
        [one] = asked["program"]["balances"]
        return int(one["suspense"]["minor"]), int(one["providerPending"]["minor"])

    async def kinds(self, **given: Any) -> list[str]:
        asked = await self.filled.program.ask(LIST, slug=self.filled.program.slug, **given)
        listed = asked["program"]["discrepancies"]
        assert listed["totalCount"]["value"] == len(listed["nodes"])
        return [node["kind"] for node in listed["nodes"]]


@pytest.fixture
def found(filled: FilledProgram) -> Found:
    return Found(filled)


def posted(payload: dict[str, Any]) -> set[tuple[str, str, int]]:
    """(direction, kind of account, amount) of what an explanation posted."""
    assert payload["userErrors"] == []
    journal = payload["discrepancy"]["posting"]
    assert journal["kind"] == "ADJUSTMENT"
    return {
        (one["direction"], one["account"]["kind"], int(one["amount"]["minor"]))
        for one in journal["entries"]["nodes"]
    }


async def test_a_providers_transfer_is_matched_with_what_it_owes(found: Found) -> None:
    await found.charged(100_000_000)
    arrived = await found.moved(MovementDirection.IN, 99_000_000)
    assert await found.balances() == (99_000_000, 100_000_000)
    first = await found.resolve(arrived, "FROM_PROVIDER", "1")
    assert posted(first) == {
        ("DEBIT", "SUSPENSE", 99_000_000),
        ("CREDIT", "PROVIDER", 99_000_000),
        ("DEBIT", "PROGRAM", 1_000_000),
        ("CREDIT", "PROVIDER", 1_000_000),
    }
    assert await found.balances() == (0, 0)
    assert first["discrepancy"]["resolvedBy"].startswith("api_key:")
    assert first["discrepancy"]["note"] == "as the bank says"
    # Who sends it again is told the same; who says something else, that it does not count.
    assert await found.resolve(arrived, "FROM_PROVIDER", "1") == first
    assert await found.refused(arrived, "FROM_PROVIDER", "2") == "INVALID_STATE"
    assert await found.refused(arrived, "TO_PROGRAM") == "INVALID_STATE"


async def test_a_provider_brings_no_more_than_it_owes(found: Found) -> None:
    await found.charged(10_000_000)
    arrived = await found.moved(MovementDirection.IN, 9_000_001)
    assert await found.refused(arrived, "FROM_PROVIDER", "1") == "AMOUNT_OUT_OF_RANGE"
    assert await found.refused(arrived, "FROM_PROVIDER", "0.0000001") == "INVALID_INPUT"
    assert posted(await found.resolve(arrived, "FROM_PROVIDER", "0.999999"))
    assert await found.balances() == (0, 0)


async def test_money_that_came_or_went_is_the_programs(found: Found) -> None:
    came = await found.moved(MovementDirection.IN, 5_000_000)
    for wrong in ("NO_POSTING", "FROM_PROGRAM", "UNDO_SETTLEMENT"):
        assert await found.refused(came, wrong) == "INVALID_STATE"
    assert await found.refused(came, "TO_PROGRAM", "1") == "INVALID_INPUT"
    assert posted(await found.resolve(came, "TO_PROGRAM")) == {
        ("DEBIT", "SUSPENSE", 5_000_000),
        ("CREDIT", "PROGRAM", 5_000_000),
    }
    went = await found.moved(MovementDirection.OUT, 2_000_000)
    assert await found.refused(went, "TO_PROGRAM") == "INVALID_STATE"
    assert posted(await found.resolve(went, "FROM_PROGRAM")) == {
        ("DEBIT", "PROGRAM", 2_000_000),
        ("CREDIT", "SUSPENSE", 2_000_000),
    }
    assert await found.balances() == (0, 0)


async def test_what_holds_no_money_needs_no_posting(found: Found) -> None:
    told = await found.other()
    assert await found.refused(told, "TO_PROGRAM") == "INVALID_STATE"
    payload = await found.resolve(told, "NO_POSTING")
    assert payload["userErrors"] == []
    assert payload["discrepancy"]["posting"] is None
    assert await found.resolve(told, "NO_POSTING") == payload


async def test_one_of_many_explanations_posts(found: Found) -> None:
    came = await found.moved(MovementDirection.IN, 7_000_000)
    answers = await asyncio.gather(*(found.resolve(came, "TO_PROGRAM") for _ in range(8)))
    assert len({str(one) for one in answers}) == 1
    assert await found.balances() == (0, 0)


async def test_of_two_persons_at_once_one_is_told_that_it_was_too_late(found: Found) -> None:
    await found.charged(10_000_000)
    came = await found.moved(MovementDirection.IN, 7_000_000)
    said = ["TO_PROGRAM", "FROM_PROVIDER"] * 3
    answers = await asyncio.gather(*(found.resolve(came, one) for one in said))
    heard = {one for one, answer in zip(said, answers, strict=True) if not answer["userErrors"]}
    refused = [answer["userErrors"][0] for answer in answers if answer["userErrors"]]
    assert len(heard) == 1
    assert [one["code"] for one in refused] == ["INVALID_STATE"] * 3
    assert await found.balances() == (0, 10_000_000 if heard == {"TO_PROGRAM"} else 3_000_000)


async def test_discrepancies_are_listed_and_nobody_elses_are_there(found: Found) -> None:
    await found.other(Severity.WARNING)
    came = await found.moved(MovementDirection.IN, 1)
    await found.resolve(came, "TO_PROGRAM")
    assert await found.kinds() == ["UNEXPLAINED_INFLOW", "UNATTRIBUTED_PAYMENT"]
    assert await found.kinds(open=True) == ["UNATTRIBUTED_PAYMENT"]
    assert await found.kinds(open=False) == ["UNEXPLAINED_INFLOW"]
    assert await found.kinds(severity=["CRITICAL"]) == []
    nowhere = encode_id(IdPrefix.DISCREPANCY, new_id())
    assert await found.refused(nowhere, "NO_POSTING") == "NOT_FOUND"
