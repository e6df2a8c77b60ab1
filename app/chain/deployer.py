"""One key that puts contracts on a chain and calls them."""

from types import TracebackType
from typing import Any, Self

from aiohttp import ClientError
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_typing import ChecksumAddress
from web3 import AsyncHTTPProvider, AsyncWeb3
from web3.contract import AsyncContract
from web3.contract.async_contract import AsyncContractFunction
from web3.exceptions import Web3Exception
from web3.types import TxParams, TxReceipt

from app.chain.artifacts import load_artifact

_RECEIPT_TIMEOUT_SECONDS = 120
_RECEIPT_POLL_SECONDS = 0.05


class DeploymentError(RuntimeError):
    """A transaction was refused by the node, or was mined and reverted."""


# Of web3 and of the HTTP client below it.
_FAILURES = (Web3Exception, ClientError, OSError, TimeoutError, ValueError)


class Deployer:
    """One key that sends transactions one after the other and waits for each."""

    def __init__(self, rpc: str, private_key: str) -> None:
        self._provider = AsyncHTTPProvider(rpc)
        self._web3 = AsyncWeb3(self._provider)
        self._account: LocalAccount = Account.from_key(private_key)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._provider.disconnect()

    @property
    def address(self) -> ChecksumAddress:
        return self._account.address

    def contract(self, name: str, address: str) -> AsyncContract:
        """Return a deployed contract, by the artefact's name."""
        return self._web3.eth.contract(
            address=AsyncWeb3.to_checksum_address(address), abi=load_artifact(name).abi
        )

    async def deploy(self, name: str, *arguments: object) -> str:
        """Deploy the artefact of that name and return its address."""
        artifact = load_artifact(name)
        factory = self._web3.eth.contract(abi=artifact.abi, bytecode=artifact.bytecode)
        receipt = await self._send(factory.constructor(*arguments))
        address = receipt["contractAddress"]
        if address is None:
            raise DeploymentError(f"{name} got no address")
        return str(address)

    async def call(self, function: AsyncContractFunction) -> TxReceipt:
        """Send one contract call and wait until it is mined; DeploymentError if it reverted."""
        return await self._send(function)

    async def has_code(self, address: str) -> bool:
        return bool(await self._web3.eth.get_code(AsyncWeb3.to_checksum_address(address)))

    async def _send(self, buildable: Any) -> TxReceipt:
        try:
            return await self._send_and_wait(buildable)
        except _FAILURES as problem:
            said = " ".join(str(problem).split()) or type(problem).__name__
            raise DeploymentError(f"a transaction could not be sent: {said}") from problem

    async def _send_and_wait(self, buildable: Any) -> TxReceipt:
        nonce = await self._web3.eth.get_transaction_count(self.address, "pending")
        parameters: TxParams = {"from": self.address, "nonce": nonce}
        transaction = await buildable.build_transaction(parameters)
        signed = self._account.sign_transaction(transaction)
        transaction_hash = await self._web3.eth.send_raw_transaction(signed.raw_transaction)
        receipt = await self._web3.eth.wait_for_transaction_receipt(
            transaction_hash, timeout=_RECEIPT_TIMEOUT_SECONDS, poll_latency=_RECEIPT_POLL_SECONDS
        )
        if receipt["status"] != 1:
            raise DeploymentError(f"transaction {transaction_hash.to_0x_hex()} reverted")
        return receipt
