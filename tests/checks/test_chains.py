"""A node of another chain, one that is away, and one whose clock is not ours are named."""

from datetime import datetime, timedelta

import pytest

from app.chain.client import Chain
from app.checks.chains import node_answers
from app.checks.findings import Caution, Problem
from app.domain.clock import real_clock
from sge.embedded.anvil import CHAIN_ID, Anvil

VARIABLE = "SGE_CHAINS[0].rpc_urls[0]"


def clock_off_by(seconds: int) -> datetime:
    return real_clock() + timedelta(seconds=seconds)


async def looked_at(url: str, chain_id: int, seconds: int = 0) -> str:
    async with Chain(chain_id, [url], timeout_seconds=2.0) as chain:
        return await node_answers(chain, lambda: clock_off_by(seconds), VARIABLE)


async def test_a_node_of_the_chain(anvil: Anvil) -> None:
    assert (await looked_at(anvil.url, CHAIN_ID)).startswith("at block ")


async def test_a_node_of_another_chain(anvil: Anvil) -> None:
    with pytest.raises(Problem, match=r"^SGE_CHAINS\[0\].rpc_urls\[0\]: .* is chain 31337, not 5"):
        await looked_at(anvil.url, 5)


async def test_a_node_that_is_away() -> None:
    with pytest.raises(Problem, match="is this the address of a node of that chain, and does it"):
        await looked_at("http://user:secret-word@127.0.0.1:1/secret-key", 5)


async def test_a_head_ahead_of_our_clock(anvil: Anvil) -> None:
    with pytest.raises(Problem, match="s ahead of this machine's clock; set both machines' clocks"):
        await looked_at(anvil.url, CHAIN_ID, -60)


async def test_an_old_head(anvil: Anvil) -> None:
    with pytest.raises(Caution, match="s old: the node lags, its chain stands still, or this"):
        await looked_at(anvil.url, CHAIN_ID, 400)


async def test_what_it_says_holds_no_secret() -> None:
    with pytest.raises(Problem) as refused:
        await looked_at("http://user:secret-word@127.0.0.1:1/secret-key", 5)
    assert "secret" not in str(refused.value)
