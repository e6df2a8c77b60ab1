"""A program that can pay: settled payments as rows, the money in a real Safe, its owners' keys, commissions due."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
from eth_account import Account
from eth_account.signers.local import LocalAccount

from app.chain.deploy import create_safe, mint_test_usd
from app.store.database import Database
from tests.api.caller import OwnProgram, Stage
from tests.api.filled import PAID, FilledProgram
from tests.contracts.gateway_chain import DEPLOYER_KEY

ADVANCE = "mutation ($id: ID!, $to: DateTime!) { advanceClock(programId: $id, to: $to) { userErrors { code } } }"
_BATCH = """payoutBatch { id status version contentHash total { minor } payoutCount replaces { id } failure
    safeTransactions { id status death nonce to data payoutCount typedData signatures { owner } } }
  replayed userErrors { code message field }"""
CREATE = f"""mutation ($program: ID!, $currency: String! = "USDC", $replaces: ID, $key: String!) {{
  createPayoutBatch(programId: $program, currency: $currency, replaces: $replaces, idempotencyKey: $key) {{ {_BATCH} }} }}"""
WITHDRAW = f"""mutation ($program: ID!, $amount: MoneyInput!, $to: Address!, $fee: Boolean! = false, $key: String!) {{
  proposeWithdrawal(programId: $program, amount: $amount, destination: $to, platformFee: $fee, idempotencyKey: $key) {{
    {_BATCH} }} }}"""
APPROVE = f"""mutation ($id: ID!, $owner: Address!, $signatures: [Hex!]!, $hash: Hex!) {{
  approvePayoutBatch(id: $id, owner: $owner, signatures: $signatures, contentHash: $hash) {{ {_BATCH} }} }}"""
REJECT = f"mutation ($id: ID!, $reason: String!) {{ rejectPayoutBatch(id: $id, reason: $reason) {{ {_BATCH} }} }}"
CLOSE = f"""mutation ($id: ID!, $reason: String!, $key: String!) {{
  closePayoutBatch(id: $id, reason: $reason, idempotencyKey: $key) {{ {_BATCH} }} }}"""


@dataclass
class Paying:
    """owners: of the Safe; two of them suffice."""

    filled: FilledProgram
    owners: list[LocalAccount]

    @property
    def program(self) -> OwnProgram:
        return self.filled.program

    async def call(self, mutation: str, **variables: Any) -> dict[str, Any]:
        """A mutation's payload."""
        [payload] = (await self.program.ask(mutation, **variables)).values()
        answered: dict[str, Any] = payload
        return answered

    async def create(self, key: str = "batch", **changed: Any) -> dict[str, Any]:
        """A batch of what is due; raises when it is refused."""
        payload = await self.call(CREATE, program=self.program.id, key=key, **changed)
        assert payload["userErrors"] == []
        batch: dict[str, Any] = payload["payoutBatch"]
        return batch

    def signed(self, batch: dict[str, Any], owner: int) -> dict[str, Any]:
        """The arguments of an owner's approval: what its wallet makes of each typedData."""
        wallet = self.owners[owner]
        waiting = [one for one in batch["safeTransactions"] if one["status"] == "PROPOSED"]
        signatures = [
            "0x" + bytes(wallet.sign_typed_data(full_message=one["typedData"]).signature).hex()
            for one in waiting
        ]
        return {
            "id": batch["id"],
            "owner": wallet.address,
            "signatures": signatures,
            "hash": batch["contentHash"],
        }


async def paying_program(
    stage: Stage, owner: asyncpg.Connection, worker: Database, payments: int = 1
) -> Paying:
    """Everything of these payments is in the Safe, and their commissions are due."""
    owners = [Account.create() for _ in range(3)]
    safe = await create_safe(
        stage.rpc,
        DEPLOYER_KEY,
        stage.deployment,
        [one.address for one in owners],
        threshold=2,
        salt_nonce=int.from_bytes(bytes.fromhex(owners[0].address[2:18])),
    )
    program = await stage.program(treasury=safe)
    filled = FilledProgram(program, owner, worker, stage.process.now())
    await filled.begin()
    await filled.grow(payments)
    await mint_test_usd(stage.rpc, DEPLOYER_KEY, stage.deployment.token, {safe: payments * PAID})
    to = f"{filled.now + timedelta(days=31):%Y-%m-%dT%H:%M:%SZ}"
    moved = await program.ask(ADVANCE, id=program.id, to=to)
    assert moved["advanceClock"]["userErrors"] == []
    return Paying(filled, owners)
