"""Which claimed intents go into one chain transaction: as many as its gas and its calldata can carry."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.chain.address import ZERO_ADDRESS
from app.chain.authorization import key_hash, program_word
from app.chain.gas import (
    MAX_CALLDATA_BYTES,
    BatchTooLargeError,
    batch_gas_limit,
    contract_wallets_gas_limit,
)
from app.chain.gateway import GatewayItem, encode_settle, encode_settle_contract_wallets
from app.domain.claims import ClaimedIntent
from app.domain.intents import signed_kind_of
from app.domain.transactions import Purpose

# Fifty wallets that burn their gas cost a whole transaction: small ones of their own keep the harm small.
CONTRACT_WALLETS_TOGETHER = 20
# Of one item, its signature's padding included, and of the call around all of them.
_ITEM_BYTES = 420
_CALL_BYTES = 100

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
        load = _Load(rerouted)
        for one in claimed:
            if one.rerouted is not rerouted:
                continue
            if not load.take(one):
                batches.append(load.items)
                load = _Load(rerouted)
                load.take(one)
        if load.items:
            batches.append(load.items)
    return batches


def payload_of(batch: Sequence[ClaimedIntent]) -> Payload:
    """The call that carries these items: all of contract wallets, or none. Raises BatchTooLargeError."""
    items = [_gateway_item(one) for one in batch]
    rerouted = batch[0].rerouted
    data = (encode_settle_contract_wallets if rerouted else encode_settle)(items)
    if len(data) > MAX_CALLDATA_BYTES:
        raise BatchTooLargeError(f"{len(data)} bytes of calldata are more than nodes accept")
    purpose = Purpose.SETTLE_REROUTED if rerouted else Purpose.SETTLE
    gas_limit = _gas_limit(
        Counter(map(_kind, batch)), len({one.treasury for one in batch}), rerouted=rerouted
    )
    return Payload(purpose, tuple(batch), data, gas_limit)


class _Load:
    """A batch that grows as long as one transaction can carry it."""

    def __init__(self, rerouted: bool) -> None:
        self.items: Batch = []
        self._rerouted = rerouted
        self._kinds: Counter[tuple[bool, bool]] = Counter()
        self._treasuries: set[str] = set()
        self._calldata_bytes = 0

    def take(self, one: ClaimedIntent) -> bool:
        """Whether the item is on board; a first one always is."""
        kinds = self._kinds + Counter([_kind(one)])
        treasuries = self._treasuries | {one.treasury}
        size = self._calldata_bytes + _ITEM_BYTES + len(one.signature)
        if self.items and not self._fits(kinds, len(treasuries), size):
            return False
        self.items.append(one)
        self._kinds, self._treasuries, self._calldata_bytes = kinds, treasuries, size
        return True

    def _fits(self, kinds: Counter[tuple[bool, bool]], treasuries: int, size: int) -> bool:
        if self._rerouted and kinds.total() > CONTRACT_WALLETS_TOGETHER:
            return False
        try:
            _gas_limit(kinds, treasuries, rerouted=self._rerouted)
        except BatchTooLargeError:
            return False
        return size <= MAX_CALLDATA_BYTES - _CALL_BYTES


def _kind(one: ClaimedIntent) -> tuple[bool, bool]:
    """Whether it mints, whether it pays."""
    return signed_kind_of(one.kind).mints_identity, one.amount > 0


def _gas_limit(kinds: Counter[tuple[bool, bool]], treasuries: int, *, rerouted: bool) -> int:
    if rerouted:
        return contract_wallets_gas_limit(kinds.total())
    mints, pay_and_mints = kinds[True, False], kinds[True, True]
    payments = kinds.total() - mints - pay_and_mints
    return batch_gas_limit(payments, mints, pay_and_mints, treasuries=treasuries)


def _gateway_item(one: ClaimedIntent) -> GatewayItem:
    return GatewayItem(
        program=program_word(one.program_public_id),
        treasury=one.treasury,
        kind=signed_kind_of(one.kind).chain_kind,
        key_hash=key_hash(one.key),
        wallet=one.wallet,
        token=one.token or ZERO_ADDRESS,
        amount=one.amount,
        valid_after=one.valid_after,
        valid_before=one.valid_before,
        signature=one.signature,
    )
