"""Owners who send the treasury's money by themselves, and a person who explains it."""

from uuid import UUID

from app.domain.explanations import Explanation
from app.services.discrepancies.resolve_discrepancy import ResolveDiscrepancy, resolve_discrepancy
from app.services.programs.change_programs import resume_program
from tests.payouts.paying import Paying
from tests.payouts.world import PayoutProgram

_OPEN = """
SELECT id FROM discrepancy WHERE program_id = $1 AND kind = 'UNEXPLAINED_OUTFLOW' AND resolved_at IS NULL ORDER BY opened_at, id
"""
_WALLET = "SELECT wallet FROM affiliate WHERE program_id = $1 AND id = $2"


class Outside:
    """What they do, at the Safe and here. nonce: the Safe's next one."""

    def __init__(self, paying: Paying) -> None:
        self.paying, self.world = paying, paying.world
        self.nonce = 0

    async def send(self, program: PayoutProgram, wallet: str, units: int) -> None:
        """Two owners do, in the very way of a payout; it is final and posted."""
        chain = self.world.chain
        data = chain.token.encode_abi("transfer", args=[wallet, units])
        row = {
            "to_address": chain.deployment.token,
            "data": bytes.fromhex(data.removeprefix("0x")),
            "operation": 0,
        }
        assert self.world.safes.send(program.treasury, row, self.nonce, program.owners[:2])
        self.nonce += 1
        await self.paying.finish()

    async def wallet(self, program: PayoutProgram, affiliate: int) -> str:
        address: str = await self.world.settling.value(_WALLET, program.id, affiliate)
        return address

    async def open(self, program: PayoutProgram) -> list[UUID]:
        return [row["id"] for row in await self.world.settling.rows(_OPEN, program.id)]

    async def explain(self, program: PayoutProgram, note: str = "the owners did it") -> None:
        for id_ in await self.open(program):
            said = ResolveDiscrepancy(id_, Explanation.FROM_PROGRAM, None, note)
            await self.world.run(program, resolve_discrepancy, said)

    async def resume(self, program: PayoutProgram) -> None:
        await self.world.run(program, resume_program, program.id, "a test has looked")

    def balance(self, wallet: str) -> int:
        units: int = self.world.chain.balance(wallet)
        return units

    async def pay_all(self, program: PayoutProgram) -> None:
        """One batch of all that is due."""
        batch = (await self.world.create(program)).batch_id
        await self.world.execute(program, batch)
