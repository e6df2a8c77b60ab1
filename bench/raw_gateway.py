"""The node's own ceiling: signed gateway batches, sent as fast as it takes them, with nothing of SGE around."""

import asyncio
import time
from uuid import uuid4

from app.chain.authorization import key_hash, program_word
from app.chain.gas import MAX_ITEMS, batch_gas_limit
from app.chain.gateway import GatewayItem, encode_settle
from app.chain.signer import Signer, UnsignedTransaction
from app.domain.intents import PAYMENT
from bench.stand import Bench
from bench.tenants import PRICE_UNITS, Tenant, sign_payment
from sge.embedded.anvil import CHAIN_ID

_IN_FLIGHT = 16
_GWEI = 10**9


async def raw_gateway_rate(bench: Bench, tenant: Tenant, items: int) -> float:
    """Items a second from the first send to the last receipt. Money comes that nobody explains: run it last, without workers."""
    signer = Signer(bench.stand.keys.relayers[0])
    chain = bench.runtime.chains[CHAIN_ID]
    nonce = await chain.nonce(signer.address)
    raws = [
        signer.sign(_transaction(bench, nonce + place, _batch(bench, tenant, start)))
        for place, start in enumerate(range(0, items, MAX_ITEMS))
    ]
    began = time.monotonic()
    for start in range(0, len(raws), _IN_FLIGHT):
        part = raws[start : start + _IN_FLIGHT]
        await chain.send_raw_batch([one.raw for one in part])
        while await chain.nonce(signer.address) < nonce + start + len(part):  # noqa: ASYNC110 - a node rings no bell
            await asyncio.sleep(0.01)
    receipts = await chain.receipts([one.hash for one in raws])
    assert all(receipt is not None and receipt.succeeded for receipt in receipts)
    return len(raws) * MAX_ITEMS / (time.monotonic() - began)


def _batch(bench: Bench, tenant: Tenant, start: int) -> list[GatewayItem]:
    return [_item(bench, tenant, start + place) for place in range(MAX_ITEMS)]


def _item(bench: Bench, tenant: Tenant, place: int) -> GatewayItem:
    key = tenant.users[place % len(tenant.users)]
    name = f"raw-{uuid4()}"
    signed = sign_payment(bench, tenant, key, name)
    return GatewayItem(
        program=program_word(tenant.public_id),
        treasury=tenant.treasury,
        kind=PAYMENT.chain_kind,
        key_hash=key_hash(name),
        wallet=key.public_key.to_checksum_address(),
        token=bench.stand.chain.deployment.token,
        amount=PRICE_UNITS,
        valid_after=signed.valid_after,
        valid_before=signed.valid_before,
        signature=signed.signature,
    )


def _transaction(bench: Bench, nonce: int, batch: list[GatewayItem]) -> UnsignedTransaction:
    return UnsignedTransaction(
        chain_id=CHAIN_ID,
        nonce=nonce,
        max_priority_fee_per_gas=_GWEI,
        max_fee_per_gas=100 * _GWEI,
        gas_limit=batch_gas_limit(len(batch), 0, 0, treasuries=1),
        to=bench.stand.chain.deployment.gateway,
        value=0,
        data=encode_settle(batch),
    )
