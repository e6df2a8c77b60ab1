"""Each node of each chain: it answers, is of that chain, and its newest block is of about now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from app.chain.client import Chain
from app.chain.node_errors import ChainError, WrongChain
from app.checks.database import LARGEST_CLOCK_DIFFERENCE, SET_THE_CLOCK
from app.checks.findings import Caution, Check, Problem
from app.domain.clock import Clock
from app.settings.chains import ChainSettings

_OLDEST_HEAD = timedelta(minutes=5)
Nodes = Mapping[tuple[int, int], Chain]
"""A client for each node alone, by the places of the chain and of the node's address in the settings."""


def open_nodes(chains: Sequence[ChainSettings], timeout_seconds: float) -> Nodes:
    """Nothing is asked yet."""
    return {
        (place, number): Chain(
            chain.chain_id, [url.get_secret_value()], timeout_seconds=timeout_seconds
        )
        for place, chain in enumerate(chains)
        for number, url in enumerate(chain.rpc_urls)
    }


def node_checks(nodes: Nodes, clock: Clock) -> list[Check]:
    """One for each node."""
    return [
        Check(
            f"chain {chain.chain_id} at endpoint {number + 1}",
            node_variable(place, number),
            partial(node_answers, chain, clock, node_variable(place, number)),
        )
        for (place, number), chain in nodes.items()
    ]


def node_variable(place: int, number: int) -> str:
    """What to change about a node."""
    return f"SGE_CHAINS[{place}].rpc_urls[{number}]"


async def node_answers(chain: Chain, clock: Clock, variable: str) -> str:
    """Its newest block; raises Problem, or Caution for a block that is old."""
    try:
        head = await chain.head_block()
    except WrongChain as problem:
        raise Problem(f"{variable}: {problem}; put each chain's own nodes there") from None
    except ChainError as problem:
        raise Problem(
            f"{variable}: {problem}; is this the address of a node of that chain, and does it run?"
        ) from None
    _compare(head.at, clock(), f"{variable}: its newest block {head.number} is")
    return f"at block {head.number}"


def _compare(head_at: datetime, now: datetime, subject: str) -> None:
    age = now - head_at
    if age < -LARGEST_CLOCK_DIFFERENCE:
        raise Problem(
            f"{subject} {-age.total_seconds():.0f} s ahead of this machine's clock; {SET_THE_CLOCK}"
        )
    if age > _OLDEST_HEAD:
        raise Caution(
            f"{subject} {age.total_seconds():.0f} s old: the node lags, its chain stands still, or this machine's "
            "clock is ahead; compare with another node"
        )
