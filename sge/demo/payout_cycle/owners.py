"""The treasury's owners: each looks at what there is to sign, signs it with its wallet, and the batch is followed live."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import websockets
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak

from sge.demo.api import Api
from sge.demo.payout_cycle.documents import APPROVE, FOLLOW
from sge.embedded.failures import EmbeddedFailure

_ENDED = {"COMPLETED", "PARTIALLY_COMPLETED", "FAILED", "REJECTED"}


async def approve(api: Api, batch: dict[str, Any], owner: dict[str, str]) -> str:
    """One owner's signatures of all that waits for them; the batch's status after it."""
    waiting = [
        one
        for one in batch["safeTransactions"]
        if one["status"] == "PROPOSED" and one["death"] is None
    ]
    answer = await api.mutate(
        "approvePayoutBatch",
        APPROVE,
        id=batch["id"],
        owner=owner["address"],
        signatures=[_sign(one, owner["privateKey"]) for one in waiting],
        contentHash=batch["contentHash"],
    )
    return str(answer["payoutBatch"]["status"])


def _sign(transaction: dict[str, Any], private_key: str) -> str:
    """Signs the document only when it hashes to the Safe hash that the server shows."""
    signable = encode_typed_data(full_message=transaction["typedData"])
    digest = keccak(b"\x19" + signable.version + signable.header + signable.body)
    if f"0x{digest.hex()}" != transaction["hash"]:
        raise EmbeddedFailure("the document is not of the Safe transaction that is shown")
    signed = Account.sign_message(signable, private_key)
    return f"0x{bytes(signed.signature).hex()}"


async def statuses(ws: str, key: str, batch_id: str) -> AsyncIterator[dict[str, Any]]:
    """The batch now and after each change, until it has ended."""
    async with websockets.connect(ws, subprotocols=[_PROTOCOL]) as socket:
        await socket.send(_message("connection_init", {"authorization": f"Bearer {key}"}))
        asked = {"query": FOLLOW, "variables": {"id": batch_id}}
        await socket.send(_message("subscribe", asked, id="1"))
        async for text in socket:
            message = json.loads(text)
            if message["type"] == "ping":
                await socket.send(_message("pong", None))
            elif message["type"] == "error":
                raise EmbeddedFailure(f"the subscription was refused: {message['payload']}")
            elif message["type"] == "next":
                batch: dict[str, Any] = message["payload"]["data"]["payoutBatchStatus"]
                yield batch
                if batch["status"] in _ENDED:
                    return
            elif message["type"] == "complete":
                return


def quorum(owners: Sequence[dict[str, str]], batch: dict[str, Any]) -> list[dict[str, str]]:
    """As many owners as have to sign and have not."""
    signed = {
        one["owner"]
        for transaction in batch["safeTransactions"]
        for one in transaction["signatures"]
    }
    missing = batch["requiredApprovals"] - len(signed)
    return [owner for owner in owners if owner["address"] not in signed][: max(missing, 0)]


_PROTOCOL = websockets.Subprotocol("graphql-transport-ws")


def _message(kind: str, payload: Any, **more: str) -> str:
    return json.dumps({"type": kind, "payload": payload, **more})
