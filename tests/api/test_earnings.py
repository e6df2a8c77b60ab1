"""What an affiliate earned, is owed, and was paid: sums by status, and statements of its account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.payout_postings import PostedPayout, hold_journal, release_journal
from app.domain.payouts import PayoutPurpose
from app.domain.postings import PROGRAM, Account, AccountKind, Journal, JournalKind, Transfer
from app.store.ledger.posting import post
from tests.api.batched import Batches
from tests.api.caller import Caller, Stage
from tests.api.filled import PAID, FilledProgram

EARNINGS = """query ($by: AffiliateKey!) { affiliate(by: $by) { earnings {
  currency accrued { minor } payable { minor } pendingApproval { minor } paid { minor } reversed { minor } lifetime { minor }
} } }"""
STATEMENT = """query ($by: AffiliateKey!, $currency: String! = "USDC", $from: DateTime!, $to: DateTime!) {
  affiliate(by: $by) { statement(currency: $currency, from: $from, to: $to) {
    opening { minor } accrued { minor } reversed { minor } paid { minor } closing { minor }
    lines { totalCount { value } nodes { direction amount { minor } transaction { kind } } } } } }"""
LOW = PAID // 20
"""What LOW earns of one payment: five per cent."""
_SUMS = ("opening", "accrued", "reversed", "paid", "closing")


def by_code(filled: FilledProgram, code: str) -> dict[str, Any]:
    return {"referralCode": {"programId": filled.program.id, "referralCode": code}}


async def earned(filled: FilledProgram, code: str) -> dict[str, int]:
    seen = await filled.program.ask(EARNINGS, by=by_code(filled, code))
    [one] = seen["affiliate"]["earnings"]
    assert one.pop("currency") == "USDC"
    return {name: int(amount["minor"]) for name, amount in one.items()}


async def test_sums_by_status_and_clawbacks_count_as_reversed(filled: FilledProgram) -> None:
    await filled.grow(2)
    batches = Batches(filled)
    nothing = dict.fromkeys(
        ("accrued", "payable", "pendingApproval", "paid", "reversed", "lifetime"), 0
    )
    assert await earned(filled, "LOW") == nothing | {"accrued": 2 * LOW, "lifetime": 2 * LOW}
    assert await earned(filled, "LEAF0") == nothing
    first = await batches.propose(filled.payments[:1])
    await batches.execute(first)
    await batches.propose(filled.payments[1:])
    # What a fixture moves by hand is posted by hand: ACCRUED is what accounts hold beside the rest.
    middle = PAID // 50
    await Ledger(filled).hold(LOW)
    await Ledger(filled, "MIDDLE").forfeit(middle, filled.now)
    await Ledger(filled, "MIDDLE").hold(middle // 2)
    assert await earned(filled, "LOW") == nothing | {
        "pendingApproval": LOW,
        "paid": LOW,
        "lifetime": 2 * LOW,
    }
    # MIDDLE, at level 3, has half of each taken back again.
    assert await earned(filled, "MIDDLE") == nothing | {
        "pendingApproval": middle // 2,
        "paid": middle // 2,
        "reversed": middle,
        "lifetime": middle,
    }


@dataclass
class Ledger:
    """Posts to the account of an affiliate."""

    filled: FilledProgram
    code: str = "LOW"

    async def post(self, journal: Journal) -> None:
        async with self.filled.worker.write(self.filled.key) as unit:
            await post(unit, self.filled.key, [journal], self.filled.now)

    async def payouts(self, units: int) -> list[PostedPayout]:
        owner = await self._affiliate()
        return [PostedPayout(PayoutPurpose.COMMISSION, owner, Money(units, "USDC"))]

    async def hold(self, units: int) -> None:
        payouts = await self.payouts(units)
        await self.post(hold_journal(new_id().bytes * 2, 1, payouts, self.filled.now))

    async def forfeit(self, units: int, at: datetime) -> None:
        account = Account(AccountKind.AFFILIATE, await self._affiliate())
        transfer = Transfer("forfeit", Money(units, "USDC"), account, PROGRAM)
        await self.post(Journal(new_id(), JournalKind.ADJUSTMENT, new_id().hex, at, (transfer,)))

    async def _affiliate(self) -> int:
        found: int = await self.filled.owner.fetchval(
            "SELECT id FROM affiliate WHERE program_id = $1 AND referral_code = $2",
            self.filled.key,
            self.code,
        )
        return found


async def statement(filled: FilledProgram, start: datetime, end: datetime) -> dict[str, Any]:
    seen = await filled.program.ask(
        STATEMENT, by=by_code(filled, "LOW"), **{"from": _text(start), "to": _text(end)}
    )
    found: dict[str, Any] = seen["affiliate"]["statement"]
    sums = {name: int(found[name]["minor"]) for name in _SUMS}
    assert sums["opening"] + sums["accrued"] - sums["reversed"] - sums["paid"] == sums["closing"]
    lines = found["lines"]
    assert lines["totalCount"]["value"] == len(lines["nodes"])
    signs = {"CREDIT": 1, "DEBIT": -1}
    moved = sum(signs[one["direction"]] * int(one["amount"]["minor"]) for one in lines["nodes"])
    assert moved == sums["closing"] - sums["opening"]
    return sums | {"lines": [one["transaction"]["kind"] for one in lines["nodes"]]}


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


async def test_a_statement_sums_up_and_links_its_lines(filled: FilledProgram) -> None:
    await filled.grow(3)
    ledger, day = Ledger(filled), timedelta(days=1)
    start = filled.now
    digest = new_id().bytes * 2
    held = await ledger.payouts(2 * LOW)
    await ledger.post(hold_journal(digest, 1, held, start + day))
    await ledger.post(release_journal(digest, 1, held, start + 2 * day))
    again = new_id().bytes * 2
    await ledger.post(hold_journal(again, 1, await ledger.payouts(LOW), start + 3 * day))
    await ledger.forfeit(LOW // 2, start + 4 * day)
    whole = await statement(filled, start, start + 5 * day)
    assert whole == {
        "opening": 0,
        "accrued": 3 * LOW,
        "reversed": LOW // 2,
        "paid": LOW,
        "closing": 3 * LOW - LOW - LOW // 2,
        "lines": [
            "ADJUSTMENT",
            "PAYOUT_HOLD",
            "PAYOUT_RELEASE",
            "PAYOUT_HOLD",
            *["SETTLEMENT"] * 3,
        ],
    }
    # from is inclusive, to is exclusive.
    middle = await statement(filled, start + day, start + 3 * day)
    assert (middle["opening"], middle["closing"], middle["paid"]) == (3 * LOW, 3 * LOW, 0)
    assert middle["lines"] == ["PAYOUT_RELEASE", "PAYOUT_HOLD"]
    before = await statement(filled, start - day, start)
    assert (before["closing"], before["lines"]) == (0, [])


async def test_statements_of_nothing_and_wrong_questions(stage: Stage) -> None:
    program = await stage.program()
    await program.affiliate("NEW")
    by = {"referralCode": {"programId": program.id, "referralCode": "NEW"}}
    given: dict[str, Any] = {
        "by": by,
        "from": "2026-01-01T00:00:00Z",
        "to": "2027-01-01T00:00:00Z",
    }
    seen = (await program.ask(STATEMENT, **given))["affiliate"]["statement"]
    assert [seen[name]["minor"] for name in _SUMS] == ["0"] * 5
    assert seen["lines"] == {"totalCount": {"value": 0}, "nodes": []}
    for changed, argument in (
        ({"currency": "EUR"}, "currency"),
        ({"to": given["from"]}, "to"),
        ({"to": "2020-01-01T00:00:00Z"}, "to"),
    ):
        answer = await program.answer(STATEMENT, **given | changed)
        [error] = answer["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert error["extensions"]["argument"] == [argument]


@pytest.mark.parametrize(
    "field",
    [
        "earnings { currency }",
        "payouts { nodes { id } }",
        'statement(currency: "USDC", from: "2026-01-01T00:00:00Z", to: "2027-01-01T00:00:00Z") { closing { minor } }',
        "program { balances { currency } }",
        "program { coverage { currency } }",
        "program { payoutBatches { nodes { id } } }",
    ],
)
async def test_a_key_without_read_gets_null(stage: Stage, field: str) -> None:
    program = await stage.program()
    caller = Caller(stage.client, await stage.key(program.id, ["MANAGE_AFFILIATES"]))
    query = f"""mutation ($id: ID!) {{ setAffiliateStatus(id: $id, status: ACTIVE, reason: "no change") {{
      affiliate {{ {field} }} userErrors {{ code }} }} }}"""
    affiliate = (await program.affiliate("ONE"))["id"]
    seen = (await caller.ask(query, id=affiliate))["setAffiliateStatus"]["affiliate"]
    [value] = seen.values()
    assert value is None or set(value.values()) == {None}
    own = (await program.ask(query, id=affiliate))["setAffiliateStatus"]["affiliate"]
    assert None not in (own, *own.values())
