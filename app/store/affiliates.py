"""The forest of affiliates on the writing side. Paths and depths follow from parents by a trigger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.domain.states import AffiliateStatus
from app.store.database import ReadSession, UnitOfWork

_COLUMNS = """
a.id, a.public_id, a.parent_id, a.depth, a.path, a.wallet, a.referral_code, a.display_name, a.status,
a.request_hash, a.version, a.created_at
"""
_BY_CODE = f"SELECT {_COLUMNS} FROM affiliate a WHERE a.program_id = $1 AND a.referral_code = $2"
_BY_WALLET = f"SELECT {_COLUMNS} FROM affiliate a WHERE a.program_id = $1 AND a.wallet = $2"
_LOCK = (
    f"SELECT {_COLUMNS} FROM affiliate a WHERE a.program_id = $1 AND a.public_id = $2 FOR UPDATE"
)
_PUBLIC_ID = "SELECT public_id FROM affiliate WHERE program_id = $1 AND id = $2"
# Any unique key may be taken; which one is asked afterwards.
_INSERT = f"""
INSERT INTO affiliate AS a (program_id, public_id, parent_id, depth, path, wallet, referral_code, display_name,
                       request_hash, created_at)
VALUES ($1, $2, $3, 0, '', $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
RETURNING {_COLUMNS}
"""
_SET_STATUS = """
UPDATE affiliate SET status = $3, version = version + 1 WHERE program_id = $1 AND id = $2
"""
_DEEPEST = """
SELECT max(depth) FROM affiliate WHERE program_id = $1 AND path >= $2 AND path < $3
"""
# The branch below follows by a trigger, set-based.
_SET_PARENT = """
UPDATE affiliate SET parent_id = $3, version = version + 1 WHERE program_id = $1 AND id = $2
"""
# Somebody above the branch's new place who is a user that the branch referred, or is about to refer.
_REFERRED_FROM_BELOW = """
SELECT true
  FROM affiliate ancestor
  JOIN program_user u ON u.program_id = ancestor.program_id AND u.wallet = ancestor.wallet
  LEFT JOIN intent i ON i.program_id = u.program_id AND i.id = u.registration_intent_id
  JOIN affiliate referrer ON referrer.program_id = u.program_id
       AND referrer.id = coalesce(u.referrer_id, i.referrer_id)
 WHERE ancestor.program_id = $1 AND ancestor.id = ANY ($2)
   AND referrer.path >= $3 AND referrer.path < $4
 LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class AffiliateRow:
    """An affiliate as its services see it. path: ids from the root down to itself, 8 bytes each."""

    id: int
    public_id: UUID
    parent_id: int | None
    depth: int
    path: bytes
    wallet: str
    referral_code: str
    display_name: str | None
    status: AffiliateStatus
    request_hash: bytes
    version: int
    created_at: datetime

    @property
    def upline(self) -> tuple[int, ...]:
        """Ids from itself up to its root."""
        return path_ids(self.path)[::-1]


def path_ids(path: bytes) -> tuple[int, ...]:
    """Ids from the root down."""
    return tuple(int.from_bytes(path[at : at + 8]) for at in range(0, len(path), 8))


def branch_end(path: bytes) -> bytes:
    """The first path after a branch's: its own id counted up."""
    return path[:-8] + (int.from_bytes(path[-8:]) + 1).to_bytes(8)


async def affiliate_by_code(
    session: UnitOfWork | ReadSession, program_id: int, code: str
) -> AffiliateRow | None:
    row = await session.connection.fetchrow(_BY_CODE, program_id, code)
    return None if row is None else _affiliate(row)


async def affiliate_by_wallet(
    session: UnitOfWork | ReadSession, program_id: int, wallet: str
) -> AffiliateRow | None:
    row = await session.connection.fetchrow(_BY_WALLET, program_id, wallet)
    return None if row is None else _affiliate(row)


async def lock_affiliate(unit: UnitOfWork, public_id: UUID) -> AffiliateRow | None:
    """An affiliate of the unit's own program."""
    row = await unit.connection.fetchrow(_LOCK, unit.program_id, public_id)
    return None if row is None else _affiliate(row)


async def affiliate_public_id(unit: UnitOfWork, affiliate_id: int) -> UUID | None:
    found: UUID | None = await unit.connection.fetchval(_PUBLIC_ID, unit.program_id, affiliate_id)
    return found


async def insert_affiliate(
    unit: UnitOfWork,
    *,
    public_id: UUID,
    parent_id: int | None,
    wallet: str,
    referral_code: str,
    display_name: str | None,
    request_hash: bytes,
    at: datetime,
) -> AffiliateRow | None:
    """None when the wallet or the code is taken in the program."""
    row = await unit.connection.fetchrow(
        _INSERT,
        unit.program_id,
        public_id,
        parent_id,
        wallet,
        referral_code,
        display_name,
        request_hash,
        at,
    )
    return None if row is None else _affiliate(row)


async def set_status(unit: UnitOfWork, affiliate_id: int, status: AffiliateStatus) -> None:
    await unit.connection.execute(_SET_STATUS, unit.program_id, affiliate_id, status.value)


async def deepest_level(unit: UnitOfWork, path: bytes) -> int:
    """The greatest depth within a branch."""
    depth: int = await unit.connection.fetchval(_DEEPEST, unit.program_id, path, branch_end(path))
    return depth


async def set_parent(unit: UnitOfWork, affiliate_id: int, parent_id: int | None) -> None:
    """Gives the affiliate another parent (None: it becomes a root), and its whole branch new paths."""
    await unit.connection.execute(_SET_PARENT, unit.program_id, affiliate_id, parent_id)


async def is_referred_from_below(unit: UnitOfWork, ancestors: Sequence[int], path: bytes) -> bool:
    """Whether one of these affiliates is a user whom somebody in the branch at `path` referred."""
    return bool(
        await unit.connection.fetchval(
            _REFERRED_FROM_BELOW, unit.program_id, list(ancestors), path, branch_end(path)
        )
    )


def _affiliate(row: object) -> AffiliateRow:
    values = dict(row)  # type: ignore[call-overload]  # asyncpg's Record is a mapping without saying so
    values["status"] = AffiliateStatus(values["status"])
    return AffiliateRow(**values)
