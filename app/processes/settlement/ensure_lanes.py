"""A lane for each relayer key on each chain, from the chain's own count of what the key has sent."""

from collections.abc import Mapping

from app.chain.client import Chain
from app.chain.signer import Signer
from app.domain.actors import LANE_MAKER
from app.domain.clock import Clock
from app.services.execute import Bells, execute
from app.services.settlement.move_lane import add_lane
from app.store.database import Database, UnitOfWork


async def ensure_lanes(
    database: Database, bells: Bells, chain: Chain, signers: Mapping[str, Signer], clock: Clock
) -> None:
    """New relayers get a lane that starts after everything they ever sent, waiting or mined; known ones stay."""
    for relayer in signers:
        mined = await chain.nonce(relayer, "latest")
        waiting = await chain.nonce(relayer, "pending")
        balance = await chain.balance(relayer)

        async def ensure(
            unit: UnitOfWork,
            relayer: str = relayer,
            nonce: int = max(mined, waiting),
            balance: int = balance,
        ) -> None:
            await add_lane(
                unit,
                chain.chain_id,
                relayer,
                nonce=nonce,
                balance_wei=balance,
                actor=LANE_MAKER,
                at=clock(),
            )

        await execute(database, bells, None, ensure)
