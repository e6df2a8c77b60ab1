"""SQL against the open rule and what owners sign: whoever writes, nothing is paid twice and nothing signed changes."""

import asyncio
from typing import Any

import asyncpg
import pytest

from app.domain.ids import new_id
from app.store.database import Database as Pool
from tests.fixtures.databases import Database
from tests.storage.conftest import Vault
from tests.storage.refusing import (
    DOES_NOT_SUM,
    FORBIDDEN,
    FROZEN,
    KEPT,
    LIVE_BATCH,
    OPEN_RULE,
    TWICE,
    refused,
)
from tests.storage.seeds import SeededProgram, wallet
from tests.storage.vault import LINE, Line, Stored


async def test_a_line_is_in_open_transactions_of_one_nonce(vault: Vault) -> None:
    lines = await vault.earn(5)
    first = await vault.store(lines)
    with refused(OPEN_RULE):
        await vault.store(lines, 1, replaces=first.batch)
    again = await vault.store(lines, 0, replaces=first.batch)
    await vault.end(again, "EXECUTED")
    with refused(OPEN_RULE):
        await vault.store(lines, 1)


async def test_a_line_of_a_dead_transaction_is_free(vault: Vault) -> None:
    lines = await vault.earn(5)
    await vault.end(await vault.store(lines), "DEAD")
    again = await vault.store(lines, 1)
    await vault.end(again, "EXECUTED")
    status = await vault.owner.fetchval("SELECT status FROM commission WHERE id = $1", lines[0].id)
    assert status == "PAID"


async def test_of_two_at_once_one_lists_the_line(vault: Vault) -> None:
    first = await vault.store(await vault.earn(3))
    lines = await vault.earn(5)

    async def list_at(nonce: int) -> Stored:
        return await vault.store(lines, nonce, replaces=first.batch)

    done = await asyncio.gather(list_at(1), list_at(2), return_exceptions=True)
    [problem] = [one for one in done if isinstance(one, asyncpg.PostgresError)]
    assert problem.sqlstate in {OPEN_RULE, TWICE}


async def test_the_rule_waits_for_who_holds_the_treasury(vault: Vault) -> None:
    first = await vault.store(await vault.earn(3))
    lines = await vault.earn(5)
    async with vault.worker.write(vault.program.id) as unit:
        await vault.propose(unit.connection, lines, 1, first.batch)
        other = asyncio.create_task(vault.store(lines, 2, batch=first.batch, listed=False))
        await asyncio.sleep(0.3)
        assert not other.done()
    with refused(OPEN_RULE):
        await other


async def test_payouts_are_planned_with_fresh_eyes(vault: Vault) -> None:
    lines = await vault.earn(5)
    with refused("SG032"):
        async with vault.worker.write(vault.program.id, "repeatable_read") as unit:
            await vault.propose(unit.connection, lines)


SIGNED = (
    "chain_id = chain_id + 1",
    "safe = '0x0000000000000000000000000000000000000009'",
    "safe_version = '1.3.0'",
    "safe_nonce = safe_nonce + 1",
    "currency = 'EUR'",
    "token = '0x0000000000000000000000000000000000000009'",
    "to_address = '0x0000000000000000000000000000000000000009'",
    "data = '\\x02'",
    "operation = 0",
    "hash = sha256(hash)",
    "content_hash = sha256(hash)",
    "payout_count = payout_count + 1",
    "total = total + 1",
    "created_at = now()",
)


@pytest.mark.parametrize("change", SIGNED)
async def test_what_is_signed_never_changes(
    change: str, vault: Vault, database: Database, api: Pool
) -> None:
    stored = await vault.store(await vault.earn(5))
    superuser = await asyncpg.connect(database.superuser_dsn)
    await superuser.execute("SET session_replication_role = replica")
    statement = f"UPDATE safe_transaction SET {change} WHERE id = '{stored.id}'"
    for connection in (vault.owner, superuser):
        with refused(FROZEN):
            await connection.execute(statement)
    for pool in (api, vault.worker):
        with refused(FORBIDDEN):
            async with pool.write(vault.program.id) as unit:
                await unit.connection.execute(statement)
    await superuser.close()


KEEPING = (
    "reversal", "refund", "refund_transition", "withdrawal", "commission", "commission_transition",
    "affiliate_wallet_change", "balance_adjustment", "safe_transaction", "safe_signature", "safe_transaction_transition", "payout", "payout_line",
    "payout_batch", "payout_batch_transaction", "payout_exclusion", "payout_batch_change", "safe_relay",
)  # fmt: skip


