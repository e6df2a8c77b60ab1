"""A real Safe, as its owners use it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any, Self

from eth_account.messages import encode_defunct
from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from web3.contract import Contract
from web3.logs import DISCARD
from web3.types import TxReceipt

from app.chain.address import checksum_address
from app.chain.deploy import create_safe
from app.chain.payout_content import Recipient, payout_call, planned_safe_transaction
from app.chain.safe_execution import OwnerSignature, exec_calldata
from app.chain.safe_hash import SafeTransaction, safe_tx_hash
from tests.contracts.gateway_chain import DEPLOYER_KEY, MOST_GAS, GatewayChain
from tests.contracts.items import wallet

OWNERS = [wallet(number) for number in range(3)]
_SALTS = count(1_000)


def recipients(number: int, *, start: int = 0) -> list[Recipient]:
    """Each with another address and another amount."""
    return [
        Recipient(checksum_address((0xA0_0000 + n).to_bytes(20)), 1_000 + n)
        for n in range(start, start + number)
    ]


def key_signature(owner: LocalAccount, digest: bytes) -> OwnerSignature:
    signed = owner.unsafe_sign_hash(Hash32(digest))
    return OwnerSignature(owner.address, bytes(signed.signature), contract=False)


def eth_sign_signature(owner: LocalAccount, digest: bytes) -> OwnerSignature:
    """As wallets without EIP-712 sign: the prefixed hash, v above 30."""
    signed = owner.sign_message(encode_defunct(digest))
    raw = bytes(signed.signature)[:64] + bytes([signed.v + 4])
    return OwnerSignature(owner.address, raw, contract=False)


@dataclass(frozen=True)
class Treasury:
    chain: GatewayChain
    safe: str

    @classmethod
    async def create(
        cls, chain: GatewayChain, owners: Sequence[str] | None = None, threshold: int = 2
    ) -> Self:
        safe = await create_safe(
            chain.node.url,
            DEPLOYER_KEY,
            chain.deployment,
            owners or [owner.address for owner in OWNERS],
            threshold=threshold,
            salt_nonce=next(_SALTS),
        )
        return cls(chain, safe)

    @property
    def contract(self) -> Contract:
        return self.chain.contract("Safe", self.safe)

    @property
    def nonce(self) -> int:
        return int(self.contract.functions.nonce().call())

    def payout(self, to: Sequence[Recipient]) -> SafeTransaction:
        """At the Safe's nonce now."""
        deployment = self.chain.deployment
        call = payout_call(deployment.multisend, deployment.token, to)
        return planned_safe_transaction(call, self.nonce)

    def hash_of(self, transaction: SafeTransaction) -> bytes:
        return safe_tx_hash(self.safe, self.chain.web3.eth.chain_id, "1.4.1", transaction)

    def own_hash_of(self, transaction: SafeTransaction) -> bytes:
        """What the Safe itself says."""
        asked = self.contract.functions.getTransactionHash(
            transaction.to,
            transaction.value,
            transaction.data,
            int(transaction.operation),
            transaction.safe_tx_gas,
            transaction.base_gas,
            transaction.gas_price,
            transaction.gas_token,
            transaction.refund_receiver,
            transaction.nonce,
        ).call()
        return bytes(asked)

    def execute(
        self,
        transaction: SafeTransaction,
        signatures: Sequence[OwnerSignature],
        gas: int = MOST_GAS,
    ) -> TxReceipt:
        """By a stranger, with our calldata."""
        return self.send(exec_calldata(transaction, signatures), gas)

    def send(self, data: bytes, gas: int = MOST_GAS) -> TxReceipt:
        sender = self.chain.stranger
        web3 = self.chain.web3
        signed = sender.sign_transaction(
            {
                "to": self.safe,
                "data": "0x" + data.hex(),
                "gas": gas,
                "nonce": web3.eth.get_transaction_count(sender.address),
                "chainId": web3.eth.chain_id,
                "maxFeePerGas": 10**11,
                "maxPriorityFeePerGas": 0,
            }
        )
        sent = web3.eth.send_raw_transaction(signed.raw_transaction)
        return web3.eth.wait_for_transaction_receipt(sent, timeout=30, poll_latency=0.02)

    def transfers(self, receipt: TxReceipt) -> list[tuple[str, str, int]]:
        """(from, to, value) of each Transfer, in order."""
        events = self.chain.token.events.Transfer().process_receipt(receipt, DISCARD)
        return [(one["args"]["from"], one["args"]["to"], one["args"]["value"]) for one in events]

    def successes(self, receipt: TxReceipt) -> list[bytes]:
        events: Any = self.contract.events.ExecutionSuccess().process_receipt(receipt, DISCARD)
        return [bytes(one["args"]["txHash"]) for one in events]
