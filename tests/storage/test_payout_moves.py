"""Who may move what on the way to a payout, and only with what it takes: signatures, postings, an end that is proven."""

from typing import Any

import pytest

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.payout_postings import PostedPayout, hold_journal, release_journal
from app.domain.payouts import PayoutPurpose
from app.store.database import Database as Pool
from app.store.ledger.posting import post
from tests.storage.conftest import Vault
from tests.storage.refusing import (
    BROKEN,
    FORBIDDEN,
    FROZEN,
    NOT_A_MOVE,
    NOT_LISTED,
    NOT_POSTED,
    NOT_REVERSED,
    NOT_SIGNED_BY_WALLETS,
    TWICE,
    UNSIGNED,
    refused,
)
from tests.storage.seeds import AT, wallet
from tests.storage.vault import SIGN, Stored

_TO = "UPDATE safe_transaction SET status = $2, version = version + 1 WHERE id = $1"
_GIVE_UP = """
UPDATE safe_transaction SET death = 'REJECTED', death_reason = 'test', version = version + 1 WHERE id = $1
"""
_HOLD = "UPDATE safe_transaction SET holding = $2, holds = holds + CASE WHEN $2 THEN 1 ELSE 0 END WHERE id = $1"
_COMMISSION = """
UPDATE commission SET status = $2, paid_at = CASE WHEN $2 = 'PAID' THEN now() END WHERE id = $1
"""
_COPY = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount, currency,
                        status, accrued_at, payable_at, paid_at)
SELECT program_id, $2, settlement_id, affiliate_id, 1000 + level, rate_bps, terms_version, base, amount, currency, $3,
       accrued_at, payable_at, CASE WHEN $3 = 'PAID' THEN now() END FROM commission WHERE id = $1