@pytest.mark.parametrize("table", KEEPING)
async def test_nothing_is_deleted(table: str, vault: Vault, database: Database) -> None:
    superuser = await asyncpg.connect(database.superuser_dsn)
    await superuser.execute("SET session_replication_role = replica")
    for connection in (vault.owner, superuser):
        for attack in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with refused(KEPT):
                await connection.execute(attack)
    await superuser.close()


async def test_no_payout_is_added_later(vault: Vault) -> None:
    stored = await vault.store(await vault.earn(5))
    add = "INSERT INTO payout VALUES ($1, $2, $3, $4, 'COMMISSION', $5, NULL, NULL, $6, 1)"
    for place, code in ((0, TWICE), (1, DOES_NOT_SUM)):
        values = (stored.id, place, vault.program.affiliates[0], wallet(20_000))
        with refused(code):
            await vault.owner.execute(add, vault.program.id, new_id(), *values)


async def test_no_lines_are_added_later_even_if_they_sum_to_nothing(vault: Vault) -> None:
    stored = await vault.store(await vault.earn(5))
    more = await vault.earn(4, -4)
    with refused(DOES_NOT_SUM):
        async with vault.owner.transaction():
            await vault.owner.execute(
                "UPDATE commission SET status = 'PENDING_APPROVAL' WHERE id = ANY($1::uuid[])",
                [line.id for line in more],
            )
            await vault.list_lines(vault.owner, stored, more)


async def test_nothing_is_added_to_a_batch(vault: Vault) -> None:
    first = await vault.store(await vault.earn(5))
    with refused(FROZEN):
        await vault.store(await vault.earn(6), 1, batch=first.batch, place=1)


@pytest.mark.parametrize(
    "wrong",
    [{"amount": 6}, {"total": 6}, {"count": 2}, {"batch_total": 6}, {"listed": False}],
    ids=str,
)
async def test_what_does_not_add_up_is_not_stored(wrong: dict[str, Any], vault: Vault) -> None:
    with refused(DOES_NOT_SUM):
        await vault.store(await vault.earn(2, 3), **wrong)


async def test_a_payout_pays_its_own_recipients_lines_whole(
    vault: Vault, other_program: SeededProgram
) -> None:
    [mine] = await vault.earn(5)
    [other_owner] = await vault.earn(5, affiliate=1)
    [other_currency] = await vault.earn(5, currency="EUR")
    beside = await Vault(vault.owner, vault.worker, other_program).open()
    [foreign] = await beside.earn(5)
    part = Line(mine.id, mine.affiliate, 4)
    unknown = Line(new_id(), mine.affiliate, 5)
    for line in (other_owner, other_currency, foreign, part, unknown):
        with refused(DOES_NOT_SUM):
            await vault.store([line])
    stored = await vault.store([mine])
    with refused(TWICE):
        values = (stored.id, mine.id, stored.payout, 5)
        await vault.owner.execute(LINE, vault.program.id, *values)


async def test_a_nonce_is_of_the_programs_own_safe(vault: Vault) -> None:
    with refused(DOES_NOT_SUM):
        await vault.store(await vault.earn(5), safe=wallet(4))


async def test_one_batch_is_live(vault: Vault) -> None:
    first = await vault.store(await vault.earn(5))
    with refused(LIVE_BATCH):
        await vault.store(await vault.earn(6), 1)
    second = await vault.store(await vault.earn(6), 1, replaces=first.batch)
    with refused(TWICE):
        await vault.store(await vault.earn(7), 2, replaces=first.batch)
    await vault.end(first, "DEAD")
    with refused(LIVE_BATCH):
        await vault.store(await vault.earn(7), 2, replaces=first.batch)
    await vault.end(second, "DEAD")
    with refused(LIVE_BATCH):
        await vault.store(await vault.earn(7), 2, replaces=second.batch)
    await vault.store(await vault.earn(7), 2)


async def test_two_batches_in_one_transaction_are_two(vault: Vault) -> None:
    one, other = await vault.earn(5), await vault.earn(6)
    with refused(LIVE_BATCH):
        async with vault.worker.write(vault.program.id) as unit:
            await vault.propose(unit.connection, one, 0)
            await vault.propose(unit.connection, other, 1)


async def test_a_program_stores_nothing_for_another(
    vault: Vault, api: Pool, other_program: SeededProgram
) -> None:
    lines = await vault.earn(5)
    with refused(FORBIDDEN):
        async with api.write(other_program.id) as unit:
            await vault.propose(unit.connection, lines)
