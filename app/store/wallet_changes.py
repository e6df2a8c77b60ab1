"""Changes of affiliates' wallets."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.store.database import ReadSession, UnitOfWork

_ASKED = """
SELECT p.chain_id, p.slug, a.referral_code, a.wallet,
       1 + (SELECT count(*) FROM affiliate_wallet_change c WHERE c.program_id = a.program_id AND c.affiliate_id = a.id) AS n
  FROM affiliate a JOIN program p ON p.id = a.program_id
 WHERE a.program_id = $1 AND a.public_id = $2
"""
_NEXT = """
SELECT 1 + count(*) FROM affiliate_wallet_change WHERE program_id = $1 AND affiliate_id = $2
"""
_IS_TREASURY = "SELECT EXISTS (SELECT FROM treasury WHERE program_id = $1 AND address = $2)"
# A user's wallet, which somebody in the branch referred or is about to refer.
_REFERRED_BY_BRANCH = """
SELECT EXISTS (
  SELECT FROM program_user u
    LEFT JOIN intent i ON i.program_id = u.program_id AND i.id = u.registration_intent_id
    JOIN affiliate r ON r.program_id = u.program_id AND r.id = coalesce(u.referrer_id, i.referrer_id)
   WHERE u.program_id = $1 AND u.wallet = $2 AND $3::bigint = ANY (sge_upline(r.path)))
"""
_INSERT = """
INSERT INTO affiliate_wallet_change (program_id, affiliate_id, n, old_wallet, new_wallet, old_signature, new_signature,
                                     changed_by, changed_at, pays_from)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""
_SET = "UPDATE affiliate SET wallet = $3, version = version + 1 WHERE program_id = $1 AND id = $2"


@dataclass(frozen=True, slots=True)
class ChangingAffiliate:
    """Of which a wallet change tells: n is the number that the next one would have."""

    chain_id: int
    slug: str
    referral_code: str
    wallet: str
    n: int


@dataclass(frozen=True, slots=True)
class WalletChangeRow:
    """pays_from: program time from which payouts go to the new wallet; changed_at: real time."""

    affiliate_id: int
    n: int
    old_wallet: str
    new_wallet: str
    old_signature: bytes
    new_signature: bytes
    changed_by: str
    changed_at: datetime
    pays_from: datetime


async def read_changing(session: ReadSession, public_id: UUID) -> ChangingAffiliate | None:
    """An affiliate of the session's program."""
    row = await session.connection.fetchrow(_ASKED, session.program_id, public_id)
    return None if row is None else ChangingAffiliate(**row)


async def next_change(unit: UnitOfWork, affiliate_id: int) -> int:
    """The number of the affiliate's next change; its row is locked."""
    n: int = await unit.connection.fetchval(_NEXT, unit.program_id, affiliate_id)
    return n


async def is_treasury(unit: UnitOfWork, wallet: str) -> bool:
    return bool(await unit.connection.fetchval(_IS_TREASURY, unit.program_id, wallet))


async def is_referred_by_branch(unit: UnitOfWork, wallet: str, affiliate_id: int) -> bool:
    """Whether a user with this wallet was referred by the affiliate, or by anybody below it."""
    return bool(
        await unit.connection.fetchval(_REFERRED_BY_BRANCH, unit.program_id, wallet, affiliate_id)
    )


async def change_wallet(unit: UnitOfWork, row: WalletChangeRow) -> None:
    """Writes the change and the affiliate's new wallet. Raises 23505 when another affiliate has it."""
    await unit.connection.execute(
        _INSERT,
        unit.program_id,
        row.affiliate_id,
        row.n,
        row.old_wallet,
        row.new_wallet,
        row.old_signature,
        row.new_signature,
        row.changed_by,
        row.changed_at,
        row.pays_from,
    )
    await unit.connection.execute(_SET, unit.program_id, row.affiliate_id, row.new_wallet)
