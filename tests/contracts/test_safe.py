"""What we compute for a Safe by hand, against the Safe itself."""

import pytest
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from web3.exceptions import ContractLogicError
from web3.logs import DISCARD

from app.chain.deploy import create_safe
from app.chain.safe_hash import SafeOperation, SafeTransaction, safe_tx_hash
from tests.contracts.gateway_chain import DEPLOYER_KEY, TREASURY, GatewayChain
from tests.contracts.items import USDC, wallet
from tests.vectors.safe_signatures import join_signatures

OWNERS = [wallet(number) for number in range(3)]


@pytest.fixture
async def safe(chain: GatewayChain) -> str:
    """A treasury of two out of three owners, with 100 dollars."""
    address = await create_safe(
        chain.node.url,
        DEPLOYER_KEY,
        chain.deployment,
        [owner.address for owner in OWNERS],
        threshold=2,
        salt_nonce=1,
    )
    chain.fund([address])
    return address


def transfer_of(chain: GatewayChain, to: str, amount: int, nonce: int = 0) -> SafeTransaction:
    data = chain.token.encode_abi("transfer", args=[to, amount])
    return SafeTransaction(
        to=chain.deployment.token,
        value=0,
        data=bytes.fromhex(data.removeprefix("0x")),
        operation=SafeOperation.CALL,
        nonce=nonce,
    )


def sign(owner: LocalAccount, digest: bytes) -> bytes:
    return bytes(owner.unsafe_sign_hash(Hash32(digest)).signature)


def arguments(transaction: SafeTransaction) -> list[object]:
    return [
        transaction.to,
        transaction.value,
        transaction.data,
        int(transaction.operation),
        transaction.safe_tx_gas,
        transaction.base_gas,
        transaction.gas_price,
        transaction.gas_token,
        transaction.refund_receiver,
    ]


@pytest.mark.parametrize("operation", list(SafeOperation))
def test_the_hash_is_the_safes_own(
    chain: GatewayChain, safe: str, operation: SafeOperation
) -> None:
    functions = chain.contract("Safe", safe).functions
    chain_id = chain.web3.eth.chain_id
    for nonce in (0, 7, 2**64):
        transaction = SafeTransaction(
            to=TREASURY,
            value=nonce,
            data=b"\x01\x02" * nonce.bit_length(),
            operation=operation,
            nonce=nonce,
            safe_tx_gas=nonce + 1,
            base_gas=nonce + 2,
            gas_price=nonce + 3,
            gas_token=chain.deployment.token,
            refund_receiver=OWNERS[0].address,
        )
        asked = functions.getTransactionHash(*arguments(transaction), nonce).call()
        assert asked == safe_tx_hash(safe, chain_id, "1.4.1", transaction)


def test_a_safe_executes_what_two_owners_signed(chain: GatewayChain, safe: str) -> None:
    contract = chain.contract("Safe", safe)
    transaction = transfer_of(chain, TREASURY, 40 * USDC)
    digest = safe_tx_hash(safe, chain.web3.eth.chain_id, "1.4.1", transaction)
    signatures: dict[str, bytes] = {owner.address: sign(owner, digest) for owner in OWNERS[:2]}
    before = chain.balance(TREASURY)
    execute = contract.functions.execTransaction(
        *arguments(transaction), join_signatures(signatures)
    )
    receipt = chain.send(execute, chain.stranger)
    [success] = contract.events.ExecutionSuccess().process_receipt(receipt, DISCARD)
    assert success["args"]["txHash"] == digest
    assert chain.balance(TREASURY) - before == 40 * USDC


def test_one_signature_does_not_move_a_treasury(chain: GatewayChain, safe: str) -> None:
    transaction = transfer_of(chain, TREASURY, USDC)
    digest = safe_tx_hash(safe, chain.web3.eth.chain_id, "1.4.1", transaction)
    alone = sign(OWNERS[0], digest)
    functions = chain.contract("Safe", safe).functions
    with pytest.raises(ContractLogicError, match="GS020"):
        functions.execTransaction(*arguments(transaction), alone).call()
