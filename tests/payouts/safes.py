"""What owners of a Safe do by themselves: sign, and execute what was signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from web3.logs import DISCARD

from app.chain.address import ZERO_ADDRESS
from tests.processes.settling_world import SettlingWorld
from tests.vectors.safe_signatures import join_signatures

_ROW = "SELECT * FROM safe_transaction WHERE id = $1"
_OF_BATCH = """
SELECT s.* FROM payout_batch_transaction t
  JOIN safe_transaction s ON s.program_id = t.program_id AND s.id = t.safe_transaction_id
 WHERE t.batch_id = $1 ORDER BY t.place
"""


def sign(owner: LocalAccount, digest: bytes) -> bytes:
    """An owner's signature over a safeTxHash."""
    return bytes(owner.unsafe_sign_hash(Hash32(digest)).signature)


@dataclass
class Safes:
    """Owners with a wallet of their own, who need none of us."""

    settling: SettlingWorld

    async def listed(self, batch_id: UUID) -> list[dict[str, Any]]:
        """The Safe transactions of a batch, in order."""
        return await self.settling.rows(_OF_BATCH, batch_id)

    def hash_of(self, row: dict[str, Any]) -> bytes:
        """The safeTxHash of a stored Safe transaction, by the Safe's own word."""
        contract = self.settling.gateway_chain.contract("Safe", row["safe"])
        asked = contract.functions.getTransactionHash(
            *arguments(row), int(row["safe_nonce"])
        ).call()
        return bytes(asked)

    async def execute(self, safe_transaction_id: UUID, owners: Sequence[LocalAccount]) -> bool:
        """Signs and sends a stored Safe transaction from a stranger's key; whether the Safe says that it succeeded."""
        [row] = await self.settling.rows(_ROW, safe_transaction_id)
        return self.send(row["safe"], row, int(row["safe_nonce"]), owners)

    def send(
        self, safe: str, row: dict[str, Any], nonce: int, owners: Sequence[LocalAccount]
    ) -> bool:
        """The same with any call (to_address, data, operation) of a Safe."""
        chain = self.settling.gateway_chain
        functions = chain.contract("Safe", safe).functions
        digest = bytes(functions.getTransactionHash(*arguments(row), nonce).call())
        receipt = chain.send(self.execution(safe, row, digest, owners), chain.stranger)
        success = chain.contract("Safe", safe).events.ExecutionSuccess()
        logs = success.process_receipt(receipt, DISCARD)
        return [log["args"]["txHash"] for log in logs] == [digest]

    async def execute_together(self, ids: Sequence[UUID], owners: Sequence[LocalAccount]) -> None:
        """Somebody else sends several of them in one transaction."""
        chain = self.settling.gateway_chain
        inner = b""
        for one in ids:
            [row] = await self.settling.rows(_ROW, one)
            call = self.execution(row["safe"], row, row["hash"], owners)
            data = bytes.fromhex(call._encode_transaction_data().removeprefix("0x"))
            to = bytes.fromhex(row["safe"][2:])
            inner += b"\x00" + to + bytes(32) + len(data).to_bytes(32) + data
        multisend = chain.contract("MultiSendCallOnly", chain.deployment.multisend)
        receipt = chain.send(multisend.functions.multiSend(inner), chain.stranger)
        assert receipt["status"] == 1

    def execution(
        self, safe: str, row: dict[str, Any], digest: bytes, owners: Sequence[LocalAccount]
    ) -> Any:
        """execTransaction, signed by these owners, as nobody has sent it yet."""
        functions = self.settling.gateway_chain.contract("Safe", safe).functions
        signatures = join_signatures({one.address: sign(one, digest) for one in owners})
        return functions.execTransaction(*arguments(row), signatures)


def arguments(row: dict[str, Any]) -> list[Any]:
    """What both functions of the Safe take first: no value, and nobody is refunded for gas."""
    call = [row["to_address"], 0, row["data"], row["operation"]]
    return [*call, 0, 0, 0, ZERO_ADDRESS, ZERO_ADDRESS]
