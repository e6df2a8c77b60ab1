"""A chain with the contracts on it, as contract tests drive it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from eth_account import Account
from eth_account.signers.local import LocalAccount
from web3 import HTTPProvider, Web3
from web3.contract import Contract
from web3.logs import DISCARD
from web3.types import TxReceipt

from app.chain.artifacts import Artifact, load_artifact, parse_artifact
from app.chain.authorization import TokenDomain
from app.chain.deploy import Deployment
from app.chain.settlement_reason import SettlementReason
from sge.embedded.anvil import Anvil
from tests.contracts.items import USDC, Facts

# anvil's first, second and third published development keys.
DEPLOYER_KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"
RELAYER_KEY = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"
STRANGER_KEY = "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"
TREASURY = "0x1000000000000000000000000000000000000001"
OTHER_TREASURY = "0x1000000000000000000000000000000000000002"
MOST_GAS = 16_777_216

_TESTING_ARTIFACTS = Path(__file__).parent / "artifacts"


@dataclass(frozen=True)
class Outcome:
    """What one settling transaction did."""

    receipt: TxReceipt
    reasons: list[SettlementReason]
    settled: dict[bytes, dict[str, Any]]
    rejected: dict[bytes, SettlementReason]

    @property
    def gas_used(self) -> int:
        return self.receipt["gasUsed"]


class GatewayChain:
    def __init__(self, node: Anvil, deployment: Deployment) -> None:
        self.node = node
        self.deployment = deployment
        self.web3 = Web3(HTTPProvider(node.url))
        self.deployer: LocalAccount = Account.from_key(DEPLOYER_KEY)
        self.relayer: LocalAccount = Account.from_key(RELAYER_KEY)
        self.stranger: LocalAccount = Account.from_key(STRANGER_KEY)
        self.gateway = self.contract("SettlementGateway", deployment.gateway)
        self.token = self.contract("TestUsd", deployment.token)
        self.identity = self.contract("SgeIdentity", deployment.identity)
        self.domain = TokenDomain("USD Coin", "2", self.web3.eth.chain_id, deployment.token)
        self._keys = count()

    def contract(self, name: str, address: str) -> Contract:
        return self.web3.eth.contract(
            address=Web3.to_checksum_address(address), abi=load_artifact(name).abi
        )

    def facts(self, wallet: str, **changed: Any) -> Facts:
        """An item of that wallet, with an idempotency key of its own."""
        fields: dict[str, Any] = {"treasury": TREASURY, "key": f"key {next(self._keys)}"}
        return Facts(
            **{
                "wallet": wallet,
                "token": self.deployment.token,
                "gateway": self.deployment.gateway,
                "domain": self.domain,
                **fields,
                **changed,
            }
        )

    def fund(self, wallets: Sequence[str], amount: int = 100 * USDC) -> None:
        self.send(self.token.functions.mintMany(list(wallets), [amount] * len(wallets)))

    def balance(self, address: str) -> int:
        """What the address holds once the node has mined what it mines by itself."""
        self._mined()
        balance: int = self.token.functions.balanceOf(address).call()
        return balance

    def _mined(self) -> None:
        # anvil answers before it mines. What waits for another nonce is "queued"; what offers too low a
        # fee stays "pending", so the patience ends and the assertion decides.
        until = monotonic() + 5
        while (
            self.node.call("anvil_getAutomine")
            and int(self.node.call("txpool_status")["pending"], 16)
            and monotonic() < until
        ):
            sleep(0.01)

    def send(
        self, function: Any, account: LocalAccount | None = None, gas: int = MOST_GAS
    ) -> TxReceipt:
        """Send and mine one transaction, which may revert."""
        sender = account or self.deployer
        transaction = function.build_transaction(
            {
                "from": sender.address,
                "nonce": self.web3.eth.get_transaction_count(sender.address),
                "gas": gas,
            }
        )
        return self._send(transaction, sender)

    def send_bytes(self, to: str, data: str, gas: int) -> TxReceipt:
        """Send and mine a stranger's transaction, to whatever code is there."""
        sender = self.stranger
        self.node.call("anvil_setBalance", sender.address, hex(10**19))
        transaction: Any = {
            "to": self.web3.to_checksum_address(to),
            "data": data,
            "gas": gas,
            "nonce": self.web3.eth.get_transaction_count(sender.address),
            "chainId": self.web3.eth.chain_id,
            "maxFeePerGas": 10**11,
            "maxPriorityFeePerGas": 0,
        }
        return self._send(transaction, sender)

    def _send(self, transaction: Any, sender: LocalAccount) -> TxReceipt:
        signed = sender.sign_transaction(transaction)
        sent = self.web3.eth.send_raw_transaction(signed.raw_transaction)
        return self.web3.eth.wait_for_transaction_receipt(sent, timeout=30, poll_latency=0.02)

    def deploy_testing(self, name: str, *arguments: object) -> str:
        """Deploy a contract of contracts/src/testing."""
        content = (_TESTING_ARTIFACTS / f"{name}.json").read_bytes()
        return self._deploy(parse_artifact(content), *arguments)

    def deploy_product(self, name: str, *arguments: object) -> str:
        """Deploy one more of a contract that the product has."""
        return self._deploy(load_artifact(name), *arguments)

    def simulate(self, items: Sequence[tuple[Any, ...]]) -> list[SettlementReason]:
        codes = self.gateway.functions.settle(list(items)).call({"from": self.relayer.address})
        return [SettlementReason(code) for code in codes]

    def settle(self, items: Sequence[tuple[Any, ...]], gas: int = MOST_GAS) -> Outcome:
        """Settle items of plain keys; the reasons are those of a simulation just before."""
        return self._outcome(self.gateway.functions.settle(list(items)), gas)

    def settle_contract_wallets(
        self, items: Sequence[tuple[Any, ...]], gas: int = MOST_GAS
    ) -> Outcome:
        return self._outcome(self.gateway.functions.settleContractWallets(list(items)), gas)

    def _outcome(self, function: Any, gas: int) -> Outcome:
        codes = function.call({"from": self.relayer.address, "gas": gas})
        receipt = self.send(function, self.relayer, gas)
        settled = self.gateway.events.Settled().process_receipt(receipt, DISCARD)
        rejected = self.gateway.events.Rejected().process_receipt(receipt, DISCARD)
        return Outcome(
            receipt=receipt,
            reasons=[SettlementReason(code) for code in codes],
            settled={log["args"]["intentId"]: dict(log["args"]) for log in settled},
            rejected={
                log["args"]["intentId"]: SettlementReason(log["args"]["reason"]) for log in rejected
            },
        )

    def _deploy(self, artifact: Artifact, *arguments: object) -> str:
        factory = self.web3.eth.contract(abi=artifact.abi, bytecode=artifact.bytecode)
        address = self.send(factory.constructor(*arguments))["contractAddress"]
        assert address is not None
        return address
