"""Our execTransaction calldata, executed by a real Safe of two out of three owners."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chain.abi_words import selector
from app.chain.payout_content import Recipient, closing_call, planned_safe_transaction
from app.chain.safe_execution import (
    OWNER_CODE_GAS,
    BatchTooLargeError,
    OwnerSignature,
    exec_calldata,
    execution_gas,
    signature_blob,
)
from app.chain.safe_hash import SafeOperation, SafeTransaction, safe_tx_preimage
from app.chain.signature import InvalidSignatureError
from tests.chain.treasury import OWNERS, Treasury, eth_sign_signature, key_signature, recipients
from tests.contracts.gateway_chain import GatewayChain
from tests.contracts.items import USDC
from tests.vectors.safe_signatures import split_signatures


@pytest.mark.parametrize("pair", list(permutations(range(3), 2)))
async def test_two_owners_pay_exactly_what_was_planned(
    treasury: Treasury, pair: tuple[int, int]
) -> None:
    planned = recipients(5)
    transaction = treasury.payout(planned)
    digest = treasury.own_hash_of(transaction)
    signatures = [key_signature(OWNERS[number], digest) for number in pair]
    receipt = treasury.execute(transaction, signatures)
    assert receipt["status"] == 1
    assert treasury.successes(receipt) == [digest]
    assert treasury.transfers(receipt) == [
        (treasury.safe, one.destination, one.amount) for one in planned
    ]
    assert treasury.nonce == transaction.nonce + 1


async def test_a_wallet_that_only_knows_eth_sign(treasury: Treasury) -> None:
    transaction = treasury.payout(recipients(1))
    digest = treasury.own_hash_of(transaction)
    both = [eth_sign_signature(OWNERS[2], digest), key_signature(OWNERS[0], digest)]
    assert treasury.execute(transaction, both)["status"] == 1


async def test_an_owner_that_is_itself_a_safe(chain: GatewayChain) -> None:
    inner = await Treasury.create(chain)
    outer = await Treasury.create(chain, [inner.safe, OWNERS[0].address])
    chain.fund([outer.safe])
    transaction = outer.payout(recipients(3))
    digest = outer.own_hash_of(transaction)
    # What the inner Safe's owners sign: its own document over the bytes that the outer Safe shows it.
    preimage = safe_tx_preimage(outer.safe, chain.web3.eth.chain_id, "1.4.1", transaction)
    handler = chain.contract("CompatibilityFallbackHandler", chain.deployment.fallback_handler)
    message = bytes(handler.functions.getMessageHashForSafe(inner.safe, preimage).call())
    of_inner = signature_blob([key_signature(owner, message) for owner in OWNERS[1:]])
    signatures = [
        OwnerSignature(inner.safe, of_inner, contract=True),
        key_signature(OWNERS[0], digest),
    ]
    for order in permutations(signatures):
        assert exec_calldata(transaction, order) == exec_calldata(transaction, signatures)
    gas = execution_gas(3, keys=1, contracts=1)
    receipt = outer.execute(transaction, signatures, gas)
    assert outer.successes(receipt) == [digest]
    assert len(outer.transfers(receipt)) == 3


async def test_a_closing_call_uses_the_nonce_up_and_moves_nothing(treasury: Treasury) -> None:
    before = treasury.chain.balance(treasury.safe)
    transaction = planned_safe_transaction(closing_call(treasury.safe), treasury.nonce)
    digest = treasury.own_hash_of(transaction)
    receipt = treasury.execute(transaction, [key_signature(one, digest) for one in OWNERS[:2]])
    assert treasury.successes(receipt) == [digest]
    assert treasury.transfers(receipt) == []
    assert treasury.chain.balance(treasury.safe) == before


async def test_what_cannot_be_paid_whole_is_not_paid_at_all(treasury: Treasury) -> None:
    too_much = [*recipients(2), Recipient(OWNERS[0].address, 10**9 * USDC)]
    transaction = treasury.payout(too_much)
    digest = treasury.own_hash_of(transaction)
    receipt = treasury.execute(transaction, [key_signature(one, digest) for one in OWNERS[:2]])
    assert receipt["status"] == 0
    assert treasury.nonce == transaction.nonce


def test_calldata_is_web3s(chain: GatewayChain) -> None:
    transaction = SafeTransaction(
        to=OWNERS[0].address,
        value=5,
        data=b"some data",
        operation=SafeOperation.DELEGATE_CALL,
        nonce=9,
        safe_tx_gas=1,
        base_gas=2,
        gas_price=3,
        gas_token=OWNERS[1].address,
        refund_receiver=OWNERS[2].address,
    )
    signatures = [key_signature(owner, bytes(32)) for owner in OWNERS]
    expected = chain.contract("Safe", OWNERS[0].address).encode_abi(
        "execTransaction",
        [
            transaction.to,
            transaction.value,
            transaction.data,
            int(transaction.operation),
            transaction.safe_tx_gas,
            transaction.base_gas,
            transaction.gas_price,
            transaction.gas_token,
            transaction.refund_receiver,
            signature_blob(signatures),
        ],
    )
    assert "0x" + exec_calldata(transaction, signatures).hex() == expected


BLOBS = st.one_of(st.binary(max_size=200), st.binary(min_size=65, max_size=65))


@given(st.lists(st.tuples(st.integers(0, 2), BLOBS, st.booleans()), max_size=4))
@settings(deadline=None)
def test_malformed_signatures_are_refused_and_nothing_else_happens(
    given_signatures: list[tuple[int, bytes, bool]],
) -> None:
    signatures = [
        OwnerSignature(OWNERS[owner].address, raw, contract)
        for owner, raw, contract in given_signatures
    ]
    transaction = planned_safe_transaction(closing_call(OWNERS[0].address), 0)
    try:
        calldata = exec_calldata(transaction, signatures)
    except InvalidSignatureError:
        return
    assert calldata.startswith(
        selector(
            "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)"
        )
    )
    assert all(one.contract or len(one.signature) == 65 for one in signatures)


@given(st.binary(max_size=400), st.binary(min_size=32, max_size=32))
@settings(deadline=None, max_examples=500)
def test_reading_any_blob_either_works_or_is_refused(blob: bytes, digest: bytes) -> None:
    try:
        for one in split_signatures(blob):
            one.owner(digest)
    except InvalidSignatureError:
        pass


def test_too_much_for_one_transaction() -> None:
    signature = OwnerSignature(OWNERS[0].address, bytes(128 * 1024), contract=True)
    transaction = planned_safe_transaction(closing_call(OWNERS[0].address), 0)
    with pytest.raises(BatchTooLargeError, match="bytes"):
        exec_calldata(transaction, [signature])
    assert execution_gas(400, keys=5) <= 16_777_216
    # What an owner's own code may use where it is asked whether it signed, it may use where it is relayed.
    assert execution_gas(1, keys=0, contracts=3) - execution_gas(1, keys=0) == 3 * OWNER_CODE_GAS
    with pytest.raises(BatchTooLargeError, match="gas"):
        execution_gas(500, keys=2)