"""
_REVERSAL = "INSERT INTO reversal VALUES ($1, $2, $3, 10, 0, 'USD', 'test', 'test', $4, $5)"
_REFUND = (
    "INSERT INTO refund (program_id, id, user_id, amount, currency) VALUES ($1, $2, $3, $4, 'USD')"
)


async def _sign(vault: Vault, stored: Stored, owners: list[str]) -> None:
    for owner in owners:
        await vault.owner.execute(SIGN, vault.program.id, stored.id, owner)


async def _approved(vault: Vault) -> Stored:
    stored = await vault.store(await vault.earn(5))
    await _sign(vault, stored, vault.owners[:2])
    await vault.owner.execute(_TO, stored.id, "APPROVED")
    return stored


async def test_money_is_approved_by_enough_of_todays_owners(vault: Vault, api: Pool) -> None:
    stored = await vault.store(await vault.earn(5))
    await _sign(vault, stored, [vault.owners[0], wallet(95), wallet(96)])
    with refused(UNSIGNED):
        async with api.write(vault.program.id) as unit:
            await unit.connection.execute(_TO, stored.id, "APPROVED")
    with refused(TWICE):
        await _sign(vault, stored, [vault.owners[0]])
    await _sign(vault, stored, [vault.owners[2]])
    async with api.write(vault.program.id) as unit:
        await unit.connection.execute(_TO, stored.id, "APPROVED")


async def test_what_is_given_up_takes_no_signature_and_goes_nowhere(vault: Vault) -> None:
    stored = await vault.store(await vault.earn(5))
    await _sign(vault, stored, vault.owners[:2])
    await vault.owner.execute(_GIVE_UP, stored.id)
    with refused(UNSIGNED):
        await _sign(vault, stored, vault.owners[2:])
    with refused(UNSIGNED):
        await vault.owner.execute(_TO, stored.id, "APPROVED")


async def test_what_is_given_up_is_not_relayed(vault: Vault) -> None:
    stored = await _approved(vault)
    await vault.owner.execute(_GIVE_UP, stored.id)
    with refused(UNSIGNED):
        await vault.owner.execute(_TO, stored.id, "EXECUTING")


@pytest.mark.parametrize("status", ["EXECUTING", "EXECUTED", "DEAD"])
async def test_the_web_relays_and_ends_nothing(status: str, vault: Vault, api: Pool) -> None:
    stored = await _approved(vault)
    with refused(FORBIDDEN):
        async with api.write(vault.program.id) as unit:
            await unit.connection.execute(_TO, stored.id, status)
    await vault.owner.execute(_TO, stored.id, "EXECUTING")
    with refused(FORBIDDEN):
        async with api.write(vault.program.id) as unit:
            await unit.connection.execute(_TO, stored.id, "APPROVED")


async def test_the_web_pays_nobody_and_earns_nothing(vault: Vault, api: Pool) -> None:
    stored = await vault.store(await vault.earn(5))
    line = stored.lines[0].id
    attacks: list[tuple[str, Any]] = [
        ("UPDATE commission SET status = 'PAID' WHERE id = $1", ()),
        ("UPDATE commission SET paid_at = now() WHERE id = $1", ()),
        ("UPDATE commission SET amount = 9 WHERE id = $1", ()),
        (_COPY, (new_id(), "ACCRUED")),
    ]
    for statement, more in attacks:
        with refused(FORBIDDEN):
            async with api.write(vault.program.id) as unit:
                await unit.connection.execute(statement, line, *more)


async def test_a_commission_begins_at_its_beginning(vault: Vault) -> None:
    [line] = await vault.earn(5)
    for status in ("PAYABLE", "PENDING_APPROVAL", "PAID", "REVERSED"):
        with refused(NOT_A_MOVE):
            await vault.owner.execute(_COPY, line.id, new_id(), status)
    await vault.owner.execute(_COPY, line.id, new_id(), "ACCRUED")


async def test_a_commission_is_what_its_safe_transactions_are(vault: Vault) -> None:
    [free] = await vault.earn(5)
    with refused(NOT_LISTED):
        await vault.owner.execute(_COMMISSION, free.id, "PENDING_APPROVAL")
    [line] = (await vault.store([free])).lines
    for status in ("PAYABLE", "PAID"):
        with refused(NOT_LISTED):
            await vault.owner.execute(_COMMISSION, line.id, status)
    for status in ("ACCRUED", "REVERSED"):
        with refused(NOT_A_MOVE):
            await vault.owner.execute(_COMMISSION, line.id, status)


async def test_what_is_paid_says_when(vault: Vault) -> None:
    stored = await vault.store(await vault.earn(5))
    with refused(BROKEN):
        await vault.owner.execute(
            "UPDATE commission SET status = 'PAID' WHERE id = $1", stored.lines[0].id
        )


async def test_a_refund_is_what_was_reversed(vault: Vault, api: Pool) -> None:
    program, (payer, other) = vault.program, vault.program.users
    reversal = new_id()
    journal = await vault.owner.fetchval(
        "SELECT journal_id FROM settlement WHERE id = $1", vault.settlement
    )
    await vault.owner.execute(_REVERSAL, program.id, reversal, vault.settlement, journal, AT)
    for user, amount in ((payer, 11), (other, 10)):
        with refused(NOT_REVERSED):
            await vault.owner.execute(_REFUND, program.id, reversal, user, amount)
    await vault.owner.execute(_REFUND, program.id, reversal, payer, 10)
    with refused(NOT_LISTED):
        await vault.owner.execute(
            "UPDATE refund SET status = 'PENDING_APPROVAL' WHERE id = $1", reversal
        )
    with refused(FORBIDDEN):
        async with api.write(program.id) as unit:
            await unit.connection.execute(
                "UPDATE refund SET paid_at = now() WHERE id = $1", reversal
            )


async def test_what_is_held_is_posted(vault: Vault) -> None:
    stored = await _approved(vault)
    with refused(NOT_POSTED):
        await vault.owner.execute(_HOLD, stored.id, True)
    hashed = await vault.owner.fetchval(
        "SELECT hash FROM safe_transaction WHERE id = $1", stored.id
    )

    def payouts(amount: int) -> list[PostedPayout]:
        owner = vault.program.affiliates[0]
        return [PostedPayout(PayoutPurpose.COMMISSION, owner, Money(amount, "USD"))]

    with refused(NOT_POSTED):
        async with vault.worker.write(vault.program.id) as unit:
            await post(unit, vault.program.id, [hold_journal(hashed, 1, payouts(4), AT)], AT)
            await unit.connection.execute(_HOLD, stored.id, True)
    async with vault.worker.write(vault.program.id) as unit:
        await post(unit, vault.program.id, [hold_journal(hashed, 1, payouts(5), AT)], AT)
        await unit.connection.execute(_HOLD, stored.id, True)
    with refused(NOT_POSTED):
        await vault.owner.execute(_HOLD, stored.id, False)
    async with vault.worker.write(vault.program.id) as unit:
        await post(unit, vault.program.id, [release_journal(hashed, 1, payouts(5), AT)], AT)
        await unit.connection.execute(_HOLD, stored.id, False)


async def test_one_holds_at_a_nonce(vault: Vault) -> None:
    lines = await vault.earn(5)
    first = await vault.store(lines)
    await _sign(vault, first, vault.owners[:2])
    await vault.owner.execute(_TO, first.id, "APPROVED")
    second = await vault.store(lines, 0, replaces=first.batch)
    await _sign(vault, second, vault.owners[:2])
    await vault.owner.execute(_TO, second.id, "APPROVED")
    with refused(TWICE):
        await vault.owner.execute(
            "UPDATE safe_transaction SET holding = true WHERE id = ANY($1::uuid[])",
            [first.id, second.id],
        )


async def test_a_wallet_changes_with_its_signatures(vault: Vault, api: Pool) -> None:
    affiliate, new = vault.program.affiliates[0], wallet(20_900)
    change = "UPDATE affiliate SET wallet = $2 WHERE id = $1"
    note = "INSERT INTO affiliate_wallet_change VALUES ($1, $2, 1, $3, $4, '', '', 'test', now(), now())"
    with refused(NOT_SIGNED_BY_WALLETS):
        async with api.write(vault.program.id) as unit:
            await unit.connection.execute(change, affiliate, new)
    with refused(NOT_SIGNED_BY_WALLETS):
        async with api.write(vault.program.id) as unit:
            await unit.connection.execute(note, vault.program.id, affiliate, wallet(20_000), new)
            await unit.connection.execute(change, affiliate, wallet(20_901))
    async with api.write(vault.program.id) as unit:
        await unit.connection.execute(change, affiliate, new)
        await unit.connection.execute(note, vault.program.id, affiliate, wallet(20_000), new)


async def test_a_day_that_is_done_stays_done(vault: Vault, api: Pool) -> None:
    async with vault.worker.write(vault.program.id) as unit:
        await unit.connection.execute(
            "INSERT INTO payout_day VALUES ($1, $2)", vault.program.id, AT
        )
    back = "UPDATE payout_day SET done_through = done_through - 1 WHERE program_id = $1"
    with refused("SG005"):
        async with vault.worker.write(vault.program.id) as unit:
            await unit.connection.execute(back, vault.program.id)
    with refused(FORBIDDEN):
        async with api.write(vault.program.id) as unit:
            await unit.connection.execute(back, vault.program.id)


async def test_an_adjustment_takes_two_and_is_then_over(vault: Vault, api: Pool) -> None:
    propose = """
        INSERT INTO balance_adjustment (program_id, id, affiliate_id, currency, amount, reason, proposed_by, proposed_at,
                                        approved_by, approved_at, journal_id)
        SELECT program_id, $2, $3, 'USD', 5, 'test', 'ann', now(), $4, CASE WHEN $4::text IS NOT NULL THEN now() END,
               CASE WHEN $4::text IS NOT NULL THEN journal_id END FROM settlement WHERE id = $1"""
    approve = """
        UPDATE balance_adjustment SET approved_by = $2, approved_at = now(),
               journal_id = (SELECT max(id) FROM journal WHERE program_id = balance_adjustment.program_id) WHERE id = $1"""
    adjustment, affiliate = new_id(), vault.program.affiliates[0]

    async def run(statement: str, *values: Any) -> None:
        async with api.write(vault.program.id) as unit:
            await unit.connection.execute(statement, *values)

    with refused(FROZEN):
        await run(propose, vault.settlement, adjustment, affiliate, "bob")
    await run(propose, vault.settlement, adjustment, affiliate, None)
    with refused(BROKEN):
        await run(approve, adjustment, "ann")
    await run(approve, adjustment, "bob")
    with refused(FROZEN):
        await run(approve, adjustment, "carol")
    with refused(FORBIDDEN):
        await run("UPDATE balance_adjustment SET amount = 6 WHERE id = $1", adjustment)
