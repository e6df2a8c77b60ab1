"""Which claimed intents go into one chain transaction: as many as its gas and its calldata can carry."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.chain.address import ZERO_ADDRESS
from app.chain.authorization import ChainKind, key_hash, program_word
from app.chain.gas import (
    MAX_CALLDATA_BYTES,
    MAX_ITEMS,
    BatchTooLargeError,
    batch_gas_limit,
    contract_wallets_gas_limit,
)
from app.chain.gateway import GatewayItem, encode_settle, encode_settle_contract_wallets
from app.domain.claims import ClaimedIntent
from app.domain.transactions import Purpose

# Fifty wallets that burn their gas cost a whole transaction: small ones of their own keep the harm small.
CONTRACT_WALLETS_TOGETHER = 20
_REGISTRATION = "REGISTRATION"

Batch = list[ClaimedIntent]


@dataclass(frozen=True, slots=True)
class Payload:
    """A call of the gateway for these items, in this order."""

    purpose: Purpose
    items: tuple[ClaimedIntent, ...]
    data: bytes
    gas_limit: int


def pack(claimed: Sequence[ClaimedIntent]) -> list[Batch]:
    """Batches in the order of claiming, plain wallets and contract wallets apart. Each has a payload."""
    batches: list[Batch] = []
    for rerouted in (False, True):
        batch: Batch = []
        for one in claimed:
            if one.rerouted is not rerouted:
                continue
            if batch and not _fits([*batch, one]):
                batches.append(batch)
                batch = []
            batch.append(one)
        if batch:
            batches.append(batch)
    return batches


def payload_of(batch: Sequence[ClaimedIntent]) -> Payload:
    """The call that carries these items: all of contract wallets, or none. Raises BatchTooLargeError."""
    items = [_gateway_item(one) for one in batch]
    rerouted = batch[0].rerouted
    data = (encode_settle_contract_wallets if rerouted else encode_settle)(items)
    if len(data) > MAX_CALLDATA_BYTES:
        raise BatchTooLargeError(f"{len(data)} bytes of calldata are more than nodes accept")
    purpose = Purpose.SETTLE_REROUTED if rerouted else Purpose.SETTLE
    return Payload(purpose, tuple(batch), data, _gas_limit(batch))


def _fits(batch: Sequence[ClaimedIntent]) -> bool:
    most = CONTRACT_WALLETS_TOGETHER if batch[0].rerouted else MAX_ITEMS
    if len(batch) > most or sum(400 + 2 * len(one.signature) for one in batch) > MAX_CALLDATA_BYTES:
        return False
    try:
        _gas_limit(batch)
    except BatchTooLargeError:
        return False
    return True


def _gas_limit(batch: Sequence[ClaimedIntent]) -> int:
    if batch[0].rerouted:
        return contract_wallets_gas_limit(len(batch))
    mints = sum(one.kind == _REGISTRATION and not one.amount for one in batch)
    pay_and_mints = sum(one.kind == _REGISTRATION and one.amount > 0 for one in batch)
    return batch_gas_limit(
        len(batch) - mints - pay_and_mints,
        mints,
        pay_and_mints,
        treasuries=len({one.treasury for one in batch}),
    )


def _gateway_item(one: ClaimedIntent) -> GatewayItem:
    return GatewayItem(
        program=program_word(one.program_public_id),
        treasury=one.treasury,
        kind=ChainKind[one.kind],
        key_hash=key_hash(one.key),
        wallet=one.wallet,
        token=one.token or ZERO_ADDRESS,
        amount=one.amount,
        valid_after=one.valid_after,
        valid_before=one.valid_before,
        signature=one.signature,
    )
