"""Checks that come after the last policy see all rows, whichever program the session names by then."""

from collections.abc import Sequence

import asyncpg
import pytest

from app.domain.ids import new_id
from app.store.database import Database as Pool
from tests.storage.conftest import Vault
from tests.storage.refusing import (
    DOES_NOT_SUM,
    FROZEN,
    NOT_LISTED,
    NOT_POSTED,
    NOT_SIGNED_BY_WALLETS,
    refused,
)
from tests.storage.seeds import wallet

# Each because: with no rows to see it refuses.
REFUSES_UNSEEN = {
    "sge_check_lines": "a payout that it does not see is none of the line's",
    "sge_check_outflow_line": "its outflow is to be there",
    "sge_check_wallet": "the signed change is to be there",
    "sge_check_whole": "a batch is to list it",
    "sge_check_whole_batch": "what it lists is to be there",
}
_LATE = """
SELECT DISTINCT p.proname::text AS name, p.prosecdef AS definer FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
  JOIN pg_class c ON c.oid = t.tgrelid
 WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal AND t.tgtype & 2 = 0
"""
_CALLED = """
SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prorettype = 'trigger'::regtype
   AND (has_function_privilege('sge_api', p.oid, 'EXECUTE') OR has_function_privilege('sge_worker', p.oid, 'EXECUTE'))
"""
_AWAY = ("SELECT set_config('sge.program_id', '0', true)", "SET LOCAL sge.program_id = '987654321'")
_IN_THE_STATEMENT = " RETURNING set_config('sge.program_id', '0', true)"


async def taken(api: Pool, vault: Vault, statements: Sequence[str]) -> None:
    """By a stolen web process, committed."""
    async with api.write(vault.program.id) as unit:
        for statement in statements:
            await unit.connection.execute(statement)


async def test_who_checks_late_sees_all_or_refuses_what_it_does_not_see(
    owner: asyncpg.Connection,
) -> None:
    found = {row["name"]: row["definer"] for row in await owner.fetch(_LATE)}
    assert {name for name, definer in found.items() if not definer} == REFUSES_UNSEEN.keys()


async def test_no_guard_is_put_on_a_table_of_ones_own(owner: asyncpg.Connection) -> None:
    """With the owner's rights it would look for whoever made that table."""
    assert await owner.fetch(_CALLED) == []


@pytest.mark.parametrize("away", _AWAY)
async def test_what_a_batch_lists_is_not_free_at_the_commit(
    api: Pool, vault: Vault, away: str
) -> None:
    lines = await vault.earn(5)
    await vault.store(lines)
    back = f"UPDATE commission SET status = 'PAYABLE' WHERE id = '{lines[0].id}'"
    with refused(NOT_LISTED):
        await taken(api, vault, [back])
    with refused(NOT_LISTED):
        await taken(api, vault, [back, away])
    with refused(NOT_LISTED):
        await taken(api, vault, [back + _IN_THE_STATEMENT, "SET CONSTRAINTS ALL IMMEDIATE"])


@pytest.mark.parametrize("away", _AWAY)
async def test_a_hold_is_posted_at_the_commit(api: Pool, vault: Vault, away: str) -> None:
    stored = await vault.store(await vault.earn(5))
    for claimed in ("holds = 1", "holds = 2"):
        hold = f"UPDATE safe_transaction SET {claimed} WHERE id = '{stored.id}'"
        with refused(NOT_POSTED):
            await taken(api, vault, [hold])
        with refused(NOT_POSTED):
            await taken(api, vault, [hold, away])


async def test_nothing_is_added_to_what_is_stored(api: Pool, vault: Vault) -> None:
    stored, p = await vault.store(await vault.earn(5)), vault.program.id
    payout = new_id()
    more = (
        "INSERT INTO payout (program_id, id, safe_transaction_id, place, purpose, affiliate_id, destination, amount)"
        f" VALUES ({p}, '{payout}', '{stored.id}', 1, 'COMMISSION', {vault.program.affiliates[0]}, '{wallet(1)}', 7)"
    )
    one = (await vault.earn(7))[0]
    line = f"INSERT INTO payout_line VALUES ({p}, '{stored.id}', '{one.id}', '{stored.payout}', 7)"
    for statement, code in ((more, DOES_NOT_SUM), (line, DOES_NOT_SUM)):
        for looks in ("", _IN_THE_STATEMENT):
            with refused(code):
                await taken(api, vault, [statement + looks])
    other = await vault.owner.fetchval("SELECT count(*) FROM payout WHERE program_id = $1", p)
    assert other == 1
    # Another Safe transaction of this very batch, which is listed already by it.
    replaced = await vault.store(stored.lines, 0, replaces=stored.batch)
    listed = (
        f"INSERT INTO payout_batch_transaction VALUES ({p}, '{stored.batch}', 1, '{replaced.id}')"
    )
    for looks in ("", _IN_THE_STATEMENT):
        with refused(FROZEN):
            await taken(api, vault, [listed + looks])


@pytest.mark.parametrize("away", _AWAY)
async def test_who_sees_nothing_refuses(api: Pool, vault: Vault, away: str) -> None:
    """The rest of them, left with the rights of who commits."""
    p, safe = vault.program.id, new_id()
    alone = (
        "INSERT INTO safe_transaction (program_id, id, chain_id, safe, safe_version, safe_nonce, token, to_address, data,"
        " operation, hash, content_hash, payout_count, total, created_at)"
        f" VALUES ({p}, '{safe}', 31337, '{vault.safe}', '1.4.1', 5, '{wallet(7)}', '{wallet(7)}', '', 1,"
        f" sha256('{safe}'), sha256(''), 0, 0, now())"
    )
    batch = (
        "INSERT INTO payout_batch (program_id, id, kind, currency, content_hash, payout_count, total, created_by, created_at)"
        f" VALUES ({p}, '{new_id()}', 'PAYOUTS', 'USD', sha256(''), 0, 0, 'thief', now())"
    )
    moved = f"UPDATE affiliate SET wallet = '{wallet(1)}' WHERE id = {vault.program.affiliates[0]}"
    for statement, code in (
        (alone, DOES_NOT_SUM),
        (batch, DOES_NOT_SUM),
        (moved, NOT_SIGNED_BY_WALLETS),
    ):
        with refused(code):
            await taken(api, vault, [statement, away])
