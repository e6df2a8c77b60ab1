"""A batch's status in SQL is what it is in Python, for every combination of up to three Safe transactions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from uuid import UUID

import asyncpg

from app.domain.ids import new_id
from app.domain.payouts import BatchStatus, Death
from app.domain.states import SafeTransactionStatus
from tests.storage.conftest import Vault
from tests.storage.seeds import AT, wallet

_MOST = 3
_TABLES = ("payout_batch", "payout_batch_transaction", "safe_transaction")
_SAFE_TRANSACTION = """
INSERT INTO safe_transaction (program_id, id, chain_id, safe, safe_version, safe_nonce, token, to_address, data, operation,
                              hash, content_hash, payout_count, total, status, death, death_reason, finished_at,
                              executed_tx_hash, created_at)
SELECT $1, $2, 31337, $3, '1.4.1', $4, $3, $3, '', 0, sha256(uuid_send($2::uuid)), sha256(''), 0, 0, $5, $6,
       CASE WHEN $6::text IS NOT NULL THEN 'test' END, CASE WHEN $5 IN ('EXECUTED', 'DEAD') THEN $7::timestamptz END,
       CASE WHEN $5 = 'EXECUTED' THEN sha256('') END, $7
"""
_BATCHES = """
INSERT INTO payout_batch (program_id, id, kind, currency, content_hash, payout_count, total, created_by, created_at,
                          rejected_by, rejected_at, reject_reason)
SELECT $1, b.id, 'CLOSING', 'USD', sha256(''), 0, 0, 'test', $4::timestamptz, r.by, CASE WHEN b.rejected THEN $4::timestamptz END, r.by
  FROM unnest($2::uuid[], $3::boolean[]) AS b (id, rejected)
 CROSS JOIN LATERAL (SELECT CASE WHEN b.rejected THEN 'test' END AS by) r
"""
_LISTS = """
INSERT INTO payout_batch_transaction SELECT $1, * FROM unnest($2::uuid[], $3::integer[], $4::uuid[])
"""
_STATUSES = (
    "SELECT id, sge_batch_status(program_id, id) AS status FROM payout_batch WHERE program_id = $1"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A batch's Safe transaction, as far as the batch's status depends on it."""

    status: SafeTransactionStatus
    death: Death | None


def batch_status(parts: Sequence[Part], *, rejected: bool) -> BatchStatus:
    """The domain's rule, said a second time. parts: at least one."""
    executed = [part.status is SafeTransactionStatus.EXECUTED for part in parts]
    given_up = [part.death is not None for part in parts]
    if all(executed):
        return BatchStatus.COMPLETED
    if any(executed) and all(map(max, executed, given_up)):
        return BatchStatus.PARTIALLY_COMPLETED
    if rejected and not any(executed):
        return BatchStatus.REJECTED
    if all(given_up):
        return BatchStatus.FAILED
    return _live_status([part.status for part in parts])


def _live_status(statuses: Sequence[SafeTransactionStatus]) -> BatchStatus:
    under_way = {SafeTransactionStatus.EXECUTING, SafeTransactionStatus.EXECUTED}
    if not under_way.isdisjoint(statuses):
        return BatchStatus.EXECUTING
    if all(status is SafeTransactionStatus.APPROVED for status in statuses):
        return BatchStatus.APPROVED
    return BatchStatus.PENDING_APPROVAL


def _parts() -> list[Part]:
    """Every state that the table takes."""
    open_ones = [status for status in SafeTransactionStatus if status not in {"EXECUTED", "DEAD"}]
    alive = [Part(status, None) for status in (*open_ones, SafeTransactionStatus.EXECUTED)]
    given_up = [Part(status, Death.REJECTED) for status in (*open_ones, SafeTransactionStatus.DEAD)]
    return alive + given_up


async def _store_parts(vault: Vault, parts: list[Part]) -> dict[tuple[Part, int], UUID]:
    """Each state as often as a batch may list it."""
    ids = {}
    for nonce, (part, time) in enumerate(product(parts, range(_MOST))):
        ids[part, time] = new_id()
        values = (part.status.value, part.death and part.death.value, AT)
        await vault.owner.execute(
            _SAFE_TRANSACTION, vault.program.id, ids[part, time], wallet(1), nonce, *values
        )
    return ids


async def _without_guards(owner: asyncpg.Connection) -> None:
    """States are planted here that only a history would lead to."""
    for table in _TABLES:
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


async def test_sql_says_the_same(vault: Vault) -> None:
    parts, owner, program = _parts(), vault.owner, vault.program.id
    wanted = [
        (new_id(), one, rejected)
        for number in range(1, _MOST + 1)
        for one in product(parts, repeat=number)
        for rejected in (False, True)
    ]
    transaction = owner.transaction()
    await transaction.start()
    await _without_guards(owner)
    ids = await _store_parts(vault, parts)
    batches = [batch for batch, _, _ in wanted]
    await owner.execute(_BATCHES, program, batches, [rejected for _, _, rejected in wanted], AT)
    lists = [(batch, n, ids[part, n]) for batch, one, _ in wanted for n, part in enumerate(one)]
    await owner.execute(_LISTS, program, *map(list, zip(*lists, strict=True)))
    found = {row["id"]: row["status"] for row in await owner.fetch(_STATUSES, program)}
    await transaction.rollback()
    assert len(found) == 2 * (8 + 8**2 + 8**3)
    for batch, one, rejected in wanted:
        assert found[batch] == batch_status(one, rejected=rejected), (one, rejected)
