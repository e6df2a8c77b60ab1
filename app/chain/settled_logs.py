"""Whether the gateway has settled one intent, asked of the chain itself."""

from dataclasses import dataclass

from app.chain.chain_data import ChainLog
from app.chain.client import Chain
from app.chain.logs import SETTLED_TOPIC
from app.chain.node_errors import RangeTooLarge


async def settled_block(
    chain: Chain, gateway: str, on_chain_id: bytes, first: int
) -> tuple[int | None, int]:
    """The block, from `first` on, in which the intent is settled (None: in none), and the head that was looked at.

    Raises ChainError.
    """
    head = await chain.head_block()
    if first > head.number:
        return None, head.number
    search = _Search(chain, gateway, on_chain_id, (head.number, head.hash))
    found = await search.logs(first, head.number)
    return (found[0].block_number if found else None), head.number


@dataclass(frozen=True)
class _Search:
    """tip: a block that every node that answers has to have."""

    chain: Chain
    gateway: str
    on_chain_id: bytes
    tip: tuple[int, bytes]

    async def logs(self, first: int, last: int) -> list[ChainLog]:
        """In halves where a node will not look through so many blocks."""
        topics = [SETTLED_TOPIC, self.on_chain_id]
        words = ["0x" + topic.hex() for topic in topics]
        try:
            found = await self.chain.get_logs_below(self.tip, first, last, [self.gateway], words)
        except RangeTooLarge:
            if first == last:
                raise
            middle = (first + last) // 2
            return await self.logs(first, middle) + await self.logs(middle + 1, last)
        # A node that ignores a filter must not make a stranger's log count.
        return [
            log
            for log in found
            if log.address == self.gateway.lower() and list(log.topics[:2]) == topics
        ]
