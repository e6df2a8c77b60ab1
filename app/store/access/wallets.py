"""What a wallet is, in every program where it is somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.store.access.sessions import Holder
from app.store.database import ReadSession

# Definer function: whoever signs in has no program yet.
_PROGRAMS = """
SELECT asked.n, p.*
  FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS asked (wallet, chain, n)
 CROSS JOIN LATERAL sge_wallet_programs(asked.wallet, asked.chain) p
 ORDER BY asked.n, p.program_id
"""


@dataclass(frozen=True, slots=True)
class WalletStanding:
    """roles: granted ones, with CLIENT for a user and AFFILIATE for an affiliate. owner: of the program's treasury."""

    program_id: int
    program_public_id: UUID
    roles: tuple[str, ...]
    owner: bool
    affiliate_id: int | None
    user_id: int | None


async def wallet_standings(
    session: ReadSession, holders: Sequence[Holder]
) -> list[list[WalletStanding]]:
    """Of each holder one for each program, oldest program first, at most 500; a contract's in the programs of its chain only."""
    found: list[list[WalletStanding]] = [[] for _ in holders]
    rows = await session.connection.fetch(
        _PROGRAMS,
        [holder.wallet for holder in holders],
        [holder.contract_chain_id for holder in holders],
    )
    for row in rows:
        facts = dict(row)
        holder = facts.pop("n") - 1
        found[holder].append(WalletStanding(**{**facts, "roles": tuple(row["roles"])}))
    return found
