"""People explain discrepancies; what the chain says about it is asked before: is a settlement gone, whom did money go to."""

import asyncio
from collections.abc import Mapping
from functools import partial

from app.chain.client import Chain
from app.chain.logs import Settled, decode_watched
from app.chain.mined_logs import MinedIn, mined_logs
from app.chain.node_errors import ChainError
from app.domain.clock import Clock
from app.domain.errors import Refusal, RefusalCode
from app.domain.explanations import Explanation
from app.domain.permissions import Authority
from app.processes.discrepancies.outflow_recipients import refuse_contradicted
from app.services.corrections.undo_settlement import SeenGone
from app.services.discrepancies.explain_outflow import SeenRecipient
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from app.services.execute import Bells, execute
from app.store.database import Database
from app.store.discrepancies.rows import UndoableSettlement, find_undoable
from app.store.treasury.recipients import find_logged, recipient_of

_LONGEST_LOOK_SECONDS = 8.0


class DiscrepanciesByHand:
    """One for each process in which people act."""

    def __init__(
        self, database: Database, bells: Bells, chains: Mapping[int, Chain], clock: Clock
    ) -> None:
        self._database = database
        self._bells = bells
        self._chains = chains
        self._clock = clock

    async def resolve(self, authority: Authority, command: ResolveDiscrepancy) -> None:
        """Refuses as the service does; INVALID_STATE when a node still has the settlement that is to be undone, or the log
        of money that left names somebody else than is stored; CHAIN_UNAVAILABLE when a node cannot tell whether a settlement is
        gone: then nothing was changed.
        """
        seen: SeenGone | SeenRecipient | None = None
        if command.explanation is Explanation.UNDO_SETTLEMENT:
            seen = await self._look(authority.program_id, command)
        elif command.explanation is Explanation.FROM_PROGRAM:
            seen = await self._compare(authority.program_id, command)
        work = partial(
            resolve_discrepancy, authority=authority, command=command, now=self._clock(), seen=seen
        )
        await execute(self._database, self._bells, authority.program_id, work)

    async def _compare(self, program_id: int, command: ResolveDiscrepancy) -> SeenRecipient:
        async with self._database.read(program_id) as session:
            outflow = await find_logged(session, command.discrepancy_id)
            recipient = await recipient_of(session, command.discrepancy_id)
        chain = None if outflow is None else self._chains.get(outflow.chain_id)
        if outflow is not None and chain is not None:
            await refuse_contradicted(chain, outflow)
        return SeenRecipient(recipient)

    async def _look(self, program_id: int, command: ResolveDiscrepancy) -> SeenGone | None:
        """None: there is nothing to undo, which the service tells."""
        async with self._database.read(program_id) as session:
            settlement = await find_undoable(session, command.discrepancy_id)
        if settlement is None:
            return None
        chain = self._chains.get(settlement.chain_id)
        if chain is None:
            raise _unavailable(settlement.chain_id, "is none of this process's")
        nodes = chain.nodes()
        try:
            async with asyncio.timeout(_LONGEST_LOOK_SECONDS):
                heads = [await _refuse_if_there(node, settlement) for node in nodes]
        except (ChainError, TimeoutError):
            raise _unavailable(
                settlement.chain_id, f"cannot be asked at all of its nodes ({len(nodes)})"
            ) from None
        return SeenGone(settlement.id, len(nodes), min(heads))


async def _refuse_if_there(node: Chain, settlement: UndoableSettlement) -> int:
    """The node's head, which it is gone at."""
    head = await node.block_number()
    place = MinedIn(settlement.block_number, settlement.block_hash, settlement.tx_hash)
    async for _, logs in mined_logs(node, [place]):
        for log in decode_watched(logs):
            if isinstance(log, Settled) and log.intent_id == settlement.item:
                raise Refusal(
                    RefusalCode.INVALID_STATE,
                    f"A node still has it: transaction 0x{settlement.tx_hash.hex()} settled it in block"
                    f" {settlement.block_number}. It was paid, so it is not undone. Reconcile again, with nodes in"
                    " SGE_CHAINS that agree.",
                    "explanation",
                )
    return head


def _unavailable(chain_id: int, problem: str) -> Refusal:
    return Refusal(
        RefusalCode.CHAIN_UNAVAILABLE,
        f"Chain {chain_id} {problem}, so nobody knows whether the settlement is gone. Nothing was changed; try again when"
        " each node in SGE_CHAINS answers and has the block's receipts.",
        "explanation",
    )
