"""What owners sign, against eth_abi, web3 and the Safe itself."""

import pytest
from eth_abi.abi import encode
from eth_account.messages import encode_typed_data
from eth_hash.auto import keccak
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chain.address import ZERO_ADDRESS, checksum_address
from app.chain.payout_content import (
    Recipient,
    UnpayableError,
    batch_content_hash,
    closing_call,
    content_hash,
    payout_call,
    planned_safe_transaction,
    typed_data,
)
from app.chain.safe_hash import SafeOperation
from tests.chain.treasury import Treasury, recipients

SAFE = checksum_address(b"\x0a" * 20)
TOKEN = checksum_address(b"\x0b" * 20)
MULTISEND = checksum_address(b"\x0c" * 20)
UNITS = st.integers(1, 2**256 - 1)
ADDRESSES = st.binary(min_size=20, max_size=20).filter(any).map(checksum_address)
PAYOUTS = st.lists(st.builds(Recipient, ADDRESSES.filter(lambda one: one != SAFE), UNITS))


@given(st.integers(1, 2**64), st.integers(0, 2**256 - 1), PAYOUTS)
@settings(deadline=None)
def test_the_content_hash_is_of_the_abis_encoding(
    chain_id: int, nonce: int, payouts: list[Recipient]
) -> None:
    encoded = encode(
        ["uint256", "address", "address", "uint256", "address[]", "uint256[]"],
        [
            chain_id,
            SAFE,
            TOKEN,
            nonce,
            [one.destination for one in payouts],
            [one.amount for one in payouts],
        ],
    )
    assert content_hash(chain_id, SAFE, TOKEN, nonce, payouts) == keccak(encoded)


def test_a_batchs_content_hash_covers_its_transactions_in_order() -> None:
    first, second = keccak(b"1"), keccak(b"2")
    assert batch_content_hash([first, second]) == keccak(first + second)
    assert batch_content_hash([second, first]) != batch_content_hash([first, second])


@given(PAYOUTS.filter(bool))
@settings(deadline=None)
def test_calldata_is_multi_sends_of_plain_transfers(payouts: list[Recipient]) -> None:
    call = payout_call(MULTISEND, TOKEN, payouts)
    inner = b"".join(
        b"\x00"
        + bytes.fromhex(TOKEN[2:])
        + bytes(32)
        + (68).to_bytes(32)
        + keccak(b"transfer(address,uint256)")[:4]
        + encode(["address", "uint256"], [one.destination, one.amount])
        for one in payouts
    )
    assert call.data == keccak(b"multiSend(bytes)")[:4] + encode(["bytes"], [inner])
    assert (call.to, call.operation) == (MULTISEND, SafeOperation.DELEGATE_CALL)


def test_limits_are_asserted() -> None:
    assert len(payout_call(MULTISEND, TOKEN, recipients(400)).data) < 128 * 1024
    with pytest.raises(UnpayableError, match="401 payouts"):
        payout_call(MULTISEND, TOKEN, recipients(401))
    with pytest.raises(UnpayableError, match="401 payouts"):
        content_hash(1, SAFE, TOKEN, 0, recipients(401))
    with pytest.raises(UnpayableError, match="needs a recipient"):
        payout_call(MULTISEND, TOKEN, [])


@pytest.mark.parametrize("amount", [0, -1, 2**256])
def test_amounts_that_cannot_be_paid(amount: int) -> None:
    with pytest.raises(UnpayableError, match="not payable"):
        payout_call(MULTISEND, TOKEN, [Recipient(SAFE, amount)])


@pytest.mark.parametrize("nobody", [ZERO_ADDRESS, SAFE, SAFE.lower()])
def test_nobody_pays_the_treasury_or_the_zero_address(nobody: str) -> None:
    with pytest.raises(UnpayableError, match="not to be paid"):
        content_hash(1, SAFE, TOKEN, 0, [Recipient(nobody, 1)])


async def test_the_safes_own_hash(treasury: Treasury) -> None:
    for transaction in (
        treasury.payout(recipients(7)),
        planned_safe_transaction(closing_call(treasury.safe), 3),
    ):
        assert treasury.hash_of(transaction) == treasury.own_hash_of(transaction)


async def test_wallets_sign_that_hash(treasury: Treasury) -> None:
    transaction = treasury.payout(recipients(3))
    chain_id = treasury.chain.web3.eth.chain_id
    document = typed_data(treasury.safe, chain_id, "1.4.1", transaction)
    signable = encode_typed_data(full_message=document)
    signed = keccak(b"\x19" + signable.version + signable.header + signable.body)
    assert signed == treasury.own_hash_of(transaction)


def test_an_older_safe_signs_another_domain() -> None:
    transaction = planned_safe_transaction(closing_call(SAFE), 0)
    with pytest.raises(ValueError, match="another domain"):
        typed_data(SAFE, 1, "1.1.1", transaction)
