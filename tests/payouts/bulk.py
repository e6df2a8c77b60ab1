"""Many affiliates with many commissions at once, written set-based: what size tests and benchmarks plan from."""

from datetime import timedelta

from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.postings import PROGRAM, Account, AccountKind, Journal, JournalKind, Transfer
from app.services.execute import execute
from app.store.database import UnitOfWork
from app.store.ledger.posting import post
from tests.payouts.world import PayoutProgram, PayoutWorld

_AFFILIATES = """
INSERT INTO affiliate (program_id, public_id, depth, path, wallet, referral_code, request_hash, created_at)
SELECT $1, gen_random_uuid(), 0, '', '0x' || lpad(to_hex(n + 16777216), 40, 'a'), 'BULK-' || n, '', $3
  FROM generate_series(1, $2::integer) AS n
RETURNING id
"""
# Without the payments that they come from: rows refer to nothing, so the server is told not to look.
_COMMISSIONS = """
INSERT INTO commission (program_id, id, settlement_id, affiliate_id, level, rate_bps, terms_version, base, amount, currency,
                        status, accrued_at, payable_at)
SELECT $1, gen_random_uuid(), gen_random_uuid(), a.id, 1, 1000, 1, 10 * $4::numeric, $4, 'USDC', 'ACCRUED', $5, $5
  FROM unnest($2::bigint[]) AS a (id), generate_series(1, $3::integer)
"""


async def many_due(
    world: PayoutWorld,
    program: PayoutProgram,
    *,
    affiliates: int,
    each: int,
    amount: int,
    funded: bool = True,
) -> list[int]:
    """So many affiliates, each with so many ACCRUED commissions that are due. The ledger owes what they sum to."""
    now = world.settling.clock()
    ids = [row["id"] for row in await world.settling.rows(_AFFILIATES, program.id, affiliates, now)]
    async with world.settling.admin.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            _COMMISSIONS, program.id, ids, each, amount, now - timedelta(days=1)
        )
    owed = Money(each * amount, "USDC")
    lines = tuple(
        Transfer("commission", owed, PROGRAM, Account(AccountKind.AFFILIATE, one)) for one in ids
    )

    async def owe(unit: UnitOfWork) -> None:
        journal = Journal(new_id(), JournalKind.ADJUSTMENT, str(new_id()), now, lines)
        await post(unit, program.id, [journal], now)

    await execute(world.settling.worker, world.settling.bells, program.id, owe)
    if funded:
        world.chain.fund([program.treasury], affiliates * each * amount)
    return ids
