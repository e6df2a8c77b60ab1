"""The proof at the end: the batch's export recomputed and compared with the chain, and the treasury with the ledger."""

import asyncio
from typing import Any

import httpx

from app.chain.abi_words import address_word, read_uint, selector
from app.chain.client import Chain
from app.chain.payout_checks import Check, check_document
from app.chain.payout_document import read_document
from app.chain.payout_proof import check_on_chain
from sge.demo.api import Api
from sge.demo.payout_cycle.documents import BOOKS, EXPORT

_BALANCE_OF = selector("balanceOf(address)")
_LOOKED_AT_BLOCKS = 20
_TRIES = 20
_PAUSE_SECONDS = 0.5


async def check_batch(api: Api, program_id: str, batch_id: str, rpc: str) -> list[Check]:
    """What `sge payout verify` says of the batch's export."""
    made = await api.mutate(
        "createExport", EXPORT, program=program_id, filter={"batchId": batch_id}
    )
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(made["url"])
    document = read_document(answer.raise_for_status().content)
    async with Chain(document.chain_id, [rpc]) as chain:
        return check_document(document) + await check_on_chain(chain, document)


async def check_treasury(api: Api, slug: str, chain_id: int, rpc: str) -> Check:
    """The ledger knows the treasury's balance at a final block, which lies a little behind the head while customers pay."""
    async with Chain(chain_id, [rpc]) as chain:
        for _ in range(_TRIES):
            program: dict[str, Any] = (await api.query(BOOKS, slug=slug))["program"]
            token, books = program["currencies"][0], program["trialBalance"][0]
            held = _held(books["rows"])
            head = await chain.block_number()
            call = _BALANCE_OF + address_word(program["treasury"]["address"])
            for block in range(head, max(-1, head - _LOOKED_AT_BLOCKS), -1):
                balance = read_uint(await chain.call(token["token"], call, block=block))
                if balance == held:
                    words = (
                        f"at block {block} the treasury holds {balance} smallest units of"
                        f" {token['code']}, as the ledger says, and the ledger balances"
                    )
                    return Check(agrees=bool(books["balanced"]), words=words)
            await asyncio.sleep(_PAUSE_SECONDS)
    return Check(
        agrees=False,
        words=f"the ledger says that the treasury holds {held}; the chain says {balance}",
    )


def _held(rows: list[dict[str, Any]]) -> int:
    """Net debits of USER and DEPOSIT less net credits of PAID_OUT: invariant 3."""
    return sum(
        int(row["debits"]["minor"]) - int(row["credits"]["minor"])
        for row in rows
        if row["kind"] in {"USER", "DEPOSIT", "PAID_OUT"}
    )
