"""Before money that left is explained: whether its log names the recipient who is stored, and whose debts it then pays."""

import asyncio

import structlog

from app.chain.client import Chain
from app.chain.logs import TokenTransfer, decode_watched
from app.chain.mined_logs import MinedIn, mined_logs
from app.chain.node_errors import ChainError, UnreadableAnswer
from app.domain.errors import Refusal, RefusalCode
from app.store.treasury.recipients import LoggedOutflow

_LONGEST_LOOK_SECONDS = 4.0
_log = structlog.get_logger(__name__)


async def refuse_contradicted(chain: Chain, outflow: LoggedOutflow) -> None:
    """Refuses INVALID_STATE, and CHAIN_UNAVAILABLE when a node answers nonsense, which somebody has to look at. Where no node
    can tell, the row counts: the next reconciliation compares it.
    """
    try:
        async with asyncio.timeout(_LONGEST_LOOK_SECONDS):
            logged = await _recipient(chain, outflow)
    except UnreadableAnswer as problem:
        raise Refusal(
            RefusalCode.CHAIN_UNAVAILABLE,
            f"Nobody knows whom the transfer in transaction 0x{outflow.tx_hash.hex()} went to: {problem}. Nothing was changed."
            " Take the node that answers so out of SGE_CHAINS, restart, and try again.",
            "id",
        ) from None
    except (ChainError, TimeoutError) as problem:
        _log.warning("recipient of an outflow not compared", reason=str(problem) or "no answer")
        return
    if logged not in (None, outflow.recipient):
        raise Refusal(
            RefusalCode.INVALID_STATE,
            f"The transfer in transaction 0x{outflow.tx_hash.hex()}, block {outflow.block_number}, went to {logged};"
            f" {outflow.recipient} is stored. Nothing was changed: reconcile the program, and have that corrected as"
            " docs/reconciliation.md says.",
            "id",
        )


async def _recipient(chain: Chain, outflow: LoggedOutflow) -> str | None:
    """In lower case; None when the log is gone, which a reconciliation tells of."""
    place = MinedIn(outflow.block_number, outflow.block_hash, outflow.tx_hash)
    async for _, logs in mined_logs(chain, [place]):
        for log in decode_watched(logs):
            if isinstance(log, TokenTransfer) and log.place.log_index == outflow.log_index:
                return log.recipient
    return None
