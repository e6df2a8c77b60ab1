"""Before a log is called gone: what its transaction's receipt says. A node that has thrown logs away answers as if there were none."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

from app.chain.client import Chain
from app.chain.logs import WatchedLog, decode_watched
from app.chain.mined_logs import CannotTellError, MinedIn, mined_logs
from app.domain.chain_proof.facts import ExecutionClaim, MovementClaim, SettlementClaim
from app.processes.chain_proof.pinned import CannotCompareError

IsOf = Callable[[WatchedLog], bool]
"""Whether a log of a claim's transaction is the one that was looked for."""
_ARCHIVE = "put a node that keeps old logs and receipts first in SGE_CHAINS"


async def prove_missing(
    chain: Chain,
    claims: Iterable[tuple[SettlementClaim | MovementClaim | ExecutionClaim, IsOf]],
    addresses: Collection[str],
) -> None:
    """Nothing when the receipts say so too. addresses: of whose logs, in lower case.

    Raises CannotCompareError for a node that has such a log and did not show it, or that cannot tell; ChainError.
    """
    sought: dict[MinedIn, list[IsOf]] = defaultdict(list)
    for claim, is_of in claims:
        if claim.tx_hash is not None:
            sought[MinedIn(claim.block_number, claim.place[0], claim.tx_hash)].append(is_of)
    try:
        async for place, logs in mined_logs(chain, sought):
            shown = decode_watched(log for log in logs if log.address in addresses)
            if any(is_of(log) for log in shown for is_of in sought[place]):
                raise CannotCompareError(
                    f"the node shows no logs of block {place.block_number}, and its receipts have them: {_ARCHIVE}"
                )
    except CannotTellError as problem:
        raise CannotCompareError(f"{problem}, so nobody knows what is gone: {_ARCHIVE}") from None
