"""What a wallet is, in every program where it is somebody."""

from dataclasses import dataclass
from uuid import UUID

from app.store.database import ReadSession
from app.store.sessions import Holder

# Definer function: whoever signs in has no program yet.
_PROGRAMS = "SELECT * FROM sge_wallet_programs($1, $2)"


@dataclass(frozen=True, slots=True)
class WalletStanding:
    """roles: granted ones, with CLIENT for a user and AFFILIATE for an affiliate. owner: of the program's treasury."""

    program_id: int
    program_public_id: UUID
    roles: tuple[str, ...]
    owner: bool
    affiliate_id: int | None
    user_id: int | None


async def wallet_standings(session: ReadSession, holder: Holder) -> list[WalletStanding]:
    """One for each program, oldest program first, at most 500; a contract's in the programs of its chain only."""
    rows = await session.connection.fetch(_PROGRAMS, holder.wallet, holder.contract_chain_id)
    return [WalletStanding(**{**row, "roles": tuple(row["roles"])}) for row in rows]
