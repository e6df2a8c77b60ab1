"""What owners of a Safe do by themselves: sign, and execute what was signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from eth_account.signers.local import LocalAccount
from eth_typing import Hash32
from web3.logs import DISCARD

from app.chain.address import ZERO_ADDRESS
from app.chain.safe_signature import join_signatures
from tests.processes.settling_world import SettlingWorld

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
            *_arguments(row), int(row["safe_nonce"])
        ).call()
        return bytes(asked)

    async def execute(self, safe_transaction_id: UUID, owners: Sequence[LocalAccount]) -> bool:
        """Signs and sends a stored Safe transaction from a stranger's key; whether the Safe says that it succeeded."""
        [row] = await self.settling.rows(_ROW, safe_transaction_id)
        chain = self.settling.gateway_chain
        contract = chain.contract("Safe", row["safe"])
        signatures = join_signatures({one.address: sign(one, row["hash"]) for one in owners})
        call = contract.functions.execTransaction(*_arguments(row), signatures)
        receipt = chain.send(call, chain.stranger)
        logs = contract.events.ExecutionSuccess().process_receipt(receipt, DISCARD)
        return [log["args"]["txHash"] for log in logs] == [row["hash"]]


def _arguments(row: dict[str, Any]) -> list[Any]:
    """What both functions of the Safe take first: no value, and nobody is refunded for gas."""
    call = [row["to_address"], 0, row["data"], row["operation"]]
    return [*call, 0, 0, 0, ZERO_ADDRESS, ZERO_ADDRESS]
