"""A provider's limits before a node, and somebody who fills a block."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any

import orjson

from app.chain.client import Chain
from sge.embedded.anvil import CHAIN_ID
from tests.chain.proxy import NodeProxy, proxy_before
from tests.contracts.gateway_chain import GatewayChain

MOST_LOGS = 20
_TOO_MANY = {"code": -32005, "message": "query returned more than 10000 results"}
_UNKNOWN = {"code": -32601, "message": "the method does not exist/is not available"}
_TOO_LARGE = {"code": -32000, "message": "the answer is larger than we give"}
_SPAMMER = "0x" + "5a" * 20


@asynccontextmanager
async def limited(
    node_url: str, *, without: Collection[str] = (), hides: Collection[str] = ()
) -> AsyncIterator[tuple[Chain, NodeProxy]]:
    """A node that gives at most MOST_LOGS logs to a query, as providers do. without: methods that it does not know;
    hides: methods whose answer is too large for it when it has as many logs.
    """

    def answer(body: bytes, given: bytes) -> bytes:
        asked, answers = orjson.loads(body), orjson.loads(given)
        if not isinstance(asked, list):
            return orjson.dumps(_limited(asked["method"], answers, without, hides))
        return orjson.dumps(
            [
                _limited(one["method"], told, without, hides)
                for one, told in zip(asked, answers, strict=True)
            ]
        )

    async with proxy_before(node_url) as proxy, Chain(CHAIN_ID, [proxy.url]) as chain:
        proxy.answer = answer
        yield chain, proxy


def _limited(method: str, answer: Any, without: Collection[str], hides: Collection[str]) -> Any:
    error = None
    if method in without:
        error = _UNKNOWN
    elif method == "eth_getLogs" and len(answer.get("result", ())) > MOST_LOGS:
        error = _TOO_MANY
    elif method in hides and orjson.dumps(answer).count(b'"logIndex"') > MOST_LOGS:
        error = _TOO_LARGE
    return answer if error is None else {"jsonrpc": "2.0", "id": answer["id"], "error": error}


def spam(chain: GatewayChain, treasury: str, times: int) -> bytes:
    """Anybody moves nothing out of a treasury so often, in one transaction: zero needs no allowance. Its hash."""
    token = chain.deployment.token.removeprefix("0x")
    # The call's own data, handed to the token in a loop.
    code = (
        f"365f5f37 61{times:04x} 5b 5f5f365f5f73{token}5af150 60019003 8060{{loop:02x}}57 00"
    ).replace(" ", "")
    loop = code.index("5b5f5f36") // 2
    chain.node.call("anvil_setCode", _SPAMMER, "0x" + code.format(loop=loop))
    data = chain.token.encode_abi("transferFrom", args=[treasury, chain.stranger.address, 0])
    receipt = chain.send_bytes(_SPAMMER, data, 100_000 + 12_000 * times)
    assert len(receipt["logs"]) == times
    return bytes(receipt["transactionHash"])
